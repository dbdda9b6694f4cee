"""The Unicode bidirectional algorithm (UAX 9) for one paragraph without explicit directions.

Formatting characters that embed, override or isolate have been removed before (see clusters.py), so
the rules for them (X1 to X8) do not apply; all others are implemented, including brackets (N0).
"""

from collections.abc import Iterator, Sequence

import unicodedata2

_STRONG = ("L", "R", "AL")
_NEUTRAL = ("B", "S", "WS", "ON", "BN")
_OPENED = "([{⟨〈《「『【〔〖（［｛"
_CLOSED = ")]}⟩〉》」』】〕〗）］｝"


def base_level(text: str) -> int:
    """Return 0 if the paragraph runs from left to right, 1 from right to left (P2, P3)."""
    for char in text:
        kind = unicodedata2.bidirectional(char)
        if kind in _STRONG:
            return 0 if kind == "L" else 1
    return 0


def embedding_levels(text: str, base: int) -> list[int]:
    """Return the embedding level of each character; odd levels run from right to left."""
    kinds = [unicodedata2.bidirectional(char) or "L" for char in text]
    paragraph_direction = "R" if base else "L"
    _resolve_weak(kinds, paragraph_direction)
    _resolve_brackets(text, kinds, paragraph_direction)
    _resolve_neutral(kinds, paragraph_direction)
    return [_implicit_level(kind, base) for kind in kinds]


def visual_order(levels: Sequence[int]) -> list[int]:
    """Return the indices of a line's pieces from left to right, by their levels (L2)."""
    positions = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        for first, last in _runs_at_level(levels, positions, level):
            positions[first:last] = reversed(positions[first:last])
    return positions


def _runs_at_level(
    levels: Sequence[int], positions: Sequence[int], level: int
) -> Iterator[tuple[int, int]]:
    """Yield first and end of each run of positions at `level` or above."""
    start = None
    for at in range(len(positions) + 1):
        is_inside = at < len(positions) and levels[positions[at]] >= level
        if is_inside and start is None:
            start = at
        elif not is_inside and start is not None:
            yield start, at
            start = None


def _resolve_weak(kinds: list[str], paragraph_direction: str) -> None:
    """Resolve weak types (W1 to W7)."""
    before = paragraph_direction
    for at, kind in enumerate(kinds):  # W1
        kinds[at] = before if kind == "NSM" else kind
        before = kinds[at]
    strong = paragraph_direction
    for at, kind in enumerate(kinds):  # W2, W3
        strong = kind if kind in _STRONG else strong
        if kind == "EN" and strong == "AL":
            kinds[at] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for at in range(1, len(kinds) - 1):  # W4
        around = kinds[at - 1]
        if around == kinds[at + 1] and (
            (kinds[at] in ("ES", "CS") and around == "EN") or (kinds[at] == "CS" and around == "AN")
        ):
            kinds[at] = around
    _terminators(kinds)
    strong = paragraph_direction
    for at, kind in enumerate(kinds):  # W6, W7
        if kind in ("ES", "ET", "CS"):
            kinds[at] = "ON"
        strong = kind if kind in ("L", "R") else strong
        if kind == "EN" and strong == "L":
            kinds[at] = "L"


def _terminators(kinds: list[str]) -> None:
    """Resolve terminators such as % and $ next to a number as part of it (W5)."""
    for direction in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        neighbour = ""
        for at in direction:
            if kinds[at] == "ET" and neighbour == "EN":
                kinds[at] = "EN"
            neighbour = kinds[at]


def _resolve_brackets(text: str, kinds: list[str], paragraph_direction: str) -> None:
    """Resolve pairs of brackets by the direction of their content (N0)."""
    for first, last in _bracket_pairs(text, kinds):
        directions = {_direction(kind) for kind in kinds[first + 1 : last]} - {""}
        if not directions:
            continue
        direction = paragraph_direction
        if paragraph_direction not in directions:
            before = [_direction(kind) for kind in kinds[:first] if _direction(kind)]
            opposite = next(iter(directions))
            direction = (
                opposite
                if (before[-1] if before else paragraph_direction) == opposite
                else paragraph_direction
            )
        kinds[first] = kinds[last] = direction


def _bracket_pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of matching brackets, sorted by the first (BD16)."""
    stack: list[tuple[str, int]] = []
    pairs = []
    for at, char in enumerate(text):
        if kinds[at] != "ON":
            continue
        if char in _OPENED:
            stack.append((_CLOSED[_OPENED.index(char)], at))
        elif any(char == closing for closing, _ in stack):
            while True:
                closing, first = stack.pop()
                if closing == char:
                    break
            pairs.append((first, at))
    return sorted(pairs)


def _resolve_neutral(kinds: list[str], paragraph_direction: str) -> None:
    """Resolve neutral characters by both sides, otherwise by the paragraph (N1, N2)."""
    at = 0
    while at < len(kinds):
        if kinds[at] not in _NEUTRAL:
            at += 1
            continue
        end = at
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _direction(kinds[at - 1]) if at else paragraph_direction
        after = _direction(kinds[end]) if end < len(kinds) else paragraph_direction
        kinds[at:end] = [before if before == after else paragraph_direction] * (end - at)
        at = end


def _direction(kind: str) -> str:
    """Return L or R for a type with a direction; numbers count as R among neutrals."""
    if kind == "L":
        return "L"
    return "R" if kind in ("R", "AN", "EN") else ""


def _implicit_level(kind: str, base: int) -> int:
    """Return the implicit level of a type (I1, I2)."""
    if base == 0:
        return {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)
    return 2 if kind in ("L", "AN", "EN") else 1
