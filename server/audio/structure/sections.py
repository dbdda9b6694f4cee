"""The parts of a track: where its bars change, and whether they build, drop or break.

`cuts` tells where parts begin. What they are is told by energy, as people who play records do
(Yadati, Larson, Liem & Hanjalic 2014, "Detecting Drops in Electronic Dance Music": a build, then a
sudden jump, with the bass back). Only music with drums has drops, and few of them.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from server.audio.structure import boundaries
from server.audio.structure.bar_features import Bars

PLAIN, BUILD, DROP, BREAK = range(4)
"""Kinds of sections."""

Reals = NDArray[np.float64]
Parts = list[tuple[int, int]]
"""First bar and the bar after the last."""

_COLOUR = 0.4
"""What a change of who plays counts beside one of energy."""
_JUMP, _BACK = 0.15, 0.4
"""By how much energy jumps at a drop, or bass where energy is high before it."""
_HIGH, _BASS, _DRIVEN = 0.6, 0.5, 0.4
"""What a drop has: so much energy, bass, and such a share of the track's most kicks."""
_CALM = 0.5
"""With less bass than this a part may be a build or a break, whatever its kicks."""
_LONGEST_DROP, _LONGEST_BUILD = 16, 24
"""Bars: the rest of a drop's part is plain, as what was new is no more; nothing builds longer."""
_FEWEST, _MOST, _EVERY_S = 2, 4, 75.0
"""Drops of a track: at least so many are possible, in a song of some minutes so many, and in longer
music one in so many seconds."""


def find(bars: Bars, *, drums: bool) -> Reals:
    """Return rows of start and end in seconds, energy 0..1 and kind; they cover the track.

    Args:
        bars: what each bar is like.
        drums: whether a kick drum plays in the track.
    """
    looks = np.stack([bars.loud, bars.low, bars.busy, bars.bright, bars.kicks], axis=1)
    bar_s = float(np.median(np.diff(bars.bounds)))
    at = boundaries.find(np.hstack([looks, _COLOUR * bars.colour]), bar_s, readily=bars.counted)
    pairs = list(pairwise(at))
    kinds = _Kinds(bars, pairs).find() if drums else _quiet(bars, pairs)
    pairs, kinds = _shortened(pairs, kinds)
    energy = [float(bars.energy[first:last].mean()) for first, last in pairs]
    bounds = [(bars.bounds[first], bars.bounds[last]) for first, last in pairs]
    return np.column_stack([np.array(bounds), energy, kinds]).astype(np.float64)


class _Kinds:
    """What each part is, given those before and after it."""

    def __init__(self, bars: Bars, pairs: Parts) -> None:
        self._bars, self._pairs = bars, pairs
        self._energy, self._low, self._kicks = (
            np.array([float(values[first:last].mean()) for first, last in pairs])
            for values in (bars.energy, bars.low, bars.kicks)
        )
        self._driven = float(self._kicks.max())

    def find(self) -> list[int]:
        kinds = [PLAIN] * len(self._pairs)
        for part in self._drops():
            kinds[part] = DROP
        for part in range(len(kinds)):
            if kinds[part] == DROP or not self._calm(part):
                continue
            after = kinds[part + 1] if part + 1 < len(kinds) else PLAIN
            if after == DROP and self._short(part) and self._rises(part):
                kinds[part] = BUILD
            elif 0 < part < len(kinds) - 1 and self._jump(part) <= -_JUMP:
                kinds[part] = BREAK
        return kinds

    def _short(self, part: int) -> bool:
        first, last = self._pairs[part]
        return last - first <= _LONGEST_BUILD

    def _jump(self, part: int) -> float:
        return float(self._energy[part] - self._energy[part - 1])

    def _calm(self, part: int) -> bool:
        return bool(self._kicks[part] < 0.5 * self._driven or self._low[part] < _CALM)

    def _drops(self) -> list[int]:
        """Return the parts that a build or a break leads to, the greatest jumps first, not many."""
        found = {}
        for part in range(1, len(self._pairs)):
            jump, back = self._jump(part), float(self._low[part] - self._low[part - 1])
            full = self._low[part] >= _BASS and self._kicks[part] >= _DRIVEN * self._driven
            sudden = jump >= _JUMP or (back >= _BACK and jump >= 0)
            if sudden and self._calm(part - 1) and self._energy[part] >= _HIGH and full:
                found[part] = jump + back
        seconds = float(self._bars.bounds[-1])
        most = max(_FEWEST, min(_MOST, round(seconds / 45)), round(seconds / _EVERY_S))
        return sorted(found, key=lambda part: -found[part])[:most]

    def _rises(self, part: int) -> bool:
        """Whether a part grows busier or brighter, in itself or from the one before it."""
        (first, last), bars = self._pairs[part], self._bars
        grows = bars.busy + bars.bright + bars.loud
        inside = float(grows[last - 1] - grows[first]) if last - first > 1 else 0.0
        if part == 0:
            return inside > 4 * _JUMP
        before = float(grows[self._pairs[part - 1][0] : first].mean())
        return inside > _JUMP or float(grows[first:last].mean()) > before + 2 * _JUMP


def _quiet(bars: Bars, pairs: Parts) -> list[int]:
    """Return the kinds of the parts where no drum plays: plain, or a break between louder ones."""
    energy = [float(bars.energy[first:last].mean()) for first, last in pairs]
    inner = range(1, len(pairs) - 1)
    breaks = {
        part for part in inner if energy[part] <= min(energy[part - 1], energy[part + 1]) - _JUMP
    }
    return [BREAK if part in breaks else PLAIN for part in range(len(pairs))]


def _shortened(pairs: Parts, kinds: list[int]) -> tuple[Parts, list[int]]:
    """Return the parts with those cut in two that are called a drop for too long."""
    parts: list[tuple[int, int, int]] = []
    for (first, last), kind in zip(pairs, kinds, strict=True):
        long = kind == DROP and last - first >= _LONGEST_DROP + boundaries.SHORTEST
        middle = first + _LONGEST_DROP if long else last
        parts.append((first, middle, kind))
        if long:
            parts.append((middle, last, PLAIN))
    return [(first, last) for first, last, _ in parts], [kind for _, _, kind in parts]
