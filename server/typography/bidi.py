"""The Unicode bidirectional algorithm (UAX 9) for one paragraph without explicit directions.

Formatting characters that embed, override or isolate are taken out before (see characters.py), so
the rules about them (X1 to X8) have nothing to do; all others are here, brackets (N0) included.
"""

from collections.abc import Iterator, Sequence

import unicodedata2

_STRONG = ("L", "R", "AL")
_NEUTRAL = ("B", "S", "WS", "ON", "BN")
_OPENED = "([{⟨〈《「『【〔〖（［｛"
_CLOSED = ")]}⟩〉》」』】〕〗）］｝"


def base_level(text: str) -> int:
    """0 where the paragraph runs from left to right, 1 from right to left (P2, P3)."""
    for sign in text:
        kind = unicodedata2.bidirectional(sign)
        if kind in _STRONG:
            return 0 if kind == "L" else 1
    return 0


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each character: odd ones run from right to left."""
    kinds = [unicodedata2.bidirectional(sign) or "L" for sign in text]
    edge = "R" if base else "L"
    _weak(kinds, edge)
    _brackets(text, kinds, edge)
    _neutral(kinds, edge)
    return [_implicit(kind, base) for kind in kinds]


def order(found: Sequence[int]) -> list[int]:
    """The places of a line's pieces from left to right, by their levels (L2)."""
    places = list(range(len(found)))
    for level in range(max(found, default=0), 0, -1):
        for first, last in _stretches(found, places, level):
            places[first:last] = reversed(places[first:last])
    return places


def _stretches(
    found: Sequence[int], places: Sequence[int], level: int
) -> Iterator[tuple[int, int]]:
    """First and end of each run of places at `level` or above."""
    start = None
    for at in range(len(places) + 1):
        inside = at < len(places) and found[places[at]] >= level
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, at
            start = None


def _weak(kinds: list[str], edge: str) -> None:
    """W1 to W7."""
    before = edge
    for at, kind in enumerate(kinds):  # W1
        kinds[at] = before if kind == "NSM" else kind
        before = kinds[at]
    strong = edge
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
    strong = edge
    for at, kind in enumerate(kinds):  # W6, W7
        if kind in ("ES", "ET", "CS"):
            kinds[at] = "ON"
        strong = kind if kind in ("L", "R") else strong
        if kind == "EN" and strong == "L":
            kinds[at] = "L"


def _terminators(kinds: list[str]) -> None:
    """W5: signs such as % and $ beside a number belong to it."""
    for way in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        beside = ""
        for at in way:
            if kinds[at] == "ET" and beside == "EN":
                kinds[at] = "EN"
            beside = kinds[at]


def _brackets(text: str, kinds: list[str], edge: str) -> None:
    """N0: both brackets of a pair run in the direction of what they hold."""
    for first, last in _pairs(text, kinds):
        inside = {_direction(kind) for kind in kinds[first + 1 : last]} - {""}
        if not inside:
            continue
        side = edge
        if edge not in inside:
            before = [_direction(kind) for kind in kinds[:first] if _direction(kind)]
            other = next(iter(inside))
            side = other if (before[-1] if before else edge) == other else edge
        kinds[first] = kinds[last] = side


def _pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the brackets that belong together, by the first (BD16)."""
    opened: list[tuple[str, int]] = []
    found = []
    for at, sign in enumerate(text):
        if kinds[at] != "ON":
            continue
        if sign in _OPENED:
            opened.append((_CLOSED[_OPENED.index(sign)], at))
        elif any(sign == wanted for wanted, _ in opened):
            while True:
                wanted, first = opened.pop()
                if wanted == sign:
                    break
            found.append((first, at))
    return sorted(found)


def _neutral(kinds: list[str], edge: str) -> None:
    """N1 and N2: neutral characters run as those on both sides do, else as the paragraph."""
    at = 0
    while at < len(kinds):
        if kinds[at] not in _NEUTRAL:
            at += 1
            continue
        end = at
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _direction(kinds[at - 1]) if at else edge
        after = _direction(kinds[end]) if end < len(kinds) else edge
        kinds[at:end] = [before if before == after else edge] * (end - at)
        at = end


def _direction(kind: str) -> str:
    """L or R of what has a direction; numbers count as R among neutrals."""
    if kind == "L":
        return "L"
    return "R" if kind in ("R", "AN", "EN") else ""


def _implicit(kind: str, base: int) -> int:
    """I1 and I2."""
    if base == 0:
        return {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)
    return 2 if kind in ("L", "AN", "EN") else 1
