"""Sounds without music have few events, and every result is in bounds."""

import numpy as np
import pytest

from server.arrays import Int16Array
from server.audio.structure import sections
from server.audio.track_events import TrackEvents, find_events
from tests.audio import sounds


def check(detected: TrackEvents, seconds: float) -> None:
    """Check everything that holds for any sound."""
    events = (
        detected.onsets,
        detected.kicks,
        detected.snares,
        detected.hats,
        detected.accents,
        detected.beats,
    )
    for event_rows in events:
        assert event_rows.shape[1:] == (2,)
        assert np.isfinite(event_rows).all()
        assert ((event_rows >= 0) & (event_rows[:, :1] <= seconds)).all()
        assert (np.diff(event_rows[:, 0]) > 0).all()
        assert (event_rows[:, 1] <= 1).all()
    assert np.isfinite([detected.tempo, detected.confidence]).all()
    assert 0 <= detected.confidence <= 1
    assert (detected.tempo == 0) == (len(detected.beats) < 2)
    parts = detected.sections
    assert parts[0, 0] == 0
    assert parts[-1, 1] == pytest.approx(seconds)
    assert np.array_equal(parts[1:, 0], parts[:-1, 1])
    assert ((parts[:, 2] >= 0) & (parts[:, 2] <= 1)).all()
    assert set(parts[:, 3]) <= {0, 1, 2, 3}


def analyse(samples: Int16Array) -> TrackEvents:
    detected = find_events(samples)
    check(detected, len(samples) / 44_100)
    return detected


@pytest.mark.parametrize("count", [0, 1, 50, 441, 13_230, 220_500])
def test_silence_has_no_events(count: int) -> None:
    detected = analyse(np.zeros((count, 2), np.int16))
    assert not any(
        map(len, (detected.onsets, detected.kicks, detected.snares, detected.hats, detected.beats))
    )
    assert not len(detected.accents)
    assert detected.tempo == detected.confidence == 0
    assert detected.sections.tolist() == [[0, count / 44_100, 0, 0]]


@pytest.mark.parametrize("count", [1, 50, 441, 13_230])
def test_a_short_track_is_one_plain_section(count: int) -> None:
    rng = np.random.default_rng(3)
    detected = analyse(rng.integers(-9000, 9000, (count, 2)).astype(np.int16))
    assert len(detected.sections) == 1
    assert detected.sections[0, 3] == 0
    assert not len(detected.beats)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_noise_has_almost_no_events(slope: float) -> None:
    detected = analyse(sounds.samples(sounds.coloured(10, slope)))
    assert len(detected.onsets) <= 5
    assert len(detected.kicks) <= 2
    assert len(detected.accents) <= 2
    assert not len(detected.beats)
    assert len(detected.sections) == 1
    assert detected.confidence < 0.1


@pytest.mark.parametrize("hertz", [(40,), (60,), (100,), (440,), (55, 57)])
def test_steady_tones_have_no_events(hertz: tuple[float, ...]) -> None:
    """Only their sudden beginning and end may be detected, not their interference."""
    time = sounds.span(6)
    tone = np.sum(
        [0.3 * np.sin(2 * np.pi * hertz_of_tone * time) for hertz_of_tone in hertz], axis=0
    )
    detected = analyse(sounds.samples(tone))
    for event_rows in (detected.onsets, detected.kicks, detected.snares, detected.hats):
        assert not ((event_rows[:, 0] > 0.05) & (event_rows[:, 0] < 5.9)).any()
    assert not len(detected.beats)


def test_speech_has_no_beat_and_few_kicks() -> None:
    detected = analyse(sounds.samples(sounds.speech(12)))
    assert detected.confidence < 0.3
    assert len(detected.kicks) < 20
    assert len(detected.accents) < 12 * 2
    assert detected.accents[:, 1].max() <= 0.5
    assert len(detected.sections) <= 2
    assert sections.DROP not in detected.sections[:, 3]


def test_a_sustained_chord_has_one_onset() -> None:
    """Three notes of a string machine, each of three slightly detuned voices, for 12 s."""
    time = sounds.span(12)
    notes = (220.0, 277.2, 329.6)
    voices = [note * (1 + detune) for note in notes for detune in (-0.001, 0.0, 0.0012)]
    chord = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in voices)
    detected = analyse(sounds.samples(0.05 * np.minimum(time / 0.4, 1) * chord))
    inside = detected.accents[(detected.accents[:, 0] > 0.6)]
    assert len(inside) <= 6
    assert not len(inside) or inside[:, 1].max() <= 0.4
    assert not len(detected.beats)
    assert len(detected.sections) == 1


def test_a_short_onset_is_one_accent() -> None:
    detected = analyse(sounds.samples(sounds.drums(0.3, np.array([0.05]))))
    assert len(detected.accents) == 1
    assert detected.accents[0, 0] == pytest.approx(0.05, abs=0.01)
    assert len(detected.sections) == 1


def test_both_channels_count_at_any_phase() -> None:
    mono = sounds.samples(sounds.hats(4, np.arange(0.1, 4, 0.25)))
    turned = mono * np.array([1, -1], np.int16)
    assert len(analyse(turned).onsets) == len(analyse(mono).onsets)
