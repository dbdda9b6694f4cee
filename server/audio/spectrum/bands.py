"""Loudness in seven frequency bands, brightness and stereo width.

Each value belongs to a moment and is measured in a window around it. Decibels are mapped to 0..1
so that 1 is the level of the loud parts of this track in this band and 0 is 36 dB below: a quiet
master moves as much as a loud one. A band that the track hardly uses is not amplified, and silence
is 0.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy import fft

from server.arrays import Float32Array, Float64Array, UInt8Array
from server.audio.spectrum.analyser_node import RATE
from server.audio.spectrum.log_bands import LogBands
from server.protocol.feature_names import BAND_EDGES_HZ, BANDS

LONG_WINDOW_BANDS = ("sub", "bass")
LONG_WINDOW = 4096
"""Window for these two, in samples at 44.1 kHz: 93 ms, bins of 10.8 Hz."""
SHORT_WINDOW = 1024
"""Window for the rest: 23 ms."""

_RANGE_DB = 36.0
_MIN_LOUD_DB = -60.0
_MIN_POWER = 1e-12
_LOUD_PERCENTILE = 98
_MIN_AMPLITUDE_SUM = 1e-4
"""Minimum sum of amplitudes over all bins: less is silence, which has no brightness."""

_DARKEST_HZ, _BRIGHTEST_HZ = 60.0, 12_000.0
_FULL_RANGE_DB = 60.0


class BandMeasurements(NamedTuple):
    """Measurements of several moments."""

    powers: Float64Array
    """Moments by 7, in the order of BANDS: mean square, channels averaged; a full-scale sine is
    0.5."""
    shape: Float64Array
    """Moments by 2. Brightness: the spectral centroid (Peeters 2004, section 6.1.1) on a scale of
    octaves, 0 at 60 Hz and 1 at 12 kHz, 0 in silence. Width: the share of the side in mid and
    side, 0 for mono."""
    roots: Float32Array
    """Moments by bins: the spectrum's amplitudes, for `amplitude_flux`."""
    log_bands: UInt8Array
    """Moments by 2 channels by log_bands.BAND_COUNT; see log_bands.to_bytes."""


