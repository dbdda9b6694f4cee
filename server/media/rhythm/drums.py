"""Which onsets are snares and hats, told by the noise that begins.

A drum's noise fills every range of pitch where a note leaves gaps between its harmonics, so what
counts is not the mean of the rises but one that three quarters of the ranges reach. A snare's
noise lasts (Herrera, Yeterian & Gouyon 2002, "Automatic Classification of Drum Sounds": spread and
decay tell drums apart best), the click of a kick's beater does not.

A clap on a kick may bring no rise: the music that a producer ducks under each kick was as loud
before. Such kicks are compared with the plain ones of their track, of which there have to be some.
"""

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.spectra import HERTZ, Floats

Reals = NDArray[np.float64]

_SNARE = (HERTZ > 1500) & (HERTZ < 6000)
_HAT = (HERTZ > 8000) & (HERTZ < 15000)
_FILLED = 25
_MOST_ABOVE = 0.7
"""By how much a snare's high noise may be louder than its middle, as `levels` count: 6 dB."""
_BEFORE, _AFTER, _LASTING = 3, 2, 5
"""Steps: where it is still quiet, where it is loudest, where a snare still sounds."""
_FEWEST_KICKS = 8
_PLAIN = 33
"""The percentile of the kicks that stands for plain ones; claps are on every second at most."""
_MORE = 0.35
"""By how much a kick with a clap has more noise than plain ones, as `levels` count: 3 dB."""


def noises(
    levels: Floats, steps: NDArray[np.int64], kicked: NDArray[np.bool_]
) -> tuple[Reals, Reals]:
    """How much noise begins at each of the steps and lasts, as of snares; and high, as of hats.

    Args:
        levels: steps x ranges, as `spectra.measure` gives them.
        steps: where something begins,
        kicked: and whether it is a kick, alone or with more.
    """
    padded = np.pad(levels, ((_BEFORE + 1, _LASTING + 1), (0, 0)), mode="edge")
    at = steps + _BEFORE + 1
    before = np.maximum(padded[at - _BEFORE], padded[at - _BEFORE - 1])
    at_once = np.maximum(padded[at + _AFTER], padded[at + 1]) - before
    lasting = np.minimum(padded[at + _LASTING], padded[at + _AFTER])[:, _SNARE]
    later = lasting - before[:, _SNARE]
    snare = np.percentile(np.maximum(later, 0), _FILLED, axis=1)
    if np.count_nonzero(kicked) >= _FEWEST_KICKS:
        more = _more(later[kicked], lasting[kicked])
        snare[kicked] = np.where(more > _MORE, np.maximum(snare[kicked], more), snare[kicked])
    hat = np.percentile(np.maximum(at_once[:, _HAT], 0), _FILLED, axis=1)
    loudest = np.maximum(padded[at + _AFTER], padded[at + 1])
    above = np.median(loudest[:, _HAT], axis=1) - np.median(loudest[:, _SNARE], axis=1)
    snare[above > _MOST_ABOVE] = 0
    return snare.astype(np.float64), hat.astype(np.float64)


def _more(later: Floats, lasting: Floats) -> Reals:
    """By how much more than at plain kicks the noise of each rises, and is louder after it."""
    rises = later - np.percentile(later, _PLAIN, axis=0)
    louder = lasting - np.percentile(lasting, _PLAIN, axis=0)
    found: Reals = np.percentile(np.minimum(rises, louder), _FILLED, axis=1)
    return found
