"""Shadertoy (https://www.shadertoy.com): ``mainImage`` in a text, or an export of its API."""

from collections.abc import Mapping

from server.effects.dialects.fragment.uniform_bindings import UniformBindings
from server.effects.dialects.shadertoy import api as shadertoy_api
from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy import missing_buffers, text_form
from server.effects.dialects.shadertoy import uniforms as shadertoy_uniforms
from server.effects.dialects.shadertoy.channels import (
    CUBE,
    INPUT_IMAGES,
    PASSES,
    SELF,
    ChannelInput,
    Media,
    make_channel_input,
    volume,
)
from server.effects.dialects.shadertoy.project import Project, Section
from server.effects.effect import Builtin, Channel, Effect, Pass, Target, Texture
from server.effects.glsl.glsl330 import Piece
from server.effects.model.input import Input, Kind
from server.effects.source import plain_text
from server.effects.source.diagnostic import AuthorFile

_EDGE = "1024"
"""Edge length of a cube pass in pixels, the same as on the site: authors rely on it."""

_ChannelInputs = Mapping[str, Mapping[int, ChannelInput]]
"""The channels that each pass reads, by role and number; the passes in drawing order."""


def parse(effect_id: str, file: str, text: str) -> Effect:
    """Parse a Shadertoy into the internal form; arguments and errors as in dialects.load."""
    project = read(effect_id, file, text)
    channel_inputs: _ChannelInputs = {
        role: _channel_inputs(project, role) for role in PASSES if project.section(role)
    }
    media = [
        channel_input.media
        for by_number in channel_inputs.values()
        for channel_input in by_number.values()
    ]
    media += [
        stranger
        for role in channel_inputs
        for stranger in _unknown_samplers(project, role).values()
    ]
    bindings = shadertoy_uniforms.read(section.code for section in project.sections)
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        title=project.title or plain_text.default_title(effect_id, file),
        dialect="shadertoy",
        description=project.description,
        credit=project.credit,
        license=project.license,
        categories=project.categories,
        inputs=(*_inputs(media), *bindings.inputs),
        passes=tuple(_pass(project, role, channel_inputs, bindings) for role in channel_inputs),
        targets=_targets(channel_inputs),
        textures=_textures(media),
        listings=project.listings,
        uniforms={**_uniforms(CUBE in channel_inputs), **bindings.uniforms},
        warnings=tuple(missing_buffers.warnings(project)),
    )


def read(effect_id: str, file: str, text: str) -> Project:
    """Read a text or an export without conversion; as `parse`."""
    plain = plain_text.normalize(text)
    author_file = AuthorFile(effect_id, file, plain)
    project = (
        shadertoy_api.read(author_file)
        if plain.lstrip()[:1] in ("{", "[")
        else text_form.read(author_file)
    )
    if project.section("image") is None:
        raise author_file.error("an Image pass is required", 0)
    return project


def _channel_inputs(project: Project, role: str) -> dict[int, ChannelInput]:
    """Return the channels that a pass may read; one without a source reads nothing."""
    section, codes = project.section(role), project.codes(role)
    if section is None:
        return {}
    drawn = {section.role for section in project.sections}
    nothing = make_channel_input(Media("none"))
    inputs = {}
    for number in range(4):
        if not shadertoy_glsl.reads(codes, number):
            continue
        channel_input = section.channel_inputs.get(number, nothing)
        missing = channel_input.media.word in PASSES and channel_input.media.word not in drawn
        inputs[number] = nothing if missing else channel_input
    return inputs


def _pass(
    project: Project, role: str, channel_inputs: _ChannelInputs, bindings: UniformBindings
) -> Pass:
    sections = [
        section for section in (project.section("common"), project.section(role)) if section
    ]
    pieces = [_piece(section, bindings) for section in sections]
    media = {number: channel_input.media for number, channel_input in channel_inputs[role].items()}
    return Pass(
        vertex=shadertoy_glsl.VERTEX,
        fragment=shadertoy_glsl.fragment(
            role, pieces, media, bindings.host, bindings.first_statements
        ),
        target=_target(role, channel_inputs),
        channels=tuple(
            [
                _channel(f"iChannel{number}", channel_input)
                for number, channel_input in channel_inputs[role].items()
            ]
            + [
                _channel(name, make_channel_input(medium))
                for name, medium in _unknown_samplers(project, role).items()
            ]
        ),
    )


def _unknown_samplers(project: Project, role: str) -> dict[str, Media]:
    """Return sources for samplers that are not channels: nothing, or the cheapest texture."""
    cheapest = {"sampler2D": Media("none"), "samplerCube": Media("cubemap"), "sampler3D": volume(1)}
    samplers = shadertoy_glsl.unknown_samplers(project.codes(role))
    return {name: cheapest[kind] for name, kind in samplers.items()}


def _target(role: str, channel_inputs: _ChannelInputs) -> str | None:
    """Return the target of a pass; the Image pass has one only if its output is read."""
    if role != "image":
        return Media(role).source
    read = {
        channel_input.media.word
        for by_number in channel_inputs.values()
        for channel_input in by_number.values()
    }
    return SELF if SELF in read else None


def _piece(section: Section, bindings: UniformBindings) -> Piece:
    code = shadertoy_uniforms.without_replaced(section.code, bindings)
    return Piece(code, section.line, section.start)


def _channel(uniform: str, channel_input: ChannelInput) -> Channel:
    return Channel(
        uniform=uniform,
        source=channel_input.media.source,
        filter=channel_input.filter,
        wrap=channel_input.wrap,
        flipped=channel_input.flipped,
    )


def _targets(channel_inputs: _ChannelInputs) -> tuple[Target, ...]:
    """Return the buffers; one that is read before or while it is drawn is persistent."""
    order = list(channel_inputs)
    targets = []
    for at, role in enumerate(order):
        if role == "image":
            kept = Target(name=SELF, persistent=True, floating=True)
            targets += [kept] if _target(role, channel_inputs) else []
            continue
        media_before = [
            channel_input.media.word
            for name in order[: at + 1]
            for channel_input in channel_inputs[name].values()
        ]
        edge = _EDGE if role == CUBE else None
        targets.append(
            Target(
                name=Media(role).source,
                persistent=role in media_before,
                floating=True,
                width=edge,
                height=edge,
                cube=role == CUBE,
            )
        )
    return tuple(targets)


def _textures(media: list[Media]) -> tuple[Texture, ...]:
    return tuple(dict.fromkeys(medium.texture for medium in media if medium.texture))


def _inputs(media: list[Media]) -> tuple[Input, ...]:
    if not any(medium.word in INPUT_IMAGES for medium in media):
        return ()
    return (Input(name="picture", uniform="picture", kind=Kind.IMAGE, label="Image"),)


def _uniforms(cube: bool) -> dict[str, Builtin]:
    face = {shadertoy_glsl.FACE: Builtin.FACE} if cube else {}
    return {**shadertoy_glsl.UNIFORMS, **face}
