"""One text file with all passes of a Shadertoy: what an export becomes to be worked on."""

from server.effects.dialects.shadertoy import api as shadertoy_api
from server.effects.dialects.shadertoy import parser as shadertoy
from server.effects.dialects.shadertoy.channels import (
    CUBE,
    PASSES,
    ChannelInput,
    make_channel_input,
)
from server.effects.dialects.shadertoy.project import Project, Section
from server.effects.dialects.shadertoy.text_form import CHANNEL_LINE, PASS_LINE, PLAYER_LINE
from server.effects.source import plain_text
from server.effects.source.diagnostic import AuthorFile

_ORDER = ("common", *PASSES)
_NAMES = {role: role[:1].upper() + role[1:] for role in _ORDER} | {CUBE: "Cube A"}


def to_text(export: str, file: str = "shader.json") -> str:
    """The text form of the one shader of an export, which reads as the same effect.

    Args:
        export: the JSON that Shadertoy's API or site gives.
        file: what diagnostics call it.

    Raises:
        ToqiboxError: as shadertoy.parse.
    """
    return _text(shadertoy.read("shader", file, export))


def to_texts(export: str, file: str = "shader.json") -> list[tuple[str, str]]:
    """Title and text form of every shader of an export; arguments and errors as `to_text`."""
    author = AuthorFile("shader", file, plain_text.normalize(export))
    return [(project.title, _text(project)) for project in shadertoy_api.shaders(author)]


def _text(project: Project) -> str:
    lines = _facts(project)
    for role in _ORDER:
        section = project.section(role)
        if section is not None:
            lines += ["", f"// Pass: {_NAMES[role]}", *_section(section)]
    return "\n".join(lines) + "\n"


def _facts(project: Project) -> list[str]:
    """What is known of it, an empty line of each too: otherwise the code's comments are asked."""
    return [
        f"// Title: {project.title}",
        f"// Author: {project.credit}",
        f"// License: {project.license}",
        f"// Description: {project.description}",
        f"// Tags: {', '.join(project.categories)}",
    ]


def _section(section: Section) -> list[str]:
    channel_lines = [
        f"// iChannel{n}: {_channel_text(channel_input)}"
        for n, channel_input in sorted(section.channel_inputs.items())
    ]
    return channel_lines + [_escape_line(line) for line in section.code.split("\n")]


def _channel_text(channel_input: ChannelInput) -> str:
    """A channel in words, without what it would be anyway."""
    default = make_channel_input(channel_input.media)
    options = [channel_input.filter.value] if channel_input.filter is not default.filter else []
    options += [channel_input.wrap.value] if channel_input.wrap is not default.wrap else []
    options += ["flip"] if channel_input.flipped else []
    return f"{channel_input.media} ({', '.join(options)})" if options else str(channel_input.media)


def _escape_line(line: str) -> str:
    """A line of code; one that would mean something in a text becomes a mere comment."""
    if PASS_LINE.fullmatch(line) or CHANNEL_LINE.fullmatch(line):
        return line.replace("//", "///", 1)
    return f"//{line}" if PLAYER_LINE.fullmatch(line) else line
