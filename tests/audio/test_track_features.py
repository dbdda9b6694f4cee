"""Features of the whole track: levels relative to its loud parts, loudness, events, sections."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio import track_features
from server.audio.features import Features, analyse
from server.audio.spectrum import loudness, spectrogram
from server.effects.model.feature import FEATURES, split_event_feature
from server.protocol.feature_names import EVENTS
from server.protocol.file_names import TRACK

Samples = NDArray[Any]
MakeWav = Callable[..., Path]
RATE = 48_000


def sine(hertz: float, seconds: float, amplitude: float = 1.0) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@pytest.fixture
def features(make_wav: MakeWav, tmp_path: Path) -> Callable[[Samples], Features]:
    def run(samples: Samples) -> Features:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        analyse(make_wav(samples), folder)
        return Features(folder)

    return run


def test_every_feature_of_the_catalogue_is_analysed(
    features: Callable[[Samples], Features],
) -> None:
    analysed = features(sine(100, 1))
    for name in FEATURES:
        if split_event_feature(name) is None and not name.startswith("time."):
            assert analysed.column(name, 30, 30).shape == (30,)
    for event in EVENTS:
        values = analysed.events(event)
        assert values.ndim == 2
        assert values.shape[1] == 2
    known = {name for name in FEATURES if "." in name and split_event_feature(name) is None}
    assert set(track_features.COLUMNS) <= FEATURES.keys()
    assert {f"{name}.raw" for name in ("level", "bass", "loudness")} <= known


def test_loudness_measured_with_the_spectra_is_that_of_the_meter(
    make_wav: MakeWav, tmp_path: Path
) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 5 * RATE).astype(np.float32)
    wav = make_wav(noise * np.repeat([1, 0, 0.5, 1, 0.01], RATE).astype(np.float32))
    alone = loudness.measure_file(wav)
    measured = spectrogram.analyse(wav, tmp_path / "spectra.npy")
    assert len(measured) == 50
    assert (measured == alone).all()


def test_a_track_whose_spectra_exist_is_analysed_alike(make_wav: MakeWav, tmp_path: Path) -> None:
    wav = make_wav(sine(100, 3))
    analyse(wav, tmp_path)
    at_once = (tmp_path / TRACK).read_bytes()
    (tmp_path / TRACK).unlink()
    analyse(wav, tmp_path)
    assert (tmp_path / TRACK).read_bytes() == at_once


@pytest.mark.parametrize("amplitude", [1.0, 0.1])
def test_the_meter_follows_the_recommendation(make_wav: MakeWav, amplitude: float) -> None:
    """EBU Tech 3341, case 1: 997 Hz in both channels at -23 dBFS is -23 LUFS; at 0 dBFS 0 LUFS."""
    values = loudness.measure_file(make_wav(sine(997, 5, amplitude)))
    assert len(values) == 50
    expected = 20 * np.log10(amplitude)
    assert values[10:, 0] == pytest.approx(expected, abs=0.1)
    assert values[-1, 1] == pytest.approx(expected, abs=0.1)


def test_silence_is_as_quiet_as_can_be(make_wav: MakeWav) -> None:
    values = loudness.measure_file(make_wav(np.zeros(RATE, np.float32)))
    assert (values <= -70).all()


@pytest.mark.slow
def test_a_quiet_master_moves_as_much_as_a_loud_one(
    features: Callable[[Samples], Features],
) -> None:
    beat = sine(110, 4, 0.9) * (np.mod(np.arange(4 * RATE) / RATE, 0.5) < 0.2)
    loud, quiet = features(beat), features(beat * 0.05)
    for name in ("level", "bass", "loudness", "level.envelope", "flux"):
        pair = (loud.column(name, 120, 30), quiet.column(name, 120, 30))
        assert pair[0] == pytest.approx(pair[1], abs=0.02), name
        assert np.ptp(pair[0]) > 0.2, name
    assert loud.column("level.raw", 120, 30).max() > quiet.column("level.raw", 120, 30).max() + 0.3


def test_an_envelope_rises_at_once_and_decays_slowly() -> None:
    steps = np.zeros((60, 2), np.float32)
    steps[10:20, 0] = 1
    analysed = track_features.envelope(steps)
    assert not analysed[:10].any()
    assert not analysed[:, 1].any()
    assert analysed[11, 0] > 0.9
    after = analysed[20:38, 0]  # 300 ms: one time constant
    assert (np.diff(after) < 0).all()
    assert after[-1] / analysed[19, 0] == pytest.approx(np.exp(-1), abs=0.03)


@pytest.mark.slow
def test_brightness_width_and_flux(features: Callable[[Samples], Features]) -> None:
    low, high = sine(100, 1, 0.5), sine(6000, 1, 0.5)
    analysed = features(np.concatenate([low, high]))
    brightness = analysed.column("centroid", 60, 30)
    assert brightness[15] < 0.2 < 0.8 < brightness[45]
    flux = analysed.column("flux", 120, 60)
    assert flux[58:64].max() > 0.5
    assert flux[20:50].max() < 0.1
    sides = features(np.stack([low, -low], axis=1)).column("width", 30, 30)
    middle = features(np.stack([low, low], axis=1)).column("width", 30, 30)
    left = features(np.stack([low, 0 * low], axis=1)).column("width", 30, 30)
    assert (round(float(middle[15]), 3), round(float(left[15]), 3)) == (0, 0.5)
    assert sides[15] > 0.99


def test_sections_become_columns() -> None:
    values = np.array([[0, 1, 0.2, 3], [1, 2, 0.5, 1], [2, 3, 0.9, 2]], float)
    analysed = track_features._section_columns(values, 60 * 4)
    at = [30, 90, 150]
    assert analysed["section.break"][at].tolist() == [1, 0, 0]
    assert analysed["section.build"][at].tolist() == [0, 1, 0]
    assert analysed["section.drop"][at].tolist() == [0, 0, 1]
    assert analysed["section.energy"][[30, 90, 150, 200]].tolist() == [0.2, 0.5, 0.9, 0]
    assert analysed["build.phase"][at].tolist() == [0, 0.5, 0]
