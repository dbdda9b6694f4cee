"""ISF 1 and 2 (https://docs.isf.video): a JSON header in a comment, then GLSL."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from server.effects.dialects.gl_transitions.parser import transition_inputs
from server.effects.dialects.isf import glsl as isf_glsl
from server.effects.dialects.isf import imports as isf_imports
from server.effects.dialects.isf import inputs as isf_inputs
from server.effects.dialects.isf import keys as isf_keys
from server.effects.dialects.isf import value_warnings
from server.effects.effect import Builtin, Content, Effect, Pass, Target, Texture
from server.effects.model.input import Input, Kind
from server.effects.model.modulation import TransitionProgress
from server.effects.source import plain_text
from server.effects.source.diagnostic import AUTHOR, AUTHOR_VERTEX, AuthorFile, Listing
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_object

UNIFORMS = {
    "TIME": Builtin.TIME,
    "TIMEDELTA": Builtin.TIME_DELTA,
    "FRAMEINDEX": Builtin.FRAME_INDEX,
    "DATE": Builtin.DATE,
    "RENDERSIZE": Builtin.RENDER_SIZE,
    "isf_safeArea": Builtin.SAFE_AREA,
}
_UNIFORM_TYPES = {
    "TIME": "float",
    "TIMEDELTA": "float",
    "FRAMEINDEX": "int",
    "DATE": "vec4",
    "RENDERSIZE": "vec2",
    "isf_safeArea": "vec4",
}
_INPUT_TYPES = {
    Kind.EVENT: "bool",
    Kind.BOOL: "bool",
    Kind.LONG: "int",
    Kind.FLOAT: "float",
    Kind.POINT: "vec2",
    Kind.COLOR: "vec4",
}
_MAX_PASSES = 16
_MAX_CATEGORIES = 16
_CONVERTED = re.compile(r"(?i)\bconverted from \S*\b(?:shadertoy|glslsandbox)\.com\b")


def parse(effect_id: str, file: str, text: str, vertex: str | None = None) -> Effect:
    """Turn an ISF file into the internal form; arguments and errors as in dialects.load."""
    plain = plain_text.normalize(text)
    author = AuthorFile(effect_id, file, plain)
    header, end = _header(author)
    inputs = _inputs(author, header, f"{plain}\n{vertex or ''}")
    textures = isf_imports.read_textures(author, header)
    passes = _tables(author, header, "PASSES")
    taken = {*_UNIFORM_TYPES, "PASSINDEX", *(item.name for item in inputs)}
    for name in textures:
        if name in taken:
            raise author.error(isf_keys.taken(name), header.offset_of("IMPORTED"))
    targets = _targets(author, header, passes, {*taken, *textures})
    names = _names(inputs, targets, passes, textures)
    line, body = _body(author, end)
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        vertex_source=vertex,
        title=_string(header, "TITLE", 80) or plain_text.default_title(effect_id, file),
        dialect="isf",
        description=_string(header, "DESCRIPTION", 2000),
        credit=_string(header, "CREDIT", 200),
        license=_string(header, "LICENSE", 80),
        categories=_categories(header),
        premium=isf_inputs.truth(header.get("PREMIUM", False)),
        inputs=inputs,
        passes=_passes(
            passes,
            isf_glsl.vertex(vertex, names),
            isf_glsl.fragment(body, line, names),
            opaque=_converted(header),
        ),
        targets=targets,
        textures=tuple(textures.values()),
        listings=_listings(file, plain, vertex),
        uniforms=dict(UNIFORMS),
        warnings=(
            *isf_keys.warnings(author, header),
            *value_warnings.warnings(author, header, inputs),
        ),
    )


def _listings(file: str, text: str, vertex: str | None) -> tuple[Listing, ...]:
    beside = Listing(AUTHOR_VERTEX, f"{file.rpartition('.')[0]}.vs", vertex or "")
    return (Listing(AUTHOR, file, text), beside)


def _header(author: AuthorFile) -> tuple[JsonObject, int]:
    """The header and the offset after its comment."""
    start = author.text.find("/*")
    if start < 0:
        raise author.error("there is no /* comment */ with the JSON header", 0)
    end = author.text.find("*/", start + 2)
    if end < 0:
        raise author.error("the comment with the JSON header is not closed", start)
    try:
        return read_object(author.text, start + 2, end), end + 2
    except HeaderSyntaxError as problem:
        raise author.error(f"header: {problem}", problem.offset) from None


def _body(author: AuthorFile, end: int) -> tuple[int, str]:
    """Number of the first line of the GLSL, and the GLSL: what follows the header's last line."""
    rest, _, body = author.text[end:].partition("\n")
    if rest.strip() and not body.strip():
        hint = "what stands behind the header on its last line is not read: begin a new line"
        raise author.error("there is no shader after the header", end, hint)
    return author.text.count("\n", 0, end) + 2, body


def _inputs(author: AuthorFile, header: JsonObject, code: str) -> tuple[Input, ...]:
    """The author's inputs; those of a transition begin with its two pictures."""
    inputs = isf_inputs.read_inputs(author, header, code)
    kinds = {item.name: item.kind for item in inputs}
    pictures = all(kinds.get(name) is Kind.IMAGE for name in ("startImage", "endImage"))
    if not pictures or kinds.get("progress") is not Kind.FLOAT or "inputImage" in kinds:
        return inputs
    moved = [
        replace(item, modulation=TransitionProgress())
        if item.name == "progress" and item.modulation is None
        else item
        for item in inputs
    ]
    moved.sort(key=lambda item: {"startImage": 0, "endImage": 1}.get(item.name, 2))
    return (*moved, *transition_inputs(kinds))


