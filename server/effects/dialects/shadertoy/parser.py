"""Shadertoy (https://www.shadertoy.com): ``mainImage`` in a text, or what its API exports."""

from collections.abc import Mapping

from server.effects.dialects.fragment.uniform_bindings import Roles
from server.effects.dialects.shadertoy import api as shadertoy_api
from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy import missing_buffers, text_form
from server.effects.dialects.shadertoy import uniforms as shadertoy_uniforms
from server.effects.dialects.shadertoy.channels import (
    CUBE,
    PASSES,
    PICTURES,
    SELF,
    Media,
    Wire,
    volume,
    wire,
)
from server.effects.dialects.shadertoy.project import Section, Toy
from server.effects.effect import Builtin, Channel, Effect, Pass, Target, Texture
from server.effects.glsl.glsl330 import Piece
from server.effects.model.input import Input, Kind
from server.effects.source import plain_text
from server.effects.source.diagnostic import Text

_EDGE = "1024"
"""Pixels of the edge of a cube pass, as the site has it: authors count on it."""

_Wires = Mapping[str, Mapping[int, Wire]]
"""The channels that each pass reads, by role and number; the passes in the order of drawing."""


def parse(effect_id: str, file: str, text: str) -> Effect:
    """Turn a Shadertoy into the internal form; arguments and errors as in dialects.load."""
    toy = read(effect_id, file, text)
    wires: _Wires = {role: _wires(toy, role) for role in PASSES if toy.section(role)}
    media = [plugged.media for row in wires.values() for plugged in row.values()]
    media += [stranger for role in wires for stranger in _strangers(toy, role).values()]
    own = shadertoy_uniforms.read(section.code for section in toy.sections)
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        title=toy.title or plain_text.title_of(effect_id, file),
        dialect="shadertoy",
        description=toy.description,
        credit=toy.credit,
        license=toy.license,
        categories=toy.categories,
        inputs=(*_inputs(media), *own.inputs),
        passes=tuple(_pass(toy, role, wires, own) for role in wires),
        targets=_targets(wires),
        textures=_textures(media),
        listings=toy.listings,
        uniforms={**_uniforms(CUBE in wires), **own.uniforms},
        warnings=tuple(missing_buffers.warnings(toy)),
    )


def read(effect_id: str, file: str, text: str) -> Toy:
    """What a text or an export says, before anything is made of it; as `parse`."""
    plain = plain_text.plain(text)
    author = Text(effect_id, file, plain)
    toy = shadertoy_api.read(author) if plain.lstrip()[:1] in ("{", "[") else text_form.read(author)
    if toy.section("image") is None:
        raise author.error("there is no Image pass", 0)
    return toy


def _wires(toy: Toy, role: str) -> dict[int, Wire]:
    """The channels that a pass may read; one that is read and not plugged in reads nothing."""
    section, codes = toy.section(role), toy.codes(role)
    if section is None:
        return {}
    drawn = {row.role for row in toy.sections}
    nothing = wire(Media("none"))
    found = {}
    for number in range(4):
        if not shadertoy_glsl.reads(codes, number):
            continue
        plugged = section.wires.get(number, nothing)
        missing = plugged.media.word in PASSES and plugged.media.word not in drawn
        found[number] = nothing if missing else plugged
    return found


def _pass(toy: Toy, role: str, wires: _Wires, own: Roles) -> Pass:
    sections = [row for row in (toy.section("common"), toy.section(role)) if row]
    pieces = [_piece(row, own) for row in sections]
    media = {number: plugged.media for number, plugged in wires[role].items()}
    return Pass(
        vertex=shadertoy_glsl.VERTEX,
        fragment=shadertoy_glsl.fragment(role, pieces, media, own.host, own.first),
        target=_target(role, wires),
        channels=tuple(
            [_channel(f"iChannel{number}", plugged) for number, plugged in wires[role].items()]
            + [_channel(name, wire(one)) for name, one in _strangers(toy, role).items()]
        ),
    )


def _strangers(toy: Toy, role: str) -> dict[str, Media]:
    """What samplers read that are no channels: nothing, or what takes the least to make."""
    least = {"sampler2D": Media("none"), "samplerCube": Media("cubemap"), "sampler3D": volume(1)}
    found = shadertoy_glsl.strangers(toy.codes(role))
    return {name: least[kind] for name, kind in found.items()}


def _target(role: str, wires: _Wires) -> str | None:
    """What a pass draws into; the Image pass only where something reads what it drew before."""
    if role != "image":
        return Media(role).source
    read = {plugged.media.word for row in wires.values() for plugged in row.values()}
    return SELF if SELF in read else None


def _piece(section: Section, own: Roles) -> Piece:
    code = shadertoy_uniforms.without_replaced(section.code, own)
    return Piece(code, section.line, section.start)


def _channel(uniform: str, plugged: Wire) -> Channel:
    return Channel(
        uniform=uniform,
        source=plugged.media.source,
        filter=plugged.filter,
        wrap=plugged.wrap,
        flipped=plugged.flipped,
    )


def _targets(wires: _Wires) -> tuple[Target, ...]:
    """Buffers; one is kept from frame to frame where it is read before or while it is drawn."""
    order = list(wires)
    found = []
    for at, role in enumerate(order):
        if role == "image":
            kept = Target(name=SELF, persistent=True, floating=True)
            found += [kept] if _target(role, wires) else []
            continue
        before = [row.media.word for name in order[: at + 1] for row in wires[name].values()]
        edge = _EDGE if role == CUBE else None
        found.append(
            Target(
                name=Media(role).source,
                persistent=role in before,
                floating=True,
                width=edge,
                height=edge,
                cube=role == CUBE,
            )
        )
    return tuple(found)


def _textures(media: list[Media]) -> tuple[Texture, ...]:
    return tuple(dict.fromkeys(row.texture for row in media if row.texture))


def _inputs(media: list[Media]) -> tuple[Input, ...]:
    if not any(row.word in PICTURES for row in media):
        return ()
    return (Input(name="picture", uniform="picture", kind=Kind.IMAGE, label="Picture"),)


def _uniforms(cube: bool) -> dict[str, Builtin]:
    face = {shadertoy_glsl.FACE: Builtin.FACE} if cube else {}
    return {**shadertoy_glsl.UNIFORMS, **face}
