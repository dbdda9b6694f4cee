"""The sample at which a sound begins, near a time that is known to some milliseconds.

Out of silence it is the first sample that is more than a little of what follows, or where the line
through it and the one before comes from, where they rise as a wave does. In a mix it is
where the samples are best told apart into two kinds, those before and those after (Maeda 1985,
"A Method for Reading and Checking Phase Times in Auto-Processing System of Seismic Wave Data": the
AIC of two variances, from the arrivals of earthquakes). A first difference takes away what is low
and steady.
"""

import numpy as np

from server.arrays import BoolArray, Float32Array, Float64Array, Int16Array, Int64Array
from server.audio.rhythm.bass_band import mono_slice
from server.audio.spectrum.analyser_node import RATE

_SILENCE_SHARE = 0.02
"""How loud what was before may be, as a share of what follows, to be called silence."""
_ONSET_SHARE = 0.025
"""The share of the following peak that is the beginning. 60 Hz from phase 0 are there in 70 us;
0.3 ms would be 0.11."""
_SLOPE_SHARE = 0.5
"""How much of it the sample before must be of one that rises on a line, rather than at once."""
_MAX_BACKTRACK = 8.0
"""Samples to go back at most."""
_GROUP = 4
_BEFORE_S, _AFTER_S = 0.060, 0.040
_BATCH = 256


def refine(samples: Int16Array, times: Float64Array, ahead: float, behind: float) -> Float64Array:
    """Better times of onsets, in the order given.

    Args:
        samples: the track, samples x 2.
        times: about when they begin, in seconds.
        ahead: how much sooner than their times they may begin, in seconds, at most 0.025,
        behind: and how much later.
    """
    refined = times.copy()
    for first in range(0, len(times), _BATCH):
        batch = times[first : first + _BATCH]
        windows = _windows(samples, batch)
        from_silence, onset_sample = _onset_from_silence(windows, ahead, behind)
        # A sample late on purpose: no event may come before its cause, not even by rounding.
        offsets = np.where(
            from_silence,
            (onset_sample + 1) / RATE - _BEFORE_S,
            _split_by_variance(windows, ahead, behind),
        )
        refined[first : first + _BATCH] = np.rint(batch * RATE) / RATE + offsets
    return np.clip(refined, 0, max(0.0, (len(samples) - 1) / RATE))


def _windows(samples: Int16Array, times: Float64Array) -> Float32Array:
    """Onsets x samples around each."""
    before, after = round(_BEFORE_S * RATE), round(_AFTER_S * RATE)
    windows = np.empty((len(times), before + after), np.float32)
    for window, time in zip(windows, times, strict=True):
        middle = round(float(time) * RATE)
        window[:] = mono_slice(samples, middle - before, middle + after)
    return windows


def _onset_from_silence(
    windows: Float32Array, ahead: float, behind: float
) -> tuple[BoolArray, Float64Array]:
    """Whether each begins out of silence, and where in samples of its row.

    A converter of sample rates rings ahead of a step, as high as it lets through; the mean of
    three samples, which looks back only, hardly has that frequency.
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
    """Where a rise that was noticed at `begun` began: at once, or on a straight line before it.

    A wave that begins at phase 0 rises on one, and the mean of three samples is one sample late on
    it. What is there at once has no slope to go back on.
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
    """Seconds from the middle of each row to where its samples are best parted in two."""
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
    # Two groups later: the one in which it begins is often put before it, and never is an event
    # to come before its cause.
    best = ((places[criterion.argmin(axis=1)] + 2) * _GROUP + 1) / RATE
    seconds: Float64Array = best + 0.020 - _BEFORE_S
    return seconds
