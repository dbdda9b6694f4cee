"""Speech as a substitute for singing: consonants and vowels that are not drums."""

import subprocess
from functools import cache

import numpy as np

from bench.music.track import RATE
from server.arrays import Float32Array

Rng = np.random.Generator

_VOICES = ("en", "en-us", "de", "es", "fr", "it", "ru", "pt", "sv", "pl")
_LYRICS = """night river golden summer dancing slowly streets shining silver stars falling over city
tonight remember forever heart breaking sister sail across distant ocean whisper stay"""
_RATE = 22_050


def voice(seconds: float, rng: Rng) -> Float32Array:
    """Speak words over `seconds`, samples x 2, with pauses; by espeak-ng."""
    out = np.zeros((round(seconds * RATE) + 1, 2), np.float32)
    at = float(rng.uniform(0, 6))
    language = str(rng.choice(_VOICES))
    pitch, speed = int(rng.integers(20, 90)), int(rng.integers(70, 170))
    while at < seconds - 1:
        text = " ".join(rng.choice(_LYRICS.split(), int(rng.integers(3, 8))))
        spoken = _speak(text, language, pitch, speed)
        first = round(at * RATE)
        spoken = spoken[: len(out) - first]
        out[first : first + len(spoken)] += spoken
        at += len(spoken) / RATE + float(rng.exponential(1.5))
    return out


@cache
def _speak(text: str, language: str, pitch: int, speed: int) -> Float32Array:
    argv = ["espeak-ng", "-v", language, "-p", str(pitch), "-s", str(speed), "--stdout", text]
    data = subprocess.run(argv, capture_output=True, check=True).stdout[44:]
    mono = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768
    places = np.arange(0, len(mono), _RATE / RATE)
    samples = np.interp(places, np.arange(len(mono)), mono).astype(np.float32)
    return np.repeat(samples[:, None], 2, axis=1)
