"""Beats, bars and tempo of generated tracks, a few of those in `bench.rhythm`."""

from functools import cache

import numpy as np
import pytest

from bench.music import KINDS
from bench.music.track import Track
from server.arrays import Float64Array
from server.audio.track_events import TrackEvents, find_events
from tests.audio import sounds


@cache
def analyse_track(kind: str, seed: int) -> tuple[Track, TrackEvents]:
    track = KINDS[kind](seed)
    return track, find_events(track.samples)


def f_measure(expected: Float64Array, detected: Float64Array, window: float) -> float:
    """Return 2 hits / (expected + detected); a detected event counts for one expected at most."""
    matched = at = 0
    for time in expected:
        while at < len(detected) and detected[at] < time - window:
            at += 1
        if at < len(detected) and detected[at] <= time + window:
            matched, at = matched + 1, at + 1
    return 2 * matched / (len(expected) + len(detected))


_DOUBLED = pytest.mark.xfail(
    strict=True,
    reason="after a step from 89 to 70 beats a minute the tempo is detected as twice as fast;"
    " others of its kind, such as seed 78, are followed (docs/audio.md)",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("clicks", 4),
        ("loops", 2),
        pytest.param("loops", 6, marks=_DOUBLED),
        ("loops", 78),
        ("arrangements", 8),
    ],
)
def test_a_synthesised_track(kind: str, seed: int) -> None:
    """Clicks of three beats a bar, house, reggae whose tempo steps, funk that builds and drops."""
    track, events = analyse_track(kind, seed)
    truth = track.truth
    assert f_measure(truth.onsets, events.onsets[:, 0], 0.05) > 0.9
    assert f_measure(truth.beats, events.beats[:, 0], 0.07) > 0.95
    assert events.tempo == pytest.approx(float(np.median(60 / np.diff(truth.beats))), rel=0.02)
    assert events.confidence > 0.25
    if len(truth.kicks):
        assert f_measure(truth.kicks, events.kicks[:, 0], 0.05) > 0.9
    if len(truth.downbeats):
        firsts = events.beats[events.beats[:, 1] > 0, 0]
        assert f_measure(truth.downbeats, firsts, 0.07) > 0.9


@pytest.mark.slow
def test_build_drop_and_plain_sections() -> None:
    track, events = analyse_track("arrangements", 8)
    names = ("plain", "build", "drop", "break")
    parts = [(start, names[int(kind)]) for start, _, _, kind in events.sections]
    for start, _, kind in track.truth.sections[:3]:
        assert any(kind == name and abs(start - at) < 0.1 for at, name in parts)
    drop = events.sections[events.sections[:, 3] == 2]
    build = events.sections[events.sections[:, 3] == 1]
    assert drop[0, 2] > build[0, 2] + 0.2


def test_beats_continue_through_a_silent_bar_and_end_with_the_audio() -> None:
    times = np.concatenate([np.arange(1, 5, 0.5), np.arange(7, 11, 0.5)])
    events = find_events(sounds.samples(sounds.drums(16, times)))
    assert events.beats[:, 0] == pytest.approx(np.arange(1, 10.6, 0.5), abs=0.02)
    assert events.tempo == pytest.approx(120, rel=0.002)


@pytest.mark.parametrize(("tempo", "pattern"), [(90, "khkhkhkh"), (128, "khshkhsh")])
def test_tempo_and_phase(tempo: float, pattern: str) -> None:
    halves = 0.21 + np.arange(int(7.5 * tempo / 30)) * 30 / tempo
    letters = np.array([pattern[count % 8] for count in range(len(halves))])
    signal = 0.7 * sounds.drums(8, halves[letters != "h"]) + sounds.hats(8, halves[letters == "h"])
    events = find_events(sounds.samples(signal))
    assert events.tempo == pytest.approx(tempo, rel=2e-3)
    beside = (events.beats[:, 0] - 0.21 + 30 / tempo) % (60 / tempo) - 30 / tempo
    assert np.abs(beside).max() < 0.02


@pytest.mark.slow
def test_the_same_audio_has_the_same_events() -> None:
    track, events = analyse_track("loops", 2)
    again = find_events(track.samples.copy())
    for name in ("onsets", "kicks", "snares", "hats", "beats", "sections"):
        assert np.array_equal(getattr(events, name), getattr(again, name))


def test_beats_are_where_the_kicks_are_and_not_where_bass_and_hats_are() -> None:
    """Kicks and snares on the beats of 120 a minute; a bass and louder hats half a beat later."""
    times = np.arange(0, 16, 0.5)
    age = (sounds.span(16) - 0.25) % 0.5
    bass = sum(0.5**k * np.sin(2 * np.pi * 55 * (k + 1) * age) for k in range(5))
    signal = 0.7 * sounds.drums(16, times) + 0.3 * bass * np.exp(-age / 0.1)
    events = find_events(sounds.samples(0.6 * signal + sounds.hats(16, times + 0.25)))
    assert events.tempo == pytest.approx(120, rel=1e-3)
    assert np.abs((events.beats[:, 0] + 0.25) % 0.5 - 0.25).max() < 0.001
