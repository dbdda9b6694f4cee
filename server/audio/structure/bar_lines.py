"""The bar lines of a track, from its first sample to its last, with or without beats."""

import numpy as np

from server.arrays import Float64Array

_DEFAULT_BAR_S = 1.0
"""Distance of the lines used in place of bar lines in music without them."""
_MIN_DOWNBEATS = 4


def bar_lines(downbeats: Float64Array, seconds: float) -> Float64Array:
    """Return the times of bar lines in seconds, rising, inside the track.

    Before the first downbeat and after the last one they continue at the median bar length.

    Args:
        downbeats: detected downbeats in seconds.
        seconds: length of the track.
    """
    if len(downbeats) < _MIN_DOWNBEATS:
        return np.arange(0.0, seconds, _DEFAULT_BAR_S)
    bar = float(np.median(np.diff(downbeats)))
    before = np.arange(downbeats[0] - bar, -1e-6, -bar)[::-1]
    after = np.arange(downbeats[-1] + bar, seconds + 1e-6, bar)
    lines: Float64Array = np.concatenate([np.maximum(before, 0.0), downbeats, after])
    return lines
