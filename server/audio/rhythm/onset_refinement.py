"""The sample at which a sound begins, given its time to some milliseconds.

After silence it is the first sample above a small share of the following peak or, if the samples
rise like a wave, the zero of the line through them. In a mix it is the best split of the samples
into two parts of different variance (Maeda 1985, "A Method for Reading and Checking Phase Times in
Auto-Processing System of Seismic Wave Data": the AIC of two variances, for the arrivals of
earthquakes). A first difference removes low, steady components.
"""

import numpy as np

from server.arrays import BoolArray, Float32Array, Float64Array, Int64Array
from server.audio.rhythm.bass_band import mono_slice
from server.audio.spectrum.analyser_node import RATE
from server.audio.spectrum.track_samples import Samples

_SILENCE_SHARE = 0.02
"""Maximum level before the onset, as a share of the following peak, that counts as silence."""
_ONSET_SHARE = 0.025
"""Share of the following peak at which a sound begins. 60 Hz from phase 0 reach it in 70 us; 0.3 ms
would be 0.11."""
_SLOPE_SHARE = 0.5
"""Minimum ratio of the sample before to it if the sound rises along a line, not at once."""
_MAX_BACKTRACK = 8.0
"""Maximum number of samples to go back."""
_GROUP = 4
_BEFORE_S, _AFTER_S = 0.060, 0.040
_BATCH = 256


def refine(samples: Samples, times: Float64Array, ahead: float, behind: float) -> Float64Array:
    """Return refined times of onsets, in the order given.

    Args:
        samples: the track, samples x 2.
        times: approximate onset times in seconds.
        ahead: maximum shift to an earlier time in seconds, at most 0.025.
        behind: maximum shift to a later time.
    """
    refined = times.copy()
    for first in range(0, len(times), _BATCH):
        batch = times[first : first + _BATCH]
        windows = _windows(samples, batch)
        from_silence, onset_sample = _onset_from_silence(windows, ahead, behind)
        # One sample late on purpose: an event must not precede its cause, even by rounding.
        offsets = np.where(
            from_silence,
            (onset_sample + 1) / RATE - _BEFORE_S,
            _split_by_variance(windows, ahead, behind),
        )
        refined[first : first + _BATCH] = np.rint(batch * RATE) / RATE + offsets
    return np.clip(refined, 0, max(0.0, (len(samples) - 1) / RATE))


def _windows(samples: Samples, times: Float64Array) -> Float32Array:
    """Return the samples around each onset, onsets x samples."""
    before, after = round(_BEFORE_S * RATE), round(_AFTER_S * RATE)
    windows = np.empty((len(times), before + after), np.float32)
    for window, time in zip(windows, times, strict=True):
        middle = round(float(time) * RATE)
        window[:] = mono_slice(samples, middle - before, middle + after)
    return windows


def _onset_from_silence(
    windows: Float32Array, ahead: float, behind: float
) -> tuple[BoolArray, Float64Array]:
    """Return whether each onset follows silence, and its sample in its window.

    A sample rate converter rings before a step, at its cutoff frequency; the causal mean of three
    samples attenuates that frequency.
    """
    loud = np.zeros_like(windows)
    loud[:, 2:] = np.abs(windows[:, 2:] + 2 * windows[:, 1:-1] + windows[:, :-2]) / 4
    middle = round(_BEFORE_S * RATE)
    low, high = middle - round(ahead * RATE), middle + round(behind * RATE)
    before = loud[:, low - round(0.030 * RATE) : low].max(axis=1)
    peak = loud[:, low:].max(axis=1)
    exceeds = loud[:, low:high] > np.maximum(_ONSET_SHARE * peak, 1.25 * before)[:, None]
    from_silence = (before < _SILENCE_SHARE * peak) & exceeds.any(axis=1)
    return from_silence, _backtrack(loud, low + exceeds.argmax(axis=1))


def _backtrack(loud: Float32Array, crossing: Int64Array) -> Float64Array:
    """Return the start of a rise noticed at `crossing`: there, or earlier along a line.

    A wave that begins at phase 0 rises along a line, and the mean of three samples is one sample
    late on it. A sound that starts at full level has no slope to follow back.
    """
    index = np.arange(len(loud))
    level, previous = (
        loud[index, crossing].astype(float),
        loud[index, np.maximum(crossing - 1, 0)].astype(float),
    )
    backtrack = level / np.maximum(level - previous, 1e-9) + 1
    is_rising = (previous > _SLOPE_SHARE * level) & (previous < level)
    onset: Float64Array = crossing.astype(float) - np.where(
        is_rising, np.minimum(backtrack, _MAX_BACKTRACK), 0.0
    )
    return onset


def _split_by_variance(windows: Float32Array, ahead: float, behind: float) -> Float64Array:
    """Return the seconds from each window's middle to its best split into two parts."""
    inner = np.diff(windows[:, round(0.020 * RATE) : round(0.090 * RATE)], axis=1)
    whole = inner.shape[1] // _GROUP * _GROUP
    power = (
        np.square(inner[:, :whole]).reshape(len(windows), -1, _GROUP).sum(axis=2, dtype=np.float64)
    )
    sums = np.cumsum(power, axis=1)
    total, count = sums[:, -1:], sums.shape[1]
    low = round((_BEFORE_S - 0.020 - ahead) * RATE / _GROUP)
    high = round((_BEFORE_S - 0.020 + behind) * RATE / _GROUP)
    places = np.arange(max(low, 1), high)
    floor = 1e-6 * total / count + 1e-15
    variance_before = sums[:, places - 1] / places + floor
    variance_after = (total - sums[:, places - 1]) / (count - places) + floor
    criterion = places * np.log(variance_before) + (count - places) * np.log(variance_after)
    # Two groups later: the split is often placed before the group with the onset, and an event
    # must not precede its cause.
    best = ((places[criterion.argmin(axis=1)] + 2) * _GROUP + 1) / RATE
    seconds: Float64Array = best + 0.020 - _BEFORE_S
    return seconds
