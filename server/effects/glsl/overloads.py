"""Authors' functions that have the name of a built-in function.

In GLSL 1.20 and ES 1.00 such a function overloads the built-in ones; in later versions it hides
them all, and calls of them fail. So the author's function is renamed, and functions of the new
name are added that forward to the built-in ones.
"""

import re
from collections.abc import Iterable, Iterator

_VECTORS = ("float", "vec2", "vec3", "vec4")
_INTEGERS = ("int", "ivec2", "ivec3", "ivec4")
_SHAPES = {
    "abs acos acosh asin asinh atan atanh ceil cos cosh degrees exp exp2 floor fract inversesqrt"
    " log log2 normalize radians round sign sin sinh sqrt tan tanh trunc": ("T T",),
    "length": ("float T",),
    "distance dot": ("float T T",),
    "atan pow reflect step": ("T T T",),
    "max min mod": ("T T T", "T T float"),
    "step": ("T float T",),
    "cross": ("vec3 vec3 vec3",),
    "clamp": ("T T T T", "T T float float"),
    "mix": ("T T T T", "T T T float"),
    "smoothstep": ("T T T T", "T float float T"),
}
_INTEGER_SHAPES = {
    "abs sign": ("T T",),
    "max min": ("T T T", "T T int"),
    "clamp": ("T T T T", "T T int int"),
}

NAMES = frozenset(name for names in _SHAPES for name in names.split())
"""Functions of GLSL that this module knows."""

_DEFINITION = re.compile(
    rf"\b[A-Za-z_]\w*\s+({'|'.join(sorted(NAMES))})\s*\(([^(){{}};]*)\)\s*(?=[{{;])"
)
_PARAMETER = re.compile(r"(?:(?:const|in|out|inout|highp|mediump|lowp)\s+)*([A-Za-z_]\w*)")


def rename_shadowed_builtins(source: str) -> tuple[str, str]:
    """Rename an author's functions that have the name of a built-in one.

    Args:
        source: a shader without comments, after its ``#version`` and ``#extension`` lines.

    Returns:
        The functions to insert before it, empty if it needs none, and the shader with the
        author's functions, and all calls of that name, renamed.
    """
    own_signatures: dict[str, set[tuple[str, ...]]] = {}
    for match in _DEFINITION.finditer(source):
        own_signatures.setdefault(match[1], set()).add(_types(match[2]))
    if not own_signatures:
        return "", source
    forwards = [
        forward
        for name, taken_signatures in own_signatures.items()
        for forward in _forwarding_functions(name, taken_signatures)
    ]
    calls = re.compile(rf"\b({'|'.join(own_signatures)})(?=\s*\()")
    return "\n".join(forwards) + "\n", calls.sub(r"isf_\1", source)


def _types(parameters: str) -> tuple[str, ...]:
    matches = (_PARAMETER.match(part.strip()) for part in parameters.split(","))
    return tuple(match[1] for match in matches if match)


def _forwarding_functions(name: str, taken_signatures: set[tuple[str, ...]]) -> Iterator[str]:
    """Yield functions that forward to the built-in `name`, except `taken_signatures`."""
    for result, *types in dict.fromkeys(_signatures(name)):
        if tuple(types) in taken_signatures:
            continue
        letters = "abc"[: len(types)]
        parameters = ", ".join(f"{kind} {x}" for kind, x in zip(types, letters, strict=True))
        yield f"{result} isf_{name}({parameters}) {{ return {name}({', '.join(letters)}); }}"


def _signatures(name: str) -> Iterator[tuple[str, ...]]:
    for table, kinds in ((_SHAPES, _VECTORS), (_INTEGER_SHAPES, _INTEGERS)):
        for shape in _shapes(table.items(), name):
            yield from (tuple(shape.replace("T", kind).split()) for kind in kinds)


def _shapes(entries: Iterable[tuple[str, tuple[str, ...]]], name: str) -> Iterator[str]:
    for names, shapes in entries:
        if name in names.split():
            yield from shapes
