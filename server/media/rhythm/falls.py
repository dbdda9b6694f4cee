"""Which hits of the bass are a kick drum's: those whose pitch falls.

The skin of a drum is tight when it is struck and gives way; drum machines do the same on purpose
(Fletcher & Rossing 1998, "The Physics of Musical Instruments", section 18.2). A bass note keeps its
pitch, a tom falls less and ends higher. Hits are compared with the most kick-like ones of their
own track, so that a kick without any fall is one where nothing is more of a kick.
"""

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.lows import LOW_RATE

Reals = NDArray[np.float64]

_EARLY = slice(0, round(0.030 * LOW_RATE))
_LATE = slice(round(0.040 * LOW_RATE), round(0.100 * LOW_RATE))
_LENGTH = 512
_FALL, _HIGH, _STRONG = 5.0, 2.0, 2.0
"""What an octave of fall, an octave that it ends above a kick's pitch, and strength count."""
_ENDS_HZ = 85.0
_MARGIN = 2.0
"""How much less like a kick than the most kick-like fifth of the track a kick may be."""


def kicks(low: Reals, at: NDArray[np.int64], strengths: Reals) -> NDArray[np.bool_]:
    """Which of the hits are kicks.

    Args:
        low: the bass, as `lows.lower` gives it.
        at: the samples of it at which the hits begin.
        strengths: by how much the bass rises at each.
    """
    if not len(at):
        return np.zeros(0, np.bool_)
    padded = np.pad(low, (0, _LATE.stop))
    rows = padded[at[:, None] + np.arange(_LATE.stop)]
    early, late = _pitch(rows[:, _EARLY]), _pitch(rows[:, _LATE])
    fall = np.clip(np.log2(early / late), -0.2, 0.8)
    high = np.clip(np.log2(late / _ENDS_HZ), 0, 0.8)
    strong = np.minimum(strengths / np.percentile(strengths, 90), 1)
    like = _FALL * fall - _HIGH * high + _STRONG * strong
    alike: NDArray[np.bool_] = like >= np.percentile(like, 80) - _MARGIN
    return alike


def _pitch(rows: Reals) -> Reals:
    """The middle of the spectrum of each row in Hz, from 20 Hz on."""
    power = np.square(np.abs(np.fft.rfft(rows * np.hanning(rows.shape[1]), _LENGTH, axis=1)))
    hertz = np.fft.rfftfreq(_LENGTH, 1 / LOW_RATE)
    middle: Reals = (power @ hertz) / np.maximum(power.sum(axis=1), 1e-15)
    return np.maximum(middle, 20.0)
