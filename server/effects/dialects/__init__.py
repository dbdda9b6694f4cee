"""Dialects of effect files: each module parses a text into the internal form.

The dialect of a text is detected from its content, never from its file's name.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.effects.diagnostics.syntax_hints import suggest_entry_point
from server.effects.dialects import unfilled_inputs
from server.effects.dialects.fragment import image_uniforms, veda
from server.effects.dialects.fragment import parser as fragment
from server.effects.dialects.gl_transitions import parser as transition
from server.effects.dialects.isf import parser as isf
from server.effects.dialects.shadertoy import parser as shadertoy
from server.effects.effect import Effect
from server.effects.glsl.glsl330 import prepare
from server.effects.glsl.includes import IncludeError, expand
from server.effects.source.diagnostic import (
    AUTHOR,
    AUTHOR_VERTEX,
    AuthorFile,
    diagnostic,
    map_to_origin,
)
from server.effects.source.line_origins import LineOrigins
from server.errors import ToqiboxError

SUFFIXES = (".fs", ".frag", ".isf", ".glsl", ".json")
"""Suffixes of files that may hold an effect; `.json` only if `holds_effect` is true."""
VERTEX_SUFFIXES = (".vs", ".vert")
"""Suffixes of the file next to it that may hold its vertex shader."""
MAX_SOURCE_LENGTH = 256 * 1024
"""Maximum number of characters and bytes of an effect's text."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODING_SAMPLE_BYTES = 64
"""Number of bytes at the start of a file that are used to detect its encoding."""
MAX_WARNINGS = 50
"""Maximum number of warnings of one effect."""

_ISF = re.compile(r"[\s*]*\{")
_RENDER_PASS = re.compile(r'"renderpass"\s*:\s*\[')
_MAIN_IMAGE = re.compile(
    r"\bvoid\s+mainImage\s*\(|^[ \t]*#[ \t]*define[ \t]+mainImage[ \t]*\(", re.MULTILINE
)
"""Also as a macro, which code-golfed shaders use."""
_TRANSITION = re.compile(r"\bvec4\s+transition\s*\(")
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_FOREIGN = re.compile(r"\buniform\s+(?:\w+p\s+)?(?!\w+p\s)\w+\s+(?!i[A-Z])\w+")
"""A uniform that is not one of Shadertoy's."""


