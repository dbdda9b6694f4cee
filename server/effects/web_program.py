"""Data that a browser needs to run an effect with WebGL 2: the `program` of GET /effects/{id}.

    passes      in order, each {"vertex", "fragment": complete GLSL ES 3.00, "target": name or null,
                "channels": [{"uniform", "source", "filter": nearest | linear | mipmap,
                "wrap": clamp | repeat | mirror, "flipped"}]}. Each is a strip of 4 vertices
                without attributes; the last one draws the effect's output.
    targets     [{"name", "persistent", "floating": RGBA32F instead of RGBA8, "width", "height":
                an expression or null for the size of the frame, "cube"}]
    textures    [{"name", "content": photo | sound | noise | volume | cube | image | zeros,
                "files": paths relative to the effect's file, "size", "components"}]
    uniforms    {GLSL name: meaning}, the meanings those of effect.Builtin
    inputs      [{"name", "uniform", "title", "kind", "unit", "step", "group", "advanced",
                "musicOnly", "still", "default", "minimum", "maximum", "motion", "photo": as in
                `inputs` of GET /effects, null for what it lacks there, "identity", "values",
                "labels": their names in a request, "width", "scale": browser | track, "past",
                "future": seconds of an audioHistory, "lettering": the style of a text or null}];
                "motion" has numbers alone: 0 and 1 of a bool, the index of a choice
    picture     name of the image input that shows the layer below, or null
    second      name of the image input that shows the second photo, or null
    sequential  true if frame n needs frame n - 1

A sampler of a pass reads the channel of its name, else the image or audio input, the target or the
texture of its name. Colours and alpha are straight, textures hold their lowest row first.
server/web/player/player.js is a complete runtime for it.
"""

from functools import lru_cache
from typing import Any

from server.effects.effect import Effect, Pass, Target
from server.effects.glsl import es300
from server.effects.loops.loop_guards import add_loop_guards
from server.effects.model.control import describe_control
from server.effects.model.input import Input
from server.effects.model.texture import Channel, Texture

_MAX_SHADERS = 512
"""Translated shaders that are kept, each of some kilobytes: more than the included effects have."""


def build_program(effect: Effect, language: str = "en") -> dict[str, Any]:
    """Return the effect as a JSON object, labels in `language`; see the module docstring."""
    return {
        "passes": [_pass(render_pass) for render_pass in effect.passes],
        "targets": [_target(target) for target in effect.targets],
        "textures": [_texture(texture) for texture in effect.textures],
        "uniforms": {es300.rename(name): str(meaning) for name, meaning in effect.uniforms.items()},
        "inputs": [_input(effect_input, language) for effect_input in effect.inputs],
        "picture": effect.input_image,
        "second": effect.transition_image,
        "sequential": effect.sequential,
    }


def _pass(render_pass: Pass) -> dict[str, Any]:
    return {
        "vertex": _guarded(render_pass.vertex),
        "fragment": _guarded(render_pass.fragment),
        "target": es300.rename(render_pass.target) if render_pass.target else None,
        "channels": [_channel(channel) for channel in render_pass.channels],
    }


@lru_cache(maxsize=_MAX_SHADERS)
def _guarded(shader: str) -> str:
    """Return a shader in GLSL ES 3.00, with guards of its loops; that takes a tenth of a second."""
    return add_loop_guards(es300.translate(shader))


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "uniform": es300.rename(channel.uniform),
        "source": es300.rename(channel.source),
        "filter": str(channel.filter),
        "wrap": str(channel.wrap),
        "flipped": channel.flipped,
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "name": es300.rename(target.name),
        "persistent": target.persistent,
        "floating": target.floating,
        "width": target.width,
        "height": target.height,
        "cube": target.cube,
    }


def _texture(texture: Texture) -> dict[str, Any]:
    return {
        "name": es300.rename(texture.name),
        "content": str(texture.content),
        "files": list(texture.files),
        "size": texture.size,
        "components": texture.components,
    }


def _input(effect_input: Input, language: str) -> dict[str, Any]:
    return {
        "name": effect_input.name,
        "uniform": es300.rename(effect_input.uniform),
        "title": effect_input.title.localize(language),
        **describe_control(effect_input),
        "default": effect_input.default,
        "minimum": effect_input.minimum,
        "maximum": effect_input.maximum,
        "identity": effect_input.identity,
        "values": list(effect_input.values),
        "labels": list(effect_input.labels),
        "motion": effect_input.modulation.to_json() if effect_input.modulation else None,
        "photo": effect_input.photo,
        "width": effect_input.width,
        "scale": str(effect_input.scale),
        "past": effect_input.past,
        "future": effect_input.future,
        "lettering": effect_input.text_style.to_json() if effect_input.text_style else None,
    }
