"""A grid of sixteenths for tracks made on one: events that belong on it are moved to it.

A kick detected a fifth of a millisecond early starts one frame early when the grid coincides with
the frames, as at 120 beats a minute and 30 frames a second. If most kicks are on sixteenths of one
tempo, to 2 ms over the whole track, that tempo and its offset are known much more precisely than
any single kick.
"""

from dataclasses import dataclass

import numpy as np

from server.arrays import Float64Array

NEAR_S = 0.002
"""Maximum distance from the grid of an event that belongs on it."""
_MIN_KICKS, _MAX_SHARE_OFF = 6, 0.3
"""Minimum number of kicks for a grid, and maximum share of them off it."""
_MAX_GAP_S = 8.0
"""Longest gap between kicks over which sixteenths can be counted."""
_STEPS_PER_BEAT = 4
_FIT_ROUNDS = 4
_TEMPO_STEPS_PER_BPM = 2
"""Round tempi are multiples of 1 / this many beats a minute."""
_ROUND_TEMPO_TOLERANCE_S = 0.0002
"""Additional distance that the kicks may have from the grid of a round tempo."""
_START_TOLERANCE_S = 0.001
"""A grid that starts this close to the first sample starts at it."""


@dataclass(frozen=True)
class Sixteenths:
    """Sixteenths at start + n x step, in seconds."""

    start: float
    step: float

    def distance(self, times: Float64Array) -> float:
        """Return the 90th percentile of the distances from the grid, in seconds."""
        off = times - self.start
        off -= self.step * np.rint(off / self.step)
        return float(np.percentile(np.abs(off), 90))

    def snap(self, times: Float64Array) -> Float64Array:
        """Return the rising times, those close to the grid moved onto it."""
        on_grid = np.maximum(self.start + self.step * np.rint((times - self.start) / self.step), 0)
        moved = np.where(np.abs(times - on_grid) <= NEAR_S, on_grid, times)
        repeated = np.diff(moved) <= 0  # two events on one grid line stay unchanged
        crowded = np.concatenate([repeated, [False]]) | np.concatenate([[False], repeated])
        return np.where(crowded[: len(times)], times, moved)

    def snap_events(self, events: Float64Array) -> Float64Array:
        """Return event rows with their first column, the time, snapped."""
        snapped = events.copy()
        snapped[:, 0] = self.snap(events[:, 0])
        return snapped


def find_sixteenths(kicks: Float64Array, beat_s: float) -> Sixteenths | None:
    """Return the grid of the kicks, or None.

    Args:
        kicks: seconds, in order.
        beat_s: length of a beat, to 1 %.
    """
    if len(kicks) < _MIN_KICKS or beat_s <= 0:
        return None
    gaps = np.diff(kicks)
    if gaps.max() > _MAX_GAP_S:
        return None
    step = beat_s / _STEPS_PER_BEAT
    numbers = np.concatenate([[0], np.cumsum(np.maximum(np.rint(gaps / step), 0))])
    is_near = np.ones(len(kicks), np.bool_)
    line = np.array([step, kicks[0]])
    for _ in range(_FIT_ROUNDS):
        if np.unique(numbers[is_near]).size < _MIN_KICKS:
            return None
        line = np.polyfit(numbers[is_near], kicks[is_near], 1)
        distance = np.abs(kicks - np.polyval(line, numbers))
        is_near = distance <= max(NEAR_S, float(np.median(distance)))
    if np.mean(distance > NEAR_S) > _MAX_SHARE_OFF:
        return None
    return _prefer_round_tempo(kicks[is_near], numbers[is_near], float(line[0]))


def _prefer_round_tempo(kicks: Float64Array, numbers: Float64Array, step: float) -> Sixteenths:
    """Return the grid of this step, or one of a round tempo if the kicks fit it as well."""
    start = float(np.median(kicks - step * numbers))
    grid = Sixteenths(start, step)
    bpm = 60 / (_STEPS_PER_BEAT * step)
    rounded = 60 / (_STEPS_PER_BEAT * round(bpm * _TEMPO_STEPS_PER_BPM) / _TEMPO_STEPS_PER_BPM)
    others = [Sixteenths(float(np.median(kicks - rounded * numbers)), rounded)]
    if abs(start - step * round(start / step)) <= _START_TOLERANCE_S:
        others.insert(0, Sixteenths(0.0, rounded))
    tolerance = grid.distance(kicks) + _ROUND_TEMPO_TOLERANCE_S
    return next((other for other in others if other.distance(kicks) <= tolerance), grid)
