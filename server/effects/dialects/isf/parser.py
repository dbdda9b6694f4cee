"""ISF 1 and 2 (https://docs.isf.video): a JSON header in a comment, then GLSL."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from server.effects.dialects.gl_transitions.parser import transition_inputs
from server.effects.dialects.isf import glsl as isf_glsl
from server.effects.dialects.isf import imports as isf_imports
from server.effects.dialects.isf import input_values as isf_values
from server.effects.dialects.isf import inputs as isf_inputs
from server.effects.dialects.isf import keys as isf_keys
from server.effects.dialects.isf import value_warnings
from server.effects.effect import MAX_PASSES, Builtin, Content, Effect, Pass, Target, Texture
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
_MAX_CATEGORIES = 16
_CONVERTED = re.compile(r"(?i)\bconverted from \S*\b(?:shadertoy|glslsandbox)\.com\b")


def parse(effect_id: str, file: str, text: str, vertex: str | None = None) -> Effect:
    """Parse an ISF file into the internal form; arguments and errors as in dialects.load."""
    plain = plain_text.normalize(text)
    author_file = AuthorFile(effect_id, file, plain)
    header, end = _header(author_file)
    inputs = _inputs(author_file, header, f"{plain}\n{vertex or ''}")
    textures = isf_imports.read_textures(author_file, header)
    passes = _tables(author_file, header, "PASSES")
    taken = {*_UNIFORM_TYPES, "PASSINDEX", *(effect_input.name for effect_input in inputs)}
    for name in textures:
        if name in taken:
            raise author_file.error(isf_keys.name_taken_message(name), header.offset_of("IMPORTED"))
    targets = _targets(author_file, header, passes, {*taken, *textures})
    names = _names(inputs, targets, passes, textures)
    line, body = _body(author_file, end)
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        vertex_source=vertex,
        title=_string(header, "TITLE", 80) or plain_text.default_title(effect_id, file),
        title_ru=_string(header, "TITLE_RU", 80),
        dialect="isf",
        description=_string(header, "DESCRIPTION", 2000),
        description_ru=_string(header, "DESCRIPTION_RU", 2000),
        credit=_string(header, "CREDIT", 200),
        license=_string(header, "LICENSE", 80),
        categories=_categories(header),
        premium=isf_values.is_true(header.get("PREMIUM", False)),
        inputs=inputs,
        passes=_passes(
            passes,
            isf_glsl.vertex(vertex, names),
            isf_glsl.fragment(body, line, names),
            opaque=_is_converted(header),
        ),
        targets=targets,
        textures=tuple(textures.values()),
        listings=_listings(file, plain, vertex),
        uniforms=dict(UNIFORMS),
        warnings=(
            *isf_keys.warnings(author_file, header),
            *value_warnings.warnings(author_file, header, inputs),
        ),
    )


def _listings(file: str, text: str, vertex: str | None) -> tuple[Listing, ...]:
    vertex_listing = Listing(AUTHOR_VERTEX, f"{file.rpartition('.')[0]}.vs", vertex or "")
    return (Listing(AUTHOR, file, text), vertex_listing)


def _header(author_file: AuthorFile) -> tuple[JsonObject, int]:
    """Return the header and the offset after its comment."""
    start = author_file.text.find("/*")
    if start < 0:
        raise author_file.error("a /* comment */ with the JSON header is required", 0)
    end = author_file.text.find("*/", start + 2)
    if end < 0:
        raise author_file.error("the comment with the JSON header is not closed", start)
    try:
        return read_object(author_file.text, start + 2, end), end + 2
    except HeaderSyntaxError as error:
        raise author_file.error(f"header: {error}", error.offset) from None


def _body(author_file: AuthorFile, end: int) -> tuple[int, str]:
    """Return the first line number of the GLSL, and the GLSL: the lines after the header."""
    rest, _, body = author_file.text[end:].partition("\n")
    if rest.strip() and not body.strip():
        hint = "text after the header on its last line is ignored: begin a new line"
        raise author_file.error("a shader is required after the header", end, hint)
    return author_file.text.count("\n", 0, end) + 2, body


def _inputs(author_file: AuthorFile, header: JsonObject, code: str) -> tuple[Input, ...]:
    """Return the author's inputs; those of a transition begin with its two images."""
    inputs = isf_inputs.read_inputs(author_file, header, code)
    kinds = {effect_input.name: effect_input.kind for effect_input in inputs}
    has_both_images = all(kinds.get(name) is Kind.IMAGE for name in ("startImage", "endImage"))
    if not has_both_images or kinds.get("progress") is not Kind.FLOAT or "inputImage" in kinds:
        return inputs
    with_progress = [
        replace(effect_input, modulation=TransitionProgress())
        if effect_input.name == "progress" and effect_input.modulation is None
        else effect_input
        for effect_input in inputs
    ]
    with_progress.sort(
        key=lambda effect_input: {"startImage": 0, "endImage": 1}.get(effect_input.name, 2)
    )
    return (*with_progress, *transition_inputs(kinds))


def _tables(author_file: AuthorFile, header: JsonObject, key: str) -> list[JsonObject]:
    """Return an array of objects; `null` and a missing key are an empty one."""
    array = header.get(key)
    if array is None:
        return []
    if not isinstance(array, JsonArray):
        raise author_file.error(f"{key} must be an array", header.offset_of(key))
    if len(array) > MAX_PASSES:
        raise author_file.refusal(f"at most {MAX_PASSES} passes are allowed", header.offset_of(key))
    for table, offset in zip(array, array.offsets, strict=True):
        if not isinstance(table, JsonObject):
            raise author_file.error(f"every element of {key} must be an object", offset)
    return [table for table in array if isinstance(table, JsonObject)]


