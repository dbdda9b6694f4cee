"""Exports of Shadertoy's API: JSON with the code and the channels of each pass."""

import re
from dataclasses import replace

from server.effects.dialects.shadertoy.channels import (
    BUFFERS,
    CUBE,
    ChannelInput,
    Media,
    make_channel_input,
    noise,
    volume,
)
from server.effects.dialects.shadertoy.glsl import reads
from server.effects.dialects.shadertoy.project import Project, Section, categories, licence_in
from server.effects.effect import MAX_PASSES
from server.effects.model.texture import Filter, Wrap
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AUTHOR, HOST, AuthorFile, Listing
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_array
from server.effects.source.header import read_object as read_json
from server.effects.source.plain_text import one_line

LICENSE = "CC BY-NC-SA 3.0"
"""The site's licence for shaders whose author states none."""

_MAX_NAMED = 8
"""Maximum number of shaders of an export that a message names."""
_FIRST_LISTING = 3 * HOST
_OUTPUTS = {
    "4dXGR8": "buffer A",
    "XsXGR8": "buffer B",
    "4sXGR8": "buffer C",
    "XdfGR8": "buffer D",
    "257": "buffer A",
    "258": "buffer B",
    "259": "buffer C",
    "260": "buffer D",
}
"""The site's ids of its buffers, as outputs and as inputs; the numbers are older ids."""
_CUBE_ID = "4dX3Rr"
_NOISES = {
    "f735bee5b64ef98879dc618b016ecf7939a5756040c2cde21ccb15e69a6e1cfb": noise(256, 4),
    "3083c722c0c738cad0f468383167a0d246f91af2bfa373e9c5c094fb8c8413e0": noise(64, 4),
    "0c7bf5fe9462d5bffbd11126e82908e39be3ce56220d900f633d58fb432e56f5": noise(256, 1),
    "0a40562379b63dfb89227e6d172f39fdce9022cba76623f1054a2c83d6c0ba5d": noise(64, 1),
    "cb49c003b454385aa9975733aff4571c62182ccdda480aaba9a8d250014f00ec": noise(1024, 4),  # blue
    "85a6d68622b36995ccb98a89bbb119edf167c914660e4450d313de049320005c": noise(8, 1),  # Bayer's
    "tex10.png": noise(64, 1),
    "tex11.png": noise(64, 4),
    "tex12.png": noise(256, 1),
    "tex15.png": noise(8, 1),
    "tex16.png": noise(256, 4),
}
"""The site's noise textures, by the names of their files: they are generated here."""
_GRAY_VOLUME = "27012b4eadd0c3ce12498b867058e4f717ce79e10a99568cca461682d84a4b04"
_PLAIN = {
    "keyboard": "keyboard",
    "music": "sound",
    "musicstream": "sound",
    "soundcloud": "sound",
    "mic": "sound",
}


def read(author_file: AuthorFile) -> Project:
    """Read an export of one shader.

    It is ``{"Shader": {…}}``, the object in it, or an array of one; or the export of an account,
    ``{"shaders": [{…}]}``.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with a diagnostic at the line at fault.
    """
    return _project(author_file, _shader(author_file, _outer(author_file)))


def shaders(author_file: AuthorFile) -> list[Project]:
    """Read all shaders of an export, in order; errors as `read`."""
    return [_project(author_file, table) for table in _tables(_outer(author_file))]


def _outer(author_file: AuthorFile) -> JsonObject:
    """Return a whole export; an array as the ``shaders`` of an account."""
    start, end = 0, len(author_file.text)
    try:
        if not author_file.text.lstrip().startswith("["):
            return read_json(author_file.text, start, end)
        array = read_array(author_file.text, start, end)
    except HeaderSyntaxError as error:
        raise author_file.error(str(error), error.offset) from None
    outer = JsonObject(start)
    outer["shaders"] = array
    return outer


