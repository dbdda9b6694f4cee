"""Shadertoy shaders as text: one ``mainImage``, or one file with a section for each pass.

A section starts with a line ``// Pass: Buffer A`` (Common, Buffer A to D, Cube A, Image); lines
``// iChannel0: photo (mipmap, repeat)`` in it set the sources of its channels. Without such lines
the first channel that is used reads the photo, the next one audio, further ones noise.
"""

import re
from dataclasses import replace

from server.effects.dialects.fragment import player_lines
from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy.channels import (
    BUFFERS,
    CUBE,
    INPUT_IMAGES,
    PASSES,
    SELF,
    ChannelInput,
    Media,
    make_channel_input,
    noise,
    parse_media,
)
from server.effects.dialects.shadertoy.project import Project, Section, categories, licence_in
from server.effects.model.texture import Filter, Wrap
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AUTHOR, AuthorFile, Listing
from server.effects.source.plain_text import one_line

PASS_LINE = re.compile(r"[ \t]*//[ \t]*Pass[ \t]*:[ \t]*([^\n]*)", re.IGNORECASE)
"""A line that starts a section."""
CHANNEL_LINE = re.compile(
    r"[ \t]*//[ \t]*iChannel([0-3])[ \t]*[:=][ \t]*([^\n(]*)(?:\(([^\n)]*)\))?[^\n]*"
)
"""A line that sets the source of a channel: its number, words for the source, its sampling."""
PLAYER_LINE = re.compile(r'[ \t]*#[ \t]*iChannel([0-3])[ \t]+"([^"\n]*)"[^\n]*')
"""A line of an editor's player that sets the source of a channel."""
_ROLES = {"common": "common", "sound": "sound", "image": "image", CUBE.lower(): CUBE} | {
    name.lower(): name for name in BUFFERS
}
_KNOWN = (
    "photo, original, sound, buffer A to D, cube A, self, noise, volume, cubemap, keyboard, none,"
    " image"
)
_CREDIT_LINES = {
    "title": re.compile(r"(?:shader )?(?:title|name)\s*[:=]\s*(.*)", re.IGNORECASE),
    "credit": re.compile(r"(?:author\s*[:=]|(?:created|made|written) by:?)\s*(.*)", re.IGNORECASE),
    "license": re.compile(r"licen[sc]e\s*[:=]\s*(.*)", re.IGNORECASE),
    "description": re.compile(r"description\s*[:=]\s*(.*)", re.IGNORECASE),
    "categories": re.compile(r"(?:tags|categories)\s*[:=]\s*(.*)", re.IGNORECASE),
}
_MAX_LENGTH = {"title": 80, "credit": 200, "license": 80, "description": 2000, "categories": 700}
_HEAD = 80
"""Number of lines at the start of a file whose comments may hold title, author and so on."""


def read(author_file: AuthorFile) -> Project:
    """Read a text.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with a diagnostic at the line at fault.
    """
    sections = _sections(author_file)
    facts = _read_credits(author_file.text)
    return Project(
        sections=tuple(
            _with_channel_inputs(author_file, section, sections) for section in sections
        ),
        listings=(Listing(AUTHOR, author_file.file, author_file.text),),
        title=facts.get("title", ""),
        credit=facts.get("credit", ""),
        license=facts.get("license", licence_in(author_file.text)),
        description=facts.get("description", ""),
        categories=categories(facts.get("categories", "").split(",")),
    )


def _sections(author_file: AuthorFile) -> list[Section]:
    """Return the sections without their channels; a sound pass is left out."""
    lines = author_file.text.split("\n")
    marks = [
        (at, match[1]) for at, line in enumerate(lines) if (match := PASS_LINE.fullmatch(line))
    ]
    bindings = [(at, _ROLES.get(" ".join(name.lower().split()))) for at, name in marks]
    if not any(role for _, role in bindings):
        return [Section(role="image", code=author_file.text)]
    sections: list[Section] = []
    before = "\n".join(lines[: bindings[0][0]])
    if without_comments(before).strip():
        sections.append(Section(role="common", code=before))
    ends = [at for at, _ in bindings[1:]] + [len(lines)]
    for (at, role), end in zip(bindings, ends, strict=True):
        if role is None:
            raise _error(
                author_file,
                at,
                "unknown pass: use Common, Buffer A to D, Cube A or Image",
            )
        if any(section.role == role for section in sections):
            raise _error(author_file, at, f"the pass “{role}” must not occur twice")
        if role != "sound":
            sections.append(Section(role=role, code="\n".join(lines[at + 1 : end]), line=at + 2))
    return sections


def _with_channel_inputs(
    author_file: AuthorFile, section: Section, sections: list[Section]
) -> Section:
    """Return the section with its channels, without the lines at its start that set them.

    Within the code a line with an unknown source is a plain comment.
    """
    channel_inputs: dict[int, ChannelInput] = {}
    lines = section.code.split("\n")
    head = 0
    inside_code = False
    for at, line in enumerate(lines):
        inside_code = inside_code or "{" in line.partition("//")[0]
        parsed = _read_channel_line(
            author_file, line, section.line - 1 + at, strict=not inside_code
        )
        if parsed is None:
            continue
        channel_inputs[parsed[0]] = _resolve_self(parsed[1], section.role)
        head = at + 1 if head == at else head
    _apply_player_options(channel_inputs, player_lines.read(section.code).options)
    if section.role in PASSES:
        codes = [
            without_comments(other.code)
            for other in sections
            if other.role in (section.role, "common")
        ]
        _add_default_channels(channel_inputs, codes)
    code = "\n".join(lines[head:]).rstrip()
    return Section(
        role=section.role, code=code, line=section.line + head, channel_inputs=channel_inputs
    )


