"""Channels that are silent, inverted or offset: the detected events stay the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio.features import Features, analyse
from server.protocol.prepared_audio import SAMPLE_RATE

Samples = NDArray[Any]
MakeWav = Callable[..., Path]


@pytest.fixture
def features(make_wav: MakeWav, tmp_path: Path) -> Callable[[Samples], Features]:
    def run(samples: Samples) -> Features:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        analyse(make_wav(samples.astype(np.float32)), folder)
        return Features(folder)

    return run


def beat(seconds: float = 4) -> Samples:
    """Return a 55 Hz kick twice a second, with a short tone between, at 1/3 of full scale."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    age, late = np.mod(time, 0.5), np.mod(time + 0.25, 0.5)
    kick = 0.3 * np.sin(2 * np.pi * 55 * age) * np.exp(-age / 0.08)
    return np.asarray(kick + 0.1 * np.sin(2 * np.pi * 880 * late) * np.exp(-late / 0.05))


def test_opposite_channels_have_the_events_of_one(features: Callable[[Samples], Features]) -> None:
    mono = beat()
    plain = features(np.stack([mono, mono], axis=1))
    opposite = features(np.stack([mono, -mono], axis=1))
    for event in ("kick", "beat", "accent"):
        assert len(plain.events(event)) >= 7
        assert opposite.events(event) == pytest.approx(plain.events(event), abs=1e-3)


def test_an_offset_changes_no_level_and_no_event(features: Callable[[Samples], Features]) -> None:
    mono = beat()
    plain = features(np.stack([mono, mono], axis=1))
    offset = features(np.stack([mono, mono], axis=1) + 0.3)
    for event in ("kick", "accent"):
        first, second = (analysed.events(event) for analysed in (plain, offset))
        second = second[second[:, 0] < 3.95]  # the end of the offset is an audible step
        assert len(first) == 8
        assert second == pytest.approx(first, abs=4e-2)
        assert second[:, 0] == pytest.approx(first[:, 0], abs=1e-3)
    for name in ("level", "level.raw", "bass", "centroid"):
        before, after = (analysed.column(name, 105, 30)[15:] for analysed in (plain, offset))
        assert np.abs(before - after).max() < 0.03, name
    assert np.ptp(offset.column("level", 105, 30)[15:]) > 0.2


@pytest.mark.parametrize("side", [0, 1])
def test_a_silent_side_shows_the_mean(features: Callable[[Samples], Features], side: int) -> None:
    stereo = np.zeros((2 * SAMPLE_RATE, 2))
    stereo[:, side] = beat(2)
    analysed = features(stereo)
    assert analysed.one_sided
    for channel in (0, 1):
        assert np.array_equal(analysed.spectrum(40, channel), analysed.spectrum(40))
        assert np.array_equal(analysed.waveform(40, 256, channel), analysed.waveform(40, 256))
        assert np.array_equal(analysed.levels(40, channel), analysed.levels(40))
    assert analysed.spectrum(40).max() > 100


def test_alternating_channels_are_unchanged(
    features: Callable[[Samples], Features],
) -> None:
    stereo = np.stack([beat(2), beat(2)], axis=1)
    stereo[:SAMPLE_RATE, 1] = 0
    stereo[SAMPLE_RATE:, 0] = 0
    analysed = features(stereo)
    assert not analysed.one_sided
    assert analysed.spectrum(40, 1).max() == 0


def test_kicks_on_a_steady_grid_are_in_the_frames_of_the_grid(
    features: Callable[[Samples], Features],
) -> None:
    """Under a pad kicks are detected slightly early or late: 120 a minute lies on the frames."""
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    age = np.mod(time, 0.5)
    kick = 0.6 * np.sin(2 * np.pi * 60 * age) * np.exp(-age / 0.07)
    pad = sum(0.06 * np.sin(2 * np.pi * hertz * time) for hertz in (220.3, 277.9, 330.7))
    analysed = features(np.repeat((kick + pad)[:, None], 2, axis=1))
    for fps in (24, 30, 50, 60):
        frames = np.floor(np.round(analysed.events("kick")[:, 0] * fps, 6))
        assert frames.tolist() == [n * fps / 2 for n in range(8)]
