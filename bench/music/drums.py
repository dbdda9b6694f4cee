"""Drums made by code: a kit is a set of sounds, each in a few versions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.music.track import RATE

Sound = NDArray[np.float64]
Chance = np.random.Generator
Maker = Callable[[], Sound]
_VERSIONS = 3


@dataclass(frozen=True)
class Kit:
    """Sounds by name: kick, snare, hat (closed), open (hat), ride, tom, crash, shaker, perc."""

    sounds: dict[str, list[Sound]]


def kit(chance: Chance) -> Kit:
    """A kit of its own kind: pitches, lengths and colours differ from seed to seed."""
    makers = {
        "kick": _kick_maker(chance),
        "snare": _snare_maker(chance),
        "hat": _hat_maker(chance, chance.uniform(0.012, 0.04)),
        "open": _hat_maker(chance, chance.uniform(0.1, 0.3)),
        "ride": _ride_maker(chance),
        "tom": _tom_maker(chance),
        "crash": _hat_maker(chance, chance.uniform(0.5, 0.9), low=3000),
        "shaker": _shaker_maker(chance),
        "perc": _perc_maker(chance),
    }
    return Kit({name: [make() for _ in range(_VERSIONS)] for name, make in makers.items()})


def span(seconds: float) -> Sound:
    """The times of the samples of a sound."""
    return np.arange(round(seconds * RATE)) / RATE


def noise(chance: Chance, seconds: float, low: float, high: float, steep: int = 4) -> Sound:
    """Noise between two frequencies, with an RMS of 0.3."""
    samples = chance.standard_normal(round(seconds * RATE))
    spectrum = np.fft.rfft(samples)
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE), 1)
    spectrum *= 1 / (1 + (low / hertz) ** steep) / (1 + (hertz / high) ** steep)
    sound = np.fft.irfft(spectrum, len(samples))
    return 0.3 * sound / max(float(sound.std()), 1e-9)


def faded(sound: Sound) -> Sound:
    """The sound with its last 10 ms let down to 0."""
    length = min(len(sound), RATE // 100)
    sound[len(sound) - length :] *= np.linspace(1, 0, length)
    return sound


def _kick_maker(chance: Chance) -> Maker:
    pitch, ratio = chance.uniform(42, 68), chance.uniform(1.5, 6)
    fall, decay = chance.uniform(0.012, 0.05), chance.uniform(0.06, 0.22)
    click, drive = chance.uniform(0, 0.5), chance.uniform(0.6, 2.5)

    def make() -> Sound:
        time = span(min(0.6, decay * 4.5))
        phase = 2 * np.pi * (pitch * time + pitch * (ratio - 1) * fall * (1 - np.exp(-time / fall)))
        body = np.tanh(drive * np.sin(phase) * np.exp(-time / decay)) / np.tanh(drive)
        knock = click * noise(chance, len(time) / RATE, 800, 6000) * np.exp(-time / 0.004)
        return faded(body + knock)

    return make


def _snare_maker(chance: Chance) -> Maker:
    if chance.random() < 0.3:
        return _clap_maker(chance)
    pitch, tone = chance.uniform(150, 260), chance.uniform(0.2, 0.8)
    decay, low = chance.uniform(0.05, 0.16), chance.uniform(300, 1500)
    high = chance.uniform(6000, 14000)

    def make() -> Sound:
        time = span(decay * 4.5)
        drum = np.sin(2 * np.pi * pitch * (time + 0.004 * (1 - np.exp(-time / 0.01))))
        wires = noise(chance, len(time) / RATE, low, high) * np.exp(-time / decay)
        return faded(tone * drum * np.exp(-time / 0.05) + 1.6 * wires)

    return make


def _clap_maker(chance: Chance) -> Maker:
    decay, low = chance.uniform(0.06, 0.14), chance.uniform(700, 1200)

    def make() -> Sound:
        time = span(0.035 + decay * 4)
        envelope = np.zeros(len(time))
        for start in (0.0, 0.010, 0.021):
            after = time - start
            envelope += np.where(after >= 0, np.exp(-np.maximum(after, 0) / 0.006), 0)
        envelope += np.where(time >= 0.03, np.exp(-np.maximum(time - 0.03, 0) / decay), 0)
        return faded(1.8 * noise(chance, len(time) / RATE, low, 7000) * envelope)

    return make


def _hat_maker(chance: Chance, decay: float, low: float = 0.0) -> Maker:
    low = low or chance.uniform(6000, 9000)
    metal, tune = chance.uniform(0, 0.5), chance.uniform(0.8, 1.3)

    def make() -> Sound:
        time = span(max(0.05, decay * 4.5))
        partials = [205.3, 369.6, 304.4, 522.7, 800.0, 540.0]  # ratios as of a TR-808's oscillators
        ring = np.sum([np.sign(np.sin(2 * np.pi * 16 * tune * f * time)) for f in partials], axis=0)
        hiss = noise(chance, len(time) / RATE, low, 17000) + metal * 0.1 * ring
        return faded(hiss * np.exp(-time / decay))

    return make


def _ride_maker(chance: Chance) -> Maker:
    tune, decay = chance.uniform(0.9, 1.2), chance.uniform(0.15, 0.4)

    def make() -> Sound:
        time = span(decay * 3)
        partials = [3120, 4370, 5230, 6810, 8030, 9440]
        ring = np.sum([np.sin(2 * np.pi * tune * f * time) for f in partials], axis=0)
        tick = noise(chance, len(time) / RATE, 5000, 16000) * np.exp(-time / 0.008)
        return faded(tick + 0.07 * ring * np.exp(-time / decay))

    return make


def _tom_maker(chance: Chance) -> Maker:
    pitch, decay = chance.uniform(80, 150), chance.uniform(0.1, 0.2)

    def make() -> Sound:
        time = span(decay * 4)
        phase = 2 * np.pi * pitch * (time + 0.3 * 0.03 * (1 - np.exp(-time / 0.03)))
        skin = noise(chance, len(time) / RATE, 300, 4000) * np.exp(-time / 0.01)
        return faded(np.sin(phase) * np.exp(-time / decay) + 0.4 * skin)

    return make


def _shaker_maker(chance: Chance) -> Maker:
    rise, decay = chance.uniform(0.005, 0.02), chance.uniform(0.02, 0.05)

    def make() -> Sound:
        time = span(0.15)
        envelope = np.minimum(time / rise, 1) * np.exp(-np.maximum(time - rise, 0) / decay)
        return faded(noise(chance, len(time) / RATE, 4000, 12000) * envelope)

    return make


def _perc_maker(chance: Chance) -> Maker:
    pitch, decay = chance.uniform(400, 1800), chance.uniform(0.015, 0.06)

    def make() -> Sound:
        time = span(0.05 + decay * 3)
        wood = np.sin(2 * np.pi * pitch * time) + 0.4 * np.sin(2 * np.pi * 2.7 * pitch * time)
        return faded(0.7 * wood * np.exp(-time / decay))

    return make