def _tables(author: AuthorFile, header: JsonObject, key: str) -> list[JsonObject]:
    """An array of objects; `null` and a missing key are an empty one."""
    rows = header.get(key)
    if rows is None:
        return []
    if not isinstance(rows, JsonArray):
        raise author.error(f"{key} is not an array", header.offset_of(key))
    if len(rows) > _MAX_PASSES:
        raise author.refusal(f"it has more than {_MAX_PASSES} passes", header.offset_of(key))
    for row, place in zip(rows, rows.offsets, strict=True):
        if not isinstance(row, JsonObject):
            raise author.error(f"{key} holds something that is not an object", place)
    return [row for row in rows if isinstance(row, JsonObject)]


def _targets(
    author: AuthorFile, header: JsonObject, passes: list[JsonObject], taken: Collection[str]
) -> tuple[Target, ...]:
    """Targets in the order of their first mention; passes may share one.

    The one that the last pass draws into is as large as the output, whatever is said of it.
    """
    found: dict[str, JsonObject] = {}
    mentions = [(row.get("TARGET"), row, row.offset_of("TARGET")) for row in passes]
    mentions += [(name, row, row.offset) for name, row in _persistent_buffers(author, header)]
    for name, row, place in mentions:
        if name is None or name == "":
            continue
        if not isinstance(name, str) or not isf_inputs.NAME.fullmatch(name):
            raise author.error("the name of a target is no identifier", place)
        if name in taken:
            raise author.error(isf_keys.taken(name), place)
        merged = found.setdefault(name, JsonObject(place))
        for key, value in row.items():
            merged.setdefault(key, value)
    last = passes[-1].get("TARGET") if passes else None
    return tuple(_target(name, row, name == last) for name, row in found.items())


def _target(name: str, row: JsonObject, last: bool) -> Target:
    return Target(
        name=isf_inputs.uniform_name(name),
        persistent=isf_inputs.truth(row.get("PERSISTENT", False)),
        floating=isf_inputs.truth(row.get("FLOAT", False)),
        width=None if last else _size(row.get("WIDTH")),
        height=None if last else _size(row.get("HEIGHT")),
    )


def _persistent_buffers(author: AuthorFile, header: JsonObject) -> list[tuple[object, JsonObject]]:
    """Version 1: an array of names, or an object of name and properties."""
    buffers = header.get("PERSISTENT_BUFFERS")
    place = header.offset_of("PERSISTENT_BUFFERS")
    if buffers is None:
        return []
    if not isinstance(buffers, (JsonArray, JsonObject)) or len(buffers) > _MAX_PASSES:
        raise author.error("PERSISTENT_BUFFERS is neither an array nor an object of names", place)
    found: list[tuple[object, JsonObject]] = []
    for name in buffers:
        row = JsonObject(place)
        properties = buffers.get(str(name)) if isinstance(buffers, JsonObject) else None
        row.update(properties if isinstance(properties, JsonObject) else {})
        row["PERSISTENT"] = True
        found.append((name, row))
    return found


def _size(value: object) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    return str(value).strip() or None


def _names(
    inputs: tuple[Input, ...],
    targets: tuple[Target, ...],
    passes: list[JsonObject],
    textures: Mapping[str, Texture],
) -> isf_glsl.Names:
    uniforms = dict(_UNIFORM_TYPES)
    uniforms |= {item.uniform: _INPUT_TYPES.get(item.kind, "sampler2D") for item in inputs}
    uniforms |= {target.name: "sampler2D" for target in targets}
    cubes = {one.name for one in textures.values() if one.content is Content.CUBE}
    uniforms |= {
        one.name: "samplerCube" if one.name in cubes else "sampler2D" for one in textures.values()
    }
    names = [*(str(row.get("TARGET") or "") for row in passes), *textures]
    pairs = [(name, isf_inputs.uniform_name(name)) for name in names]
    pairs += [(item.name, item.uniform) for item in inputs]
    return isf_glsl.Names(
        uniforms=uniforms,
        renamed={name: uniform for name, uniform in pairs if name != uniform},
        texts=any(item.kind is Kind.TEXT for item in inputs),
        images={item.name: item.uniform for item in inputs if item.kind.is_texture}
        | {target.name: target.name for target in targets}
        | {name: one.name for name, one in textures.items() if one.name not in cubes},
    )


def _passes(
    rows: list[JsonObject], vertex: isf_glsl.Shader, fragment: isf_glsl.Shader, *, opaque: bool
) -> tuple[Pass, ...]:
    """Passes that end up anywhere: one without a target that is not the last draws to nowhere."""
    if not rows:
        rows = [JsonObject(0)]
    found = []
    for index, row in enumerate(rows):
        name = str(row.get("TARGET") or "")
        target = isf_inputs.uniform_name(name) if name else None
        if target or index == len(rows) - 1:
            code = fragment.of_pass(index, opaque=opaque and not target)
            found.append(Pass(vertex=vertex.of_pass(index), fragment=code, target=target))
    return tuple(found)


def _converted(header: JsonObject) -> bool:
    """Whether it says that it comes from a place where alpha means nothing and is often 0."""
    said = f"{header.get('DESCRIPTION')} {header.get('CREDIT')}"
    return _CONVERTED.search(said) is not None


def _string(header: JsonObject, key: str, longest: int) -> str:
    value = header.get(key)
    return plain_text.one_line(value, longest) if isinstance(value, str) else ""


def _categories(header: JsonObject) -> tuple[str, ...]:
    rows = header.get("CATEGORIES")
    names = [row for row in rows if isinstance(row, str)] if isinstance(rows, JsonArray) else []
    return tuple(plain_text.one_line(name, 40) for name in names[:_MAX_CATEGORIES])
