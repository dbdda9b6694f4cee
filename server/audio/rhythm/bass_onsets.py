"""Where the bass is hit: sudden rises of it, by a drum or a string, each with time and strength.

In the lowest 200 Hz a linear predictor (Makhoul 1975, "Linear Prediction: A Tutorial Review",
covariance method) knows what a held bass note or the tail of a drum will do next, beats between
them included; what it did not expect is a hit. Noise surprises it all the time and so never
stands out. A surprise is a hit when the bass also becomes louder.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.audio.rhythm.bass_band import LOW_RATE

_PIECE, _OVERLAP = 300 * LOW_RATE, 5 * LOW_RATE
"""A track is looked at in pieces, so that hours of it do not need gigabytes."""
_THIRD = 3
_PREDICTED_RATE = LOW_RATE // _THIRD
_ORDER = 16
_PREDICTION_S = 1.0
_SURPRISE = round(0.012 * LOW_RATE)
_AFTER = round(0.020 * LOW_RATE)
_BEFORE = round(0.040 * LOW_RATE)
_APART = round(0.120 * LOW_RATE)
_AROUND_S = 1.5
_CONTEXT = 21
_AROUND = round(_AROUND_S * LOW_RATE / _CONTEXT)

_TIMES_COMMON = 3.0
_SHARE_OF_SURPRISE = 0.25
_SHARE_OF_LOUDEST = 0.15
_SHARE_OF_TRACK = 0.1
_SHARE_OF_ALL = 0.2
_SHARE_OF_LOUDNESS = 0.03
_LEAST_RISE = 0.002
_ONSET_SHARE = 0.3

Reals = NDArray[np.float64]


def find(low: Reals, power: Reals) -> tuple[NDArray[np.int64], Reals]:
    """The hits of a track in order: at which sample of the bass, and by how much it rises.

    Args:
        low: what `lows.lower` gives: the bass,
        power: and the power of the whole sound.
    """
    places, strengths = [np.zeros(0, np.int64)], [np.zeros(0)]
    for first in range(0, len(low), _PIECE):
        start, end = max(first - _OVERLAP, 0), first + _PIECE + _OVERLAP
        at, rises = _piece(low[start:end], power[start:end])
        inside = (at + start >= first) & (at + start < first + _PIECE)
        places.append(at[inside] + start)
        strengths.append(rises[inside])
    return np.concatenate(places), np.concatenate(strengths)


def _piece(low: Reals, power: Reals) -> tuple[NDArray[np.int64], Reals]:
    """The hits of some minutes."""
    bass = _without_rumble(low)
    rise, louder = _rises(np.square(bass))
    error = _prediction_errors(bass)
    surprise = np.sqrt(_mean_after(np.square(error), _SURPRISE))
    everything = np.sqrt(_mean_after(power, _AFTER))
    enough = np.maximum(_TIMES_COMMON * _common(surprise), _SHARE_OF_SURPRISE * _most(surprise))
    loudest = np.maximum(_most(louder), _SHARE_OF_TRACK * louder.max())
    grown = np.maximum(_SHARE_OF_LOUDEST * loudest, _LEAST_RISE)
    # Of two tones that beat nothing is unexpected but their rounding.
    enough = np.maximum(enough, _SHARE_OF_LOUDNESS * _near(louder))
    hits = (
        (surprise >= enough)
        & (_near(rise) >= grown)
        & (_near(louder) >= _SHARE_OF_ALL * _near(everything))
    )
    chosen = _peaks(np.where(hits, surprise, 0))
    at = np.array([_onset(error, one) for one in chosen], np.int64)
    return at, _near(rise)[chosen]


def _without_rumble(low: Reals) -> Reals:
    """A first-order high-pass at 20 Hz, which looks back only: nothing comes before its cause."""
    fall = np.exp(-2 * np.pi * 20 / LOW_RATE)
    kernel = (1 - fall) * fall ** np.arange(256)
    rumble: Reals = np.convolve(low, kernel)[: len(low)]
    return low - rumble


def _mean_after(values: Reals, count: int) -> Reals:
    """For each place the mean of the `count` values from there on, 0 past the end."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.minimum(np.arange(len(values)) + count, len(values))
    means: Reals = np.maximum(sums[ends] - sums[:-1], 0) / count
    return means


def _rises(energy: Reals) -> tuple[Reals, Reals]:
    """For each place: how much louder (RMS) what follows is than what came, and what follows."""
    louder = np.sqrt(_mean_after(energy, _AFTER))
    came = _mean_after(np.concatenate([np.zeros(_BEFORE), energy]), _BEFORE)[: len(energy)]
    return louder - np.sqrt(came), louder


def _prediction_errors(bass: Reals) -> Reals:
    """How far each sample is from what those before it let expect."""
    taps = np.hanning(2 * _THIRD + 1) / _THIRD
    signal = np.convolve(bass, taps, "same")[: len(bass)][::_THIRD]
    history = sliding_window_view(np.pad(signal, (_ORDER, 0)), _ORDER + 1)
    window = round(_PREDICTION_S * _PREDICTED_RATE)
    error, covered = np.zeros(len(signal)), np.zeros(len(signal))
    for first in range(0, max(1, len(signal) - window // 2), window // 2):
        error[first : first + window] += _prediction_error(history[first : first + window])
        covered[first : first + window] += 1
    return np.repeat(error / covered, _THIRD)[: len(bass)]


def _prediction_error(rows: Reals) -> Reals:
    """How far the last value of each row is from the best linear guess by the others."""
    past, present = rows[:, :-1], rows[:, -1]
    gram = past.T @ past
    gram[np.diag_indices(_ORDER)] += 1e-6 * np.trace(gram) / _ORDER + 1e-12
    error: Reals = np.abs(present - past @ np.linalg.solve(gram, past.T @ present))
    return error


def _common(values: Reals) -> Reals:
    """The median within 1.5 s on both sides."""
    picked = np.pad(values[::_CONTEXT], _AROUND, mode="reflect")
    medians = np.median(sliding_window_view(picked, 2 * _AROUND + 1), axis=1)
    return np.repeat(medians, _CONTEXT)[: len(values)]


def _most(values: Reals) -> Reals:
    """The most within 1.5 s on both sides."""
    groups = np.pad(values, (0, -len(values) % _CONTEXT)).reshape(-1, _CONTEXT).max(axis=1)
    peaks = sliding_window_view(np.pad(groups, _AROUND), 2 * _AROUND + 1).max(axis=1)
    return np.repeat(peaks, _CONTEXT)[: len(values)]


def _near(values: Reals) -> Reals:
    """The most within 20 ms on both sides."""
    padded = np.pad(values, _AFTER, mode="edge")
    nearby: Reals = sliding_window_view(padded, 2 * _AFTER + 1).max(axis=1)
    return nearby


def _peaks(heights: Reals) -> list[int]:
    """Where `heights` is highest, and nothing as high lies within the least distance of kicks."""
    inner = heights > 0
    inner[1:] &= heights[1:] > heights[:-1]
    inner[:-1] &= heights[:-1] >= heights[1:]
    chosen: list[int] = []
    for at in map(int, np.flatnonzero(inner)):
        if chosen and at - chosen[-1] < _APART:
            if heights[at] > heights[chosen[-1]]:
                chosen[-1] = at
        else:
            chosen.append(at)
    return chosen


def _onset(error: Reals, at: int) -> int:
    """The sample near `at` where what was not expected begins."""
    low = max(0, at - _AFTER)
    nearby = error[low : at + _AFTER]
    return low + int(np.argmax(nearby >= _ONSET_SHARE * nearby.max()))
