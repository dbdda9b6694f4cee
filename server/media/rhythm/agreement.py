"""How sure the detectors are of their events: how loud each is, and how well it fits a pattern.

Drums play patterns: most of their hits come again at the same place of a bar before or after.
"""

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm.heard import Heard

Reals = NDArray[np.float64]

_BARS = (-4, -2, -1, 1, 2, 4)
"""So many bars away the same place is looked at,"""
_NEAR = 0.06
"""so many beats on either side of it,"""
_OFTEN = 3
"""and in so many of them there is a hit where a pattern is steady."""
_FREE = 0.25
"""Certainty of the strongest hit where no pulse is known."""
_ON_S = 0.06
_OFF_ONSETS = 0.6
"""What a beat with no onset on it counts beside one with."""


def certainty(heard: Heard, beats: Reals, firsts: Reals, tempo: float) -> dict[str, Reals]:
    """Return how sure each event is, 0..1, by kind of confidence.KINDS.

    Args:
        heard: onsets and drums.
        beats: seconds.
        firsts: 1.0 for each beat that begins a bar.
        tempo: confidence of the beats as a whole, 0..1.
    """
    pattern = {
        "kick": _steady(heard.kicks, beats),
        "snare": _steady(heard.snares, beats),
        "hat": _steady(heard.hats, beats),
    }
    on = np.where(_apart(beats, heard.onsets[:, 0]) <= _ON_S, 1.0, _OFF_ONSETS)
    beat = np.sqrt(tempo) * on
    return {
        "onset": np.sqrt(heard.onsets[:, 1]),
        **pattern,
        "beat": beat,
        "downbeat": (beat * _accented(heard, beats, firsts))[firsts > 0],
    }


def _steady(hits: Reals, beats: Reals) -> Reals:
    """Return how much each hit is part of a pattern that recurs every bar of four beats."""
    loud = np.sqrt(np.clip(hits[:, 1], 0, 1))
    if len(beats) < 2 or not len(hits):
        return _FREE * loud
    place = np.interp(hits[:, 0], beats, np.arange(len(beats), dtype=np.float64))
    met, there = np.zeros(len(place)), np.zeros(len(place))
    for bars in _BARS:
        other = place + 4.0 * bars
        met += _apart(other, place) <= _NEAR
        there += (other >= -_NEAR) & (other < len(beats))
    found: Reals = np.sqrt(
        np.minimum(met / np.clip(there, 1, _OFTEN), 1) * np.clip(0.4 + 0.6 * loud, 0, 1)
    )
    return found


def _accented(heard: Heard, beats: Reals, firsts: Reals) -> Reals:
    """Return by how much first beats stand out of all by kicks and changes of harmony, 0..1."""
    signs = np.zeros(len(beats))
    for rows, near in ((heard.kicks, _ON_S), (heard.changes, 0.2)):
        signs += 0.5 * (_apart(beats, rows[:, 0]) <= near)
    first = signs[firsts > 0].mean() if (firsts > 0).any() else 0.0
    rest = signs[firsts <= 0].mean() if (firsts <= 0).any() else 0.0
    return np.full(len(beats), np.clip(0.4 + 2 * (first - rest), 0, 1))


def _apart(places: Reals, others: Reals) -> Reals:
    """Return how far each place is from the nearest of the others, which rise."""
    padded = np.concatenate([[-np.inf], others, [np.inf]])
    after = np.searchsorted(others, places)
    near: Reals = np.minimum(places - padded[after], padded[after + 1] - places)
    return near
