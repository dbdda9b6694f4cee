"""What is no music stays calm, and every answer is in bounds."""

import numpy as np
import pytest

from server.arrays import Int16Array
from server.audio.events import TrackEvents, find_events
from server.audio.structure import sections
from tests.audio.rhythm import sounds


def check(found: TrackEvents, seconds: float) -> None:
    """All that holds for any sound."""
    events = (found.onsets, found.kicks, found.snares, found.hats, found.accents, found.beats)
    for rows in events:
        assert rows.shape[1:] == (2,)
        assert np.isfinite(rows).all()
        assert ((rows >= 0) & (rows[:, :1] <= seconds)).all()
        assert (np.diff(rows[:, 0]) > 0).all()
        assert (rows[:, 1] <= 1).all()
    assert np.isfinite([found.tempo, found.confidence]).all()
    assert 0 <= found.confidence <= 1
    assert (found.tempo == 0) == (len(found.beats) < 2)
    parts = found.sections
    assert parts[0, 0] == 0
    assert parts[-1, 1] == pytest.approx(seconds)
    assert np.array_equal(parts[1:, 0], parts[:-1, 1])
    assert ((parts[:, 2] >= 0) & (parts[:, 2] <= 1)).all()
    assert set(parts[:, 3]) <= {0, 1, 2, 3}


def heard(samples: Int16Array) -> TrackEvents:
    found = find_events(samples)
    check(found, len(samples) / 44_100)
    return found


@pytest.mark.parametrize("count", [0, 1, 50, 441, 13_230, 220_500])
def test_silence_has_no_events(count: int) -> None:
    found = heard(np.zeros((count, 2), np.int16))
    assert not any(map(len, (found.onsets, found.kicks, found.snares, found.hats, found.beats)))
    assert not len(found.accents)
    assert found.tempo == found.confidence == 0
    assert found.sections.tolist() == [[0, count / 44_100, 0, 0]]


@pytest.mark.parametrize("count", [1, 50, 441, 13_230])
def test_what_is_short_is_one_plain_part(count: int) -> None:
    chance = np.random.default_rng(3)
    found = heard(chance.integers(-9000, 9000, (count, 2)).astype(np.int16))
    assert len(found.sections) == 1
    assert found.sections[0, 3] == 0
    assert not len(found.beats)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_noise_has_hardly_any(slope: float) -> None:
    found = heard(sounds.samples(sounds.coloured(10, slope)))
    assert len(found.onsets) <= 5
    assert len(found.kicks) <= 2
    assert len(found.accents) <= 2
    assert not len(found.beats)
    assert len(found.sections) == 1
    assert found.confidence < 0.1


@pytest.mark.parametrize("hertz", [(40,), (60,), (100,), (440,), (55, 57)])
def test_steady_tones_have_none(hertz: tuple[float, ...]) -> None:
    """Their sudden beginning and end may be heard, their beating may not."""
    time = sounds.span(6)
    tone = np.sum([0.3 * np.sin(2 * np.pi * one * time) for one in hertz], axis=0)
    found = heard(sounds.samples(tone))
    for rows in (found.onsets, found.kicks, found.snares, found.hats):
        assert not ((rows[:, 0] > 0.05) & (rows[:, 0] < 5.9)).any()
    assert not len(found.beats)


def test_speech_has_no_beat_and_few_kicks() -> None:
    found = heard(sounds.samples(sounds.speech(12)))
    assert found.confidence < 0.3
    assert len(found.kicks) < 20
    assert len(found.accents) < 12 * 2
    assert found.accents[:, 1].max() <= 0.5
    assert len(found.sections) <= 2
    assert sections.DROP not in found.sections[:, 3]


def test_a_held_chord_begins_and_that_is_all() -> None:
    """Three notes of a string machine, each of three voices a little apart, for 12 s."""
    time = sounds.span(12)
    notes = (220.0, 277.2, 329.6)
    voices = [note * (1 + apart) for note in notes for apart in (-0.001, 0.0, 0.0012)]
    chord = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in voices)
    found = heard(sounds.samples(0.05 * np.minimum(time / 0.4, 1) * chord))
    inside = found.accents[(found.accents[:, 0] > 0.6)]
    assert len(inside) <= 6
    assert not len(inside) or inside[:, 1].max() <= 0.4
    assert not len(found.beats)
    assert len(found.sections) == 1


def test_a_short_hit_is_one_accent() -> None:
    found = heard(sounds.samples(sounds.hits(0.3, np.array([0.05]))))
    assert len(found.accents) == 1
    assert found.accents[0, 0] == pytest.approx(0.05, abs=0.01)
    assert len(found.sections) == 1


def test_both_channels_count_whatever_their_phases() -> None:
    mono = sounds.samples(sounds.hats(4, np.arange(0.1, 4, 0.25)))
    turned = mono * np.array([1, -1], np.int16)
    assert len(heard(turned).onsets) == len(heard(mono).onsets)
