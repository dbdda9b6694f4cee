"""Where the beats fall: on onsets, and as far apart as the tempo says.

Dynamic programming over the whole track (Ellis 2007, "Beat Tracking by Dynamic Programming",
section 3.1), with a tempo that may change.
"""

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.spectra import STEPS_PER_S

Reals = NDArray[np.float64]

_TIGHT = 600.0
"""What it costs to be off the tempo: times the square of its logarithm."""
_LEAST, _LONGEST = 0.6, 1.6
_ON_S = 0.035


def track(novelty: Reals, tempo: Reals) -> Reals:
    """Times of the beats in seconds.

    Args:
        novelty: how much begins in each step, >= 0.
        tempo: beats a minute at each step.
    """
    scale = float(np.sqrt(np.mean(np.square(novelty))))
    if scale <= 0:
        return np.zeros(0)
    heights = _widened(novelty) / scale
    periods = 60 * STEPS_PER_S / tempo
    total, came = _walk(heights, periods)
    return _back(total, came, periods) / STEPS_PER_S


def _widened(novelty: Reals) -> Reals:
    """A little of each step on its neighbours': hands are not exact."""
    taps = np.exp(-0.5 * np.square(np.arange(-4, 5) / 1.5))
    wide: Reals = np.convolve(novelty, taps / taps.sum(), "same")[: len(novelty)]
    return wide


def _walk(heights: Reals, periods: Reals) -> tuple[Reals, NDArray[np.int64]]:
    """For each step the best sum of a row of beats that ends there, and the beat before it."""
    count = len(heights)
    longest = int(_LONGEST * periods.max()) + 2
    total = np.zeros(count + longest)
    came = np.full(count, -1, np.int64)
    costs: dict[int, tuple[int, Reals]] = {}
    for step in range(count):
        key = round(float(periods[step]) * 4)
        if key not in costs:
            first = int(_LEAST * key / 4)
            gaps = np.arange(int(_LONGEST * key / 4), first - 1, -1)
            costs[key] = (int(gaps[0]), -_TIGHT * np.square(np.log(gaps * 4 / key)))
        far, cost = costs[key]
        begin = step + longest - far
        ways = total[begin : begin + len(cost)] + cost
        best = int(ways.argmax())
        if ways[best] > 0:
            came[step] = step - far + best
            total[step + longest] = ways[best] + heights[step]
        else:
            total[step + longest] = heights[step]
    return total[longest:], came


def _back(total: Reals, came: NDArray[np.int64], periods: Reals) -> Reals:
    """The row of beats whose sum is best among those that reach the end."""
    last = len(total) - max(1, round(float(periods[-1])))
    step = max(last, 0) + int(np.argmax(total[max(last, 0) :]))
    found = []
    while step >= 0:
        found.append(step)
        step = int(came[step])
    return np.array(found[::-1], np.float64)


def settled(row: Reals, events: Reals) -> Reals:
    """The beats moved to the events that they are on; those between move along with them.

    Args:
        row: times of beats in seconds.
        events: times and strengths of onsets.
    """
    if not len(row) or not len(events):
        return row
    lowest = np.searchsorted(events[:, 0], row - _ON_S)
    highest = np.searchsorted(events[:, 0], row + _ON_S)
    moved = np.full(len(row), np.nan)
    for index, (low, high) in enumerate(zip(lowest, highest, strict=True)):
        if high > low:
            moved[index] = events[low + int(np.argmax(events[low:high, 1])), 0] - row[index]
    on = np.flatnonzero(~np.isnan(moved))
    if not len(on):
        return row
    found: Reals = row + np.interp(np.arange(len(row)), on, moved[on])
    return found


def whole(row: Reals, start: float, end: float) -> Reals:
    """The row with the beats that are missing at its ends, and without those that are outside."""
    if len(row) < 2:
        return row
    first, last = row[1] - row[0], row[-1] - row[-2]
    before = row[0] - first * np.arange(int(max(row[0] - start, 0) / first + 0.1), 0, -1)
    after = row[-1] + last * np.arange(1, int(max(end - row[-1], 0) / last) + 1)
    every = np.concatenate([before, row, after])
    return every[(every >= start - _ON_S) & (every <= end)]