def _shader(author_file: AuthorFile, outer: JsonObject) -> JsonObject:
    """Return the only shader of an export."""
    tables = _tables(outer)
    if len(tables) > 1:
        names = ", ".join(f"“{_title(table)}”" for table in tables[:_MAX_NAMED])
        more = ", …" if len(tables) > _MAX_NAMED else ""
        message = f"it holds {len(tables)} shaders: {names}{more}"
        hint = "`toqibox effects import FILE.json` writes each of them to a file of its own"
        raise author_file.error(message, outer.offset_of("shaders"), hint)
    return tables[0]


def _tables(outer: JsonObject) -> list[JsonObject]:
    """Return the shaders of an export, the export itself if it has no list."""
    array = outer.get("shaders")
    tables = (
        [table for table in array if isinstance(table, JsonObject)]
        if isinstance(array, JsonArray)
        else [outer]
    )
    inner = ((table, table.get("Shader")) for table in tables)
    return [
        inner_table if isinstance(inner_table, JsonObject) else table
        for table, inner_table in inner
    ] or [outer]


def _title(shader: JsonObject) -> str:
    info = shader.get("info")
    return one_line(str(info.get("name") or ""), 80) if isinstance(info, JsonObject) else ""


def _project(author_file: AuthorFile, shader: JsonObject) -> Project:
    sections, listings = _sections(author_file, shader)
    info = shader.get("info")
    info_table = info if isinstance(info, JsonObject) else JsonObject(shader.offset)
    tags = info_table.get("tags")
    code = "\n".join(section.code for section in sections)
    return Project(
        sections=tuple(sections),
        listings=(Listing(AUTHOR, author_file.file, author_file.text), *listings),
        title=_title(shader),
        credit=one_line(str(info_table.get("username") or ""), 200),
        license=licence_in(code) or LICENSE,
        description=one_line(str(info_table.get("description") or ""), 2000),
        categories=categories([str(t) for t in tags] if isinstance(tags, JsonArray) else []),
    )


def _sections(author_file: AuthorFile, shader: JsonObject) -> tuple[list[Section], list[Listing]]:
    passes = _passes(author_file, shader)
    sections = []
    for at, (role, table) in enumerate(passes.items()):
        code = str(table["code"]).replace("\r\n", "\n").replace("\r", "\n").rstrip()
        sections.append(Section(role=role, code=code, start=_FIRST_LISTING + at * HOST))
    codes = {section.role: without_comments(section.code) for section in sections}
    channels_read = {
        role: [n for n in range(4) if reads((codes.get("common", ""), code), n)]
        for role, code in codes.items()
    }
    inputs = {role: _inputs(table, channels_read[role]) for role, table in passes.items()}
    input_file = _input_file([table for tables in inputs.values() for table in tables.values()])
    connected = [
        replace(
            section,
            channel_inputs=_channel_inputs(
                inputs[section.role], channels_read[section.role], input_file
            ),
        )
        for section in sections
    ]
    return connected, [_listing(author_file, section) for section in sections]


def _passes(author_file: AuthorFile, shader: JsonObject) -> dict[str, JsonObject]:
    """Return the passes by their roles, without those that draw nothing and duplicates."""
    array = shader.get("renderpass")
    if not isinstance(array, JsonArray):
        raise author_file.error("an array “renderpass” is required", shader.offset_of("renderpass"))
    if len(array) > MAX_PASSES:
        message = f"at most {MAX_PASSES} passes are allowed"
        raise author_file.refusal(message, shader.offset_of("renderpass"))
    passes: dict[str, JsonObject] = {}
    for table, offset in zip(array, array.offsets, strict=True):
        if not isinstance(table, JsonObject) or not isinstance(table.get("code"), str):
            raise author_file.error("a pass must be an object with a string “code”", offset)
        role = _role(table)
        if role is not None:
            passes.setdefault(role, table)
    return passes


def _listing(author_file: AuthorFile, section: Section) -> Listing:
    name = section.role[:1].upper() + section.role[1:]
    return Listing(section.start, f"{author_file.file} ({name})", section.code)


