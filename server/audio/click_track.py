"""A track with clicks on the detected events, to check them by ear.

A beat is a short high tone, a downbeat a higher one; a kick is a low thump, a snare a burst of
noise, a hat a shorter and brighter one, and an accent a bell.
"""

import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from server.arrays import Float32Array, Int16Array, Int64Array
from server.audio.features import Features
from server.audio.spectrum.analyser_node import HOP, RATE
from server.files import atomic

_TRACK_GAIN, _CLICK_GAIN = 0.5, 0.5
_BLOCK_STEPS = 600
"""Steps of the 60 Hz grid written at a time: 10 s."""


def _tone(hertz: float, seconds: float, end_hertz: float | None = None) -> Float32Array:
    """Synthesize a decaying tone, gliding to `end_hertz` if given."""
    time = np.arange(round(seconds * RATE)) / RATE
    glide = (end_hertz or hertz) + (hertz - (end_hertz or hertz)) * np.exp(-time * 60)
    turns = np.cumsum(glide) / RATE
    return (np.sin(2 * np.pi * turns) * np.exp(-time * 5 / seconds)).astype(np.float32)


def _noise(seconds: float, *, bright: bool) -> Float32Array:
    """Synthesize a burst of noise, always the same."""
    count = round(seconds * RATE)
    noise = np.random.default_rng(1).uniform(-1, 1, count + 1)
    shaped = np.diff(noise) / 2 if bright else noise[1:]
    return (shaped * np.exp(-np.arange(count) * 5 / count)).astype(np.float32)


SOUNDS: dict[str, Float32Array] = {
    "beat": _tone(1000, 0.030),
    "downbeat": _tone(1600, 0.045),
    "kick": _tone(160, 0.090, 55),
    "snare": _noise(0.060, bright=False),
    "hat": 0.6 * _noise(0.030, bright=True),
    "accent": 0.8 * (_tone(660, 0.140) + _tone(1830, 0.140)),
}
"""The sound of each kind of event."""


def write(features: Features, events: Sequence[str], out: Path) -> None:
    """Write the track with clicks as 16-bit stereo WAV at 44.1 kHz, through its `.part`.

    Args:
        features: analysed as a whole.
        events: keys of SOUNDS; beats include the downbeats.
        out: the file.

    Raises:
        ToqiboxError: storage_full.
    """
    starts = _start_samples(features, events)
    with atomic.atomic_write(out) as file, wave.open(file, "wb") as target:
        target.setnchannels(2)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.setnframes((features.steps - 1) * HOP)
        for first, samples in _blocks(features):
            mixed = samples.astype(np.float32) * np.float32(_TRACK_GAIN / 32768)
            for name, times in starts.items():
                _add(mixed, first, times, SOUNDS[name])
            clipped = np.clip(np.rint(mixed * 32767), -32768, 32767)
            target.writeframes(clipped.astype("<i2").tobytes())


def _start_samples(features: Features, events: Sequence[str]) -> dict[str, Int64Array]:
    """Return the first sample of each sound."""
    times = {name: features.events(name)[:, 0] for name in events}
    if "beat" in times:
        times["downbeat"] = features.events("downbeat")[:, 0]
        times["beat"] = np.setdiff1d(times["beat"], times["downbeat"])
    return {name: np.rint(seconds * RATE).astype(np.int64) for name, seconds in times.items()}


def _blocks(features: Features) -> Iterator[tuple[int, Int16Array]]:
    """Yield blocks of the track: the index of the first sample, and samples x 2."""
    for first in range(0, features.steps - 1, _BLOCK_STEPS):
        yield first * HOP, features.samples(first, min(first + _BLOCK_STEPS, features.steps - 1))


def _add(mixed: Float32Array, first: int, starts: Int64Array, sound: Float32Array) -> None:
    """Add a sound at each of its start samples, as far as it is inside the block."""
    low = np.searchsorted(starts, first - len(sound))
    high = np.searchsorted(starts, first + len(mixed))
    for start in (starts[low:high] - first).tolist():
        skipped = max(0, -start)
        room = mixed[start + skipped : start + len(sound)]
        room += _CLICK_GAIN * sound[skipped : skipped + len(room), np.newaxis]
