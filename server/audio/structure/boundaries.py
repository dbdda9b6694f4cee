"""The bars at which sections begin: each section is as uniform as possible.

Optimal partitioning (Jackson et al. 2005, "An Algorithm for Optimal Partitioning of Data on an
Interval"): the partition with the lowest squared distance of bars from the mean of their section
plus a price for each cut. Music has phrases of four and eight bars, so a section of another length
costs more. The price is lower in short tracks.
"""

import numpy as np

from server.arrays import Float64Array, Int64Array

_MAX_BARS = 96
"""Maximum number of bars in a section."""
_CUT_PRICE, _ODD_PRICE, _UNEVEN_PRICE = 0.6, 0.3, 0.15
"""Price of a cut, of an odd length, and of an even length that is not a multiple of four."""
_FULL_PRICE_BARS, _MIN_PRICE_SHARE = 64, 0.3
"""Bars from which a track has full prices, and the minimum share of them."""
_PRICE_SHARE_WITHOUT_BARS = 2.0
"""Share of the prices without bars: speech and noise change all the time."""
MIN_BARS, _FEW_BARS = 4, 40
"""Minimum bars of a section except the first and the last; half of that in tracks with few."""
_MIN_PART_S = 6.0
"""If four bars take less, the beats are twice as fast as people count them."""


def find_boundaries(bar_features: Float64Array, bar_s: float, *, readily: bool = True) -> list[int]:
    """Return the first bar of each section, in order, and the number of bars.

    Args:
        bar_features: bars by features, 0..1 each.
        bar_s: seconds of a bar.
        readily: use lower prices in a short track; for music with bars.
    """
    count = len(bar_features)
    share = (
        float(np.clip(count / _FULL_PRICE_BARS, _MIN_PRICE_SHARE, 1))
        if readily
        else _PRICE_SHARE_WITHOUT_BARS
    )
    prices = share * _length_prices(np.arange(_MAX_BARS + 1))
    min_bars = MIN_BARS if count >= _FEW_BARS or not readily else MIN_BARS // 2
    if min_bars == MIN_BARS and min_bars * bar_s < _MIN_PART_S:
        min_bars *= 2
    prices[:min_bars] = np.inf
    totals, squares = _cumulative_sums(bar_features), _cumulative_sums(np.square(bar_features))
    best, predecessors = np.zeros(count + 1), np.zeros(count + 1, np.int64)
    for end in range(1, count + 1):
        starts = np.arange(max(0, end - _MAX_BARS), end)
        price = prices[end - starts]
        # The first section may begin, and the last one end, within a phrase.
        price[(starts == 0) | (end == count)] = 0
        price[starts == count - 1] = np.inf if count > 1 else 0
        lengths = (end - starts)[:, None]
        inner = squares[end] - squares[starts] - np.square(totals[end] - totals[starts]) / lengths
        costs = best[starts] + inner.sum(axis=1) + price + share * _CUT_PRICE
        predecessors[end] = starts[int(np.argmin(costs))]
        best[end] = costs.min()
    bounds = [count]
    while bounds[-1]:
        bounds.append(int(predecessors[bounds[-1]]))
    return bounds[::-1]


def _length_prices(lengths: Int64Array) -> Float64Array:
    return np.where(lengths % 2 == 1, _ODD_PRICE, np.where(lengths % 4 == 2, _UNEVEN_PRICE, 0.0))


def _cumulative_sums(values: Float64Array) -> Float64Array:
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
