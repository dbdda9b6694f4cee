"""Spoken words as a stand-in for singing: consonants and vowels that are no drums."""

import subprocess
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bench.music.track import RATE

Floats = NDArray[np.float32]
Chance = np.random.Generator

_VOICES = ("en", "en-us", "de", "es", "fr", "it", "ru", "pt", "sv", "pl")
_WORDS = """night river golden summer dancing slowly streets shining silver stars falling over city
tonight remember forever heart breaking sister sail across distant ocean whisper stay"""
_RATE = 22_050


def voice(seconds: float, chance: Chance) -> Floats:
    """Words over `seconds`, samples x 2, with pauses; by espeak-ng."""
    out = np.zeros((round(seconds * RATE) + 1, 2), np.float32)
    at = float(chance.uniform(0, 6))
    language = str(chance.choice(_VOICES))
    pitch, pace = int(chance.integers(20, 90)), int(chance.integers(70, 170))
    while at < seconds - 1:
        words = " ".join(chance.choice(_WORDS.split(), int(chance.integers(3, 8))))
        line = _spoken(words, language, pitch, pace)
        first = round(at * RATE)
        line = line[: len(out) - first]
        out[first : first + len(line)] += line
        at += len(line) / RATE + float(chance.exponential(1.5))
    return out


@cache
def _spoken(words: str, language: str, pitch: int, pace: int) -> Floats:
    argv = ["espeak-ng", "-v", language, "-p", str(pitch), "-s", str(pace), "--stdout", words]
    data = subprocess.run(argv, capture_output=True, check=True).stdout[44:]
    mono = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768
    places = np.arange(0, len(mono), _RATE / RATE)
    sound = np.interp(places, np.arange(len(mono)), mono).astype(np.float32)
    return np.repeat(sound[:, None], 2, axis=1)
