"""How loud the music is in seven ranges, on a scale that suits a picture.

Each value belongs to a moment and is measured in a window around it. Decibels are mapped to 0..1
so that 1 is the loud parts of this very track in this range and 0 is 36 dB under them: a quiet
master moves as much as a loud one. A range that the track hardly uses is not blown up, and
silence is 0.
"""

import numpy as np
from numpy.typing import NDArray

from server.media.analyser import RATE

NAMES = ("level", "sub", "bass", "lowmid", "mid", "highmid", "treble")
EDGES_HZ = {
    "sub": (20, 60),
    "bass": (60, 150),
    "lowmid": (150, 400),
    "mid": (400, 2000),
    "highmid": (2000, 6000),
    "treble": (6000, 16000),
}
LOW = ("sub", "bass")
LONG = 4096
"""Window for these two, in samples at 44.1 kHz: 93 ms, bins of 10.8 Hz."""
SHORT = 1024
"""Window for the rest: 23 ms."""

_RANGE_DB = 36.0
_QUIETEST_LOUD_DB = -60.0
_LEAST_POWER = 1e-12
_LOUD_PERCENTILE = 98

Powers = NDArray[np.float64]


def powers(frames: NDArray[np.float32]) -> Powers:
    """Mean square of the signal in each range, channels averaged.

    Args:
        frames: moments by 2 channels by 4096 samples around each moment.

    Returns:
        Moments by 7, in the order of NAMES; a full-scale sine is 0.5.
    """
    middle = frames[:, :, (LONG - SHORT) // 2 : (LONG + SHORT) // 2]
    squares = np.einsum("ijk,ijk->i", middle, middle, dtype=np.float64)
    found = {"level": squares / (2 * SHORT)}
    for size, names, part in (
        (LONG, LOW, frames),
        (SHORT, tuple(name for name in EDGES_HZ if name not in LOW), middle),
    ):
        spectrum = _power_spectrum(part, size)
        for name in names:
            low, high = (-(-edge * size // RATE) for edge in EDGES_HZ[name])
            found[name] = spectrum[:, low:high].sum(axis=1)
    return np.stack([found[name] for name in NAMES], axis=1)


def scale(measured: Powers) -> NDArray[np.float32]:
    """The powers of a whole track as 0..1, moments by 7."""
    decibels = 10 * np.log10(np.maximum(measured, _LEAST_POWER))
    loud = np.array([_loud(column) for column in decibels.T])
    reference = np.maximum(loud, loud[0] - _RANGE_DB)
    scaled: NDArray[np.float64] = 1 + (decibels - reference) / _RANGE_DB
    return np.clip(scaled, 0, 1).astype(np.float32)


def _loud(decibels: NDArray[np.float64]) -> float:
    sounding = decibels[decibels > _QUIETEST_LOUD_DB]
    if not len(sounding):
        return _QUIETEST_LOUD_DB
    return float(np.percentile(sounding, _LOUD_PERCENTILE))


def _power_spectrum(frames: NDArray[np.float32], size: int) -> Powers:
    """One-sided power in each bin under a Hann window (Heinzel et al. 2002, eq. 23)."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    spectrum = np.fft.rfft(frames * window, axis=2)
    squares = np.square(spectrum.real) + np.square(spectrum.imag)
    both: Powers = (squares[:, 0] + squares[:, 1]).astype(np.float64)
    both /= size * np.square(window, dtype=np.float64).sum()
    return both
