"""Correction of a track whose mono mix would hide events: offset and opposite polarity.

Several steps analyse the mean of both channels. If the channels have opposite polarity it is
silent; then the right channel is inverted first.
"""

import numpy as np

from server.arrays import Float64Array, Int16Array

_MIN_OFFSET, _OFFSET_SAMPLE_STEP = 164.0, 101
"""Of 32768: an offset below -46 dB hides nothing. It is the median of one sample in so many: a mean
would mistake the waveform of a drum for an offset."""
_GROUP_SAMPLES, _GROUP_STEP = 21, 4
"""Low frequencies are compared: means of this many samples, of every fourth such group."""
_MIN_CORRELATION = -0.3
"""Correlation of the channels below which they cancel each other."""
_BLOCK = 1 << 20


def correct_channels(samples: Int16Array) -> Int16Array:
    """Return the track, samples x 2, corrected; the same array if nothing is wrong."""
    offset = _offset(samples)
    is_inverted = _has_opposite_polarity(samples, offset)
    if not is_inverted and np.abs(offset).max() < _MIN_OFFSET:
        return samples
    polarity = np.array([1.0, -1.0 if is_inverted else 1.0], np.float32)
    corrected = np.empty_like(samples)
    for first in range(0, len(samples), _BLOCK):
        piece = (samples[first : first + _BLOCK] - offset.astype(np.float32)) * polarity
        corrected[first : first + _BLOCK] = np.clip(np.rint(piece), -32768, 32767)
    return corrected


def _offset(samples: Int16Array) -> Float64Array:
    """Return the constant offset of each channel."""
    if not len(samples):
        return np.zeros(2)
    return np.asarray(np.median(samples[::_OFFSET_SAMPLE_STEP], axis=0))


def _has_opposite_polarity(samples: Int16Array, offset: Float64Array) -> bool:
    """Return whether the low frequencies of the channels have opposite polarity."""
    count = len(samples) // (_GROUP_SAMPLES * _GROUP_STEP)
    if not count:
        return False
    groups = samples[: count * _GROUP_SAMPLES * _GROUP_STEP].reshape(
        count, _GROUP_STEP, _GROUP_SAMPLES, 2
    )[:, 0]
    low = groups.mean(axis=1, dtype=np.float64) - offset
    left, right = low.T
    power = float(np.sqrt((left @ left) * (right @ right)))
    return bool(power > 0 and float(left @ right) / power < _MIN_CORRELATION)
