"""Features of each bar of a track (loudness, brightness, density), the basis of its sections."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array, Int64Array
from server.audio.rhythm.detection import Detections
from server.audio.rhythm.filterbank import HERTZ, STEPS_PER_S

_DEFAULT_BAR_S = 2.0
"""Length of the intervals used in place of bars in music without them."""
_MIN_DOWNBEATS = 4
_LOUDNESS_RANGE_DB, _BASS_RANGE_DB, _ONSET_RANGE = 10.0, 12.0, 4.0
"""Minimum ranges that are normalised: of loudness, of bass, of onsets a second."""
_FIRST_OCTAVE_HZ, _OCTAVE_RANGE = 80.0, 1.0
"""Lowest octave; minimum range of its levels from `filterbank.compute_spectra`."""


@dataclass(frozen=True)
class Bars:
    """Bars in order; each feature is 0..1, 1 for the maximum of the track."""

    bounds: Float64Array
    """Seconds, one more than there are bars; the first is 0, the last the end of the track."""
    loudness: Float64Array
    bass: Float64Array
    """Level of the bass."""
    density: Float64Array
    """Density of onsets."""
    brightness: Float64Array
    """Mean pitch of the spectrum."""
    kicks: Float64Array
    octaves: Float64Array
    """Bars by octaves: level of each octave relative to its loudest bars: the instrumentation."""
    pitch_classes: Float64Array
    """Bars by 12: level of each pitch class minus the mean of all, from C on."""
    has_beats: bool = True
    """False if these are intervals of equal length, in music without beats."""

    @property
    def energy(self) -> Float64Array:
        """Loudness, bass and density combined."""
        return 0.4 * self.loudness + 0.35 * self.bass + 0.25 * self.density


def compute_bar_features(detections: Detections, downbeats: Float64Array) -> Bars:
    """Compute the features of a track's bars.

    Args:
        detections: the track's onsets, drums and spectra.
        downbeats: times of the downbeats in seconds.
    """
    bounds = _bar_bounds(detections.seconds, downbeats)
    steps = np.minimum(
        np.rint(bounds * STEPS_PER_S).astype(np.int64), len(detections.spectrum.power) - 1
    )
    steps = np.maximum(steps, np.arange(len(steps)) - len(steps))
    lengths = np.maximum(np.diff(bounds), 1e-3)
    power = _bar_means(detections.spectrum.power[:, None], steps)[:, 0]
    levels = _bar_means(detections.spectrum.levels, steps)
    decibels = 10 * np.log10(np.maximum(power, 1e-6 * max(float(power.max()), 1e-12)))
    total = np.maximum(levels.sum(axis=1), 1e-9)
    silent = power <= 0
    reach = np.where(silent, 0, levels @ np.arange(levels.shape[1]) / total)
    return Bars(
        bounds,
        np.where(silent, 0, _normalise(decibels, _LOUDNESS_RANGE_DB)),
        np.where(
            silent, 0, _normalise(_bass_db(detections.spectrum.levels, steps), _BASS_RANGE_DB)
        ),
        np.where(
            silent, 0, _normalise(_strength_sums(detections.onsets, bounds) / lengths, _ONSET_RANGE)
        ),
        np.where(silent, 0, _normalise(reach, levels.shape[1] / 4)),
        np.minimum(_strength_sums(detections.kicks, bounds) / lengths, 2.0) / 2,
        _octave_levels(levels),
        _pitch_classes(levels),
        has_beats=len(downbeats) >= _MIN_DOWNBEATS,
    )


def _octave_levels(levels: Float64Array) -> Float64Array:
    """Return the levels of each octave from 80 Hz on, and of everything below, bars x octaves."""
    octave = np.maximum(np.floor(np.log2(HERTZ / _FIRST_OCTAVE_HZ)), -1).astype(np.int64)
    columns = [
        _normalise(levels[:, octave == number].mean(axis=1), _OCTAVE_RANGE)
        for number in range(-1, int(octave.max()) + 1)
    ]
    return np.stack(columns, axis=1)


def _pitch_classes(levels: Float64Array) -> Float64Array:
    """Return the levels of each pitch class minus their mean, bars by 12."""
    tones = np.flatnonzero((HERTZ > 60) & (HERTZ < 2500))
    classes = np.rint(12 * np.log2(HERTZ[tones] / 16.3516)).astype(np.int64) % 12
    sums = np.zeros((len(levels), 12))
    for tone, pitch in zip(tones, classes, strict=True):
        sums[:, pitch] += levels[:, tone] - levels[:, tones].mean(axis=1)
    means = sums / np.maximum(np.bincount(classes, minlength=12), 1)
    centred: Float64Array = means - means.mean(axis=1, keepdims=True)
    return centred


def _bar_bounds(seconds: float, downbeats: Float64Array) -> Float64Array:
    """Return the bounds of the bars; what precedes the first downbeat joins the first bar."""
    if len(downbeats) < _MIN_DOWNBEATS:
        count = max(1, int(seconds / _DEFAULT_BAR_S))
        return np.linspace(0, seconds, count + 1)
    inner = downbeats[1:]
    inner = inner[inner < seconds - 0.5 * float(np.median(np.diff(downbeats)))]
    return np.concatenate([[0.0], inner, [seconds]])


def _bar_means(values: NDArray[np.floating], steps: Int64Array) -> Float64Array:
    """Return the mean of the values from each step to the next."""
    return np.array(
        [
            values[first : max(last, first + 1)].mean(axis=0, dtype=np.float64)
            for first, last in pairwise(steps)
        ]
    )


def _bass_db(levels: Float32Array, steps: Int64Array) -> Float64Array:
    """Return the bass level of each bar in decibels."""
    power = np.square(np.expm1(levels[:, HERTZ < 100])).sum(axis=1, keepdims=True)
    means = _bar_means(power, steps)[:, 0]
    decibels: Float64Array = 10 * np.log10(np.maximum(means, 1e-6 * max(float(means.max()), 1e-12)))
    return decibels


def _strength_sums(events: Float64Array, bounds: Float64Array) -> Float64Array:
    """Return the summed strengths of each bar's events; one just before a bar belongs to it."""
    sums, _ = np.histogram(events[:, 0] + 0.03, bounds, weights=events[:, 1])
    return sums.astype(np.float64)


def _normalise(values: Float64Array, min_range: float) -> Float64Array:
    """Scale to 0..1 over the range of the track, or over `min_range` if that is larger."""
    top = float(np.percentile(values, 95))
    bottom = min(float(np.percentile(values, 5)), top - min_range)
    return np.clip((values - bottom) / (top - bottom), 0, 1)
