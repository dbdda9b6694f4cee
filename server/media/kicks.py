"""Where a kick drum hits: sudden rises of the bass, each with its time and strength.

The sound is brought down to its lowest 200 Hz. A kick is a moment after which (20 ms) the bass is
much louder than before it (40 ms), and louder by far than it commonly changes around there.
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

_AFTER = round(0.020 * LOW_RATE)
_BEFORE = round(0.040 * LOW_RATE)
_APART = round(0.120 * LOW_RATE)
_AROUND_S = 1.5
_CONTEXT = 21
_CONTEXT_RATE = LOW_RATE // _CONTEXT

_SHARE_OF_LOUDEST = 0.25
_SHARE_OF_TRACK = 0.1
_TIMES_COMMON = 6.0
_LEAST_RATIO = 1.5
_LEAST_RISE = 0.002
_ONSET_SHARE = 0.2

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Kick:
    """One hit."""

    time_s: float
    strength: float
    """0..1; 1 is what the strong kicks of the track reach."""


def lower(mono: NDArray[np.float32]) -> Reals:
    """The bass of a piece of sound, a sample for each 21 of its inner ones.

    Args:
        mono: samples at 44.1 kHz with REACH more of them at both ends; the inner length is a
            multiple of DECIMATION.
    """
    # A Hann window of 5 ms: -6 dB at 200 Hz, nothing from 400 Hz, no delay.
    taps = np.hanning(2 * REACH + 3)[1:-1]
    frames = sliding_window_view(mono, 2 * REACH + 1)[::DECIMATION]
    inner = (len(mono) - 2 * REACH) // DECIMATION
    lowered: Reals = frames[:inner] @ (taps / taps.sum())
    return lowered


def find(low: Reals) -> list[Kick]:
    """The kicks in the bass signal `low` of a whole track, in order."""
    if not len(low):
        return []
    bass = _without_rumble(low)
    rise, louder = _rises(bass)
    common, loudest = _context(rise, louder)
    least = np.maximum(_SHARE_OF_LOUDEST * loudest, _TIMES_COMMON * common)
    least = np.maximum(least, _LEAST_RISE)
    before = louder - rise
    chosen = _peaks(np.where((rise >= least) & (louder >= _LEAST_RATIO * before), rise, 0))
    if not chosen:
        return []
    strong = float(np.percentile(rise[chosen], 90))
    return [Kick(_onset(bass, at) / LOW_RATE, min(1.0, float(rise[at]) / strong)) for at in chosen]


def _peaks(rise: Reals) -> list[int]:
    """Where `rise` is highest, and nothing as high lies within the least distance of kicks."""
    inner = rise > 0
    inner[1:] &= rise[1:] > rise[:-1]
    inner[:-1] &= rise[:-1] >= rise[1:]
    tops = np.flatnonzero(inner)
    chosen: list[int] = []
    for at in map(int, tops):
        if chosen and at - chosen[-1] < _APART:
            if rise[at] > rise[chosen[-1]]:
                chosen[-1] = at
        else:
            chosen.append(at)
    return chosen


def _without_rumble(low: Reals) -> Reals:
    """A first-order high-pass at 20 Hz, which looks back only: nothing comes before its cause."""
    fall = np.exp(-2 * np.pi * 20 / LOW_RATE)
    kernel = (1 - fall) * fall ** np.arange(256)
    rumble: Reals = np.convolve(low, kernel)[: len(low)]
    return low - rumble


def _rises(bass: Reals) -> tuple[Reals, Reals]:
    """For each sample: how much louder (RMS) what follows is than what came, and what follows."""
    energy = np.concatenate([np.zeros(_BEFORE + 1), np.cumsum(np.square(bass))])
    energy = np.concatenate([energy, np.full(_AFTER, energy[-1])])
    here = energy[_BEFORE : _BEFORE + len(bass)]
    after = (energy[_BEFORE + _AFTER :][: len(bass)] - here) / _AFTER
    before = (here - energy[: len(bass)]) / _BEFORE
    louder = np.sqrt(np.maximum(after, 0))
    return louder - np.sqrt(np.maximum(before, 0)), louder


def _context(rise: Reals, louder: Reals) -> tuple[Reals, Reals]:
    """Within 1.5 s on both sides: the common change (median) and the loudest bass."""
    reach = round(_AROUND_S * _CONTEXT_RATE)
    common = sliding_window_view(
        np.pad(np.abs(rise[::_CONTEXT]), reach, mode="reflect" if len(rise) > 1 else "edge"),
        2 * reach + 1,
    )
    loudest = sliding_window_view(np.pad(louder[::_CONTEXT], reach), 2 * reach + 1)
    medians = np.median(common, axis=1)
    peaks = np.maximum(loudest.max(axis=1), _SHARE_OF_TRACK * louder.max())
    length = len(rise)
    return np.repeat(medians, _CONTEXT)[:length], np.repeat(peaks, _CONTEXT)[:length]


def _onset(bass: Reals, at: int) -> int:
    """The sample near `at` where the hit leaves what was sounding before."""
    size = np.abs(bass)
    low, high = max(0, at - _AFTER), at + _AFTER
    before = float(size[max(0, at - _BEFORE - _AFTER) : low].max(initial=0.0))
    peak = float(size[at : at + 2 * _AFTER].max(initial=0.0))
    over = np.flatnonzero(size[low:high] > before + _ONSET_SHARE * (peak - before))
    return low + int(over[0]) if peak > before and len(over) else at
