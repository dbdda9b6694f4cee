"""Events from activations: peaks above a threshold, and their strength.

Peaks are picked offline, above a threshold (Böck, Schlüter & Widmer 2013, "Enhanced Peak Picking
for Onset Detection with Recurrent Neural Networks"). The threshold is a share of the track's clear
peaks, since a drum buried in a mix has lower ones throughout, within fixed bounds.
"""

import numpy as np

from server.arrays import BoolArray, Float32Array, Float64Array, Int64Array
from server.audio.rhythm.filterbank import HERTZ
from server.audio.series.moving_max import moving_max

KINDS = ("onsets", "kicks", "snares", "hats")
_THRESHOLD_SHARE, _MIN_THRESHOLD, _MAX_THRESHOLD = 0.35, 0.15, 0.45
"""The threshold relative to the clear peaks, and its bounds: best F-measure on the tuning songs."""
_CLEAR_PERCENTILE, _MIN_PEAK = 90, 0.1
"""Percentile of clear peaks among the peaks of at least this height."""
_RANGES_HZ = {
    "onsets": (0.0, 20_000.0),
    "kicks": (0.0, 150.0),
    "snares": (150.0, 6_000.0),
    "hats": (5_000.0, 20_000.0),
}
"""Frequency range in which each kind of event rises."""
_MIN_CANDIDATE = 0.04
"""Minimum height of a peak that may be an event."""
_PEAK_REACH = 3
"""Steps on both sides that are lower than a peak."""
_BEFORE, _AFTER = 4, 5


def find_peaks(activation: Float64Array) -> Int64Array:
    """Return the steps at which an activation has a local maximum that may be an event."""
    if not len(activation):
        return np.zeros(0, np.int64)
    highest = moving_max(activation, _PEAK_REACH)
    at = np.flatnonzero((activation >= highest) & (activation >= _MIN_CANDIDATE))
    peaks: Int64Array = at[np.diff(at, prepend=-_PEAK_REACH - 1) > _PEAK_REACH]
    return peaks


def are_clear(heights: Float64Array) -> BoolArray:
    """Return True for each peak of an activation that is above the threshold of its track."""
    counted = heights[heights >= _MIN_PEAK]
    if not len(counted):
        return np.zeros(len(heights), np.bool_)
    clear = float(np.percentile(counted, _CLEAR_PERCENTILE))
    threshold = np.clip(_THRESHOLD_SHARE * clear, _MIN_THRESHOLD, _MAX_THRESHOLD)
    above: BoolArray = heights >= threshold
    return above


def event_strengths(levels: Float32Array, steps: Int64Array, kind: str) -> Float64Array:
    """Return the strength of each event, 0..1; 1 is the level of the track's strong ones.

    Args:
        levels: of the track, from `filterbank.compute_spectra`.
        steps: at which the events begin.
        kind: one of KINDS.
    """
    if not len(steps):
        return np.zeros(0)
    low, high = _RANGES_HZ[kind]
    magnitudes = np.expm1(levels[:, (low <= HERTZ) & (high >= HERTZ)])
    padded = np.pad(magnitudes, ((_BEFORE, _AFTER), (0, 0)))
    before = padded[steps[:, None] + np.arange(_BEFORE - 1)].mean(axis=1)
    after = padded[steps[:, None] + np.arange(_BEFORE, _BEFORE + _AFTER)].max(axis=1)
    rise = np.sqrt(np.square(np.maximum(after - before, 0)).sum(axis=1))
    strong = max(float(np.percentile(rise, 90)), 1e-9)
    strength: Float64Array = np.minimum(rise / strong, 1.0).astype(np.float64)
    return strength
