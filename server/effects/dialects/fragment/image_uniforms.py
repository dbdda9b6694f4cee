"""Image uniforms, atomic counters and storage buffers of shaders for GLSL 4.20 and later.

The template of Bonzomatic declares images in every shader. No effect is given any of these: an
unused declaration is removed, any other is rejected.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.effects.dialects.fragment.declarations import blank_ranges, statements
from server.effects.effect import Effect, Pass
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AuthorFile, Listing

_SUSPICIOUS = re.compile(r"\b(?:[iu]?image(?:[123]D|Cube|Buffer)|atomic_uint\b|buffer\b)")
_LAYOUT = re.compile(r"\blayout\s*\([^)]*\)")
_UNIFORM = re.compile(
    r"(?:\w+\s+){0,16}?uniform\s+(?:\w+\s+){0,16}?"
    r"([iu]?image(?:[123]D|Cube|Buffer)\w*|atomic_uint)\b([^;{}()]*);"
)
_BUFFER = re.compile(r"(?:\w+\s+){0,16}?buffer\s+(\w+)\s*\{")
_SUBSCRIPT = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[A-Za-z_]\w*")
_MAX_LENGTH = 4000
"""Maximum number of characters of a declaration."""


@dataclass(frozen=True)
class _ImageDeclaration:
    """One statement that declares image uniforms or atomic counters."""

    type: str
    names: tuple[str, ...]
    start: int
    end: int


def without_images(effect: Effect) -> Effect:
    """Remove unused image uniforms and atomic counters from an effect.

    Raises:
        ToqiboxError: ``shader_rejected`` if one is used, or a storage buffer is declared.
    """
    if not any(_SUSPICIOUS.search(listing.text) for listing in effect.listings):
        return effect
    types = {
        name: declaration.type
        for listing in effect.listings
        for declaration in _find_declarations(listing.text)
        for name in declaration.names
    }
    for listing in effect.listings:
        _refuse_buffers(effect, listing)
        _refuse_uses(effect, listing, types)
    if not types:
        return effect
    return replace(effect, passes=tuple(_strip_pass(declaration) for declaration in effect.passes))


def _strip_pass(render_pass: Pass) -> Pass:
    return replace(
        render_pass,
        vertex=_blank_declarations(render_pass.vertex),
        fragment=_blank_declarations(render_pass.fragment),
    )


def _blank_declarations(code: str) -> str:
    return blank_ranges(
        code, [(declaration.start, declaration.end) for declaration in _find_declarations(code)]
    )


def _find_declarations(code: str) -> Iterator[_ImageDeclaration]:
    for start, end, statement in statements(code):
        if len(statement) > _MAX_LENGTH:
            continue
        if match := _UNIFORM.fullmatch(_LAYOUT.sub(" ", statement).strip()):
            names = _WORD.findall(_SUBSCRIPT.sub(" ", match[2]))
            yield _ImageDeclaration(match[1], tuple(names), start, end)


def _refuse_uses(effect: Effect, listing: Listing, types: dict[str, str]) -> None:
    ranges = [
        (declaration.start, declaration.end) for declaration in _find_declarations(listing.text)
    ]
    for match in _WORD.finditer(blank_ranges(without_comments(listing.text), ranges)):
        if match[0] in types:
            reason = (
                f"“{match[0]}” is a uniform of type {types[match[0]]}, which is not supported:"
                " draw into a pass with a target instead"
            )
            raise AuthorFile(effect.id, listing.file, listing.text).refusal(reason, match.start())


def _refuse_buffers(effect: Effect, listing: Listing) -> None:
    for start, _, statement in statements(listing.text):
        match = _BUFFER.match(_LAYOUT.sub(" ", statement[:_MAX_LENGTH]).strip())
        if match:
            reason = (
                f"“{match[1]}” is a storage buffer, which is not supported: "
                "declare inputs, or draw into a pass with a target"
            )
            raise AuthorFile(effect.id, listing.file, listing.text).refusal(reason, start)
