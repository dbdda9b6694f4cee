"""Chord changes from beat to beat, as evidence of where bars begin.

Chords mostly change with the bar (Goto 2001, "An Audio-based Real-time Beat Tracking System for
Music With or Without Drum-sounds"). Drums are short: the minimum over a tenth of a second excludes
them (Fitzgerald 2010, "Harmonic/Percussive Separation using Median Filtering").
"""

import numpy as np

from server.arrays import Float32Array, Float64Array
from server.audio.rhythm.filterbank import HERTZ, STEPS_PER_S

_TONES = (HERTZ > 60) & (HERTZ < 2500)
_STEPS_PER_MOMENT = 5
"""Steps that are combined into one moment."""
_COMPARED_BEATS = (1, 2, 4)
"""Numbers of beats before and after that are compared."""
_MIN_CHANGE = 0.02
_STRONG_PERCENTILE = 95
"""Percentile of a track's changes that counts as 1."""


def detect(levels: Float32Array, beats: Float64Array) -> Float64Array:
    """Return how much the harmony of each beat differs from the beat before, 0..3.

    Args:
        levels: steps x pitches of the track.
        beats: seconds, in ascending order.
    """
    chords = _chords(levels, beats)
    total = np.zeros(len(beats))
    for span in _COMPARED_BEATS:
        difference = _differences(chords, span)
        strong = (
            max(float(np.percentile(difference, _STRONG_PERCENTILE)), _MIN_CHANGE)
            if len(difference)
            else _MIN_CHANGE
        )
        total += np.minimum(difference / strong, 1.0)
    return total


def _chords(levels: Float32Array, beats: Float64Array) -> Float64Array:
    """Return what is sustained during each beat, beats x pitches, minus its mean."""
    tones = levels[:, _TONES].astype(np.float64)
    count = len(tones) // _STEPS_PER_MOMENT
    moments = tones[: count * _STEPS_PER_MOMENT].reshape(count, _STEPS_PER_MOMENT, -1).min(axis=1)
    sustained = np.minimum(moments[:-1], moments[1:])
    if not len(sustained) or not len(beats):
        return np.zeros((len(beats), tones.shape[1]))
    rate = STEPS_PER_S / _STEPS_PER_MOMENT
    last = 2 * beats[-1] - beats[-2] if len(beats) > 1 else beats[-1] + 0.5
    starts = np.minimum((beats * rate).astype(np.int64) + 1, len(sustained) - 1)
    ends = np.minimum((np.append(beats[1:], last) * rate).astype(np.int64), len(sustained))
    ends = np.maximum(ends, starts + 1)
    sums = np.concatenate([np.zeros((1, sustained.shape[1])), np.cumsum(sustained, axis=0)])
    chords: Float64Array = (sums[ends] - sums[starts]) / (ends - starts)[:, None]
    return chords


def _differences(chords: Float64Array, span: int) -> Float64Array:
    """Return 1 minus the cosine of the beats before and after, centred; 0 at the ends."""
    count = len(chords)
    difference = np.zeros(count)
    if count < 2 * span:
        return difference
    sums = np.concatenate([np.zeros((1, chords.shape[1])), np.cumsum(chords, axis=0)])
    means = sums[span:] - sums[:-span]
    means = means - means.mean(axis=1, keepdims=True)
    before, after = means[: count - 2 * span + 1], means[span:]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    similarity = np.einsum("ij,ij->i", before, after) / np.maximum(lengths, 1e-9)
    difference[span : count - span + 1] = np.where(lengths > 1e-9, 1 - similarity, 0.0)
    return difference
