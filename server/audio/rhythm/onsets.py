"""Where something begins to sound: rises that are neither vibrato nor the noise of a held sound.

Spectral flux that looks past small moves of pitch (Böck & Widmer 2013, "Maximum Filter Vibrato
Suppression for Onset Detection": SuperFlux), and peaks of it that stand out of their
neighbourhood (Böck, Krebs & Schedl 2012, "Evaluating the Online Capabilities of Onset Detection
Methods", section 2.2), which may here lie on both sides.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.audio.rhythm.filterbank import STEPS_PER_S, Floats

Reals = NDArray[np.float64]

_LAG = 2
"""Steps between what is compared: the window sees an onset for about so long."""
_BLOCK = 4096
_SIDE = 3
_AROUND = round(0.07 * STEPS_PER_S)
_FAR = round(2.0 * STEPS_PER_S)
_FLOOR = round(0.75 * STEPS_PER_S)
_FLOOR_EVERY, _FLOOR_SHARE = 10, 25
"""The floor of the flux is what a quarter of the steps around do not reach."""
_LEAST, _TIMES_MEAN, _TIMES_FLOOR, _SHARE = 0.035, 1.4, 3.0, 0.03
"""What a peak has to be above the mean or the floor; how many times either; and the share of the
highest around."""


def flux(levels: Floats) -> Reals:
    """How much begins in each step: the mean of the rises of all ranges.

    Args:
        levels: steps x ranges, as `spectra.measure` gives them.
    """
    found = np.empty(len(levels))
    for first in range(0, len(levels), _BLOCK):
        piece = levels[max(first - _LAG, 0) : first + _BLOCK]
        found[first : first + _BLOCK] = _rises(piece)[min(first, _LAG) :].mean(axis=1)
    return found


def _rises(levels: Floats) -> Floats:
    """By how much each range is above what it and its neighbours were, 0 where it is not."""
    widest = levels.copy()
    np.maximum(widest[:, 1:], levels[:, :-1], out=widest[:, 1:])
    np.maximum(widest[:, :-1], levels[:, 1:], out=widest[:, :-1])
    found = levels.copy()
    found[_LAG:] -= widest[:-_LAG]
    return np.maximum(found, 0, out=found)


def peaks(novelty: Reals) -> NDArray[np.int64]:
    """Steps at which the flux is highest in its surroundings and stands out of them."""
    if not len(novelty):
        return np.zeros(0, np.int64)
    near = _mean(novelty, _AROUND)
    enough = np.maximum.reduce(
        [
            _LEAST + near,
            _TIMES_MEAN * near,
            _LEAST + _TIMES_FLOOR * _floor(novelty),
            _SHARE * _most(novelty, _FAR),
        ]
    )
    found = np.flatnonzero((novelty >= _most(novelty, _SIDE)) & (novelty >= enough))
    return found[np.diff(found, prepend=-9) > 1].astype(np.int64)


def _floor(novelty: Reals) -> Reals:
    """What noise alone makes the flux to be: a low percentile of what is around."""
    padded = np.pad(novelty, _FLOOR, mode="symmetric")
    rows = sliding_window_view(padded, 2 * _FLOOR + 1)[::_FLOOR_EVERY]
    floor = np.percentile(rows, _FLOOR_SHARE, axis=1)
    return np.repeat(floor, _FLOOR_EVERY)[: len(novelty)]


def _most(values: Reals, side: int) -> Reals:
    """The highest value within `side` steps on both sides."""
    found: Reals = sliding_window_view(np.pad(values, side), 2 * side + 1).max(axis=1)
    return found


def _mean(values: Reals, side: int) -> Reals:
    """The mean of the values within `side` steps on both sides, fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    steps = np.arange(len(values))
    low, high = np.maximum(steps - side, 0), np.minimum(steps + side + 1, len(values))
    means: Reals = (sums[high] - sums[low]) / (high - low)
    return means
