"""Synthesized drums: a kit is a set of sounds, each in a few versions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.music.track import RATE
from server.arrays import Float64Array

Rng = np.random.Generator
Maker = Callable[[], Float64Array]
_VERSIONS = 3


@dataclass(frozen=True)
class Kit:
    """Sounds by name: kick, snare, hat (closed), open (hat), ride, tom, crash, shaker, perc."""

    sounds: dict[str, list[Float64Array]]


def kit(rng: Rng) -> Kit:
    """Make a random kit: pitches, lengths and colours differ between seeds."""
    makers = {
        "kick": _kick_maker(rng),
        "snare": _snare_maker(rng),
        "hat": _hat_maker(rng, rng.uniform(0.012, 0.04)),
        "open": _hat_maker(rng, rng.uniform(0.1, 0.3)),
        "ride": _ride_maker(rng),
        "tom": _tom_maker(rng),
        "crash": _hat_maker(rng, rng.uniform(0.5, 0.9), low=3000),
        "shaker": _shaker_maker(rng),
        "perc": _perc_maker(rng),
    }
    return Kit({name: [make() for _ in range(_VERSIONS)] for name, make in makers.items()})


def span(seconds: float) -> Float64Array:
    """Return the times of the samples of a sound."""
    return np.arange(round(seconds * RATE)) / RATE


def noise(rng: Rng, seconds: float, low: float, high: float, steep: int = 4) -> Float64Array:
    """Return noise between two frequencies, with an RMS of 0.3."""
    samples = rng.standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(samples)
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE), 1)
    spectrum *= 1 / (1 + (low / hertz) ** steep) / (1 + (hertz / high) ** steep)
    sound = np.fft.irfft(spectrum, len(samples))
    return 0.3 * sound / max(float(sound.std()), 1e-9)


def faded(sound: Float64Array) -> Float64Array:
    """Fade out the last 10 ms of a sound."""
    length = min(len(sound), RATE // 100)
    sound[len(sound) - length :] *= np.linspace(1, 0, length)
    return sound


def _kick_maker(rng: Rng) -> Maker:
    pitch, ratio = rng.uniform(42, 68), rng.uniform(1.5, 6)
    fall, decay = rng.uniform(0.012, 0.05), rng.uniform(0.06, 0.22)
    click, drive = rng.uniform(0, 0.5), rng.uniform(0.6, 2.5)

    def make() -> Float64Array:
        time = span(min(0.6, decay * 4.5))
        phase = 2 * np.pi * (pitch * time + pitch * (ratio - 1) * fall * (1 - np.exp(-time / fall)))
        body = np.tanh(drive * np.sin(phase) * np.exp(-time / decay)) / np.tanh(drive)
        knock = click * noise(rng, len(time) / RATE, 800, 6000) * np.exp(-time / 0.004)
        return faded(body + knock)

    return make


def _snare_maker(rng: Rng) -> Maker:
    if rng.random() < 0.3:
        return _clap_maker(rng)
    pitch, tone = rng.uniform(150, 260), rng.uniform(0.2, 0.8)
    decay, low = rng.uniform(0.05, 0.16), rng.uniform(300, 1500)
    high = rng.uniform(6000, 14000)

    def make() -> Float64Array:
        time = span(decay * 4.5)
        drum = np.sin(2 * np.pi * pitch * (time + 0.004 * (1 - np.exp(-time / 0.01))))
        wires = noise(rng, len(time) / RATE, low, high) * np.exp(-time / decay)
        return faded(tone * drum * np.exp(-time / 0.05) + 1.6 * wires)

    return make


def _clap_maker(rng: Rng) -> Maker:
    decay, low = rng.uniform(0.06, 0.14), rng.uniform(700, 1200)

    def make() -> Float64Array:
        time = span(0.035 + decay * 4)
        envelope = np.zeros(len(time))
        for start in (0.0, 0.010, 0.021):
            after = time - start
            envelope += np.where(after >= 0, np.exp(-np.maximum(after, 0) / 0.006), 0)
        envelope += np.where(time >= 0.03, np.exp(-np.maximum(time - 0.03, 0) / decay), 0)
        return faded(1.8 * noise(rng, len(time) / RATE, low, 7000) * envelope)

    return make


def _hat_maker(rng: Rng, decay: float, low: float = 0.0) -> Maker:
    low = low or rng.uniform(6000, 9000)
    metal, tune = rng.uniform(0, 0.5), rng.uniform(0.8, 1.3)

    def make() -> Float64Array:
        time = span(max(0.05, decay * 4.5))
        partials = [205.3, 369.6, 304.4, 522.7, 800.0, 540.0]  # ratios as of a TR-808's oscillators
        ring = np.sum([np.sign(np.sin(2 * np.pi * 16 * tune * f * time)) for f in partials], axis=0)
        hiss = noise(rng, len(time) / RATE, low, 17000) + metal * 0.1 * ring
        return faded(hiss * np.exp(-time / decay))

    return make


def _ride_maker(rng: Rng) -> Maker:
    tune, decay = rng.uniform(0.9, 1.2), rng.uniform(0.15, 0.4)

    def make() -> Float64Array:
        time = span(decay * 3)
        partials = [3120, 4370, 5230, 6810, 8030, 9440]
        ring = np.sum([np.sin(2 * np.pi * tune * f * time) for f in partials], axis=0)
        tick = noise(rng, len(time) / RATE, 5000, 16000) * np.exp(-time / 0.008)
        return faded(tick + 0.07 * ring * np.exp(-time / decay))

    return make


def _tom_maker(rng: Rng) -> Maker:
    pitch, decay = rng.uniform(80, 150), rng.uniform(0.1, 0.2)

    def make() -> Float64Array:
        time = span(decay * 4)
        phase = 2 * np.pi * pitch * (time + 0.3 * 0.03 * (1 - np.exp(-time / 0.03)))
        skin = noise(rng, len(time) / RATE, 300, 4000) * np.exp(-time / 0.01)
        return faded(np.sin(phase) * np.exp(-time / decay) + 0.4 * skin)

    return make


def _shaker_maker(rng: Rng) -> Maker:
    rise, decay = rng.uniform(0.005, 0.02), rng.uniform(0.02, 0.05)

    def make() -> Float64Array:
        time = span(0.15)
        envelope = np.minimum(time / rise, 1) * np.exp(-np.maximum(time - rise, 0) / decay)
        return faded(noise(rng, len(time) / RATE, 4000, 12000) * envelope)

    return make


def _perc_maker(rng: Rng) -> Maker:
    pitch, decay = rng.uniform(400, 1800), rng.uniform(0.015, 0.06)

    def make() -> Float64Array:
        time = span(0.05 + decay * 3)
        wood = np.sin(2 * np.pi * pitch * time) + 0.4 * np.sin(2 * np.pi * 2.7 * pitch * time)
        return faded(0.7 * wood * np.exp(-time / decay))

    return make
