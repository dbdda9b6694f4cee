"""Image uniforms, atomic counters and storage buffers, which shaders of GLSL 4.20 and later have.

The template of Bonzomatic declares images for every shader. No effect is given any of these: a
declaration that nothing uses is left out, any other is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.effects.dialects.fragment.declarations import blank_ranges, statements
from server.effects.effect import Effect, Pass
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AuthorFile, Listing

_WANTED = re.compile(r"\b(?:[iu]?image(?:[123]D|Cube|Buffer)|atomic_uint\b|buffer\b)")
_LAYOUT = re.compile(r"\blayout\s*\([^)]*\)")
_UNIFORM = re.compile(
    r"(?:\w+\s+){0,16}?uniform\s+(?:\w+\s+){0,16}?"
    r"([iu]?image(?:[123]D|Cube|Buffer)\w*|atomic_uint)\b([^;{}()]*);"
)
_BUFFER = re.compile(r"(?:\w+\s+){0,16}?buffer\s+(\w+)\s*\{")
_SUBSCRIPT = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[A-Za-z_]\w*")
_MAX_LENGTH = 4000
"""Characters of a declaration that is looked at."""


@dataclass(frozen=True)
class _Declared:
    """One statement that declares image uniforms or atomic counters."""

    type: str
    names: tuple[str, ...]
    start: int
    end: int


def without_images(effect: Effect) -> Effect:
    """The effect without image uniforms and atomic counters that nothing uses.

    Raises:
        ToqiboxError: ``shader_rejected`` where one is used, or a storage buffer is declared.
    """
    if not any(_WANTED.search(listing.text) for listing in effect.listings):
        return effect
    types = {
        name: one.type
        for listing in effect.listings
        for one in _declared(listing.text)
        for name in one.names
    }
    for listing in effect.listings:
        _refuse_buffers(effect, listing)
        _refuse_uses(effect, listing, types)
    if not types:
        return effect
    return replace(effect, passes=tuple(_stripped(one) for one in effect.passes))


def _stripped(one: Pass) -> Pass:
    return replace(one, vertex=_left_out(one.vertex), fragment=_left_out(one.fragment))


def _left_out(code: str) -> str:
    return blank_ranges(code, [(found.start, found.end) for found in _declared(code)])


def _declared(code: str) -> Iterator[_Declared]:
    for start, end, statement in statements(code):
        if len(statement) > _MAX_LENGTH:
            continue
        if match := _UNIFORM.fullmatch(_LAYOUT.sub(" ", statement).strip()):
            names = _WORD.findall(_SUBSCRIPT.sub(" ", match[2]))
            yield _Declared(match[1], tuple(names), start, end)


def _refuse_uses(effect: Effect, listing: Listing, types: dict[str, str]) -> None:
    ranges = [(found.start, found.end) for found in _declared(listing.text)]
    for match in _WORD.finditer(blank_ranges(without_comments(listing.text), ranges)):
        if match[0] in types:
            reason = (
                f"“{match[0]}” is a uniform of the type {types[match[0]]}, which no effect is"
                " given: draw into a pass with a target instead"
            )
            raise AuthorFile(effect.id, listing.file, listing.text).refusal(reason, match.start())


def _refuse_buffers(effect: Effect, listing: Listing) -> None:
    for start, _, statement in statements(listing.text):
        match = _BUFFER.match(_LAYOUT.sub(" ", statement[:_MAX_LENGTH]).strip())
        if match:
            reason = (
                f"“{match[1]}” is a storage buffer, which no effect is given: "
                "declare inputs, or draw into a pass with a target"
            )
            raise AuthorFile(effect.id, listing.file, listing.text).refusal(reason, start)
