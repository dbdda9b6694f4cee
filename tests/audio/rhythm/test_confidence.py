"""Confidence in events, by kind, in the whole track and around each moment."""

import numpy as np
import pytest

from server.audio.rhythm.confidence import Evidence
from server.audio.track_events import find_events
from server.protocol.feature_names import EVENTS_WITH_CONFIDENCE
from tests.audio import sounds


def test_a_single_onset_is_not_evidence_of_a_drum() -> None:
    lone = Evidence(np.array([10.0]), np.array([1.0]))
    steady = Evidence(np.arange(0, 20, 0.5), np.ones(40))
    assert lone.overall <= 0.5
    assert steady.overall > 0.8
    assert steady.at(np.array([10.0]))[0] == pytest.approx(8 / 9, abs=0.02)


def test_confidence_follows_the_track() -> None:
    """Certain hits for 20 s, doubtful ones for 20 s, then none."""
    times = np.arange(0, 40, 0.5)
    certainty = np.where(times < 20, 0.9, 0.2)
    confidence = Evidence(times, certainty).at(np.array([10.0, 30.0, 60.0]))
    assert confidence[0] > 0.7
    assert confidence[1] < 0.25
    assert confidence[2] == 0


@pytest.mark.parametrize("times", [[], [0.0]])
def test_confidence_is_finite_with_almost_no_events(times: list[float]) -> None:
    confidence = Evidence(np.array(times), np.ones(len(times)))
    assert np.isfinite(confidence.at(np.arange(5.0))).all()
    assert confidence.at(np.zeros(0)).shape == (0,)
    assert 0 <= confidence.overall <= 1


def test_a_drum_has_a_higher_confidence_than_speech() -> None:
    drums = find_events(sounds.samples(sounds.drums(12, np.arange(0.25, 12, 0.5)))).evidence
    speech = find_events(sounds.samples(sounds.speech(12))).evidence
    assert drums["kick"].overall > 0.6
    assert speech["kick"].overall < 0.3
    assert speech["beat"].overall == 0
    assert tuple(drums) == tuple(speech) == EVENTS_WITH_CONFIDENCE
