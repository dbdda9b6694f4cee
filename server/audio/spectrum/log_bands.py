"""The power of the audio in narrow logarithmic frequency bands, left and right.

Band levels (band_levels.py) are computed from it. Unlike the browser's spectrum it is not limited
to -30 dB, and each window is centred on its moment.
"""

import numpy as np

from server.arrays import Float32Array, Float64Array, UInt8Array
from server.audio.spectrum.analyser_node import RATE

BAND_COUNT = 96
LOWEST_HZ, HIGHEST_HZ = 40.0, 15_000.0
"""Lower edge of the first band and upper edge of the last."""
SPLIT_HZ = 1000.0
"""Bands with a centre below this use the long window, the others the short one."""

_MIN_DB, _STEPS_PER_DB = -120.0, 2.0
_MIN_POWER = 1e-13


def band_edges() -> Float64Array:
    """Return the BAND_COUNT + 1 edges of the bands in Hz."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, BAND_COUNT + 1)


def band_centres() -> Float64Array:
    """Return the geometric centre of each band in Hz."""
    limits = band_edges()
    return np.sqrt(limits[:-1] * limits[1:])


class LogBands:
    """Sums the bins of two power spectra into bands.

    A bin extends half a bin on both sides of its frequency; a band gets the share inside its edges.

    Args:
        long: samples of the window for low bands; the factor that converts a squared magnitude
            under it to one-sided power.
        short: the same for high bands.
    """

    def __init__(self, long: tuple[int, float], short: tuple[int, float]) -> None:
        low = band_centres() < SPLIT_HZ
        self._low = _trim(_bin_shares(long[0])[:, low] * np.float32(long[1]))
        self._high = _trim(_bin_shares(short[0])[:, ~low] * np.float32(short[1]))

    def measure(self, low: Float32Array, high: Float32Array) -> UInt8Array:
        """Measure moments.

        Args:
            low: moments by channels by bins, squared magnitudes under the long window.
            high: the same under the short window.

        Returns:
            Moments by channels by BAND_COUNT; see `to_bytes`.
        """
        parts = [
            squares[..., : len(shares)] @ shares
            for squares, shares in ((low, self._low), (high, self._high))
        ]
        return to_bytes(np.concatenate(parts, axis=2))


def to_bytes(powers: Float32Array) -> UInt8Array:
    """Return powers (mean squares) as bytes in steps of 0.5 dB; 0 is -120 dB or less."""
    levels_db = 10 * np.log10(np.maximum(powers, np.float32(_MIN_POWER)))
    scaled = np.rint((levels_db - np.float32(_MIN_DB)) * np.float32(_STEPS_PER_DB))
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def from_bytes(band_bytes: UInt8Array) -> Float32Array:
    """Return the decibels encoded by `to_bytes`; a full-scale sine is -3 dB."""
    return band_bytes.astype(np.float32) / np.float32(_STEPS_PER_DB) + np.float32(_MIN_DB)


def _bin_shares(size: int) -> Float32Array:
    """Return the share of each bin in each band, bins by bands."""
    limits = band_edges() * size / RATE
    bins = np.arange(size // 2 + 1)[:, np.newaxis]
    inside = np.minimum(limits[1:], bins + 0.5) - np.maximum(limits[:-1], bins - 0.5)
    return np.asarray(np.maximum(inside, 0), np.float32)


def _trim(shares: Float32Array) -> Float32Array:
    """Remove the bins above the last one that a band uses."""
    return shares[: int(np.flatnonzero(shares.any(axis=1))[-1]) + 1]
