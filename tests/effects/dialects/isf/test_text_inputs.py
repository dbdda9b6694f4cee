"""Text inputs: header keys, params, and the texture in GLSL."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from numpy.typing import NDArray

from server.effects.dialects import load
from server.effects.effect import Effect, Kind
from server.effects.library.library import BUILT_IN
from server.effects.model.text_style import DEFAULTS, fill_credits
from server.effects.web_program import build_program
from server.errors import ToqiboxError
from server.messages import Message
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from server.render.textures.text import TitleCredits, text_style_of, text_texels

Pixels = NDArray[np.uint8]
SIZE = {"NAME": "size", "TYPE": "float", "MIN": 0.05, "MAX": 0.8, "DEFAULT": 0.2}
FONT = {"NAME": "font", "TYPE": "long", "LABELS": ["Roboto", "PT Sans"], "DEFAULT": 1}
TEXT_INPUT = {"NAME": "words", "TYPE": "text", "DEFAULT": "$title!", "SIZE": "size", "FONT": "font"}
DRAWN = (
    "void main() { gl_FragColor = TEXT_DRAW(words, gl_FragCoord.xy, vec4(1.0), vec4(0.0), 0.0); }"
)


def isf(*inputs: Mapping[str, object], code: str = "void main() {}") -> Effect:
    return load("test", "test.fs", f"/*{json.dumps({'INPUTS': inputs})}*/\n{code}\n")


def drawn(gl: Context, effect: Effect, named: str | None, **params: object) -> Pixels:
    instance = EffectInstance(
        id=effect.id,
        file=effect.file,
        source=effect.source,
        vertex=effect.vertex_source,
        params=params,
    )
    job = SceneSpec(
        effects=(instance,),
        photo=None,
        features=None,
        size=(96, 54),
        fps=10,
        frames=2,
        fit="cover",
        egl_device=None,
        require_gpu=False,
        title=named,
    )
    scene = Scene(gl, job)
    scene.begin(0)
    scene.draw_effects(0)
    return read_rgba(scene.output)


def test_texts_come_from_constants_choices_and_expressions() -> None:
    resolved = {**TEXT_INPUT, "SIZE": "size * 0.5", "BOLD": False, "ALIGN": "Top right", "LINES": 3}
    effect = isf(SIZE, FONT, resolved)
    item = effect.inputs[2]
    assert item.kind is Kind.TEXT
    assert [text_input.static for text_input in effect.inputs] == [True, True, False]
    style = text_style_of(
        item, effect.inputs, effect.param_values({"size": 0.4, "font": 0}), (200, 100)
    )
    assert (style.font, style.bold, style.align, style.lines) == ("Roboto", False, 1.0, 3)
    assert style.size == pytest.approx(20)
    assert style.width == pytest.approx(180)
    style = text_style_of(item, effect.inputs, effect.param_values({}), (200, 100))
    assert style.font == "PT Sans"
    assert style.size == pytest.approx(10)


def test_a_key_is_kept_inside_its_range() -> None:
    item = isf({**TEXT_INPUT, "SIZE": 40, "FONT": "", "WIDTH": "1 / 0"}, FONT).inputs[0]
    assert item.text_style is not None
    resolved = item.text_style.resolve({}, {})
    assert (resolved["SIZE"], resolved["WIDTH"]) == (1.0, 1.0)
    assert resolved.keys() == DEFAULTS.keys()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"SIZE": "nobody"}, "“nobody” is not a numeric input"),
        ({"SIZE": "font2 + tint"}, "“font2” is not a numeric input"),
        ({"SIZE": [1]}, "SIZE must be a value"),
        ({"FONT": 3}, "FONT must be a value"),
        ({"DEFAULT": 3}, "DEFAULT of a text"),
        ({"BIND": "kick"}, "BIND is only for inputs"),
    ],
)
def test_invalid_keys_of_a_text(change: dict[str, object], expected: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        isf(SIZE, FONT, {**TEXT_INPUT, **change})
    (entry,) = caught.value.diagnostics or []
    assert expected in entry["message"]
    assert entry["line"] == 1


def test_inputs_that_shape_letters_cannot_be_modulated() -> None:
    with pytest.raises(ToqiboxError) as caught:
        isf({**SIZE, "BIND": "kick"}, FONT, TEXT_INPUT)
    (entry,) = caught.value.diagnostics or []
    assert "“size” is used in the style" in entry["message"]
    with pytest.raises(ToqiboxError) as refused:
        isf(SIZE, FONT, TEXT_INPUT).param_values({"size": {"bind": "kick"}})
    assert refused.value.field == "params.size"
    assert refused.value.values["reason"] == Message("immovable")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (3, "text"),
        (None, "text"),
        ({}, "text"),
        ({"bind": "kick"}, "immovable"),
        ("a" * 201, "characters"),
        ("a\x00b", "no_control"),
        ("\ud83d", "no_control"),
        ("\x85", "no_control"),
    ],
)
def test_a_wrong_text_is_refused(value: object, reason: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        isf(SIZE, FONT, TEXT_INPUT).param_values({"words": value})
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", "params.words")
    why: Any = caught.value.values["reason"]
    assert why.key == reason


def test_schema_and_program_describe_a_text() -> None:
    effect = isf(SIZE, FONT, TEXT_INPUT)
    schema = effect.describe()["inputs"]
    assert schema["properties"]["words"]["default"] == "$title!"
    assert Draft202012Validator(schema).is_valid({"words": "Ночь\n🔥"})
    assert not Draft202012Validator(schema).is_valid({"words": 3})
    program_input = build_program(effect)["inputs"][2]
    assert program_input["lettering"]["expressions"] == {"SIZE": "size"}
    assert program_input["lettering"]["choices"] == {"FONT": "font"}
    assert json.dumps(program_input)


def test_a_title_is_filled_in() -> None:
    assert fill_credits("$artist — $title", "Ночь", "Луна") == "Луна — Ночь"
    assert fill_credits("$title", None, "Луна") == ""


def test_letters_are_drawn_and_without_a_title_nothing(gl: Context) -> None:
    effect = isf(SIZE, FONT, {**TEXT_INPUT, "DEFAULT": "$title"}, code=DRAWN)
    seen = drawn(gl, effect, "HI", size=0.5)[..., 3]
    assert seen.max() == 255
    assert 0.02 < (seen > 128).mean() < 0.4
    assert not drawn(gl, effect, None).any()
    assert (drawn(gl, effect, "HI", size=0.25)[..., 3] > 128).sum() < (seen > 128).sum() / 2


def test_the_functions_return_the_contents_of_the_texture(gl: Context) -> None:
    code = """void main() {
        int x = int(gl_FragCoord.x);
        vec3 told = vec3(float(TEXT_LINES(words)), TEXT_EM(words), TEXT_CAPS(words));
        if (x == 1) told = vec3(TEXT_FRAME(words), TEXT_BASELINES(words).x);
        if (x == 2) told = TEXT_INK(words).xzw;
        if (x == 3) told = vec3(TEXT_SIZE(words), float(TEXT_RTL(words)));
        gl_FragColor = vec4(told / 255.0, 1.0);
    }"""
    effect = isf(SIZE, FONT, {**TEXT_INPUT, "DEFAULT": "שלום"}, code=code)
    texel_rows = [[int(part) for part in texel] for texel in drawn(gl, effect, None)[-1, :4, :3]]
    (lines, em, caps), (wide, high, base), (left, right, top), (width, height, rtl) = texel_rows
    assert (lines, em, wide, high, rtl) == (1, 11, 96, 54, 1)
    assert 6 <= caps <= 9
    assert left == 2
    assert left < right < width < 60
    assert base < top < height < 20


def test_cells_hold_one_character_each(gl: Context) -> None:
    code = """void main() {
        vec2 at = gl_FragCoord.xy - vec2(12.0, 10.0);
        int cell = gl_FragCoord.x < 24.0 ? 1 : 9;
        if (cell == 9) at.x -= 24.0;
        gl_FragColor = vec4(TEXT_CELL(words, cell, at).r);
        if (gl_FragCoord.y > 53.0) gl_FragColor = vec4(float(TEXT_CELLS(words)) / 255.0);
    }"""
    effect = isf(SIZE, FONT, {**TEXT_INPUT, "DEFAULT": "0123456789:", "CELLS": True}, code=code)
    seen = drawn(gl, effect, None, size=0.3)
    assert (seen[0] == 11).all()  # rows of the top come first
    text_input, nine = seen[30:50, :24, 0], seen[30:50, 24:48, 0]
    assert 20 < (text_input > 128).sum() < (nine > 128).sum()
    assert not seen[:, 48:, 0][1:].any()


def test_at_rest_every_texel_of_the_letters_is_a_pixel(gl: Context) -> None:
    path = BUILT_IN / "text.fs"
    effect = load("text", "text.fs", path.read_text("utf-8"), path.with_suffix(".vs").read_text())
    params = {"title": "Ночь", "artist": "", "shadow": 0.0, "appear": "none", "size": 0.4}
    params |= {"scrim": 0.0, "color": [1, 1, 1, 1]}
    texels = text_texels(
        effect.inputs[0],
        effect.inputs,
        effect.param_values(params),
        (96, 54),
        TitleCredits(None, None),
    )
    fill = _inked(texels[:-1, :, 0])
    seen = drawn(gl, effect, None, **params)
    assert (_inked(seen[::-1, :, 3]) == fill).all()
    assert (seen[seen[..., 3] > 0][:, :3] == 255).all()


def _inked(alpha: Pixels) -> Pixels:
    """Return the part that is not blank."""
    row_indexes, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    return alpha[row_indexes[0] : row_indexes[-1] + 1, columns[0] : columns[-1] + 1]
