"""The accents of a track: the moments that the video responds to, in any kind of music.

Kicks where there is a kick drum; elsewhere the strongest onsets, of the bass or of all ranges
together, preferring those on beats (a metrical accent is a salient event on a strong beat: Lerdahl
& Jackendoff 1983, "A Generative Theory of Tonal Music", chapter 2); without onsets, the steepest
rises of slow swells. Each part of the track uses the first of these that it has.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float64Array, Int64Array
from server.audio.rhythm.confidence import DRUM_PLAYS, Evidence
from server.audio.rhythm.detection import Detections
from server.audio.rhythm.filterbank import HERTZ, STEPS_PER_S
from server.audio.series.moving_max import moving_max
from server.audio.series.nearest import distance_to_nearest

_MIN_KICK_GAP_S = 0.14
"""Of kicks closer together than this, the stronger is the accent."""
_COVERED_BY_KICK_S = 1.1
"""Distance from a kick within which there is no other accent, and from any accent no weak one."""
_MIN_ONSET_GAP_S, _MIN_SWELL_GAP_S = 0.28, 2.0
"""Minimum time between two onset accents, and around the rise of a swell."""
_BEFORE, _AFTER = 8, 6
"""Steps before and after an onset that are compared in power."""
_MIN_RISE_DB, _MAX_RISE_DB = 2.5, 15.0
"""Rises of the power that map to the minimum and the maximum salience."""
_FLOOR_DB, _LOUD_PERCENTILE = 36.0, 95
"""Level below the loud parts of the track at which there are no accents."""
_IS_BASS = HERTZ < 150
_ON_BEAT_WEIGHT, _ON_BEAT_SHARE = 1.4, 0.12
"""Factor for an onset on a beat, and its maximum distance from the beat, in beats."""
_CUT_OFF_S = 0.08
"""Time before the end of the track without accents: truncated audio clicks there."""
_MIN_SHARE_OF_STRONGEST, _NEIGHBOURHOOD_S = 0.3, 4.0
"""Minimum salience of an accent, as a share of the strongest candidate in the neighbourhood."""
_MAX_STRENGTH, _MAX_STRENGTH_WITHOUT_BEATS, _MIN_STRENGTH = 0.75, 0.5, 0.25
"""Strengths of accents other than kicks: of the track's strong ones, of those in music without
beats, and the minimum."""
_SMOOTHING_STEPS, _MIN_SWELL_DB, _MAX_SWELL_DB, _MAX_SWELL_STRENGTH = STEPS_PER_S, 3.0, 12.0, 0.4
"""Steps over which loudness is averaged; minimum and maximum rise of a swell in one second; the
strength of the maximum."""


def find_accents(
    detections: Detections, beats: Float64Array, kick_evidence: Evidence
) -> Float64Array:
    """Return rows of time in seconds and strength 0..1, in order.

    Args:
        detections: the track's onsets, kicks and spectra.
        beats: times in seconds; empty without a pulse.
        kick_evidence: the evidence of kicks.
    """
    if not len(detections.spectrum.power) or detections.spectrum.power.max() <= 0:
        return np.zeros((0, 2))
    kicks = detections.kicks[kick_evidence.at(detections.kicks[:, 0]) >= DRUM_PLAYS]
    accents = kicks[_select_strongest(kicks[:, 0], kicks[:, 1], _MIN_KICK_GAP_S)]
    accents[:, 1] = np.maximum(accents[:, 1], _MIN_STRENGTH)
    accents = _merge(accents, _onset_accents(detections, beats, kicks[:, 0]))
    accents = _merge(accents, _fill_gaps(detections, accents[:, 0]))
    return _merge(accents, _swell_accents(detections.spectrum.power, accents[:, 0]))


def _merge(events: Float64Array, more: Float64Array) -> Float64Array:
    merged = np.concatenate([events, more])
    in_order: Float64Array = merged[np.argsort(merged[:, 0], kind="stable")]
    return in_order


def _onset_accents(
    detections: Detections, beats: Float64Array, kicks: Float64Array
) -> Float64Array:
    """Return the onsets that are accents where there are no kicks."""
    onsets = detections.onsets[detections.onsets[:, 0] < detections.seconds - _CUT_OFF_S]
    onsets = onsets[distance_to_nearest(onsets[:, 0], kicks) > _COVERED_BY_KICK_S]
    if not len(onsets):
        return np.zeros((0, 2))
    salience = _salience(detections, onsets[:, 0])
    if len(beats) > 1:
        position = np.interp(onsets[:, 0], beats, np.arange(len(beats)))
        salience[np.abs(position - np.rint(position)) <= _ON_BEAT_SHARE] *= _ON_BEAT_WEIGHT
    salience[salience < _MIN_SHARE_OF_STRONGEST * _local_max(onsets[:, 0], salience)] = 0
    picked = _select_strongest(onsets[:, 0], salience, _MIN_ONSET_GAP_S)
    if not len(picked):
        return np.zeros((0, 2))
    strong = float(np.percentile(salience[picked], 90))
    max_strength = _MAX_STRENGTH if len(beats) > 1 else _MAX_STRENGTH_WITHOUT_BEATS
    strength = np.maximum(max_strength * np.minimum(salience[picked] / strong, 1), _MIN_STRENGTH)
    return np.stack([onsets[picked, 0], strength], axis=1)


def _fill_gaps(detections: Detections, accent_times: Float64Array) -> Float64Array:
    """Return the strongest of the weak onsets in long gaps between accents."""
    onsets = detections.onsets[detections.onsets[:, 0] < detections.seconds - _CUT_OFF_S]
    onsets = onsets[distance_to_nearest(onsets[:, 0], accent_times) > _COVERED_BY_KICK_S]
    picked = onsets[_select_strongest(onsets[:, 0], onsets[:, 1], _COVERED_BY_KICK_S)]
    return np.stack([picked[:, 0], np.full(len(picked), _MIN_STRENGTH)], axis=1)


def _salience(detections: Detections, times: Float64Array) -> Float64Array:
    """Return how suddenly and how loudly each onset begins, 0..1, in the bass or overall."""
    bass = np.square(np.expm1(detections.spectrum.levels[:, _IS_BASS].astype(np.float64))).sum(
        axis=1
    )
    power = detections.spectrum.power
    salience = np.maximum(_power_rises(power, times), 0.9 * _power_rises(bass, times))
    return np.asarray(salience)


def _power_rises(power: Float64Array, times: Float64Array) -> Float64Array:
    """Return the rise of power at each time, 0..1, lower where the track is quiet."""
    loud = float(np.percentile(power, _LOUD_PERCENTILE))
    floor = max(loud, 1e-12) * 10 ** (-_FLOOR_DB / 10)
    steps = np.rint(times * STEPS_PER_S).astype(np.int64)
    padded = np.pad(power, (_BEFORE + 2, _AFTER + 2), mode="constant")
    windows = sliding_window_view(padded, _BEFORE + _AFTER + 3)
    around = windows[np.clip(steps, 0, len(windows) - 1)]
    before = around[:, :_BEFORE].mean(axis=1) + floor
    after = around[:, _BEFORE + 2 :].mean(axis=1) + floor
    rise = 10 * np.log10(after / before)
    level = 1 + 10 * np.log10(after / max(loud, 1e-12)) / _FLOOR_DB
    share = np.clip(rise / _MAX_RISE_DB, 0, 1) * np.clip(level, 0, 1)
    return np.where(rise >= _MIN_RISE_DB, share, 0.0)


def _local_max(times: Float64Array, salience: Float64Array) -> Float64Array:
    """Return the maximum within _NEIGHBOURHOOD_S of each time."""
    low = np.searchsorted(times, times - _NEIGHBOURHOOD_S)
    high = np.searchsorted(times, times + _NEIGHBOURHOOD_S)
    return np.array([salience[a:b].max() for a, b in zip(low, high, strict=True)])


def _select_strongest(times: Float64Array, salience: Float64Array, min_gap_s: float) -> Int64Array:
    """Return the indices, in order, of events with nothing stronger close to them."""
    free = salience > 0
    first = np.searchsorted(times, times - min_gap_s)
    last = np.searchsorted(times, times + min_gap_s)
    picked: list[int] = []
    for at in map(int, np.argsort(-salience, kind="stable")):
        if free[at]:
            picked.append(at)
            free[first[at] : last[at]] = False
    return np.array(sorted(picked), np.int64)


def _swell_accents(power: Float64Array, accent_times: Float64Array) -> Float64Array:
    """Return the steepest rises of slow swells, away from existing accents."""
    if len(power) < 2 * _SMOOTHING_STEPS:
        return np.zeros((0, 2))
    window = np.hanning(_SMOOTHING_STEPS + 2)[1:-1]
    smoothed = np.convolve(power, window / window.sum(), "same")
    loud = float(np.percentile(power, _LOUD_PERCENTILE))
    decibels = 10 * np.log10(smoothed + max(loud, 1e-12) * 10 ** (-_FLOOR_DB / 10))
    half = _SMOOTHING_STEPS // 2
    rise = np.zeros(len(power))
    rise[half:-half] = decibels[2 * half :] - decibels[: -2 * half]
    side = round(_MIN_SWELL_GAP_S * STEPS_PER_S / 2)
    local_max = moving_max(rise, side)
    at = np.flatnonzero((rise >= local_max) & (rise >= _MIN_SWELL_DB))
    at = at[np.diff(at, prepend=-side - 1) > side]
    at = at[distance_to_nearest(at / STEPS_PER_S, accent_times) > _MIN_SWELL_GAP_S / 2]
    strength = _MAX_SWELL_STRENGTH * np.clip(0.4 + 0.6 * rise[at] / _MAX_SWELL_DB, 0, 1)
    return np.stack([at / STEPS_PER_S, strength], axis=1)
