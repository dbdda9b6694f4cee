"""Shadertoy shaders as text: one ``mainImage``, or one file with a section for each pass.

A section starts with a line ``// Pass: Buffer A`` (Common, Buffer A to D, Cube A, Image); lines
``// iChannel0: photo (mipmap, repeat)`` in it say what its channels read. Without such lines the
first channel that is used reads the photo, the next the sound, further ones noise.
"""

import re
from dataclasses import replace

from server.effects.dialects.fragment import player_lines
from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy.channels import (
    BUFFERS,
    CUBE,
    PASSES,
    PICTURES,
    SELF,
    Media,
    Wire,
    media,
    noise,
    wire,
)
from server.effects.dialects.shadertoy.project import Section, Toy, categories, licence_in
from server.effects.model.texture import Filter, Wrap
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AUTHOR, Listing, Text
from server.effects.source.plain_text import one_line

MARK = re.compile(r"[ \t]*//[ \t]*Pass[ \t]*:[ \t]*([^\n]*)", re.IGNORECASE)
"""A line that starts a section."""
PLUG = re.compile(r"[ \t]*//[ \t]*iChannel([0-3])[ \t]*[:=][ \t]*([^\n(]*)(?:\(([^\n)]*)\))?[^\n]*")
"""A line that says what a channel reads: its number, the words for it, how it is sampled."""
PLAYER = re.compile(r'[ \t]*#[ \t]*iChannel([0-3])[ \t]+"([^"\n]*)"[^\n]*')
"""The same as an editor's player has it."""
_ROLES = {"common": "common", "sound": "sound", "image": "image", CUBE.lower(): CUBE} | {
    name.lower(): name for name in BUFFERS
}
_KNOWN = (
    "photo, original, sound, buffer A to D, cube A, self, noise, volume, cubemap, keyboard, none,"
    " image"
)
_FACTS = {
    "title": re.compile(r"(?:shader )?(?:title|name)\s*[:=]\s*(.*)", re.IGNORECASE),
    "credit": re.compile(r"(?:author\s*[:=]|(?:created|made|written) by:?)\s*(.*)", re.IGNORECASE),
    "license": re.compile(r"licen[sc]e\s*[:=]\s*(.*)", re.IGNORECASE),
    "description": re.compile(r"description\s*[:=]\s*(.*)", re.IGNORECASE),
    "categories": re.compile(r"(?:tags|categories)\s*[:=]\s*(.*)", re.IGNORECASE),
}
_LONGEST = {"title": 80, "credit": 200, "license": 80, "description": 2000, "categories": 700}
_HEAD = 80
"""Lines at the start of a file in which comments are read for title, author and so on."""


def read(author: Text) -> Toy:
    """Read a text.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with a diagnostic at the line at fault.
    """
    sections = _sections(author)
    facts = _facts(author.text)
    return Toy(
        sections=tuple(_plugged(author, section, sections) for section in sections),
        listings=(Listing(AUTHOR, author.file, author.text),),
        title=facts.get("title", ""),
        credit=facts.get("credit", ""),
        license=facts.get("license", licence_in(author.text)),
        description=facts.get("description", ""),
        categories=categories(facts.get("categories", "").split(",")),
    )


def _sections(author: Text) -> list[Section]:
    """The sections as they stand, their channels not yet read; a sound pass draws nothing."""
    lines = author.text.split("\n")
    marks = [(at, match[1]) for at, line in enumerate(lines) if (match := MARK.fullmatch(line))]
    roles = [(at, _ROLES.get(" ".join(name.lower().split()))) for at, name in marks]
    if not any(role for _, role in roles):
        return [Section(role="image", code=author.text)]
    found: list[Section] = []
    before = "\n".join(lines[: roles[0][0]])
    if without_comments(before).strip():
        found.append(Section(role="common", code=before))
    ends = [at for at, _ in roles[1:]] + [len(lines)]
    for (at, role), end in zip(roles, ends, strict=True):
        if role is None:
            raise _error(
                author,
                at,
                "there is no such pass; known passes: Common, Buffer A to D, Cube A, Image",
            )
        if any(row.role == role for row in found):
            raise _error(author, at, f"there are two passes of the name “{role}”")
        if role != "sound":
            found.append(Section(role=role, code="\n".join(lines[at + 1 : end]), line=at + 2))
    return found


