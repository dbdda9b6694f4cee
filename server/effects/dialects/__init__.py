"""Dialects of effect files: each module turns a text into the one internal form.

Which dialect a text is written in is told by what it holds, never by its file's name.
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
"""Endings of files that may hold an effect; `.json` only where `holds_effect` says so."""
VERTEX_SUFFIXES = (".vs", ".vert")
"""Endings of the file beside it that may hold its vertex shader."""
MAX_SOURCE_LENGTH = 256 * 1024
"""Characters and bytes that an effect's text may have."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODING_SAMPLE_BYTES = 64
"""Bytes at the start of a file that tell its encoding."""
MAX_WARNINGS = 50
"""Of one effect."""

_ISF = re.compile(r"[\s*]*\{")
_RENDER_PASS = re.compile(r'"renderpass"\s*:\s*\[')
_MAIN_IMAGE = re.compile(
    r"\bvoid\s+mainImage\s*\(|^[ \t]*#[ \t]*define[ \t]+mainImage[ \t]*\(", re.MULTILINE
)
"""Also as a macro, which shaders have that were made as short as can be."""
_TRANSITION = re.compile(r"\bvec4\s+transition\s*\(")
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_FOREIGN = re.compile(r"\buniform\s+(?:\w+p\s+)?(?!\w+p\s)\w+\s+(?!i[A-Z])\w+")
"""A uniform that is none of Shadertoy's."""


def load(
    effect_id: str,
    file: str,
    text: str,
    vertex: str | None = None,
    includes: Mapping[str, str] | None = None,
) -> Effect:
    """Read an effect in whichever dialect it is written.

    Args:
        effect_id: the id it will have.
        file: its file name, for diagnostics.
        text: what the file holds.
        vertex: what the vertex shader's file beside it holds, if there is one; only ISF has such.
        includes: the texts of files that it may include, by their paths from its folder.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics where the text cannot be read,
            ``shader_rejected`` with a reason where it asks for what is not offered.
    """
    if len(text) > MAX_SOURCE_LENGTH or len(vertex or "") > MAX_SOURCE_LENGTH:
        raise AuthorFile(effect_id, file, "").refusal(
            f"it is larger than {MAX_SOURCE_LENGTH // 1024} kB"
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
    """Return the effect without what no effect is given."""
    return image_uniforms.without_images(_parse(effect_id, file, text, vertex))


def _parse(effect_id: str, file: str, text: str, vertex: str | None) -> Effect:
    """The effect as its dialect reads it."""
    dialect = detect(text)
    if dialect is None:
        message = "no main, mainImage, transition or ISF header was found"
        raise AuthorFile(effect_id, file, text).error(message, *suggest_entry_point(text))
    if dialect == "isf":
        return isf.parse(effect_id, file, text, vertex)
    if dialect == "transition":
        return transition.parse(effect_id, file, text)
    if dialect == "fragment":
        return fragment.parse(effect_id, file, text)
    return shadertoy.parse(effect_id, file, text)


def _with_warnings(effect: Effect) -> Effect:
    """The effect with all warnings about its text, in the order of its lines."""
    warnings = [*effect.warnings, *unfilled_inputs.warnings(effect)]
    warnings.sort(key=lambda entry: (entry["file"], entry["line"] or 0, entry["column"] or 0))
    return replace(effect, warnings=tuple(warnings[:MAX_WARNINGS]))


def detect(text: str) -> str | None:
    """The dialect of a text: isf, shadertoy, transition, fragment; None where it is none.

    Comments count only where ISF keeps its header, the first one of ``/* */``.
    """
    if holds_effect(".json", text):
        return "shadertoy"
    start = text.find("/*")
    if start >= 0 and _ISF.match(text, start + 2) and not veda.is_header(text, start):
        return "isf"
    code = prepare(text, {})[1]
    if _MAIN_IMAGE.search(code) and not (_MAIN.search(code) and _FOREIGN.search(code)):
        return "shadertoy"  # a main beside it is for other players, as their uniforms are
    if _MAIN.search(code):
        return "fragment"  # one that calls its own mainImage or transition too
    return "transition" if _TRANSITION.search(code) else None


def holds_effect(file: str, text: str) -> bool:
    """Whether a file is meant as an effect: any but a ``.json`` that holds no Shadertoy."""
    if not file.lower().endswith(".json"):
        return True
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and bool(_RENDER_PASS.search(text))


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 or UTF-32 by the mark at its start (Unicode 15.0, 2.6),
    UTF-16 without one where every other byte of the beginning is 0, else UTF-8, else Latin-1."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), _guess_encoding(data))
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        wide = encoding not in ("utf-8", "utf-8-sig")
        return data.decode(encoding, "replace") if wide else data.decode("latin-1")


def _guess_encoding(data: bytes) -> str:
    """The encoding of a text without a mark."""
    start = data[:_ENCODING_SAMPLE_BYTES]
    even, odd = start[::2], start[1::2]
    if len(start) >= 2 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(start) >= 2 and not any(even) and all(odd) else "utf-8"
