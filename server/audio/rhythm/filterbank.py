"""The loudness of some eighty frequency ranges, a hundred times a second.

A range is as wide as a piano key where the window can resolve it (Böck & Widmer 2013, "Maximum
Filter Vibrato Suppression for Onset Detection", section 2).
"""

from dataclasses import dataclass

import numpy as np
from numpy import fft
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array, Int64Array
from server.audio.series.blocks import for_each_block
from server.audio.spectrum.analyser_node import RATE
from server.audio.spectrum.track_samples import Samples

HOP = 441
STEPS_PER_S = RATE // HOP
SIZE = 2048
"""Samples of a window; that of step i is centred at sample i x HOP."""
_BLOCK = 128
_PER_OCTAVE = 12
_LOWEST_HZ, _HIGHEST_HZ = 27.5, 17000.0
_CONTRAST = 300.0
"""Ratio of the loud moments' magnitude to the quietest magnitude that counts."""


def _range_bounds() -> tuple[Int64Array, Float64Array]:
    """Return the first bin of each range and the bin after the last; the centres in Hz."""
    count = int(np.log2(_HIGHEST_HZ / _LOWEST_HZ) * _PER_OCTAVE)
    edges = _LOWEST_HZ * 2 ** (np.arange(count + 1) / _PER_OCTAVE)
    bins = np.unique(np.rint(edges * SIZE / RATE).astype(np.int64))
    bins = bins[bins >= 1]
    return bins, (bins[:-1] + bins[1:] - 1) / 2 * RATE / SIZE


BINS, HERTZ = _range_bounds()
"""Bounds of the ranges in bins (one more than ranges); their centres in Hz."""


@dataclass(frozen=True)
class FilterbankSpectra:
    """The spectra of a track in steps of 10 ms."""

    levels: Float32Array
    """Steps x ranges: log(1 + c m / m0); m is the magnitude, m0 the magnitude of loud moments."""
    power: Float64Array
    """Mean square of both channels, 0..1, in the HOP samples from each step on."""


def compute_spectra(samples: Samples) -> FilterbankSpectra:
    """Compute the spectra of a track, samples x 2."""
    steps = len(samples) // HOP + 1
    magnitudes = np.empty((steps, len(BINS) - 1), np.float32)
    power = np.zeros(steps)
    window = np.hanning(SIZE + 1)[:-1] / (32768 * SIZE / 4)

    def compute(first: int, last: int) -> None:
        piece = _complex_slice(samples, first * HOP - SIZE // 2, (last - 1) * HOP + SIZE // 2)
        magnitudes[first:last] = _magnitudes(piece, window, last - first)
        power[first:last] = _mean_power(piece[SIZE // 2 :], last - first)

    for_each_block(compute, steps, _BLOCK)
    return FilterbankSpectra(_log_levels(magnitudes), power)


def _complex_slice(samples: Samples, first: int, last: int) -> NDArray[np.complex64]:
    """Return samples first to last, left as real and right as imaginary part; 0 outside."""
    inner = samples[max(first, 0) : max(last, 0)]
    piece = np.zeros(last - first, np.complex64)
    parts = piece.view(np.float32).reshape(-1, 2)
    before = max(-first, 0)
    parts[before : before + len(inner)] = inner
    return piece


def _magnitudes(piece: NDArray[np.complex64], window: Float64Array, count: int) -> Float32Array:
    """Return the magnitudes of the ranges, over both channels regardless of phase.

    One complex transform holds both: the channels' powers at a bin sum up to the mean of the
    transform's powers at the bin and at its mirror image. It is of double precision, which numpy
    transforms in half the time of single precision.
    """
    windows = np.lib.stride_tricks.sliding_window_view(piece, SIZE)[::HOP][:count]
    spectrum = fft.fft(windows * window)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    half = power[:, 1 : SIZE // 2] + power[:, : SIZE // 2 : -1]
    sums = np.add.reduceat(half, BINS[:-1] - 1, axis=1)
    # The last range of reduceat extends to the end; limit it to its own bins.
    sums[:, -1] = half[:, BINS[-2] - 1 : BINS[-1] - 1].sum(axis=1)
    return np.sqrt(sums / 4).astype(np.float32)


def _mean_power(piece: NDArray[np.complex64], count: int) -> Float64Array:
    """Return the mean square of HOP samples from each step on."""
    padded = np.zeros(count * HOP, np.complex64)
    padded[: min(len(piece), len(padded))] = piece[: len(padded)]
    parts = padded.view(np.float32).reshape(count, -1)
    means: Float64Array = np.einsum("ij,ij->i", parts, parts, dtype=np.float64)
    return means / (2 * HOP * 32768.0**2)


def _log_levels(magnitudes: Float32Array) -> Float32Array:
    """Return logarithmic levels, so that a quiet master gives the same as a loud one."""
    loudest = magnitudes.max(axis=1)
    sounding = loudest[loudest > 0]
    if not len(sounding):
        return np.zeros_like(magnitudes)
    reference = float(np.percentile(sounding, 90))
    magnitudes *= _CONTRAST / reference
    return np.log1p(magnitudes, out=magnitudes)
