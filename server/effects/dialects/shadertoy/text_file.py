"""One text file with all passes of a Shadertoy: what an export becomes to be worked on."""

from server.effects.dialects.shadertoy import api as shadertoy_api
from server.effects.dialects.shadertoy import parser as shadertoy
from server.effects.dialects.shadertoy.channels import CUBE, PASSES, Wire, wire
from server.effects.dialects.shadertoy.project import Section, Toy
from server.effects.dialects.shadertoy.text_form import MARK, PLAYER, PLUG
from server.effects.source import plain_text
from server.effects.source.diagnostic import Text

_ORDER = ("common", *PASSES)
_NAMES = {role: role[:1].upper() + role[1:] for role in _ORDER} | {CUBE: "Cube A"}


def text_of(export: str, file: str = "shader.json") -> str:
    """The text form of the one shader of an export, which reads as the same effect.

    Args:
        export: the JSON that Shadertoy's API or site gives.
        file: what diagnostics call it.

    Raises:
        ToqiboxError: as shadertoy.parse.
    """
    return _text(shadertoy.read("shader", file, export))


def texts_of(export: str, file: str = "shader.json") -> list[tuple[str, str]]:
    """Title and text form of every shader of an export; arguments and errors as `text_of`."""
    author = Text("shader", file, plain_text.plain(export))
    return [(toy.title, _text(toy)) for toy in shadertoy_api.shaders(author)]


def _text(toy: Toy) -> str:
    rows = _facts(toy)
    for role in _ORDER:
        section = toy.section(role)
        if section is not None:
            rows += ["", f"// Pass: {_NAMES[role]}", *_section(section)]
    return "\n".join(rows) + "\n"


def _facts(toy: Toy) -> list[str]:
    """What is known of it, an empty line of each too: otherwise the code's comments are asked."""
    return [
        f"// Title: {toy.title}",
        f"// Author: {toy.credit}",
        f"// License: {toy.license}",
        f"// Description: {toy.description}",
        f"// Tags: {', '.join(toy.categories)}",
    ]


def _section(section: Section) -> list[str]:
    plugs = [f"// iChannel{n}: {_plug(one)}" for n, one in sorted(section.wires.items())]
    return plugs + [_quoted(line) for line in section.code.split("\n")]


def _plug(one: Wire) -> str:
    """A channel in words, without what it would be anyway."""
    usual = wire(one.media)
    options = [one.filter.value] if one.filter is not usual.filter else []
    options += [one.wrap.value] if one.wrap is not usual.wrap else []
    options += ["flip"] if one.flipped else []
    return f"{one.media} ({', '.join(options)})" if options else str(one.media)


def _quoted(line: str) -> str:
    """A line of code; one that would mean something in a text becomes a mere comment."""
    if MARK.fullmatch(line) or PLUG.fullmatch(line):
        return line.replace("//", "///", 1)
    return f"//{line}" if PLAYER.fullmatch(line) else line