def measure_bands(frames: Float32Array) -> BandMeasurements:
    """Measure moments.

    Args:
        frames: moments by 2 channels by 4096 samples around each moment.
    """
    squares_low, offset = _squared_magnitudes(frames, LONG_WINDOW)
    # Remove what is constant over the long window: an offset, and frequencies below 10 Hz.
    middle = (
        frames[:, :, (LONG_WINDOW - SHORT_WINDOW) // 2 : (LONG_WINDOW + SHORT_WINDOW) // 2]
        - offset[:, :, np.newaxis]
    )
    squares = np.einsum("ijk,ijk->i", middle, middle, dtype=np.float64)
    band_powers = {"level": squares / (2 * SHORT_WINDOW)}
    squares_high, _ = _squared_magnitudes(middle, SHORT_WINDOW)
    low, high = (
        _power_spectrum(squares_low, LONG_WINDOW),
        _power_spectrum(squares_high, SHORT_WINDOW),
    )
    for name, edges in BAND_EDGES_HZ.items():
        size, spectrum = (LONG_WINDOW, low) if name in LONG_WINDOW_BANDS else (SHORT_WINDOW, high)
        first, last = (-(-edge * size // RATE) for edge in edges)
        band_powers[name] = spectrum[:, first:last].sum(axis=1)
    roots = np.sqrt(high, dtype=np.float32)
    shape = np.stack([_brightness(roots), _width(middle)], axis=1)
    powers = np.stack([band_powers[name] for name in BANDS], axis=1)
    return BandMeasurements(powers, shape, roots, _LOG_BANDS.measure(squares_low, squares_high))


def amplitude_flux(roots: Float32Array, before: Float32Array) -> Float64Array:
    """Return the growth of the amplitudes from moment to moment (Dixon 2006, eq. 2).

    Args:
        roots: moments by bins.
        before: the bins of the moment before the first.
    """
    rises = np.diff(roots, axis=0, prepend=before[np.newaxis])
    return np.asarray(np.maximum(rises, 0).sum(axis=1, dtype=np.float64))


def to_full_scale(powers: Float64Array) -> Float32Array:
    """Return powers as 0..1 on an absolute scale: 0 is -60 dB, 1 is 0 dB full scale."""
    decibels = 10 * np.log10(np.maximum(powers, _MIN_POWER))
    return np.clip(1 + decibels / _FULL_RANGE_DB, 0, 1).astype(np.float32)


def scale_to_track(powers: Float64Array) -> Float32Array:
    """Return the powers of a whole track as 0..1, moments by 7."""
    return scale_decibels(10 * np.log10(np.maximum(powers, _MIN_POWER)))


def scale_decibels(decibels: Float64Array) -> Float32Array:
    """Return decibels of a whole track as 0..1, moments by columns, the total first."""
    loud = np.array([_loud_level(column) for column in decibels.T])
    reference = np.maximum(loud, loud[0] - _RANGE_DB)
    scaled: Float64Array = 1 + (decibels - reference) / _RANGE_DB
    return np.clip(scaled, 0, 1).astype(np.float32)


def _loud_level(decibels: Float64Array) -> float:
    sounding = decibels[decibels > _MIN_LOUD_DB]
    if not len(sounding):
        return _MIN_LOUD_DB
    return float(np.percentile(sounding, _LOUD_PERCENTILE))


def _brightness(roots: Float32Array) -> Float64Array:
    hertz = np.arange(roots.shape[1]) * (RATE / SHORT_WINDOW)
    sums = roots.sum(axis=1, dtype=np.float64)
    centroid = (roots @ hertz) / np.maximum(sums, 1e-9)
    octaves = np.log2(np.maximum(centroid, _DARKEST_HZ) / _DARKEST_HZ)
    share = np.clip(octaves / np.log2(_BRIGHTEST_HZ / _DARKEST_HZ), 0, 1)
    return np.where(sums > _MIN_AMPLITUDE_SUM, share, 0.0)


def _width(middle: Float32Array) -> Float64Array:
    mid = np.square(middle[:, 0] + middle[:, 1]).sum(axis=1, dtype=np.float64)
    side = np.square(middle[:, 0] - middle[:, 1]).sum(axis=1, dtype=np.float64)
    roots = np.sqrt(side), np.sqrt(mid)
    return np.asarray(roots[0] / np.maximum(roots[0] + roots[1], 1e-6))


def _squared_magnitudes(frames: Float32Array, size: int) -> tuple[Float32Array, Float32Array]:
    """Return squared magnitudes under a Hann window, and the mean under it.

    Returns:
        Moments by channels by bins; moments by channels.
    """
    # numpy transforms double precision in half the time of single precision.
    windowed = frames.astype(np.float64)
    windowed *= _hann(size)
    spectrum = fft.rfft(windowed, axis=2)
    squares = (np.square(spectrum.real) + np.square(spectrum.imag)).astype(np.float32)
    offset: Float32Array = (spectrum[:, :, 0].real / (size / 2)).astype(np.float32)
    return squares, offset


def _power_spectrum(squares: Float32Array, size: int) -> Float64Array:
    """Return the one-sided power in each bin, averaged over channels (Heinzel 2002, eq. 23)."""
    power: Float64Array = (squares[:, 0] + squares[:, 1]).astype(np.float64)
    power /= _window_norm(size)
    return power


@cache
def _hann(size: int) -> Float64Array:
    window: Float64Array = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return window


@cache
def _window_norm(size: int) -> float:
    return float(size * np.square(_hann(size)).sum())


_LOG_BANDS = LogBands(
    (LONG_WINDOW, 2 / _window_norm(LONG_WINDOW)), (SHORT_WINDOW, 2 / _window_norm(SHORT_WINDOW))
)
