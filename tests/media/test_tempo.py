"""The tempo of made-up tracks, and calm where there is none."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.media import features, tempo, wave

SECONDS = 8
STEPS_PER_S = 60


def drums(beats_per_minute: float, first_s: float, pattern: str) -> NDArray[np.float64]:
    """Kicks (k), snares (s) and hats (h) on the half beats of a bar of four."""
    random = np.random.default_rng(3)
    time = np.arange(round(0.3 * wave.RATE)) / wave.RATE
    noise = random.standard_normal(len(time))
    sounds = {
        "k": 0.7 * np.sin(2 * np.pi * 55 * time) * np.exp(-time / 0.08),
        "s": 0.3 * noise * np.exp(-time / 0.06),
        "h": 0.1 * noise * np.exp(-time / 0.02),
    }
    track = np.zeros((SECONDS + 1) * wave.RATE)
    half = 30 / beats_per_minute
    for count in range(int((SECONDS - first_s) / half)):
        for letter in pattern.split(" ")[count % 8]:
            at = round((first_s + count * half) * wave.RATE)
            track[at : at + len(time)] += sounds.get(letter, 0)
    return track[: SECONDS * wave.RATE]


def beats(folder: Path, signal: NDArray[np.float64]) -> tuple[float, float]:
    """What the features of a sound say."""
    sound = folder / "sound.wav"
    samples = np.stack([signal, signal], axis=1).clip(-1, 1).astype("<f4")
    sound.write_bytes(wave.header(len(signal)) + samples.tobytes())
    features.analyse(sound, folder / "features.npy")
    return features.Features(folder / "features.npy").beats()


@pytest.mark.parametrize(
    ("beats_per_minute", "pattern"),
    [(90, "k h k h k h k h"), (128, "k h ks h k h ks h"), (100, "kh h sh h kh k sh h")],
)
def test_period_and_phase(tmp_path: Path, beats_per_minute: float, pattern: str) -> None:
    period, first = beats(tmp_path, drums(beats_per_minute, 0.21, pattern))
    assert 60 / period == pytest.approx(beats_per_minute, rel=2e-3)
    assert 0 <= first < period
    beside = (first - 0.21 + period / 2) % period - period / 2
    assert abs(beside) < 0.03


@pytest.mark.parametrize("kind", ["silence", "noise", "tone"])
def test_what_has_no_rhythm_is_calm(tmp_path: Path, kind: str) -> None:
    time = np.arange(3 * wave.RATE) / wave.RATE
    signals = {
        "silence": np.zeros(len(time)),
        "noise": 0.2 * np.random.default_rng(5).standard_normal(len(time)),
        "tone": 0.5 * np.sin(2 * np.pi * 220 * time),
    }
    assert beats(tmp_path, signals[kind]) == tempo.CALM == (0.5, 0.0)


@pytest.mark.parametrize("steps", [0, 1, 2, 30, 61])
def test_what_is_too_short_is_calm(steps: int) -> None:
    loudness = np.ones((steps, 5), np.float32)
    assert tempo.find(loudness, np.zeros((0, 2)), STEPS_PER_S) == tempo.CALM


def test_kicks_alone_are_enough() -> None:
    times = np.arange(0.13, 20, 0.6)
    kicks = np.stack([times, np.ones(len(times))], axis=1)
    loudness = np.zeros((20 * STEPS_PER_S, 5), np.float32)
    found = tempo.find(loudness, kicks, STEPS_PER_S)
    assert found == pytest.approx((0.6, 0.13), abs=1e-3)
