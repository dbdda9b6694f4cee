"""Accents: kicks where there are drums, otherwise strong onsets or swells, never several."""

import numpy as np

from server.audio.track_events import find_events
from tests.audio import sounds


def test_kicks_are_accents_at_their_exact_times() -> None:
    events = find_events(sounds.samples(sounds.drums(8, np.arange(0.25, 8, 0.5))))
    assert np.array_equal(events.accents[:, 0], events.kicks[:, 0])
    assert len(events.accents) == 16


def test_an_intro_without_drums_has_accents_of_its_own() -> None:
    """Plucked notes of 220 Hz for 6 s, then drums with the same notes between them."""
    time = sounds.span(12)
    plucked = np.sin(2 * np.pi * 220 * time) * np.exp(-(time % 0.75) / 0.2) * 0.3
    drums = sounds.drums(12, np.arange(6, 12, 0.5))
    accents = find_events(sounds.samples(plucked + drums)).accents
    intro, song = accents[accents[:, 0] < 5.5], accents[accents[:, 0] >= 6.0]
    expected = np.arange(0, 5.2, 0.75)
    assert np.abs(intro[:, 0][:, None] - expected).min(axis=0).max() < 0.05
    assert len(intro) <= len(expected) + 1
    assert np.abs(song[:, 0] * 2 - np.rint(song[:, 0] * 2)).max() < 0.02
    assert intro[:, 1].max() < song[:, 1].max()
    assert np.diff(accents[:, 0]).min() > 0.2


def test_slow_swells_are_weak_accents() -> None:
    time = sounds.span(24)
    swell = 0.3 * np.sin(2 * np.pi * 220 * time) * np.exp(-np.square((time % 8 - 4) / 1.5))
    accents = find_events(sounds.samples(swell)).accents
    rising = accents[accents[:, 0] > 6]
    assert [round(float(at) // 8) for at in rising[:, 0]] == [1, 2]
    assert (rising[:, 0] % 8 < 4).all()
    assert (rising[:, 1] <= 0.5).all()


def test_a_quiet_passage_between_loud_ones_has_accents() -> None:
    """Notes of a harp at -24 dB for 6 s between 4 s of the same at full strength."""
    time = sounds.span(14)
    loud = np.where((time < 4) | (time >= 10), 0.5, 0.03)
    notes = np.sin(2 * np.pi * 330 * time) * np.exp(-(time % 0.8) / 0.25)
    accents = find_events(sounds.samples(loud * notes)).accents
    inside = accents[(accents[:, 0] > 3.9) & (accents[:, 0] < 10.1), 0]
    assert len(inside) >= 3
    assert np.diff(accents[:, 0]).max() <= 2.5