def _resolve_self(channel_input: ChannelInput, role: str) -> ChannelInput:
    """Replace “self” with the name of the pass; the Image pass has none."""
    if channel_input.media.word != SELF or role not in (*BUFFERS, CUBE):
        return channel_input
    return replace(channel_input, media=Media(role))


def _apply_player_options(
    channel_inputs: dict[int, ChannelInput], options: dict[int, dict[str, str]]
) -> None:
    """Apply the sampling options of an editor's player; they may turn a channel into a cube map."""
    for number, channel_options in options.items():
        filtered, wrap = player_lines.sampling(channel_options)
        channel_input = channel_inputs.get(number)
        if player_lines.is_cube(channel_options):
            channel_input = make_channel_input(Media("cubemap"))
        if channel_input is None and (filtered or wrap):
            channel_input = make_channel_input(Media("photo"))
        if channel_input is not None:
            channel_inputs[number] = replace(
                channel_input,
                filter=filtered or channel_input.filter,
                wrap=wrap or channel_input.wrap,
            )


def _add_default_channels(channel_inputs: dict[int, ChannelInput], codes: list[str]) -> None:
    """Set the sources of channels that are read and not set."""
    used_sources = {channel_input.media.word for channel_input in channel_inputs.values()}
    spare_sources = [Media("photo")] if not used_sources & set(INPUT_IMAGES) else []
    spare_sources += [Media("sound")] if "sound" not in used_sources else []
    for number in range(4):
        if number in channel_inputs or not shadertoy_glsl.reads(codes, number):
            continue
        reads_time = shadertoy_glsl.reads_time_of(codes, number)
        if reads_time and not shadertoy_glsl.samples(codes, number):
            channel_inputs[number] = make_channel_input(Media("video"))  # a source with a time
            continue
        channel_input = make_channel_input(spare_sources.pop(0) if spare_sources else noise(256, 4))
        if reads_time and channel_input.media.word == "photo":
            channel_input = replace(channel_input, media=Media("video"))
        channel_inputs[number] = channel_input


def _read_channel_line(
    author_file: AuthorFile, line: str, at: int, *, strict: bool
) -> tuple[int, ChannelInput] | None:
    """Return the channel that a line sets; `at` is the line's number from 0.

    If `strict`, an unknown source is an error.
    """
    if match := CHANNEL_LINE.fullmatch(line):
        try:
            media = parse_media(match[2])
        except ValueError as problem:
            raise _error(
                author_file, at, f"the image “{one_line(match[2], 80)}”: {problem}"
            ) from None
        if media is None and not strict:
            return None
        if media is None:
            message = f"“{one_line(match[2], 40)}” is not a source of a channel: use {_KNOWN}"
            raise _error(author_file, at, message)
        return int(match[1]), _sampled_input(media, match[3] or "")
    if match := PLAYER_LINE.fullmatch(line):
        return int(match[1]), make_channel_input(_media_of_address(author_file, match[2], at))
    return None


def _media_of_address(author_file: AuthorFile, address: str, at: int) -> Media:
    """Return the source in the line of an editor's player: a file is the input image or audio."""
    if address.lower().endswith(player_lines.AUDIO_SUFFIXES):
        return Media("sound")
    if address == SELF:
        return Media(SELF)
    if address.lower().endswith(player_lines.SHADER_SUFFIXES):
        message = "a channel that reads a shader needs a pass here: “// Pass: Buffer A”"
        raise _error(author_file, at, message)
    return Media("cubemap" if "{}" in address else "photo")


def _sampled_input(media: Media, options: str) -> ChannelInput:
    option_names = {word.lower() for word in re.split(r"[\s,]+", options)}
    filters = [option for option in Filter if option in option_names]
    wraps = [option for option in Wrap if option in option_names]
    flipped = bool(option_names & {"flip", "flipped"})
    return make_channel_input(
        media, filters[0] if filters else None, wraps[0] if wraps else None, flipped
    )


def _read_credits(text: str) -> dict[str, str]:
    """Return the credits in comments at the start; the first of each counts."""
    facts: dict[str, str] = {}
    for line in text.split("\n", _HEAD)[:_HEAD]:
        comment = re.fullmatch(r"[ \t]*(?://+|/?\*+)[ \t]*(.*?)(?:\*/)?[ \t]*", line)
        for key, pattern in _CREDIT_LINES.items():
            match = pattern.fullmatch(comment[1]) if comment else None
            if match and key not in facts:
                facts[key] = one_line(match[1], _MAX_LENGTH[key])
    return facts


def _error(author_file: AuthorFile, line: int, message: str) -> Exception:
    """Return the error at a line, counted from 0."""
    offset = sum(len(text_line) + 1 for text_line in author_file.text.split("\n")[:line])
    return author_file.error(message, offset)
