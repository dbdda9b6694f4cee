"""The accents of a track: the moments that a picture answers to, whatever the music is made of.

Kicks where there is a kick drum; elsewhere the strongest onsets, of the bass and of all ranges
together, those on beats first (a metrical accent is a salient event on a strong beat: Lerdahl &
Jackendoff 1983, "A Generative Theory of Tonal Music", chapter 2); where nothing sets in either, the
steepest rises of slow swells. Each stretch of the track is served by the first that it has.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from server.audio.rhythm.confidence import PLAYS, Evidence
from server.audio.rhythm.detection import Heard
from server.audio.rhythm.filterbank import HERTZ, STEPS_PER_S
from server.audio.rhythm.nearest import distances

Reals = NDArray[np.float64]

_KICKS_APART_S = 0.14
"""Of kicks that follow each other faster the stronger is the accent."""
_COVERED_S = 1.1
"""So far around such a kick no other accent is needed, nor a weak one around any."""
_APART_S, _SWELLS_APART_S = 0.28, 2.0
"""The least time between two onsets that are accents, and around the rise of a swell."""
_BEFORE, _AFTER = 8, 6
"""Steps before and after an onset whose power is compared."""
_LEAST_DB, _FULL_DB = 2.5, 15.0
"""Rises of the power that are the least and the most of an accent."""
_QUIETEST_DB, _LOUD_PERCENTILE = 36.0, 95
"""How far below the loud parts of the track there are no accents."""
_BASS = HERTZ < 150
_ON_BEAT, _NEAR = 1.4, 0.12
"""What being on a beat counts, and how near to it that is, in beats."""
_CUT_OFF_S = 0.08
"""A sound that is cut off at the end of the track clicks there."""
_SHARE, _AROUND_S = 0.3, 4.0
"""The share of the strongest candidate around that an accent has to reach."""
_SOFT, _FREE, _SOFTEST = 0.75, 0.5, 0.25
"""Strengths of an accent that is no kick: of the strong ones of the track, of those where there are
no beats, and at least."""
_SMOOTH, _LEAST_SWELL_DB, _FULL_SWELL_DB, _SWELL = STEPS_PER_S, 3.0, 12.0, 0.4
"""Steps over which loudness is averaged; rises in a second that are the least and the most of a
swell; the strength of the most."""


def find(heard: Heard, beats: Reals, drum: Evidence) -> Reals:
    """Return rows of time in seconds and strength 0..1, in order.

    Args:
        heard: onsets and kicks of the track, and how loud it is.
        beats: their times in seconds; none where there is no pulse.
        drum: how sure the kicks are.
    """
    if not len(heard.spectrum.power) or heard.spectrum.power.max() <= 0:
        return np.zeros((0, 2))
    kicks = heard.kicks[drum.at(heard.kicks[:, 0]) >= PLAYS]
    rows = kicks[_strongest(kicks[:, 0], kicks[:, 1], _KICKS_APART_S)]
    rows[:, 1] = np.maximum(rows[:, 1], _SOFTEST)
    rows = _with(rows, _struck(heard, beats, kicks[:, 0]))
    rows = _with(rows, _between(heard, rows[:, 0]))
    return _with(rows, _swells(heard.spectrum.power, rows[:, 0]))


def _with(rows: Reals, more: Reals) -> Reals:
    every = np.concatenate([rows, more])
    found: Reals = every[np.argsort(every[:, 0], kind="stable")]
    return found


def _struck(heard: Heard, beats: Reals, kicks: Reals) -> Reals:
    """The onsets that are accents where no kicks are."""
    onsets = heard.onsets[heard.onsets[:, 0] < heard.seconds - _CUT_OFF_S]
    onsets = onsets[distances(onsets[:, 0], kicks) > _COVERED_S]
    if not len(onsets):
        return np.zeros((0, 2))
    salience = _salience(heard, onsets[:, 0])
    if len(beats) > 1:
        place = np.interp(onsets[:, 0], beats, np.arange(len(beats)))
        salience[np.abs(place - np.rint(place)) <= _NEAR] *= _ON_BEAT
    salience[salience < _SHARE * _most(onsets[:, 0], salience)] = 0
    chosen = _strongest(onsets[:, 0], salience, _APART_S)
    if not len(chosen):
        return np.zeros((0, 2))
    strong = float(np.percentile(salience[chosen], 90))
    most = _SOFT if len(beats) > 1 else _FREE
    strength = np.maximum(most * np.minimum(salience[chosen] / strong, 1), _SOFTEST)
    return np.stack([onsets[chosen, 0], strength], axis=1)


def _between(heard: Heard, taken: Reals) -> Reals:
    """Return the strongest of the weak onsets where for long nothing else is an accent."""
    onsets = heard.onsets[heard.onsets[:, 0] < heard.seconds - _CUT_OFF_S]
    onsets = onsets[distances(onsets[:, 0], taken) > _COVERED_S]
    chosen = onsets[_strongest(onsets[:, 0], onsets[:, 1], _COVERED_S)]
    return np.stack([chosen[:, 0], np.full(len(chosen), _SOFTEST)], axis=1)


def _salience(heard: Heard, times: Reals) -> Reals:
    """How suddenly and how loud each onset sets in, 0..1: in the bass or in the whole."""
    bass = np.square(np.expm1(heard.spectrum.levels[:, _BASS].astype(np.float64))).sum(axis=1)
    power = heard.spectrum.power
    found = np.maximum(_rises(power, times), 0.9 * _rises(bass, times))
    return np.asarray(found)


def _rises(power: Reals, times: Reals) -> Reals:
    """By how much the power rises at each time, 0..1, less where the track is quiet."""
    loud = float(np.percentile(power, _LOUD_PERCENTILE))
    least = max(loud, 1e-12) * 10 ** (-_QUIETEST_DB / 10)
    steps = np.rint(times * STEPS_PER_S).astype(np.int64)
    padded = np.pad(power, (_BEFORE + 2, _AFTER + 2), mode="constant")
    rows = sliding_window_view(padded, _BEFORE + _AFTER + 3)
    around = rows[np.clip(steps, 0, len(rows) - 1)]
    before = around[:, :_BEFORE].mean(axis=1) + least
    after = around[:, _BEFORE + 2 :].mean(axis=1) + least
    rise = 10 * np.log10(after / before)
    level = 1 + 10 * np.log10(after / max(loud, 1e-12)) / _QUIETEST_DB
    share = np.clip(rise / _FULL_DB, 0, 1) * np.clip(level, 0, 1)
    return np.where(rise >= _LEAST_DB, share, 0.0)


def _most(times: Reals, salience: Reals) -> Reals:
    """Return the strongest within _AROUND_S of each time."""
    low = np.searchsorted(times, times - _AROUND_S)
    high = np.searchsorted(times, times + _AROUND_S)
    return np.array([salience[a:b].max() for a, b in zip(low, high, strict=True)])


def _strongest(times: Reals, salience: Reals, apart_s: float) -> NDArray[np.int64]:
    """Return indices, in order, of what is not so near to something stronger."""
    free = salience > 0
    first = np.searchsorted(times, times - apart_s)
    last = np.searchsorted(times, times + apart_s)
    taken: list[int] = []
    for at in map(int, np.argsort(-salience, kind="stable")):
        if free[at]:
            taken.append(at)
            free[first[at] : last[at]] = False
    return np.array(sorted(taken), np.int64)


def _swells(power: Reals, taken: Reals) -> Reals:
    """The steepest rises of slow swells, away from what is an accent already."""
    if len(power) < 2 * _SMOOTH:
        return np.zeros((0, 2))
    window = np.hanning(_SMOOTH + 2)[1:-1]
    smooth = np.convolve(power, window / window.sum(), "same")
    loud = float(np.percentile(power, _LOUD_PERCENTILE))
    decibels = 10 * np.log10(smooth + max(loud, 1e-12) * 10 ** (-_QUIETEST_DB / 10))
    half = _SMOOTH // 2
    rise = np.zeros(len(power))
    rise[half:-half] = decibels[2 * half :] - decibels[: -2 * half]
    side = round(_SWELLS_APART_S * STEPS_PER_S / 2)
    most = sliding_window_view(np.pad(rise, side), 2 * side + 1).max(axis=1)
    at = np.flatnonzero((rise >= most) & (rise >= _LEAST_SWELL_DB))
    at = at[np.diff(at, prepend=-side - 1) > side]
    at = at[distances(at / STEPS_PER_S, taken) > _SWELLS_APART_S / 2]
    strength = _SWELL * np.clip(0.4 + 0.6 * rise[at] / _FULL_SWELL_DB, 0, 1)
    return np.stack([at / STEPS_PER_S, strength], axis=1)