def _targets(
    author_file: AuthorFile, header: JsonObject, passes: list[JsonObject], taken: Collection[str]
) -> tuple[Target, ...]:
    """Return the targets in the order of their first use; passes may share one.

    The target of the last pass is always as large as the output.
    """
    tables: dict[str, JsonObject] = {}
    mentions = [(table.get("TARGET"), table, table.offset_of("TARGET")) for table in passes]
    mentions += [
        (name, table, table.offset) for name, table in _persistent_buffers(author_file, header)
    ]
    for name, table, offset in mentions:
        if name is None or name == "":
            continue
        if not isinstance(name, str) or not isf_inputs.NAME.fullmatch(name):
            raise author_file.error("TARGET must be an identifier", offset)
        if name in taken:
            raise author_file.error(isf_keys.name_taken_message(name), offset)
        merged = tables.setdefault(name, JsonObject(offset))
        for key, value in table.items():
            merged.setdefault(key, value)
    last = passes[-1].get("TARGET") if passes else None
    return tuple(_target(name, table, name == last) for name, table in tables.items())


def _target(name: str, table: JsonObject, last: bool) -> Target:
    return Target(
        name=isf_inputs.uniform_name(name),
        persistent=isf_values.is_true(table.get("PERSISTENT", False)),
        floating=isf_values.is_true(table.get("FLOAT", False)),
        width=None if last else _size(table.get("WIDTH")),
        height=None if last else _size(table.get("HEIGHT")),
    )


def _persistent_buffers(
    author_file: AuthorFile, header: JsonObject
) -> list[tuple[object, JsonObject]]:
    """Return the buffers of version 1: an array of names, or an object of name and properties."""
    buffers = header.get("PERSISTENT_BUFFERS")
    offset = header.offset_of("PERSISTENT_BUFFERS")
    if buffers is None:
        return []
    if not isinstance(buffers, (JsonArray, JsonObject)) or len(buffers) > MAX_PASSES:
        raise author_file.error("PERSISTENT_BUFFERS must be an array or an object of names", offset)
    named_tables: list[tuple[object, JsonObject]] = []
    for name in buffers:
        table = JsonObject(offset)
        properties = buffers.get(str(name)) if isinstance(buffers, JsonObject) else None
        table.update(properties if isinstance(properties, JsonObject) else {})
        table["PERSISTENT"] = True
        named_tables.append((name, table))
    return named_tables


def _size(value: object) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    return str(value).strip() or None


def _names(
    inputs: tuple[Input, ...],
    targets: tuple[Target, ...],
    passes: list[JsonObject],
    textures: Mapping[str, Texture],
) -> isf_glsl.HostNames:
    uniforms = dict(_UNIFORM_TYPES)
    uniforms |= {
        effect_input.uniform: _INPUT_TYPES.get(effect_input.kind, "sampler2D")
        for effect_input in inputs
    }
    uniforms |= {target.name: "sampler2D" for target in targets}
    cubes = {texture.name for texture in textures.values() if texture.content is Content.CUBE}
    uniforms |= {
        texture.name: "samplerCube" if texture.name in cubes else "sampler2D"
        for texture in textures.values()
    }
    names = [*(str(table.get("TARGET") or "") for table in passes), *textures]
    pairs = [(name, isf_inputs.uniform_name(name)) for name in names]
    pairs += [(effect_input.name, effect_input.uniform) for effect_input in inputs]
    return isf_glsl.HostNames(
        uniforms=uniforms,
        renamed={name: uniform for name, uniform in pairs if name != uniform},
        texts=any(effect_input.kind is Kind.TEXT for effect_input in inputs),
        images={
            effect_input.name: effect_input.uniform
            for effect_input in inputs
            if effect_input.kind.is_texture
        }
        | {target.name: target.name for target in targets}
        | {name: texture.name for name, texture in textures.items() if texture.name not in cubes},
    )


def _passes(
    tables: list[JsonObject],
    vertex: isf_glsl.PreparedShader,
    fragment: isf_glsl.PreparedShader,
    *,
    opaque: bool,
) -> tuple[Pass, ...]:
    """Return the passes without those that have no target and are not the last."""
    if not tables:
        tables = [JsonObject(0)]
    passes = []
    for index, table in enumerate(tables):
        name = str(table.get("TARGET") or "")
        target = isf_inputs.uniform_name(name) if name else None
        if target or index == len(tables) - 1:
            code = fragment.of_pass(index, opaque=opaque and not target)
            passes.append(Pass(vertex=vertex.of_pass(index), fragment=code, target=target))
    return tuple(passes)


def _is_converted(header: JsonObject) -> bool:
    """Report if it was converted from a site where alpha is ignored and often 0."""
    origin_text = f"{header.get('DESCRIPTION')} {header.get('CREDIT')}"
    return _CONVERTED.search(origin_text) is not None


def _string(header: JsonObject, key: str, max_length: int) -> str:
    value = header.get(key)
    return plain_text.one_line(value, max_length) if isinstance(value, str) else ""


def _categories(header: JsonObject) -> tuple[str, ...]:
    array = header.get("CATEGORIES")
    names = (
        [category for category in array if isinstance(category, str)]
        if isinstance(array, JsonArray)
        else []
    )
    return tuple(plain_text.one_line(name, 40) for name in names[:_MAX_CATEGORIES])
