"""One text file with all passes of a Shadertoy, converted from an export."""

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
    """Convert the only shader of an export to the text form, which is parsed to the same effect.

    Args:
        export: the JSON that Shadertoy's API or site gives.
        file: its name in diagnostics.

    Raises:
        ToqiboxError: as shadertoy.parse.
    """
    return _text(shadertoy.read("shader", file, export))


def to_texts(export: str, file: str = "shader.json") -> list[tuple[str, str]]:
    """Return title and text form of all shaders of an export; arguments and errors as `to_text`."""
    author_file = AuthorFile("shader", file, plain_text.normalize(export))
    return [(project.title, _text(project)) for project in shadertoy_api.shaders(author_file)]


def _text(project: Project) -> str:
    lines = _credit_lines(project)
    for role in _ORDER:
        section = project.section(role)
        if section is not None:
            lines += ["", f"// Pass: {_NAMES[role]}", *_section(section)]
    return "\n".join(lines) + "\n"


def _credit_lines(project: Project) -> list[str]:
    """Return the credits, with empty lines too: otherwise those in the code's comments count."""
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
    """Return a channel in words, without defaults."""
    default = make_channel_input(channel_input.media)
    options = [channel_input.filter.value] if channel_input.filter is not default.filter else []
    options += [channel_input.wrap.value] if channel_input.wrap is not default.wrap else []
    options += ["flip"] if channel_input.flipped else []
    return f"{channel_input.media} ({', '.join(options)})" if options else str(channel_input.media)


def _escape_line(line: str) -> str:
    """Escape a line of code that would have a meaning in the text form, as a plain comment."""
    if PASS_LINE.fullmatch(line) or CHANNEL_LINE.fullmatch(line):
        return line.replace("//", "///", 1)
    return f"//{line}" if PLAYER_LINE.fullmatch(line) else line