def load(
    effect_id: str,
    file: str,
    text: str,
    vertex: str | None = None,
    includes: Mapping[str, str] | None = None,
) -> Effect:
    """Read an effect in the dialect that it is written in.

    Args:
        effect_id: its id.
        file: its file name, for diagnostics.
        text: content of the file.
        vertex: content of the vertex shader's file, if there is one; only ISF has one.
        includes: texts of files that it may include, by their paths from its folder.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics if the text cannot be read,
            ``shader_rejected`` with a reason if it uses an unsupported feature.
    """
    if len(text) > MAX_SOURCE_LENGTH or len(vertex or "") > MAX_SOURCE_LENGTH:
        raise AuthorFile(effect_id, file, "").refusal(
            f"it must be at most {MAX_SOURCE_LENGTH // 1024} kB"
        )
    if not includes or holds_effect(".json", text):
        return _with_warnings(_without_images(effect_id, file, text, vertex))
    vertex_file = f"{file.rpartition('.')[0]}.vs"
    expanded_text, origins = _expand_includes(effect_id, file, text, includes)
    expanded_vertex_text, vertex_origins = _expand_includes(
        effect_id, vertex_file, vertex or "", includes
    )

    def to_origins(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        in_file = (map_to_origin(entry, file, origins) for entry in entries)
        return [map_to_origin(entry, vertex_file, vertex_origins) for entry in in_file]

    try:
        expanded_vertex = expanded_vertex_text if vertex is not None else None
        effect = _with_warnings(_without_images(effect_id, file, expanded_text, expanded_vertex))
    except ToqiboxError as error:
        error.diagnostics = to_origins(error.diagnostics or ())
        raise
    places = {AUTHOR: origins, AUTHOR_VERTEX: vertex_origins}
    listings = (
        replace(listing, origins=places.get(listing.start, listing.origins))
        for listing in effect.listings
    )
    return replace(
        effect,
        source=text,
        vertex_source=vertex,
        includes=dict(includes),
        listings=tuple(listings),
        warnings=tuple(to_origins(effect.warnings)),
    )


def _expand_includes(
    effect_id: str, file: str, text: str, includes: Mapping[str, str]
) -> tuple[str, LineOrigins]:
    try:
        return expand(file, text, includes)
    except IncludeError as error:
        entry = diagnostic(error.file, error.text, error.line, 1, str(error))
        raise ToqiboxError("shader_compile_failed", name=effect_id, diagnostics=[entry]) from None


def _without_images(effect_id: str, file: str, text: str, vertex: str | None) -> Effect:
    """Parse an effect and remove unused image uniforms, which no effect is given."""
    return image_uniforms.without_images(_parse(effect_id, file, text, vertex))


def _parse(effect_id: str, file: str, text: str, vertex: str | None) -> Effect:
    """Parse an effect in its dialect."""
    dialect = detect(text)
    if dialect is None:
        message = "main, mainImage, transition or an ISF header is required"
        raise AuthorFile(effect_id, file, text).error(message, *suggest_entry_point(text))
    if dialect == "isf":
        return isf.parse(effect_id, file, text, vertex)
    if dialect == "transition":
        return transition.parse(effect_id, file, text)
    if dialect == "fragment":
        return fragment.parse(effect_id, file, text)
    return shadertoy.parse(effect_id, file, text)


def _with_warnings(effect: Effect) -> Effect:
    """Return the effect with all warnings about its text, in line order."""
    warnings = [*effect.warnings, *unfilled_inputs.warnings(effect)]
    warnings.sort(key=lambda entry: (entry["file"], entry["line"] or 0, entry["column"] or 0))
    return replace(effect, warnings=tuple(warnings[:MAX_WARNINGS]))


def detect(text: str) -> str | None:
    """Return the dialect of a text: isf, shadertoy, transition, fragment; None if it is none.

    Comments count only for the header of ISF, the first one of ``/* */``.
    """
    if holds_effect(".json", text):
        return "shadertoy"
    start = text.find("/*")
    if start >= 0 and _ISF.match(text, start + 2) and not veda.is_header(text, start):
        return "isf"
    code = prepare(text, {})[1]
    if _MAIN_IMAGE.search(code) and not (_MAIN.search(code) and _FOREIGN.search(code)):
        return "shadertoy"  # a main in it is for other players, like their uniforms
    if _MAIN.search(code):
        return "fragment"  # also one that calls its own mainImage or transition
    return "transition" if _TRANSITION.search(code) else None


def holds_effect(file: str, text: str) -> bool:
    """Report if a file is meant as an effect: any except a ``.json`` that holds no Shadertoy."""
    if not file.lower().endswith(".json"):
        return True
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and bool(_RENDER_PASS.search(text))


def decode(data: bytes) -> str:
    """Decode a file as UTF-8, UTF-16 or UTF-32 by its byte order mark (Unicode 15.0, 2.6).

    Without one it is UTF-16 if every other byte at the beginning is 0, else UTF-8, else Latin-1.
    """
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), _guess_encoding(data)
    )
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        wide = encoding not in ("utf-8", "utf-8-sig")
        return data.decode(encoding, "replace") if wide else data.decode("latin-1")


def _guess_encoding(data: bytes) -> str:
    """Return the encoding of a text without a byte order mark."""
    start = data[:_ENCODING_SAMPLE_BYTES]
    even, odd = start[::2], start[1::2]
    if len(start) >= 2 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(start) >= 2 and not any(even) and all(odd) else "utf-8"
