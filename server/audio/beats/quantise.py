"""The grid of a track that was made on one: events that are meant to be on it are put there.

A kick that is found a fifth of a millisecond early begins a frame early where the grid lies on the
frames, as 120 beats a minute do at 30 frames a second. Where most kicks lie on sixteenths of one
tempo, to 2 ms over the whole track, that tempo and its first moment are known much better than any
single kick is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

NEAR_S = 0.002
"""How far from the grid an event may be that belongs on it."""
_FEWEST, _MOST_OFF = 6, 0.3
"""Kicks that a grid is told from, and the share of them that may be off it."""
_LONGEST_GAP_S = 8.0
"""Over a longer gap between kicks the sixteenths cannot be counted."""
_PER_BEAT = 4
_FITS = 4
_HALVES = 2
"""Beats a minute are tried in whole and half numbers."""
_AS_WELL_S = 0.0002
"""By how much more kicks may be off the grid of round numbers."""
_START_S = 0.001
"""A track whose grid begins this near to its first sample begins on the grid."""


@dataclass(frozen=True)
class Sixteenths:
    """Sixteenths at start + n x step, in seconds."""

    start: float
    step: float

    def distance(self, times: Reals) -> float:
        """Return how far from the grid the farther ones of the times are, in seconds."""
        off = times - self.start
        off -= self.step * np.rint(off / self.step)
        return float(np.percentile(np.abs(off), 90))

    def place(self, times: Reals) -> Reals:
        """Return the times, which rise, with those on the grid that are near to it."""
        on = np.maximum(self.start + self.step * np.rint((times - self.start) / self.step), 0)
        moved = np.where(np.abs(times - on) <= NEAR_S, on, times)
        same = np.diff(moved) <= 0  # two that belong on one place stay where they are
        crowded = np.concatenate([same, [False]]) | np.concatenate([[False], same])
        return np.where(crowded[: len(times)], times, moved)

    def place_rows(self, rows: Reals) -> Reals:
        """Return rows whose first column is time, so placed."""
        found = rows.copy()
        found[:, 0] = self.place(rows[:, 0])
        return found


def find(kicks: Reals, beat_s: float) -> Sixteenths | None:
    """Return the grid that kicks lie on; None where they lie on none.

    Args:
        kicks: seconds, in order.
        beat_s: about how long a beat is, to 1 %.
    """
    if len(kicks) < _FEWEST or beat_s <= 0:
        return None
    gaps = np.diff(kicks)
    if gaps.max() > _LONGEST_GAP_S:
        return None
    about = beat_s / _PER_BEAT
    number = np.concatenate([[0], np.cumsum(np.maximum(np.rint(gaps / about), 0))])
    near = np.ones(len(kicks), np.bool_)
    line = np.array([about, kicks[0]])
    for _ in range(_FITS):
        if np.unique(number[near]).size < _FEWEST:
            return None
        line = np.polyfit(number[near], kicks[near], 1)
        off = np.abs(kicks - np.polyval(line, number))
        near = off <= max(NEAR_S, float(np.median(off)))
    if np.mean(off > NEAR_S) > _MOST_OFF:
        return None
    return _round(kicks[near], number[near], float(line[0]))


def _round(kicks: Reals, number: Reals, step: float) -> Sixteenths:
    """Return the grid of this step, or that of round numbers where the kicks fit it as well."""
    start = float(np.median(kicks - step * number))
    found = Sixteenths(start, step)
    minute = 60 / (_PER_BEAT * step)
    rounded = 60 / (_PER_BEAT * round(minute * _HALVES) / _HALVES)
    others = [Sixteenths(float(np.median(kicks - rounded * number)), rounded)]
    if abs(start - step * round(start / step)) <= _START_S:
        others.insert(0, Sixteenths(0.0, rounded))
    enough = found.distance(kicks) + _AS_WELL_S
    return next((other for other in others if other.distance(kicks) <= enough), found)
