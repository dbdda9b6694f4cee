"""Onsets: rises of the spectrum that are neither vibrato nor the noise of a held sound.

Spectral flux that ignores small changes of pitch (Böck & Widmer 2013, "Maximum Filter Vibrato
Suppression for Onset Detection": SuperFlux), and peaks that stand out of their neighbourhood (Böck,
Krebs & Schedl 2012, "Evaluating the Online Capabilities of Onset Detection Methods", section 2.2),
here on both sides.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float32Array, Float64Array, Int64Array
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.series.moving_max import moving_max

_LAG = 2
"""Steps between compared spectra: about as long as an onset stays in the window."""
_BLOCK = 4096
_PEAK_REACH = 3
_MEAN_REACH = round(0.07 * STEPS_PER_S)
_MAX_REACH = round(2.0 * STEPS_PER_S)
_FLOOR_REACH = round(0.75 * STEPS_PER_S)
_FLOOR_STEP, _FLOOR_PERCENTILE = 10, 25
"""Steps between windows of the noise floor, and the percentile of the flux that it is."""
_MIN_FLUX, _MEAN_FACTOR, _FLOOR_FACTOR, _MAX_SHARE = 0.035, 1.4, 3.0, 0.03
"""Minimum excess of a peak over the mean or the floor; minimum ratio to each; minimum share of the
local maximum."""


def spectral_flux(levels: Float32Array) -> Float64Array:
    """Return the spectral flux of each step: the mean of the rises of all ranges.

    Args:
        levels: steps x ranges, from `filterbank.compute_spectra`.
    """
    novelty = np.empty(len(levels))
    for first in range(0, len(levels), _BLOCK):
        piece = levels[max(first - _LAG, 0) : first + _BLOCK]
        novelty[first : first + _BLOCK] = _range_rises(piece)[min(first, _LAG) :].mean(axis=1)
    return novelty


def _range_rises(levels: Float32Array) -> Float32Array:
    """Return the rise of each range above itself and its neighbours before; at least 0."""
    widest = levels.copy()
    np.maximum(widest[:, 1:], levels[:, :-1], out=widest[:, 1:])
    np.maximum(widest[:, :-1], levels[:, 1:], out=widest[:, :-1])
    rises = levels.copy()
    rises[_LAG:] -= widest[:-_LAG]
    return np.maximum(rises, 0, out=rises)


def pick_peaks(novelty: Float64Array) -> Int64Array:
    """Return the steps at which the flux is a local maximum that stands out."""
    if not len(novelty):
        return np.zeros(0, np.int64)
    mean = _local_mean(novelty, _MEAN_REACH)
    threshold = np.maximum.reduce(
        [
            _MIN_FLUX + mean,
            _MEAN_FACTOR * mean,
            _MIN_FLUX + _FLOOR_FACTOR * _noise_floor(novelty),
            _MAX_SHARE * moving_max(novelty, _MAX_REACH),
        ]
    )
    peak_steps = np.flatnonzero(
        (novelty >= moving_max(novelty, _PEAK_REACH)) & (novelty >= threshold)
    )
    return peak_steps[np.diff(peak_steps, prepend=-9) > 1].astype(np.int64)


def _noise_floor(novelty: Float64Array) -> Float64Array:
    """Return the flux of noise alone: a low percentile of the surroundings."""
    padded = np.pad(novelty, _FLOOR_REACH, mode="symmetric")
    windows = sliding_window_view(padded, 2 * _FLOOR_REACH + 1)[::_FLOOR_STEP]
    floor = np.percentile(windows, _FLOOR_PERCENTILE, axis=1)
    return np.repeat(floor, _FLOOR_STEP)[: len(novelty)]


def _local_mean(values: Float64Array, side: int) -> Float64Array:
    """Return the mean of the values within `side` steps on both sides, fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    steps = np.arange(len(values))
    low, high = np.maximum(steps - side, 0), np.minimum(steps + side + 1, len(values))
    means: Float64Array = (sums[high] - sums[low]) / (high - low)
    return means
