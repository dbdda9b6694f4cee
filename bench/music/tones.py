"""Synthesized pitched voices: bass, chords, pads, leads; and the noise before a drop."""

from dataclasses import dataclass

import numpy as np

from bench.music.drums import faded, span
from bench.music.track import RATE
from server.arrays import Float64Array

_HIGHEST = 9000.0


@dataclass(frozen=True)
class Voice:
    """The sound of an instrument's notes."""

    harmonics: int
    dull: float
    """Slope of the harmonics: the level of the n-th is n to the power of minus this."""
    attack: float
    """Seconds."""
    decay: float
    """Seconds to fall to 1/e while held; large for organ-like voices."""
    release: float
    """Seconds after the note's end."""
    detune: float = 0.0
    """Detuning of a second oscillator, as a share of the pitch."""
    vibrato: float = 0.0
    """Depth of a 5.5 Hz vibrato, as a share of the pitch."""

    def note(self, midi: float, seconds: float) -> Float64Array:
        """Synthesize a note, about -1 to 1."""
        time = span(seconds + self.release)
        pitch = 440.0 * 2 ** ((midi - 69) / 12)
        phase = 2 * np.pi * pitch * time
        if self.vibrato:
            late = np.clip((time - 0.2) / 0.2, 0, 1)
            phase += late * self.vibrato * pitch / 5.5 * np.sin(2 * np.pi * 5.5 * time)
        sound = self._tone(phase, pitch)
        if self.detune:
            sound = 0.6 * (sound + self._tone(phase * (1 + self.detune), pitch))
        swell = np.minimum(time / self.attack, 1) * np.exp(-time / self.decay)
        gone = np.clip(1 - (time - seconds) / self.release, 0, 1)
        return faded(sound * swell * gone)

    def _tone(self, phase: Float64Array, pitch: float) -> Float64Array:
        """Sum the harmonics by Clenshaw's recurrence: one sine and one cosine for all of them."""
        count = max(1, min(self.harmonics, int(_HIGHEST / pitch)))
        twice = 2 * np.cos(phase)
        first, second = np.zeros(len(phase)), np.zeros(len(phase))
        for number in range(count, 0, -1):
            first, second = number**-self.dull + twice * first - second, first
        tone: Float64Array = first * np.sin(phase)
        tone /= np.sum(np.arange(1, count + 1) ** -self.dull)
        return tone


def bass(rng: np.random.Generator) -> Voice:
    """Make a bass: plucked, or held like a synthesizer's."""
    return Voice(
        int(rng.integers(3, 12)),
        rng.uniform(0.9, 2.0),
        rng.uniform(0.002, 0.008),
        rng.choice([0.3, 0.6, 5.0]),
        0.03,
    )


def keys(rng: np.random.Generator) -> Voice:
    """Make the instrument of rhythmic chords: between an organ and a piano."""
    return Voice(
        int(rng.integers(4, 10)),
        rng.uniform(1.0, 1.8),
        rng.uniform(0.003, 0.01),
        rng.choice([0.25, 0.6, 3.0]),
        0.06,
        rng.choice([0.0, 0.004]),
    )


def pad(rng: np.random.Generator) -> Voice:
    """Make the pad, which has no audible onset."""
    return Voice(
        int(rng.integers(4, 10)),
        rng.uniform(1.0, 1.6),
        rng.uniform(0.15, 0.5),
        9.0,
        0.5,
        0.004,
    )


def lead(rng: np.random.Generator) -> Voice:
    """Make the instrument of the melody."""
    return Voice(
        int(rng.integers(3, 10)),
        rng.uniform(0.8, 1.6),
        rng.uniform(0.003, 0.02),
        rng.choice([0.2, 0.5, 4.0]),
        0.08,
        vibrato=rng.choice([0.0, 0.006]),
    )


def riser(rng: np.random.Generator, seconds: float) -> Float64Array:
    """Make noise that becomes louder and brighter until it stops."""
    time = span(seconds)
    hiss = rng.standard_normal(len(time))
    dark = np.convolve(hiss, np.ones(24) / 5, "same")
    share = np.linspace(0, 1, len(time)) ** 1.5
    cut = min(len(time), RATE // 200)
    sound: Float64Array = 0.25 * ((1 - share) * dark + share * hiss) * (0.05 + 0.95 * share)
    sound[len(sound) - cut :] *= np.linspace(1, 0, cut)
    return sound
