"""The output of a browser's AnalyserNode, for many moments at once.

Web Audio API 1.1, section 1.8 (AnalyserNode), with its defaults: `fftSize` 2048,
`smoothingTimeConstant` 0.8, `minDecibels` -100, `maxDecibels` -30. A browser smooths once per call;
here a call is made at each step of a 60 Hz grid, from the beginning of the audio.
"""

import numpy as np
from numpy import fft
from numpy.lib.stride_tricks import sliding_window_view

from server.arrays import Float32Array, Float64Array, UInt8Array

RATE = 44_100
STEPS_PER_S = 60
HOP = RATE // STEPS_PER_S
SIZE = 2048
BINS = SIZE // 2
SMOOTHING = 0.8

_MIN_DB, _MAX_DB = -100.0, -30.0


def blackman_window(size: int) -> Float64Array:
    """Return the window 0.42 - 0.5 cos(2 pi n/N) + 0.08 cos(4 pi n/N)."""
    turn = 2 * np.pi * np.arange(size) / size
    return 0.42 - 0.5 * np.cos(turn) + 0.08 * np.cos(2 * turn)


_WINDOW = blackman_window(SIZE) / SIZE


def windows(signal: Float32Array, first: int, count: int, size: int) -> Float32Array:
    """Return `count` windows of `size` samples, one hop apart, from sample `first` on.

    Args:
        signal: samples by channels.

    Returns:
        A view: count by channels by size.
    """
    view: Float32Array = sliding_window_view(signal, size, axis=0)[first::HOP][:count]
    return view


class AnalyserNode:
    """Smoothed spectra of left, right and their mean; keeps its state between calls."""

    def __init__(self) -> None:
        self._smooth = np.zeros((3, BINS))

    def smooth(self, magnitudes: Float64Array) -> UInt8Array:
        """Compute getByteFrequencyData for consecutive steps.

        Args:
            magnitudes: result of `measure_magnitudes`, which is overwritten.

        Returns:
            Steps by 3 (mean of the channels, left, right) by 1024 bins.
        """
        for magnitude in magnitudes:
            self._smooth = SMOOTHING * self._smooth + (1 - SMOOTHING) * magnitude
            magnitude[:] = self._smooth
        return to_bytes(magnitudes)


def measure_magnitudes(frames: Float32Array) -> Float64Array:
    """Return the magnitudes of the transforms of consecutive steps, before they are smoothed.

    Args:
        frames: steps by 2 channels by the 2048 samples that end at each step.

    Returns:
        Steps by 3 (mean of the channels, left, right) by 1024 bins.
    """
    windowed = frames.astype(np.float64)
    windowed *= _WINDOW
    transforms = fft.rfft(windowed, axis=2)[..., :BINS]
    magnitudes = np.empty((len(frames), 3, BINS))
    np.abs((transforms[:, 0] + transforms[:, 1]) / 2, out=magnitudes[:, 0])
    np.abs(transforms, out=magnitudes[:, 1:])
    return magnitudes


def to_bytes(magnitudes: Float64Array) -> UInt8Array:
    """Return magnitudes as bytes: -100 dB is 0, -30 dB is 255."""
    scaled = np.maximum(magnitudes, 1e-10)
    np.log10(scaled, out=scaled)
    scaled *= 20
    scaled -= _MIN_DB
    scaled *= 255 / (_MAX_DB - _MIN_DB)
    np.floor(scaled, out=scaled)
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


def mix_to_mono(stereo: Float32Array) -> Float32Array:
    """Return the mean of both channels; the last axis is the channels."""
    mono: Float32Array = (stereo[..., 0] + stereo[..., 1]) / np.float32(2)
    return mono


def wave_bytes(signal: Float32Array) -> UInt8Array:
    """Return getByteTimeDomainData: floor(128 (1 + x)), clipped to a byte."""
    return np.clip(np.floor(128 * (1 + signal)), 0, 255).astype(np.uint8)
