"""One even beat line for music made with a constant tempo.

The beats of a sequencer, or of a band that plays to a click, form a line. Its period is the
strongest line of the Fourier sum of the beat activation around the tempo, and its offset is the
phase of that line; both are then fitted to the events on it. A break in which nothing marks the
beat does not move the line, and neither does a passage in which the offbeats are marked.
"""

from typing import NamedTuple

import numpy as np

from server.arrays import Float64Array
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.series.nearest import distance_to_nearest

_SEARCH_SHARE, _HALVES_SEARCH_SHARE = 0.03, 0.01
"""Maximum relative difference of the period from the median of the beats, and from half of it."""
_MIN_BEATS = 8
_ON_LINE_S = 0.035
_MIN_SHARE_ON_LINE, _MIN_ACTIVATION_SHARE = 0.92, 0.88
"""Minimum share of marked beats on the line, and of the beats' activation that the line has."""
_MIN_SHARE_ON_HALVES = 0.95
"""Minimum share of marked beats on beats of a line or halfway between them."""
_MAX_COUNT_DIFFERENCE = 0.03
"""Maximum relative difference between the numbers of intervals of the path and of such a line."""
_CLEAR_LEAD = 0.06
"""Difference in the share of beats with an event that decides between the halves."""
_PEAK_REACH = 3
"""Steps on both sides in which the activation peak is searched."""
_MIN_ACTIVATION = 0.25
"""Activation from which a beat is marked."""
_SNAP_S = 0.025
_FIT_ROUNDS = 3


class TempoLine(NamedTuple):
    """Beats at `first + n * period`, in seconds."""

    first: float
    period: float

    def beats(self, start: float, end: float) -> Float64Array:
        """Return the beats from `start` up to `end`."""
        low = int(np.ceil((start - self.first) / self.period - 1e-6))
        high = int(np.floor((end - self.first) / self.period - 1e-6))
        return self.first + np.arange(low, high + 1, dtype=np.float64) * self.period


def fit_line(
    beats: Float64Array, activation: Float64Array, events: Float64Array
) -> TempoLine | None:
    """Fit a line to the beats; return None if they do not form one.

    The beats also form one if they move by half a beat within the track: then the line has the half
    that clearly more events are on or, without a clear difference, more marked beats.

    Args:
        beats: seconds, along the best path.
        activation: probability of a beat in each step.
        events: seconds of onsets, in order, that the line is fitted to.
    """
    if len(beats) < _MIN_BEATS:
        return None
    marked: Float64Array = beats[peak_near(activation, beats) >= _MIN_ACTIVATION]
    if len(marked) < _MIN_BEATS:
        return None
    period = float(np.median(np.diff(beats)))
    line = refine_line(_strongest_line(activation, period, _SEARCH_SHARE), events, beats)
    if _share_on_line(marked, line) >= _MIN_SHARE_ON_LINE:
        grid = line.beats(float(beats[0]), float(beats[-1]) + 1e-3)
        if len(grid) and _mean_peak(activation, grid) >= _MIN_ACTIVATION_SHARE * _mean_peak(
            activation, beats
        ):
            return line
    halves = _strongest_line(activation, period / 2, _HALVES_SEARCH_SHARE)
    return _fit_line_to_halves(refine_line(halves, events, beats), beats, marked, events)


def _fit_line_to_halves(
    halves: TempoLine, beats: Float64Array, marked: Float64Array, events: Float64Array
) -> TempoLine | None:
    """Return the line of every second of `halves` that beats are on in most of the track.

    Args:
        halves: a line that should have all beats, and the moments halfway between them.
        beats: seconds, along the best path.
        marked: those of them that the activation marks.
        events: seconds of onsets, in order.

    Returns:
        None if the beats are not on `halves`, or not on every second one.
    """
    if _share_on_line(marked, halves) < _MIN_SHARE_ON_HALVES:
        return None
    # A passage at half or twice the tempo has other intervals.
    intervals = (beats[-1] - beats[0]) / (2 * halves.period)
    if abs(intervals / (len(beats) - 1) - 1) > _MAX_COUNT_DIFFERENCE:
        return None
    lines = _alternate_lines(halves)
    shares = [_share_with_event(line, beats, events) for line in lines]
    if abs(shares[0] - shares[1]) < _CLEAR_LEAD:  # events on all halves say nothing
        shares = [_share_on_line(marked, line) for line in lines]
    return lines[int(np.argmax(shares))]


def _share_on_line(times: Float64Array, line: TempoLine) -> float:
    """Return the share of the times that are close to a beat of the line."""
    place = (times - line.first) / line.period
    return float(np.mean(np.abs(place - np.rint(place)) * line.period <= _ON_LINE_S))


def _mean_peak(activation: Float64Array, times: Float64Array) -> float:
    return float(peak_near(activation, times).mean())


def _alternate_lines(halves: TempoLine) -> tuple[TempoLine, TempoLine]:
    """Return the two lines that have every second beat of one."""
    period = 2 * halves.period
    return TempoLine(halves.first, period), TempoLine(halves.first + halves.period, period)


def _share_with_event(line: TempoLine, beats: Float64Array, events: Float64Array) -> float:
    """Return the share of the line's beats, where `beats` are, that have an event."""
    grid = line.beats(float(beats[0]), float(beats[-1]) + 1e-3)
    return float(np.mean(distance_to_nearest(grid, events) <= _ON_LINE_S))


def peak_near(activation: Float64Array, times: Float64Array) -> Float64Array:
    """Return the highest activation near each time."""
    steps = np.rint(times * STEPS_PER_S).astype(np.int64)
    reach = np.arange(-_PEAK_REACH, _PEAK_REACH + 1)
    places = np.clip(steps[:, None] + reach, 0, len(activation) - 1)
    peaks: Float64Array = activation[places].max(axis=1)
    return peaks


def _strongest_line(activation: Float64Array, period: float, reach: float) -> TempoLine:
    """Return the line whose Fourier sum over the activation is largest.

    Its period differs from `period` by at most the share `reach`.
    """
    at = np.flatnonzero(activation > 0.1 * activation.max())
    times, activations = at / STEPS_PER_S, activation[at]
    span = max(float(times[-1] - times[0]), period)
    count = int(np.ceil(2 * reach * span / period * 12)) + 3
    periods = period * np.linspace(1 - reach, 1 + reach, count)
    sums = np.array(
        [activations @ np.exp(-2j * np.pi * times / candidate) for candidate in periods]
    )
    best = int(np.abs(sums).argmax())
    phase = -float(np.angle(sums[best])) / (2 * np.pi)
    return TempoLine(phase * float(periods[best]) % float(periods[best]), float(periods[best]))


def refine_line(line: TempoLine, events: Float64Array, beats: Float64Array) -> TempoLine:
    """Return the line through the events close to it, by least squares.

    Args:
        line: an estimate, to 25 ms.
        events: seconds, in order.
        beats: seconds; events outside their range are ignored.
    """
    inside = events[(events >= beats[0] - _SNAP_S) & (events <= beats[-1] + _SNAP_S)]
    for _ in range(_FIT_ROUNDS):  # each round brings more events within reach
        place = (inside - line.first) / line.period
        number = np.rint(place)
        near = np.abs(place - number) * line.period <= _SNAP_S
        if near.sum() < _MIN_BEATS or np.ptp(number[near]) < _MIN_BEATS:
            return line
        period, first = np.polyfit(number[near], inside[near], 1)
        residual = inside[near] - first - number[near] * period
        line = TempoLine(float(first + np.median(residual)), float(period))
    return line