def _role(table: JsonObject) -> str | None:
    """Return the role of a pass; None for a sound pass and unknown types."""
    kind = str(table.get("type") or "image").lower()
    if kind == "cubemap":
        return CUBE
    if kind != "buffer":
        return kind if kind in ("image", "common") else None
    outputs = table.get("outputs")
    array = outputs if isinstance(outputs, JsonArray) else JsonArray()
    ids = [str(output.get("id")) for output in array if isinstance(output, JsonObject)]
    known = [_OUTPUTS[name] for name in ids if name in _OUTPUTS]
    letter = re.fullmatch(r"Buf(?:fer)? ?([A-D])", str(table.get("name") or ""))
    return known[0] if known else (f"buffer {letter[1]}" if letter else BUFFERS[0])


def _inputs(pass_table: JsonObject, channels_read: list[int]) -> dict[int, JsonObject]:
    """Return the inputs that a pass reads, by channel number."""
    inputs = pass_table.get("inputs")
    by_channel = {}
    for table in inputs if isinstance(inputs, JsonArray) else ():
        input_id = table.get("channel") if isinstance(table, JsonObject) else None
        if (
            isinstance(table, JsonObject)
            and isinstance(input_id, int)
            and input_id in channels_read
        ):
            by_channel[input_id] = table
    return by_channel


def _kind(table: JsonObject) -> str:
    return str(table.get("type") or table.get("ctype") or "").lower()


def _path(table: JsonObject) -> str:
    return str(table.get("filepath") or table.get("src") or "")


def _stem(table: JsonObject) -> str:
    name = _path(table).rpartition("/")[2]
    return name if name in _NOISES else name.partition(".")[0]


def _input_file(tables: list[JsonObject]) -> str | None:
    """Return the file that the input image replaces: the first video or camera, else image."""
    for kinds in (("video", "webcam"), ("texture",)):
        for table in tables:
            if _kind(table) in kinds and _stem(table) not in _NOISES:
                return _path(table)
    return None


def _channel_inputs(
    inputs: dict[int, JsonObject], channels_read: list[int], input_file: str | None
) -> dict[int, ChannelInput]:
    """Return the channels that a pass reads; a channel without an input reads nothing."""
    nothing = make_channel_input(Media("none"))
    return {
        n: _channel_input(inputs[n], input_file) if n in inputs else nothing for n in channels_read
    }


def _channel_input(table: JsonObject, input_file: str | None) -> ChannelInput:
    sampler = table.get("sampler")
    sampler_table = sampler if isinstance(sampler, JsonObject) else JsonObject(table.offset)
    filters = {option.value: option for option in Filter}
    wraps = {option.value: option for option in Wrap}
    return make_channel_input(
        _media(table, input_file),
        filters.get(str(sampler_table.get("filter"))),
        wraps.get(str(sampler_table.get("wrap"))),
        str(sampler_table.get("vflip", "true")).lower() == "false",
    )


def _media(table: JsonObject, input_file: str | None) -> Media:
    kind, stem, input_id = _kind(table), _stem(table), str(table.get("id"))
    if kind == "texture" and stem in _NOISES:
        return _NOISES[stem]
    if kind in ("texture", "video", "webcam"):
        word = "photo" if kind == "texture" else kind
        return Media(word if _path(table) == input_file else "original")
    if kind == "buffer":
        letter = re.fullmatch(r"buffer0([0-3])", stem)
        buffer = BUFFERS[int(letter[1])] if letter else BUFFERS[0]
        return Media(_OUTPUTS.get(input_id, buffer))
    if kind == "cubemap":
        return Media(CUBE if input_id == _CUBE_ID or stem.startswith("cubemap0") else "cubemap")
    if kind == "volume":
        return volume(1 if stem == _GRAY_VOLUME else 4)
    return Media(_PLAIN.get(kind, "none"))