def _plugged(author: Text, section: Section, sections: list[Section]) -> Section:
    """The section with its channels, without the lines at its start that name them.

    Within the code a line that names nothing known is a comment like any other.
    """
    wires: dict[int, Wire] = {}
    lines = section.code.split("\n")
    head = 0
    inside = False
    for at, line in enumerate(lines):
        inside = inside or "{" in line.partition("//")[0]
        found = _line(author, line, section.line - 1 + at, strict=not inside)
        if found is None:
            continue
        wires[found[0]] = _of_pass(found[1], section.role)
        head = at + 1 if head == at else head
    _option(wires, player_lines.read(section.code).options)
    if section.role in PASSES:
        codes = [
            without_comments(row.code) for row in sections if row.role in (section.role, "common")
        ]
        _default(wires, codes)
    code = "\n".join(lines[head:]).rstrip()
    return Section(role=section.role, code=code, line=section.line + head, wires=wires)


def _of_pass(plugged: Wire, role: str) -> Wire:
    """The channel with the name of the pass in the place of “self”; the Image pass has none."""
    if plugged.media.word != SELF or role not in (*BUFFERS, CUBE):
        return plugged
    return replace(plugged, media=Media(role))


def _option(wires: dict[int, Wire], options: dict[int, dict[str, str]]) -> None:
    """Sample the channels as an editor's player is told to; one of these may be a cube."""
    for number, told in options.items():
        filtered, wrap = player_lines.sampled(told)
        plugged = wires.get(number)
        if player_lines.is_cube(told):
            plugged = wire(Media("cubemap"))
        if plugged is None and (filtered or wrap):
            plugged = wire(Media("photo"))
        if plugged is not None:
            wires[number] = replace(
                plugged, filter=filtered or plugged.filter, wrap=wrap or plugged.wrap
            )


def _default(wires: dict[int, Wire], codes: list[str]) -> None:
    """Plug in the channels that are read and of which nothing is said."""
    words = {row.media.word for row in wires.values()}
    spare = [Media("photo")] if not words & set(PICTURES) else []
    spare += [Media("sound")] if "sound" not in words else []
    for number in range(4):
        if number in wires or not shadertoy_glsl.reads(codes, number):
            continue
        timed = shadertoy_glsl.asks_time(codes, number)
        if timed and not shadertoy_glsl.samples(codes, number):
            wires[number] = wire(Media("video"))  # something that plays
            continue
        plugged = wire(spare.pop(0) if spare else noise(256, 4))
        if timed and plugged.media.word == "photo":
            plugged = replace(plugged, media=Media("video"))
        wires[number] = plugged


def _line(author: Text, line: str, at: int, *, strict: bool) -> tuple[int, Wire] | None:
    """The channel that a line speaks of; `at` is its number from 0.

    What it says must be known if it is `strict`.
    """
    if match := PLUG.fullmatch(line):
        try:
            found = media(match[2])
        except ValueError as problem:
            raise _error(author, at, f"the image “{one_line(match[2], 80)}”: {problem}") from None
        if found is None and not strict:
            return None
        if found is None:
            message = f"“{one_line(match[2], 40)}” is nothing that a channel reads; known: {_KNOWN}"
            raise _error(author, at, message)
        return int(match[1]), _sampled(found, match[3] or "")
    if match := PLAYER.fullmatch(line):
        return int(match[1]), wire(_played(author, match[2], at))
    return None


def _played(author: Text, address: str, at: int) -> Media:
    """What the line of an editor's player means: a file stands for the picture or the sound."""
    if address.lower().endswith(player_lines.SOUNDS):
        return Media("sound")
    if address == SELF:
        return Media(SELF)
    if address.lower().endswith(player_lines.SHADERS):
        message = "a channel that reads a shader needs a pass here: “// Pass: Buffer A”"
        raise _error(author, at, message)
    return Media("cubemap" if "{}" in address else "photo")


def _sampled(found: Media, options: str) -> Wire:
    words = {word.lower() for word in re.split(r"[\s,]+", options)}
    filters = [row for row in Filter if row in words]
    wraps = [row for row in Wrap if row in words]
    flipped = bool(words & {"flip", "flipped"})
    return wire(found, filters[0] if filters else None, wraps[0] if wraps else None, flipped)


def _facts(text: str) -> dict[str, str]:
    """What comments at the start say of the shader; the first word on each counts."""
    found: dict[str, str] = {}
    for line in text.split("\n", _HEAD)[:_HEAD]:
        comment = re.fullmatch(r"[ \t]*(?://+|/?\*+)[ \t]*(.*?)(?:\*/)?[ \t]*", line)
        for key, pattern in _FACTS.items():
            match = pattern.fullmatch(comment[1]) if comment else None
            if match and key not in found:
                found[key] = one_line(match[1], _LONGEST[key])
    return found


def _error(author: Text, line: int, message: str) -> Exception:
    """The error at a line, counted from 0."""
    offset = sum(len(row) + 1 for row in author.text.split("\n")[:line])
    return author.error(message, offset)
