"""At which bars the parts of a track begin: where each part is most alike within itself.

Optimal partitioning (Jackson et al. 2005, "An Algorithm for Optimal Partitioning of Data on an
Interval"): of all ways to cut the track, the one with the least squared distance of bars from the
mean of their part, and a price for each cut. Music goes in phrases of four and eight bars, so a
part of another length costs more. A long track is cut less readily than one of half a minute.
"""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_LONGEST = 96
"""Bars of a part."""
_CUT, _ODD, _UNEVEN = 0.6, 0.3, 0.15
"""The price of a cut; of a length that is odd; of one that is no multiple of four bars."""
_LONG, _CHEAPEST = 64, 0.3
"""Bars of a track in which prices are whole, and the share of them in the shortest."""
_UNCOUNTED = 2.0
"""The same where there are no bars: speech and noise change all the time."""
SHORTEST, _FEW = 4, 40
"""Bars of a part, but for the first and the last; half of that where the track has few."""
_SHORTEST_S = 6.0
"""Where four bars take less, the beats are counted twice as fast as people count."""


def find(looks: Reals, bar_s: float, *, readily: bool = True) -> list[int]:
    """Return the first bar of each part, in order, and the number of bars.

    Args:
        looks: bars by measures, 0..1 each.
        bar_s: seconds of a bar.
        readily: whether a short track is cut more readily, as music is that has bars.
    """
    count = len(looks)
    share = float(np.clip(count / _LONG, _CHEAPEST, 1)) if readily else _UNCOUNTED
    prices = share * _prices(np.arange(_LONGEST + 1))
    shortest = SHORTEST if count >= _FEW or not readily else SHORTEST // 2
    if shortest == SHORTEST and shortest * bar_s < _SHORTEST_S:
        shortest *= 2
    prices[:shortest] = np.inf
    totals, squares = _sums(looks), _sums(np.square(looks))
    best, came = np.zeros(count + 1), np.zeros(count + 1, np.int64)
    for end in range(1, count + 1):
        starts = np.arange(max(0, end - _LONGEST), end)
        price = prices[end - starts]
        # The first part may begin, and the last one end, within a phrase.
        price[(starts == 0) | (end == count)] = 0
        price[starts == count - 1] = np.inf if count > 1 else 0
        lengths = (end - starts)[:, None]
        inner = squares[end] - squares[starts] - np.square(totals[end] - totals[starts]) / lengths
        ways = best[starts] + inner.sum(axis=1) + price + share * _CUT
        came[end] = starts[int(np.argmin(ways))]
        best[end] = ways.min()
    found = [count]
    while found[-1]:
        found.append(int(came[found[-1]]))
    return found[::-1]


def _prices(lengths: NDArray[np.int64]) -> Reals:
    return np.where(lengths % 2 == 1, _ODD, np.where(lengths % 4 == 2, _UNEVEN, 0.0))


def _sums(rows: Reals) -> Reals:
    return np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
