"""Where the chord changes: what sounds on, less the drums, is another than before.

Drums are short, so what is lowest over some steps is without them (the idea of Fitzgerald 2010,
"Harmonic/Percussive Separation using Median Filtering"). A change is where the seconds before and
after are least alike (Foote 2000, "Automatic Audio Segmentation using a Measure of Audio Novelty").
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.media.rhythm.spectra import HERTZ, STEPS_PER_S, Floats

Reals = NDArray[np.float64]

_EVERY = 5
_LOWEST_OF = 10
_SIDE = 16
"""Moments on either side that are compared: 0.8 s."""
_TONES = (HERTZ > 60) & (HERTZ < 2500)
_LEAST = 0.004


def changes(levels: Floats) -> Reals:
    """Rows of time in seconds and how much changes, 0..2, in order."""
    held = _held(levels)
    if len(held) < 2 * _SIDE:
        return np.zeros((0, 2))
    sums = np.concatenate([np.zeros((1, held.shape[1])), np.cumsum(held, axis=0)])
    means = sums[_SIDE:] - sums[:-_SIDE]
    before, after = means[:-_SIDE], means[_SIDE:]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    unlike = 1 - np.einsum("ij,ij->i", before, after) / np.maximum(lengths, 1e-9)
    unlike[lengths < 1e-6] = 0
    highest = sliding_window_view(np.pad(unlike, 8), 17).max(axis=1)
    at = np.flatnonzero((unlike >= highest) & (unlike > _LEAST))
    return np.stack([(at + _SIDE) * _EVERY / STEPS_PER_S, unlike[at]], axis=1)


def _held(levels: Floats) -> Reals:
    """Moments, 20 a second, by ranges of pitch: what sounds on for 0.1 s."""
    tones = levels[:, _TONES]
    tones = tones[: len(tones) // _EVERY * _EVERY].reshape(-1, _EVERY, tones.shape[1]).min(axis=1)
    if len(tones) < 2:
        return np.zeros((0, tones.shape[1]))
    held: Reals = np.minimum(tones[:-1], tones[1:]).astype(np.float64)
    return held
