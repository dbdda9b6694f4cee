"""Placing of sounds in a mix, and its mastering."""

import numpy as np

from bench.music.track import RATE
from server.arrays import Float64Array, Int16Array

_BLOCK = 441


class Bus:
    """A mono bus of a mix that sounds are added to."""

    def __init__(self, seconds: float) -> None:
        self.sound: Float64Array = np.zeros(round(seconds * RATE))

    def add(self, sound: Float64Array, time: float, gain: float) -> float | None:
        """Add a sound; return its time, on a sample, or None if it is outside the track."""
        first = round(time * RATE)
        if not 0 <= first < len(self.sound):
            return None
        piece = sound[: len(self.sound) - first]
        self.sound[first : first + len(piece)] += gain * piece
        return first / RATE


def panned(sound: Float64Array, side: float) -> Float64Array:
    """Return samples x 2, panned at equal power; side is -1 (left) to 1."""
    angle = (side + 1) * np.pi / 4
    return np.stack([sound * np.cos(angle), sound * np.sin(angle)], axis=1)


def room(rng: np.random.Generator, sound: Float64Array, seconds: float) -> Float64Array:
    """Return the stereo reverberation of a mono sound that takes `seconds` to reach -60 dB."""
    time = np.arange(round(seconds * RATE)) / RATE
    size = 1 << (len(sound) + len(time) - 1).bit_length()
    dry = np.fft.rfft(sound, size)
    sides = []
    for _ in range(2):
        tail = rng.standard_normal(len(time)) * np.exp(-6.9 * time / seconds)
        tail[: round(0.008 * RATE)] = 0
        tail /= max(float(np.sqrt(np.sum(np.square(tail)))), 1e-9)
        sides.append(np.fft.irfft(dry * np.fft.rfft(tail, size), size)[: len(sound)])
    return np.stack(sides, axis=1)


def squeezed(mix: Float64Array, threshold: float, ratio: float) -> Float64Array:
    """Compress with 3 ms attack and 120 ms release; both sides get the same gain."""
    blocks = len(mix) // _BLOCK + 1
    padded = np.pad(np.abs(mix).max(axis=1), (0, blocks * _BLOCK - len(mix)))
    levels = padded.reshape(blocks, _BLOCK).max(axis=1)
    fall, held = np.exp(-_BLOCK / RATE / 0.12), 0.0
    followed = np.empty(blocks)
    for index, level in enumerate(levels):
        held = max(float(level), held * fall)
        followed[index] = held
    gain = np.maximum(followed / threshold, 1.0) ** (1 / ratio - 1)
    samples = np.interp(np.arange(len(mix)), (np.arange(blocks) + 0.3) * _BLOCK, gain)
    return mix * samples[:, None]


def master(rng: np.random.Generator, mix: Float64Array, loud: float, peak: float) -> Int16Array:
    """Return the finished track.

    Args:
        rng: the random generator, for the dither.
        mix: samples x 2.
        loud: from 0, unprocessed, to 1, compressed as for the radio.
        peak: the highest sample, 0..1.
    """
    top = max(float(np.percentile(np.abs(mix), 99.9)), 1e-9)
    mix = mix / top
    if loud > 0:
        mix = squeezed(mix, 0.7 - 0.5 * loud, 1 + 5 * loud)
        mix = mix / max(float(np.percentile(np.abs(mix), 99.9)), 1e-9)
        mix = np.tanh((0.8 + loud) * mix)
    mix = mix / max(float(np.abs(mix).max()), 1e-9) * peak
    dither = rng.random(mix.shape) - rng.random(mix.shape)
    return np.clip(np.rint(mix * 32766 + 0.5 * dither), -32768, 32767).astype(np.int16)
