"""Warnings about uniforms and varyings that a shader reads but nothing sets.

The complete shaders that a dialect made of an author's text are searched, so that a uniform which
the dialect sets under a name of its own counts as set.
"""

import re
from collections.abc import Iterator
from typing import Any

from server.effects.dialects.fragment.declarations import Declaration, declarations
from server.effects.dialects.fragment.uniform_bindings import MATRICES
from server.effects.effect import Effect
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AuthorFile, Listing

_MOUSE_NAME = re.compile(r"(?:i|u_?)?mouse(?:pos|position|xy)?", re.IGNORECASE)
_SAMPLER = re.compile(r"[iu]?sampler\w+")
_HOST_NAMES = re.compile(r"isf[tuv_]|st_|isf_")
_RENAMED = "isfi"
"""Prefix of names that stand for an author's."""
_ADVICE = {
    "isf": "declare it in INPUTS of the header instead",
    "shadertoy": "known uniforms: iResolution, iTime, iTimeDelta, iFrame, iFrameRate, iDate, "
    "iChannelTime, iChannelResolution and iChannel0 to iChannel3",
}
_TYPES = "inputs can be float, int, bool, vec2, vec3 and vec4; write a constant for others"


def warnings(effect: Effect) -> Iterator[dict[str, Any]]:
    """Yield warnings about uniforms and varyings, each at its declaration or first use."""
    filled_names = _filled_names(effect)
    codes = [(listing, without_comments(listing.text)) for listing in effect.listings]
    reported: set[str] = set()
    for fragment, vertex in dict.fromkeys(
        (render_pass.fragment, render_pass.vertex) for render_pass in _passes(effect)
    ):
        items = [*declarations(fragment), *declarations(vertex)]
        for declaration in items:
            if declaration.storage == "uniform" and declaration.name not in filled_names | reported:
                reported.add(declaration.name)
                yield from _uniform(effect, declaration, codes)
        written = _written_names(vertex)
        for declaration in declarations(fragment):
            if declaration.storage == "in" and declaration.name not in written | reported:
                reported.add(declaration.name)
                yield from _varying(effect, declaration, codes)
    yield from _matrices(effect, codes, reported)


def _matrices(
    effect: Effect, codes: list[tuple[Listing, str]], reported: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield warnings about matrices that a dialect replaced with unit matrices."""
    for listing in effect.listings:
        for declaration in declarations(listing.text):
            is_set = declaration.storage != "uniform" or declaration.initial or declaration.array
            if is_set or declaration.type not in MATRICES or declaration.name in reported:
                continue
            reported.add(declaration.name)
            if location := _find_use(declaration.name, codes):
                name = f"the uniform “{declaration.name}” ({declaration.type})"
                message = f"{name} is never set: it stays the unit matrix"
                yield _warning_at(effect, location, message, _TYPES)


def _passes(effect: Effect) -> Iterator[Any]:
    """Yield the passes whose texts differ: those of one ISF file differ only in a number."""
    yield from effect.passes[:1] if effect.dialect == "isf" else effect.passes


def _filled_names(effect: Effect) -> set[str]:
    """Return the GLSL names that the host sets or binds a texture to."""
    return {
        *effect.uniforms,
        *(effect_input.uniform for effect_input in effect.inputs),
        *(target.name for target in effect.targets),
        *(texture.name for texture in effect.textures),
        *(channel.uniform for render_pass in effect.passes for channel in render_pass.channels),
    }


def _uniform(
    effect: Effect, declaration: Declaration, codes: list[tuple[Listing, str]]
) -> Iterator[dict[str, Any]]:
    if _SAMPLER.fullmatch(declaration.type) or _HOST_NAMES.match(declaration.name):
        return  # left to the compiler, or not the author's
    name = declaration.name.removeprefix(_RENAMED)
    location = _find_use(name, codes)
    if location is None:
        return
    if _MOUSE_NAME.fullmatch(name):
        message = f"“{name}” stays 0: there is no mouse in a video"
        hint = "declare an input for what the mouse controls"
    else:
        message = (
            f"the uniform “{name}” ({declaration.type}{declaration.array}) is never set: it stays 0"
        )
        hint = _ADVICE.get(effect.dialect, _TYPES)
    yield _warning_at(effect, location, message, hint)


def _varying(
    effect: Effect, declaration: Declaration, codes: list[tuple[Listing, str]]
) -> Iterator[dict[str, Any]]:
    location = (
        None
        if _HOST_NAMES.match(declaration.name)
        else _find_use(declaration.name.removeprefix(_RENAMED), codes)
    )
    if location is None:
        return
    name = declaration.name.removeprefix(_RENAMED)
    type_name = f"{declaration.type}{declaration.array}"
    message = f"no vertex shader writes “{name}” ({type_name}): its value is undefined"
    if effect.dialect == "isf":
        hint = f"assign it in {_vertex_file(effect)}, or use isf_FragNormCoord (a vec2 from 0 to 1)"
    else:
        hint = "compute it from gl_FragCoord, or declare a vec2, vec3 or vec4, which is filled"
    yield _warning_at(effect, location, message, hint)


def _vertex_file(effect: Effect) -> str:
    """Return the name of the vertex shader's file."""
    return f"{effect.file.rpartition('.')[0]}.vs"


def _written_names(vertex: str) -> set[str]:
    """Return the names that a vertex shader assigns to, or passes to a function that may."""
    code = without_comments(vertex)
    assigned = re.findall(r"\b([A-Za-z_]\w*)\s*(?:\.\w+\s*|\[[^\]]*\]\s*)*[-+*/]?=(?!=)", code)
    return {*assigned, *re.findall(r"[(,]\s*([A-Za-z_]\w*)\s*(?=[,)])", code)}


def _find_use(name: str, codes: list[tuple[Listing, str]]) -> tuple[Listing, int] | None:
    """Find where an author's text declares a name, or else uses it; None if it does not use it."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    declared = re.compile(rf"\b(?:uniform|varying|in)\b[^;{{}}]{{0,400}}?\b({re.escape(name)})\b")
    places = [(listing, match.start()) for listing, code in codes for match in word.finditer(code)]
    heads = [
        (listing, match.start(1)) for listing, code in codes for match in declared.finditer(code)
    ]
    used = [location for location in places if location not in heads]
    return (heads or used)[0] if used else None


def _warning_at(
    effect: Effect, location: tuple[Listing, int], message: str, hint: str
) -> dict[str, Any]:
    listing, offset = location
    return AuthorFile(effect.id, listing.file, listing.text).warning(message, offset, hint)
