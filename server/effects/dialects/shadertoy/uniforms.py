"""Uniforms that a Shadertoy declares in addition to the site's: set by an editor's player.

They have the same meaning as in a plain shader: an input with the default and range of its comment
or of its ``#iUniform`` line, or the meaning of their common name.
"""

import re
from collections.abc import Iterable

from server.effects.dialects.fragment import player_lines
from server.effects.dialects.fragment.declarations import (
    Declaration,
    blank_ranges,
    declarations,
    file_scope,
)
from server.effects.dialects.fragment.uniform_bindings import UniformBindings
from server.effects.dialects.shadertoy.glsl import HOST_NAMES

_INPUT_IMAGE = "picture"
"""Name of the input that shows the input image."""


def read(codes: Iterable[str]) -> UniformBindings:
    """Bind the uniforms of all sections of a shader, except samplers."""
    codes = list(codes)
    uniforms: dict[str, Declaration] = {}
    identifiers: set[str] = set()
    for code in codes:
        identifiers |= file_scope(code)
        for declaration in (*player_lines.read(code).uniforms, *declarations(code)):
            if declaration.storage == "uniform" and _is_own(declaration):
                uniforms.setdefault(declaration.name, declaration)
    bindings = UniformBindings(file_scope=identifiers)
    for declaration in uniforms.values():
        bindings.bind(declaration, [])
    return bindings


def without_replaced(code: str, bindings: UniformBindings) -> str:
    """Replace declarations that the host replaces with blanks."""
    items = declarations(code) if bindings.replaced else []
    return blank_ranges(
        code,
        [
            (declaration.start, declaration.end)
            for declaration in items
            if declaration.name in bindings.replaced
        ],
    )


def _is_own(declaration: Declaration) -> bool:
    named = re.fullmatch(HOST_NAMES, declaration.name) or declaration.name == _INPUT_IMAGE
    return "sampler" not in declaration.type and not named
