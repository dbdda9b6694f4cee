"""Onsets in the bass: sudden rises, by a drum or a string, each with time and strength.

In the lowest 200 Hz a linear predictor (Makhoul 1975, "Linear Prediction: A Tutorial Review",
covariance method) predicts how a held bass note or the tail of a drum continues, including
interference between them; an unpredicted sample indicates an onset. Noise is unpredictable all the
time and therefore never stands out. The bass must also become louder for an onset.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float64Array, Int64Array
from server.audio.rhythm.bass_band import BASS_RATE
from server.audio.series.moving_max import moving_max

_PIECE, _OVERLAP = 300 * BASS_RATE, 5 * BASS_RATE
"""A track is processed in pieces, so that hours of it do not need gigabytes."""
_PREDICTION_DECIMATION = 3
_PREDICTED_RATE = BASS_RATE // _PREDICTION_DECIMATION
_ORDER = 16
_PREDICTION_S = 1.0
_SURPRISE_SAMPLES = round(0.012 * BASS_RATE)
_AFTER_SAMPLES = round(0.020 * BASS_RATE)
_BEFORE_SAMPLES = round(0.040 * BASS_RATE)
_MIN_GAP_SAMPLES = round(0.120 * BASS_RATE)
_AROUND_S = 1.5
_CONTEXT = 21
_AROUND = round(_AROUND_S * BASS_RATE / _CONTEXT)
_MEDIAN_BLOCK = 1000

_MEDIAN_FACTOR = 3.0
_MAX_SURPRISE_SHARE = 0.25
_LOCAL_MAX_SHARE = 0.15
_TRACK_MAX_SHARE = 0.1
_FULL_BAND_SHARE = 0.2
_LOUDNESS_SHARE = 0.03
_MIN_RISE = 0.002
_ONSET_SHARE = 0.3


def detect(bass: Float64Array, power: Float64Array) -> tuple[Int64Array, Float64Array]:
    """Return the bass onsets of a track in order: the sample of the bass, and the rise.

    Args:
        bass: the bass from `bass_band.extract`.
        power: the power of the whole signal, from the same.
    """
    places, strengths = [np.zeros(0, np.int64)], [np.zeros(0)]
    for first in range(0, len(bass), _PIECE):
        start, end = max(first - _OVERLAP, 0), first + _PIECE + _OVERLAP
        at, rises = _detect_in_piece(bass[start:end], power[start:end])
        inside = (at + start >= first) & (at + start < first + _PIECE)
        places.append(at[inside] + start)
        strengths.append(rises[inside])
    return np.concatenate(places), np.concatenate(strengths)


def _detect_in_piece(band: Float64Array, power: Float64Array) -> tuple[Int64Array, Float64Array]:
    """Detect the onsets in some minutes of the track.

    Arrays as long as the piece are computed when they are needed, and dropped after that.
    """
    bass = _high_pass(band)
    error = _prediction_errors(bass)
    rise, loudness = _loudness_rises(np.square(bass))
    del bass
    loudness_max = np.maximum(_local_max(loudness), _TRACK_MAX_SHARE * loudness.max())
    min_rise = np.maximum(_LOCAL_MAX_SHARE * loudness_max, _MIN_RISE)
    del loudness_max
    rise = _nearby_max(rise)
    candidates = rise >= min_rise
    del min_rise
    loudness = _nearby_max(loudness)
    candidates &= loudness >= _FULL_BAND_SHARE * _nearby_max(_root_mean(power, _AFTER_SAMPLES))
    surprise = _root_mean(np.square(error), _SURPRISE_SAMPLES)
    candidates &= surprise >= _surprise_threshold(surprise, loudness)
    del loudness
    peaks = _peaks(np.where(candidates, surprise, 0))
    at = np.array([_onset_sample(error, peak) for peak in peaks], np.int64)
    return at, rise[peaks]


def _surprise_threshold(surprise: Float64Array, nearby_loudness: Float64Array) -> Float64Array:
    """Return the surprise from which a sample may be an onset."""
    threshold = _MEDIAN_FACTOR * _local_median(surprise)
    np.maximum(threshold, _MAX_SURPRISE_SHARE * _local_max(surprise), out=threshold)
    # Two interfering tones are predictable except for rounding errors.
    return np.maximum(threshold, _LOUDNESS_SHARE * nearby_loudness, out=threshold)


def _high_pass(bass: Float64Array) -> Float64Array:
    """Apply a causal first-order high-pass at 20 Hz, so that no onset precedes its cause."""
    fall = np.exp(-2 * np.pi * 20 / BASS_RATE)
    kernel = (1 - fall) * fall ** np.arange(256)
    rumble: Float64Array = np.convolve(bass, kernel)[: len(bass)]
    return bass - rumble


def _following_mean(values: Float64Array, count: int) -> Float64Array:
    """Return at each index the mean of the `count` values from there on, 0 past the end."""
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    means = np.full(len(values), sums[-1])
    whole = max(len(sums) - count, 0)
    means[:whole] = sums[count:]
    means -= sums[:-1]
    np.maximum(means, 0, out=means)
    means /= count
    return means


def _root_mean(values: Float64Array, count: int) -> Float64Array:
    """Return the root of `_following_mean`."""
    means = _following_mean(values, count)
    return np.sqrt(means, out=means)


def _loudness_rises(energy: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the rise of RMS at each index from before to after, and the RMS after."""
    after = _root_mean(energy, _AFTER_SAMPLES)
    delayed = np.concatenate([np.zeros(_BEFORE_SAMPLES), energy])
    before = _root_mean(delayed, _BEFORE_SAMPLES)[: len(energy)]
    return after - before, after


