"""Which beats are the first of a bar: told by where chords change, kicks fall and snares do not.

The bars of the whole track are counted through as one row of fours, which may be put right where
the evidence says so for long (the features are those of Davies & Plumbley 2006, "A Spectral
Difference Approach to Downbeat Extraction in Musical Audio", and Goto 2001, "An Audio-based
Real-time Beat Tracking System for Music With or Without Drum-sounds").
"""

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.heard import Heard
from server.media.rhythm.spectra import STEPS_PER_S

Reals = NDArray[np.float64]

_CHANGE, _KICK, _SNARE, _LOUD = 2.0, 1.0, 1.0, 2.5
"""What counts how much: a change of the harmony, a drum, how loud a beat is."""
_LEAST_CHANGE = 0.02
_SLIP = 12.0
"""What a bar of another length costs."""
_HALF_TIME = 0.7
"""The share of the snares on one beat of four from which on that is the third."""
_WALTZ = 1.5
"""How many times better bars of three have to fit than bars of four."""


def find(row: Reals, heard: Heard) -> Reals:
    """1.0 for each beat that begins a bar, else 0.0.

    Args:
        row: the beats in seconds.
        heard: what else is in the track.
    """
    if not len(row):
        return np.zeros(0)
    kicks, snares, changes = (
        on(row, heard.kicks),
        on(row, heard.snares),
        on(row, heard.changes, 0.5),
    )
    changes /= max(float(np.percentile(changes, 95)), _LEAST_CHANGE)
    first = _CHANGE * np.minimum(changes, 1) + _KICK * kicks + _LOUD * _loudness(row, heard)
    first -= first.mean()
    three, four = np.zeros((len(row), 3)), np.zeros((len(row), 4))
    three[:, 0] = first - _SNARE * snares
    four[:, 0] = first - _SNARE * snares
    backbeats = [2] if _half_time(snares) else [1, 3]
    four[:, backbeats] += _SNARE * snares[:, None]
    places, better = _counted(four)
    waltz, best = _counted(three)
    if best / np.sqrt(4 / 3) > _WALTZ * max(better, 0.0):
        places = waltz
    firsts: Reals = (places == 0).astype(np.float64)
    return firsts


def _half_time(snares: Reals) -> bool:
    sums = np.bincount(np.arange(len(snares)) % 4, snares, 4)
    return bool(sums.max() > _HALF_TIME * sums.sum())


def _loudness(row: Reals, heard: Heard) -> Reals:
    """How loud each beat is beside the loud ones: 0..1."""
    loud = np.sqrt(heard.spectrum.power)
    steps = np.rint(row * STEPS_PER_S).astype(np.int64)
    around = np.minimum(steps[:, None] + np.arange(-1, 7), len(loud) - 1)
    beats = loud[np.maximum(around, 0)].mean(axis=1)
    found: Reals = np.minimum(beats / max(float(np.percentile(beats, 95)), 1e-9), 1)
    return found


def _counted(likely: Reals) -> tuple[NDArray[np.int64], float]:
    """The place of each beat in its bar, with as few slips as can be, and how well that fits.

    The path of most weight through the places 0, 1, 2, …, 0, 1, … (Viterbi).
    """
    bar = likely.shape[1]
    total, came = likely[0].copy(), np.zeros(likely.shape, np.int64)
    for beat in range(1, len(likely)):
        regular = np.roll(total, 1)
        best = int(np.argmax(total))
        slipped = total[best] - _SLIP > regular
        came[beat] = np.where(slipped, best, (np.arange(bar) - 1) % bar)
        total = np.where(slipped, total[best] - _SLIP, regular) + likely[beat]
    places = np.empty(len(likely), np.int64)
    places[-1] = int(np.argmax(total))
    for beat in range(len(likely) - 1, 0, -1):
        places[beat - 1] = came[beat, places[beat]]
    return places, float(total.max())


def on(row: Reals, events: Reals, near: float = 0.15) -> Reals:
    """The strength of the strongest event on each beat, 0 where none is; near counts in beats."""
    strengths = np.zeros(len(row))
    if len(row) < 2 or not len(events):
        return strengths
    place = np.interp(events[:, 0], row, np.arange(len(row)))
    beat = np.rint(place).astype(np.int64)
    close = np.abs(place - beat) <= near
    np.maximum.at(strengths, beat[close], events[close, 1])
    return strengths
