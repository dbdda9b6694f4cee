"""The bass of a track: everything below 200 Hz, at 2,100 samples a second."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float32Array, Float64Array
from server.audio.spectrum.analyser_node import RATE
from server.audio.spectrum.track_samples import Samples

DECIMATION = 21
BASS_RATE = RATE // DECIMATION
REACH = 110
"""Half the width of the low-pass filter, in samples at 44.1 kHz: 2.5 ms."""
_BLOCK_SAMPLES = 2000


def extract(samples: Samples) -> tuple[Float64Array, Float64Array]:
    """Return the bass of a track (samples x 2) and its total power, every 21 samples."""
    count = -(-len(samples) // DECIMATION)
    bass, power = np.zeros(count), np.zeros(count)
    # A Hann window of 5 ms: -6 dB at 200 Hz, nothing from 400 Hz, no delay.
    taps = np.hanning(2 * REACH + 3)[1:-1].astype(np.float32)
    taps /= taps.sum()
    for first in range(0, count, _BLOCK_SAMPLES):
        last = min(first + _BLOCK_SAMPLES, count)
        mono = mono_slice(samples, first * DECIMATION - REACH, last * DECIMATION + REACH)
        windows = sliding_window_view(mono, 2 * REACH + 1)[::DECIMATION][: last - first]
        bass[first:last] = windows @ taps
        groups = mono[REACH : len(mono) - REACH].reshape(last - first, DECIMATION)
        power[first:last] = np.square(groups).mean(axis=1)
    return bass, power


def mono_slice(samples: Samples, first: int, last: int) -> Float32Array:
    """Return the mean of both channels between two samples, -1..1; 0 outside the track."""
    inner = samples[max(first, 0) : max(last, 0)]
    mono = np.zeros(last - first, np.float32)
    before = max(-first, 0)
    np.add(inner[:, 0], inner[:, 1], out=mono[before : before + len(inner)], dtype=np.float32)
    mono *= np.float32(1 / 65536)
    return mono
