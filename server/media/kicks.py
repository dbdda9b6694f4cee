"""Where a kick drum hits: sudden rises of the bass, each with its time and strength.

The sound is brought down to its lowest 200 Hz. There a linear predictor (Makhoul 1975, "Linear
Prediction: A Tutorial Review", covariance method) knows what a held bass note or the tail of a
drum will do next, beats between them included; what it did not expect is a hit. Noise surprises
it all the time and so never stands out. A surprise is a kick when the bass also becomes louder.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.media.analyser import RATE

DECIMATION = 21
LOW_RATE = RATE // DECIMATION
"""Samples a second of the bass signal."""
REACH = 110
"""How far around a sample its low-pass looks, in samples at 44.1 kHz: 2.5 ms."""

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
_LEAST_RISE = 0.002
_ONSET_SHARE = 0.3

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Kick:
    """One hit."""

    time_s: float
    strength: float
    """0..1; 1 is what the strong kicks of the track reach."""


def lower(mono: NDArray[np.float32]) -> Reals:
    """The bass of a piece of sound and the power of all of it, a row for each 21 inner samples.

    Args:
        mono: samples at 44.1 kHz with REACH more of them at both ends; the inner length is a
            multiple of DECIMATION.
    """
    # A Hann window of 5 ms: -6 dB at 200 Hz, nothing from 400 Hz, no delay.
    taps = np.hanning(2 * REACH + 3)[1:-1]
    inner = (len(mono) - 2 * REACH) // DECIMATION
    bass = sliding_window_view(mono, 2 * REACH + 1)[::DECIMATION][:inner] @ (taps / taps.sum())
    groups = mono[REACH:][: inner * DECIMATION].reshape(inner, DECIMATION)
    power = np.square(groups, dtype=np.float64).mean(axis=1)
    return np.stack([bass, power], axis=1)


def find(low: Reals) -> list[Kick]:
    """The kicks in the rows of `lower` for a whole track, in order."""
    if not len(low):
        return []
    bass = _without_rumble(low[:, 0])
    rise, louder = _rises(np.square(bass))
    error = _prediction_errors(bass)
    surprise = np.sqrt(_mean_after(np.square(error), _SURPRISE))
    everything = np.sqrt(_mean_after(low[:, 1], _AFTER))
    enough = np.maximum(_TIMES_COMMON * _common(surprise), _SHARE_OF_SURPRISE * _most(surprise))
    loudest = np.maximum(_most(louder), _SHARE_OF_TRACK * louder.max())
    grown = np.maximum(_SHARE_OF_LOUDEST * loudest, _LEAST_RISE)
    hits = (
        (surprise >= enough)
        & (_near(rise) >= grown)
        & (_near(louder) >= _SHARE_OF_ALL * _near(everything))
    )
    chosen = _peaks(np.where(hits, surprise, 0))
    rises = _near(rise)[chosen]
    strong = float(np.percentile(rises, 90)) if chosen else 1.0
    return [
        Kick(_onset(error, at) / LOW_RATE, min(1.0, float(grew) / strong))
        for at, grew in zip(chosen, rises, strict=True)
    ]


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
