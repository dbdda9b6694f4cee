"""The track with clicks: a sound at each event, and the track unchanged elsewhere."""

import wave as wav
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from server.arrays import Float64Array
from server.audio import click_track
from server.audio.features import Features, analyse
from server.audio.plot import format_time
from server.audio.track_features import format_section_label
from server.cli import analyse as command
from server.protocol.prepared_audio import SAMPLE_RATE

MakeWav = Callable[..., Path]


@pytest.fixture
def features(make_wav: MakeWav, tmp_path: Path) -> Features:
    """Analyse eleven seconds of a quiet tone with kicks twice a second from 1 s to 10.5 s."""
    time = np.arange(11 * SAMPLE_RATE) / SAMPLE_RATE
    age = np.mod(time, 0.5)
    kick = 0.6 * np.sin(2 * np.pi * 60 * age) * np.exp(-age / 0.05)
    kick[(time < 1) | (time >= 10.5)] = 0
    tone = 0.02 * np.sin(2 * np.pi * 300 * time)
    analyse(make_wav((kick + tone).astype(np.float32)), tmp_path / "features")
    return Features(tmp_path / "features")


def added(features: Features, out: Path, *events: str) -> Float64Array:
    """Return the difference to the track, one channel."""
    click_track.write(features, events, out)
    with wav.open(str(out)) as file:
        raw = file.readframes(file.getnframes())
    mixed = np.frombuffer(raw, "<i2").reshape(-1, 2)[:, 0].astype(float) / 32767
    plain = features.samples(0, features.steps - 1)[:, 0] / 32768
    assert len(mixed) == len(plain) == 11 * 44_100
    return mixed - 0.5 * plain


def test_each_event_sounds_at_its_time_and_nothing_else(features: Features, tmp_path: Path) -> None:
    audible = np.abs(added(features, tmp_path / "out.wav", "kick")) > 1e-3
    kicks = features.events("kick")[:, 0]
    assert len(kicks) == 19
    begins = np.flatnonzero(audible[1:] & ~audible[:-1]) / 44_100
    for at in kicks:
        assert np.abs(begins - at).min() < 0.001
    sounding = np.flatnonzero(audible) / 44_100
    assert (sounding[:, None] - kicks >= -0.001).any(axis=1).all()
    assert np.abs(sounding[:, None] - kicks).min(axis=1).max() < 0.1


def test_downbeats_are_higher_than_beats(features: Features, tmp_path: Path) -> None:
    clicks = added(features, tmp_path / "out.wav", "beat")

    def pitch(seconds: float) -> float:
        first = round(seconds * 44_100)
        piece = np.abs(np.fft.rfft(clicks[first : first + 1024], 8192))
        return float(piece.argmax() * 44_100 / 8192)

    firsts = features.events("downbeat")[:, 0]
    others = np.setdiff1d(features.events("beat")[:, 0], firsts)
    assert pitch(float(firsts[1])) == pytest.approx(1600, abs=60)
    assert pitch(float(others[1])) == pytest.approx(1000, abs=60)


def test_every_event_of_the_command_has_a_sound() -> None:
    assert set(command.CLICK_EVENTS) <= click_track.SOUNDS.keys()


def test_times_and_labels_are_formatted_for_people() -> None:
    assert [format_time(at) for at in (0, 59.94, 59.97, 119.99, 3725.04)] == [
        "0:00.0",
        "0:59.9",
        "1:00.0",
        "2:00.0",
        "62:05.0",
    ]
    assert format_time(119.99, tenths=False) == "2:00"
    assert [format_section_label(number) for number in (-1, -2, 0, 25, 26)] == [
        "intro",
        "outro",
        "A",
        "Z",
        "AA",
    ]
