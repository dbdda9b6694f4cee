"""The parts of a track: where its bars change, and whether they build, drop or break.

A part begins where the bars before and after are least alike (Foote 2000, "Automatic Audio
Segmentation using a Measure of Audio Novelty"). What the parts are called is told by energy, as
people who play records do (Yadati, Larson, Liem & Hanjalic 2014, "Detecting Drops in Electronic
Dance Music": a build, then a sudden jump, with the bass back).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.bars import Bars

PLAIN, BUILD, DROP, BREAK = range(4)
"""Kinds of sections."""

Reals = NDArray[np.float64]

_SIDES = (4, 3, 2, 1)
"""How many bars on either side are compared, at most."""
_NEW = 0.35
"""How unlike the sides are at a bound."""
_SUDDEN = 0.12
"""How unlike the two bars at a bound are at least: sides of four bars also differ beside one."""
_SHORTEST = 2
"""Bars."""
_JUMP, _BACK = 0.15, 0.4
"""By how much energy jumps at a drop, or bass where energy is high before it."""
_HIGH, _BASS, _DRIVEN = 0.6, 0.5, 0.4
"""What a drop has: so much energy, bass, and such a share of the track's most kicks."""
_CALM = 0.5
"""With less bass than this a part may be a build or a break, whatever its kicks."""


def find(bars: Bars) -> Reals:
    """Rows of start and end in seconds, energy 0..1 and kind; they cover the track."""
    cuts = _cuts(bars)
    pairs = list(pairwise(cuts))
    energy = np.array([bars.energy[first:last].mean() for first, last in pairs])
    kinds = _kinds(bars, pairs, energy)
    starts, ends = bars.bounds[cuts[:-1]], bars.bounds[cuts[1:]]
    return np.stack([starts, ends, energy, kinds], axis=1)


def _cuts(bars: Bars) -> list[int]:
    """The bars at which parts begin, and the number of bars."""
    looks = np.stack([bars.loud, bars.low, bars.busy, bars.bright, bars.kicks], axis=1)
    count = len(looks)
    novelty = np.zeros(count + 1)
    for bar in range(_SHORTEST, count - _SHORTEST + 1):
        found = []
        for side in _SIDES:
            if side >= _SHORTEST:
                before, after = looks[max(0, bar - side) : bar], looks[bar : bar + side]
                found.append(np.abs(after.mean(axis=0) - before.mean(axis=0)).mean())
        # Most of the change has to be at this very bar.
        edge = np.abs(looks[bar] - looks[bar - 1]).mean()
        if edge >= _SUDDEN:
            novelty[bar] = 0.5 * max(found) + 0.5 * edge
    cuts: list[int] = []
    for bar in map(int, np.argsort(-novelty, kind="stable")):
        if novelty[bar] < _NEW * 0.5:
            break
        if all(abs(bar - other) >= _SHORTEST for other in cuts):
            cuts.append(bar)
    return [0, *sorted(cuts), count]


def _kinds(bars: Bars, pairs: list[tuple[int, int]], energy: Reals) -> list[int]:
    """What each part is, given those before and after it."""
    low = [float(bars.low[first:last].mean()) for first, last in pairs]
    kicks = [float(bars.kicks[first:last].mean()) for first, last in pairs]
    kinds = [PLAIN] * len(pairs)
    for part in range(1, len(pairs)):
        jump, back = energy[part] - energy[part - 1], low[part] - low[part - 1]
        full = low[part] >= _BASS and kicks[part] >= _DRIVEN * max(kicks)
        sudden = jump >= _JUMP or (back >= _BACK and jump >= 0)
        if sudden and energy[part] >= _HIGH and full:
            kinds[part] = DROP
    for part in range(len(pairs)):
        calm = kicks[part] < 0.5 * max(kicks) or low[part] < _CALM
        if kinds[part] == DROP or not calm:
            continue
        after = kinds[part + 1] if part + 1 < len(pairs) else PLAIN
        if after == DROP and _rises(bars, pairs, part):
            kinds[part] = BUILD
        elif 0 < part < len(pairs) - 1 and energy[part] <= energy[part - 1] - _JUMP:
            kinds[part] = BREAK
    return kinds


def _rises(bars: Bars, pairs: list[tuple[int, int]], part: int) -> bool:
    """Whether a part grows busier or brighter, in itself or from the one before it."""
    first, last = pairs[part]
    grows = bars.busy + bars.bright + bars.loud
    inside = float(grows[last - 1] - grows[first]) if last - first > 1 else 0.0
    if part == 0:
        return inside > 4 * _JUMP
    before = float(grows[pairs[part - 1][0] : first].mean())
    return inside > _JUMP or float(grows[first:last].mean()) > before + 2 * _JUMP
