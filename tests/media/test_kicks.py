"""Kicks are found where they hit, and nowhere else."""

from typing import Any

import numpy as np
import pytest

from server.media import features, kicks
from server.media.analyser import RATE

Samples = np.ndarray[Any, np.dtype[Any]]


def _find(signal: Samples) -> Samples:
    whole = len(signal) // kicks.DECIMATION * kicks.DECIMATION
    padded = np.pad(signal[:whole], kicks.REACH).astype(np.float32)
    return np.array([[k.time_s, k.strength] for k in kicks.find(kicks.lower(padded))]).reshape(
        -1, 2
    )


def _drum(pitch: float, decay_s: float) -> Samples:
    """A sine that falls from three times its pitch, as drum machines make it."""
    time = np.arange(int(0.35 * RATE)) / RATE
    phase = 2 * np.pi * (pitch * time + 2 * pitch * 0.03 * (1 - np.exp(-time / 0.03)))
    drum: Samples = np.exp(-time / decay_s) * np.sin(phase)
    return drum


def _with_drums(seconds: float, times: Samples, drum: Samples, loudness: float = 0.8) -> Samples:
    signal = np.zeros(int(seconds * RATE) + len(drum))
    for time in times:
        first = round(time * RATE)
        signal[first : first + len(drum)] += loudness * drum
    return signal[: int(seconds * RATE)]


def _hats(seconds: float, times: Samples) -> Samples:
    random = np.random.default_rng(1)
    decay = np.exp(-np.arange(3000) / 700)
    signal = np.zeros(int(seconds * RATE) + 3000)
    for time in times:
        first = round(time * RATE)
        signal[first : first + 3000] += 0.2 * random.standard_normal(3000) * decay
    return signal[: int(seconds * RATE)]


@pytest.mark.parametrize(("pitch", "decay_s"), [(45, 0.2), (55, 0.1), (70, 0.05)])
@pytest.mark.parametrize("tempo", [90, 128, 174])
def test_every_kick_is_found_at_its_time(pitch: float, decay_s: float, tempo: float) -> None:
    times = np.arange(0.13, 7.5, 60 / tempo)
    time = np.arange(8 * RATE) / RATE
    signal = _with_drums(8, times, _drum(pitch, decay_s))
    signal += 0.12 * np.sin(2 * np.pi * 82.4 * time) + _hats(8, times + 30 / tempo)
    found = _find(signal)
    assert len(found) == len(times)
    assert np.abs(found[:, 0] - times).max() < 0.010
    assert found[:, 1].min() > 0.5
    assert found[:, 1].max() == 1


def test_the_first_sample_can_be_a_kick() -> None:
    found = _find(_with_drums(2, np.array([0.0, 1.0]), _drum(55, 0.1)))
    assert found[:, 0] == pytest.approx([0, 1], abs=0.005)


def test_loudness_of_the_master_does_not_matter() -> None:
    times = np.arange(0.2, 5, 0.5)
    loud = _find(_with_drums(5, times, _drum(55, 0.1)))
    quiet = _find(_with_drums(5, times, _drum(55, 0.1), loudness=0.03))
    assert loud == pytest.approx(quiet, abs=1e-3)


def test_a_softer_kick_is_weaker() -> None:
    signal = _with_drums(4, np.array([0.5, 1.5, 2.5]), _drum(55, 0.1))
    signal += _with_drums(4, np.array([2.0]), _drum(55, 0.1), loudness=0.4)
    found = _find(signal)
    assert len(found) == 4
    assert found[2, 1] == pytest.approx(0.5, abs=0.1)


def test_kicks_are_never_closer_than_the_gap() -> None:
    found = _find(_with_drums(4, np.arange(0.1, 3.8, 0.09), _drum(70, 0.015)))
    assert len(found) > 10
    assert np.diff(found[:, 0]).min() > 0.1


@pytest.mark.parametrize("hertz", [40, 60, 100, 440])
def test_a_steady_tone_has_no_kick(hertz: float) -> None:
    time = np.arange(6 * RATE) / RATE
    times = _find(0.5 * np.sin(2 * np.pi * hertz * time))[:, 0]
    assert not ((times > 0.05) & (times < 5.95)).any()  # its sudden beginning and end may be


def test_beating_tones_have_no_kick() -> None:
    time = np.arange(6 * RATE) / RATE
    both = np.sin(2 * np.pi * 55 * time) + np.sin(2 * np.pi * 57 * time)
    assert len(_find(0.3 * both)) <= 1


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_noise_has_hardly_any(slope: float) -> None:
    """White, pink and brown, 10 s of each."""
    random = np.random.default_rng(4)
    spectrum = np.fft.rfft(random.standard_normal(10 * RATE))
    spectrum /= np.maximum(np.arange(len(spectrum)), 200) ** slope
    noise = np.fft.irfft(spectrum)
    assert len(_find(0.2 * noise / noise.std())) <= 3


def test_silence_and_hats_have_none() -> None:
    assert len(_find(np.zeros(RATE))) == 0
    assert kicks.find(np.zeros(0)) == []
    assert len(_find(np.zeros(50))) == 0
    assert len(_find(_hats(4, np.arange(0.1, 4, 0.25)))) == 0


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_the_column_begins_in_the_frame_of_the_kick(fps: int) -> None:
    hits = np.array([[0.0, 1.0], [0.5, 0.5], [1.0 - 1e-6, 1.0], [1.99, 0.8]])
    column = features._decays(hits, 2 * fps, fps)
    for time, strength in hits:
        assert column[int(time * fps)] == pytest.approx(strength)
    ages = np.arange(4) / fps
    assert column[:4] == pytest.approx((1 - ages / 0.18) ** 2)
    assert column[int(0.4 * fps)] == 0


def test_of_two_kicks_under_way_the_stronger_shows() -> None:
    column = features._decays(np.array([[0.0, 1.0], [0.1, 0.3]]), 30, 60)
    assert column[3] == pytest.approx((1 - 0.05 / 0.18) ** 2)
    assert column[6] == pytest.approx(0.3)
    assert column[8] == pytest.approx(0.3 * (1 - (2 / 60) / 0.18) ** 2)
