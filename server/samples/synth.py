"""The instruments of the sample track: each function returns the waveform of one sound.

A waveform is float32 at 44,100 samples per second, mono unless stated otherwise, about -1 to 1.
"""

import numpy as np
import numpy.typing as npt
from numpy import fft

RATE = 44_100
Waveform = npt.NDArray[np.float32]
"""Samples, or samples × 2 for stereo."""


def _time(seconds: float) -> npt.NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def hertz(note: int) -> float:
    """Return the frequency of a MIDI note number; 69 is A at 440 Hz."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def _band(sound: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Filter `sound` to the band between two frequencies, with soft edges of half an octave."""
    spectrum = fft.rfft(sound)
    f = fft.rfftfreq(len(sound), 1 / RATE)
    f[0] = f[1]
    gain = 1 / (1 + (low / f) ** 6) / (1 + (f / high) ** 6)
    return fft.irfft(spectrum * gain, len(sound))


def kick() -> Waveform:
    """Return a bass drum: a sine that falls from 170 to 46 Hz, and a click."""
    t = _time(0.34)
    pitch = 46 + 124 * np.exp(-t / 0.028)
    body = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.exp(-t / 0.11)
    click = np.sin(2 * np.pi * 1900 * t) * np.exp(-t / 0.0025) * 0.25
    fade = np.clip((0.34 - t) / 0.03, 0, 1)
    return (np.tanh(1.6 * (body + click)) * fade).astype(np.float32)


def clap(rng: np.random.Generator) -> Waveform:
    """Return a clap: four bursts of noise around 1.5 kHz, the last one with a tail."""
    t = _time(0.26)
    envelope = np.zeros_like(t)
    for start, decay in ((0.0, 0.006), (0.011, 0.006), (0.023, 0.006), (0.033, 0.07)):
        after = t - start
        envelope += np.where(after >= 0, np.exp(-np.maximum(after, 0) / decay), 0)
    noise = _band(rng.normal(0, 1, t.size), 900, 5200)
    return (noise * envelope * 0.45).astype(np.float32)


def hat(rng: np.random.Generator, decay_s: float) -> Waveform:
    """Return a hi-hat: noise above 7 kHz; a short decay is closed, a long one open."""
    t = _time(min(0.5, decay_s * 6))
    noise = _band(rng.normal(0, 1, t.size), 7200, 16_000)
    return (noise * np.exp(-t / decay_s) * 0.5).astype(np.float32)


def crash(rng: np.random.Generator) -> Waveform:
    """Return a cymbal that rings for two seconds."""
    t = _time(2.2)
    noise = _band(rng.normal(0, 1, t.size), 3200, 15_000)
    return (noise * (np.exp(-t / 0.5) + 0.6 * np.exp(-t / 0.05)) * 0.3).astype(np.float32)


def riser(rng: np.random.Generator, seconds: float) -> Waveform:
    """Return a riser: noise that rises in pitch and loudness."""
    t = _time(seconds)
    noise = rng.normal(0, 1, t.size)
    x = t / seconds
    out = np.zeros_like(t)
    for step in range(8):  # eight bands, each loudest in its own eighth of the climb
        low = 500 * 2 ** (step * 0.5)
        out += _band(noise, low, low * 1.6) * np.exp(-(((x * 8 - step) / 1.6) ** 2))
    return (out * x**1.5 * 0.5).astype(np.float32)


def bass(note: int, seconds: float) -> Waveform:
    """Return a bass note: a sine and six quickly decaying harmonics."""
    t = _time(seconds)
    f = hertz(note)
    out = 0.85 * np.sin(2 * np.pi * f * t)
    for n in range(2, 8):
        out += np.sin(2 * np.pi * n * f * t) / n * np.exp(-t * n / 0.16) * 0.7
    envelope = np.clip(t / 0.012, 0, 1) * np.clip((seconds - t) / 0.03, 0, 1) * np.exp(-t / 0.9)
    return (np.tanh(out * envelope)).astype(np.float32)


def pluck(note: int, bright: float) -> Waveform:
    """Return a plucked string of decaying harmonics; `bright` from 0 to 1."""
    t = _time(0.6)
    f = hertz(note)
    out = np.zeros_like(t)
    for n in range(1, 13):
        if n * f < RATE / 2.5:
            level = n ** -(2.0 - 0.9 * bright)
            out += level * np.sin(2 * np.pi * n * f * t) * np.exp(-t * (1 + 0.55 * n) / 0.22)
    return (out * np.clip(t / 0.002, 0, 1) * np.clip((0.6 - t) / 0.02, 0, 1) * 0.5).astype(
        np.float32
    )


def lead(note: int, seconds: float) -> Waveform:
    """Return a lead note: mostly odd harmonics with slow vibrato."""
    t = _time(seconds + 0.12)
    vibrato = 0.006 * np.sin(2 * np.pi * 5.2 * t) * np.clip((t - 0.15) / 0.3, 0, 1)
    phase = 2 * np.pi * hertz(note) * np.cumsum(1 + vibrato) / RATE
    out = sum(np.sin(n * phase) / n**1.7 for n in (1, 2, 3, 5, 7))
    envelope = np.clip(t / 0.03, 0, 1) * np.clip((seconds + 0.12 - t) / 0.12, 0, 1)
    return (out * envelope * 0.5).astype(np.float32)


def pad(
    notes: tuple[int, ...], seconds: float, bright: float, rng: np.random.Generator
) -> Waveform:
    """Return a stereo chord: six detuned low-passed saws per note; `bright` from 0 to 1."""
    t = _time(seconds + 0.25)
    out = np.zeros((t.size, 2))
    turn = np.arange(4096) / 4096 * 2 * np.pi
    for note in notes:
        f = hertz(note)
        harmonics = [n for n in range(1, 15) if n * f < 9000]
        cycle = sum(
            np.sin(n * turn) / n / (1 + (n * f / (700 + 3200 * bright)) ** 2) for n in harmonics
        )
        for voice in range(6):
            detuned = f * 2 ** ((voice - 2.5) * 3.2 / 1200)
            tone = np.take(cycle, ((detuned * t + rng.random()) * 4096).astype(np.int64) & 4095)
            side = voice / 5 * np.pi / 2
            out += tone[:, None] * np.array([np.cos(side), np.sin(side)])
    envelope = np.clip(t / 0.18, 0, 1) * np.clip((seconds + 0.25 - t) / 0.25, 0, 1)
    return (out * envelope[:, None] * 0.09).astype(np.float32)


def reverb(sound: Waveform, rng: np.random.Generator, seconds: float = 1.8) -> Waveform:
    """Return the reverberation of a stereo sound: its convolution with decaying noise."""
    t = _time(seconds)
    size = 1 << (len(sound) + t.size - 1).bit_length()
    wet = np.empty((len(sound), 2))
    for side in range(2):
        answer = _band(rng.normal(0, 1, t.size), 180, 6500) * np.exp(-t / (seconds / 5))
        answer *= np.clip(t / 0.012, 0, 1) / np.sqrt(np.sum(answer**2))
        spectrum = fft.rfft(sound[:, side], size) * fft.rfft(answer, size)
        wet[:, side] = fft.irfft(spectrum, size)[: len(sound)]
    return wet.astype(np.float32)