def _prediction_errors(bass: Float64Array) -> Float64Array:
    """Return the error of each sample against a linear prediction from those before."""
    taps = np.hanning(2 * _PREDICTION_DECIMATION + 1) / _PREDICTION_DECIMATION
    signal = np.convolve(bass, taps, "same")[: len(bass)][::_PREDICTION_DECIMATION]
    history = sliding_window_view(np.pad(signal, (_ORDER, 0)), _ORDER + 1)
    window = round(_PREDICTION_S * _PREDICTED_RATE)
    error, covered = np.zeros(len(signal)), np.zeros(len(signal))
    for first in range(0, max(1, len(signal) - window // 2), window // 2):
        error[first : first + window] += _prediction_error(history[first : first + window])
        covered[first : first + window] += 1
    return np.repeat(error / covered, _PREDICTION_DECIMATION)[: len(bass)]


def _prediction_error(windows: Float64Array) -> Float64Array:
    """Return the error of each row's last value against its best linear prediction."""
    past, present = windows[:, :-1], windows[:, -1]
    gram = past.T @ past
    gram[np.diag_indices(_ORDER)] += 1e-6 * np.trace(gram) / _ORDER + 1e-12
    error: Float64Array = np.abs(present - past @ np.linalg.solve(gram, past.T @ present))
    return error


def _local_median(values: Float64Array) -> Float64Array:
    """Return the median within 1.5 s on both sides."""
    picked = np.pad(values[::_CONTEXT], _AROUND, mode="reflect")
    windows = sliding_window_view(picked, 2 * _AROUND + 1)
    # The median copies its windows, which overlap: all of them are fifteen times the samples.
    blocks = range(0, len(windows), _MEDIAN_BLOCK)
    medians = [np.median(windows[first : first + _MEDIAN_BLOCK], axis=1) for first in blocks]
    return np.repeat(np.concatenate(medians), _CONTEXT)[: len(values)]


def _local_max(values: Float64Array) -> Float64Array:
    """Return the maximum within 1.5 s on both sides."""
    groups = np.pad(values, (0, -len(values) % _CONTEXT)).reshape(-1, _CONTEXT).max(axis=1)
    return np.repeat(moving_max(groups, _AROUND), _CONTEXT)[: len(values)]


def _nearby_max(values: Float64Array) -> Float64Array:
    """Return the maximum within 20 ms on both sides."""
    return moving_max(values, _AFTER_SAMPLES, outside=-np.inf)


def _peaks(heights: Float64Array) -> list[int]:
    """Return the local maxima of `heights`, at least the minimum gap apart."""
    is_peak = heights > 0
    is_peak[1:] &= heights[1:] > heights[:-1]
    is_peak[:-1] &= heights[:-1] >= heights[1:]
    peaks: list[int] = []
    for at in map(int, np.flatnonzero(is_peak)):
        if peaks and at - peaks[-1] < _MIN_GAP_SAMPLES:
            if heights[at] > heights[peaks[-1]]:
                peaks[-1] = at
        else:
            peaks.append(at)
    return peaks


def _onset_sample(error: Float64Array, at: int) -> int:
    """Return the sample near `at` at which the prediction error rises."""
    low = max(0, at - _AFTER_SAMPLES)
    nearby = error[low : at + _AFTER_SAMPLES]
    return low + int(np.argmax(nearby >= _ONSET_SHARE * nearby.max()))
