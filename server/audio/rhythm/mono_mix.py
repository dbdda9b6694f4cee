"""Correction of a track whose mono mix would hide events: offset and opposite polarity.

Several steps analyse the mean of both channels. If the channels have opposite polarity it is
silent; then the right channel is inverted first.
"""

import numpy as np

from server.arrays import Float32Array, Float64Array, Int16Array
from server.audio.spectrum.track_samples import Samples

_MIN_OFFSET, _OFFSET_SAMPLE_STEP = 164.0, 101
"""Of 32768: an offset below -46 dB hides nothing. It is the median of one sample in so many: a mean
would mistake the waveform of a drum for an offset."""
_GROUP_SAMPLES, _GROUP_STEP = 21, 4
"""Low frequencies are compared: means of this many samples, of every fourth such group."""
_MIN_CORRELATION = -0.3
"""Correlation of the channels below which they cancel each other."""
_BLOCK = 101 * 4 * 21 * 32
"""Samples that are read at a time: a multiple of both steps."""


class _CorrectedSamples:
    """Samples of a track, corrected as they are read.

    Args:
        samples: of the track.
        offset: of each channel.
        polarity: factor of each channel, 1 or -1.
    """

    def __init__(self, samples: Samples, offset: Float32Array, polarity: Float32Array) -> None:
        self._samples, self._offset, self._polarity = samples, offset, polarity

    def __len__(self) -> int:
        """Return their number."""
        return len(self._samples)

    def __getitem__(self, part: slice) -> Int16Array:
        """Return consecutive samples."""
        piece = (self._samples[part] - self._offset) * self._polarity
        corrected: Int16Array = np.clip(np.rint(piece), -32768, 32767).astype(np.int16)
        return corrected


def correct_channels(samples: Samples) -> Samples:
    """Return the track, samples x 2, corrected; the same object if nothing is wrong."""
    offset = _offset(samples)
    is_inverted = _has_opposite_polarity(samples, offset)
    if not is_inverted and np.abs(offset).max() < _MIN_OFFSET:
        return samples
    polarity = np.array([1.0, -1.0 if is_inverted else 1.0], np.float32)
    return _CorrectedSamples(samples, offset.astype(np.float32), polarity)


def _offset(samples: Samples) -> Float64Array:
    """Return the constant offset of each channel."""
    if not len(samples):
        return np.zeros(2)
    blocks = range(0, len(samples), _BLOCK)
    # Copies: views would keep the blocks.
    some = [samples[first : first + _BLOCK][::_OFFSET_SAMPLE_STEP].copy() for first in blocks]
    return np.asarray(np.median(np.concatenate(some), axis=0))


def _has_opposite_polarity(samples: Samples, offset: Float64Array) -> bool:
    """Return whether the low frequencies of the channels have opposite polarity."""
    group = _GROUP_SAMPLES * _GROUP_STEP
    end = len(samples) // group * group
    if not end:
        return False
    means = []
    for first in range(0, end, _BLOCK):
        groups = samples[first : min(first + _BLOCK, end)].reshape(
            -1, _GROUP_STEP, _GROUP_SAMPLES, 2
        )[:, 0]
        means.append(groups.mean(axis=1, dtype=np.float64))
    left, right = (np.concatenate(means) - offset).T
    power = float(np.sqrt((left @ left) * (right @ right)))
    return bool(power > 0 and float(left @ right) / power < _MIN_CORRELATION)
