"""Envelopes of events in frames, and the beats as a ruler."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.animation import event_envelopes
from server.animation.beat_ruler import BeatRuler
from server.effects.model.feature import FAR_S, FEATURES
from server.protocol.feature_names import EVENTS

ONSETS = np.array([[0.0, 1.0], [0.5, 0.5], [1.0 - 1e-6, 1.0], [1.99, 0.8]])
NONE = np.zeros((0, 2))


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_a_pulse_begins_in_the_frame_of_its_event(fps: int) -> None:
    column = event_envelopes.pulse(ONSETS, 2 * fps, fps)
    for time, strength in ONSETS:
        assert column[int(time * fps)] == pytest.approx(strength)
    ages = np.arange(4) / fps
    assert column[:4] == pytest.approx((1 - ages / 0.18) ** 2)
    assert column[int(0.4 * fps)] == 0


def test_the_stronger_of_two_overlapping_pulses_counts() -> None:
    column = event_envelopes.pulse(np.array([[0.0, 1.0], [0.1, 0.3]]), 30, 60)
    assert column[3] == pytest.approx((1 - 0.05 / 0.18) ** 2)
    assert column[6] == pytest.approx(0.3)
    assert column[8] == pytest.approx(0.3 * (1 - (2 / 60) / 0.18) ** 2)


def test_a_pulse_decays_in_the_given_time() -> None:
    column = event_envelopes.pulse(np.array([[1.0, 1.0]]), 20, 10, 0.5)
    assert column[9:16] == pytest.approx([0, 1, 0.64, 0.36, 0.16, 0.04, 0])


def _envelopes(events: NDArray[np.float64], frames: int, fps: int) -> dict[str, list[float]]:
    envelopes = {
        name: column(events, frames, fps) for name, column in event_envelopes.ENVELOPES.items()
    }
    assert all(
        envelope.dtype == np.float32 and envelope.shape == (frames,)
        for envelope in envelopes.values()
    )
    return {
        name: [round(float(value), 3) for value in envelope] for name, envelope in envelopes.items()
    }


def test_envelopes_of_events() -> None:
    envelopes = _envelopes(np.array([[0.25, 0.5], [0.75, 1.0]]), 5, 4)
    assert envelopes["since"] == [FAR_S, 0, 0.25, 0, 0.25]
    assert envelopes["until"] == [0.25, 0.5, 0.25, FAR_S, FAR_S]
    assert envelopes["phase"] == [0, 0, 0.5, 0, 0]
    assert envelopes["count"] == [0, 1, 1, 2, 2]
    assert envelopes["strength"] == [0, 0.5, 0.5, 1, 1]


def test_an_event_on_the_border_of_a_frame_belongs_to_the_frame_that_begins() -> None:
    for fps in (24, 25, 30, 50, 60):
        times = np.arange(1, 3000) / fps
        firsts = event_envelopes.first_frames(np.stack([times, times], axis=1), fps)
        assert firsts.tolist() == list(range(1, 3000))
    assert event_envelopes.first_frames(np.array([[4.1, 1.0]]), 30).tolist() == [123]


def test_envelopes_without_events_are_at_rest() -> None:
    envelopes = _envelopes(NONE, 3, 10)
    assert envelopes.pop("since") == envelopes.pop("until") == [FAR_S] * 3
    assert all(row == [0] * 3 for row in envelopes.values())


def test_every_event_of_the_catalogue_has_every_envelope() -> None:
    for event in EVENTS:
        assert {f"{event}.{word}" for word in event_envelopes.ENVELOPES} <= FEATURES.keys()


def test_beats_continue_beyond_both_ends() -> None:
    grid = BeatRuler.of(np.array([1.0, 1.5, 2.5]))
    moments = np.array([0.0, 1.0, 1.25, 1.5, 2.0, 2.5, 3.5])
    assert grid.position(moments).tolist() == [-2, 0, 0.5, 1, 1.5, 2, 3]


@pytest.mark.parametrize("times", [[], [3.0]])
def test_without_beats_there_are_two_a_second(times: list[float]) -> None:
    position = BeatRuler.of(np.array(times)).position(np.array([0.0, 1.0, 60.0]))
    assert position.tolist() == [0, 2, 120]
