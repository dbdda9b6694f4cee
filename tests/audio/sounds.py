"""Simple sounds for the tests of rhythm: drums, noise, and a kind of speech; mono, -1 to 1."""

from collections.abc import Callable

import numpy as np

from server.arrays import Float64Array, Int16Array
from server.audio.spectrum.analyser_node import RATE


def samples(mono: Float64Array) -> Int16Array:
    """Convert the sound to the samples that `find_events` takes."""
    return np.repeat(np.rint(np.clip(mono, -1, 1) * 32767).astype(np.int16)[:, None], 2, axis=1)


def span(seconds: float) -> Float64Array:
    """Return the times of samples."""
    return np.arange(round(seconds * RATE)) / RATE


def burst(age: Float64Array) -> Float64Array:
    """Return a decaying 60 Hz sine from phase 0."""
    return 0.8 * np.sin(2 * np.pi * 60 * age) * np.exp(-age / 0.08)


def drum(age: Float64Array, pitch: float = 55.0, decay: float = 0.1) -> Float64Array:
    """Return a sine falling from three times its pitch, like a drum machine's."""
    phase = 2 * np.pi * (pitch * age + 2 * pitch * 0.03 * (1 - np.exp(-age / 0.03)))
    return 0.8 * np.exp(-age / decay) * np.sin(phase)


def bursts(seconds: float, times: Float64Array) -> Float64Array:
    """Return 60 Hz bursts at these times."""
    return _placed(seconds, times, burst, RATE)


def drums(
    seconds: float, times: Float64Array, pitch: float = 55.0, decay: float = 0.1, rate: int = RATE
) -> Float64Array:
    """Return drums at these times."""
    return _placed(seconds, times, lambda age: drum(age, pitch, decay), rate)


def _placed(
    seconds: float, times: Float64Array, sound: Callable[[Float64Array], Float64Array], rate: int
) -> Float64Array:
    """Return a sound at these times, exact between samples too."""
    signal = np.zeros(round(seconds * rate))
    for time in times:
        first = int(np.ceil(time * rate - 1e-9))
        age = np.arange(first, min(first + rate // 2, len(signal))) / rate - time
        signal[first : first + len(age)] += sound(age) * np.clip((0.5 - age) / 0.2, 0, 1)
    return signal


def hats(seconds: float, times: Float64Array) -> Float64Array:
    """Return short noise at these times."""
    chance = np.random.default_rng(1)
    decay = np.exp(-np.arange(3000) / 700)
    signal = np.zeros(round(seconds * RATE) + 3000)
    for time in times:
        first = round(time * RATE)
        noise = np.diff(chance.standard_normal(3001))  # emphasise high frequencies
        signal[first : first + 3000] += 0.1 * noise * decay
    return signal[: round(seconds * RATE)]


def coloured(seconds: float, slope: float) -> Float64Array:
    """Return white (0), pink (0.5) or brown (1) noise."""
    chance = np.random.default_rng(4)
    spectrum = np.fft.rfft(chance.standard_normal(round(seconds * RATE)))
    spectrum /= np.maximum(np.arange(len(spectrum)), 200) ** slope
    noise = np.fft.irfft(spectrum, round(seconds * RATE))
    noise_samples: Float64Array = 0.1 * noise / noise.std()
    return noise_samples


def speech(seconds: float) -> Float64Array:
    """Return a kind of speech: voice pulses through moving formants, in uneven syllables."""
    chance = np.random.default_rng(7)
    signal = np.zeros(round(seconds * RATE) + RATE)
    at = 0.1
    while at < seconds:
        length = chance.uniform(0.09, 0.30)
        time = span(length)
        pitch = chance.uniform(95, 140) * (1 - 0.2 * time / length)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        voice = np.zeros(len(time))
        formants = (chance.uniform(300, 800), chance.uniform(900, 2200), chance.uniform(2300, 3000))
        for number in range(1, 30):
            hertz = number * 115
            gain = sum(1 / (1 + ((hertz - formant) / 120) ** 2) for formant in formants)
            voice += gain / number**0.5 * np.sin(number * phase)
        envelope = np.sin(np.pi * time / length) ** 0.7
        if chance.random() < 0.4:
            voice = 0.5 * voice + 0.4 * np.diff(chance.standard_normal(len(time) + 1))
        first = round(at * RATE)
        signal[first : first + len(time)] += 0.15 * voice * envelope
        at += length + (chance.uniform(0.3, 0.7) if chance.random() < 0.2 else 0.02)
    return signal[: round(seconds * RATE)]
