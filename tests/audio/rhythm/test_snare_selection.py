"""Snares are selected by their context: repetition in other bars, and the track's own level."""

import numpy as np
import pytest

from server.arrays import Float64Array
from server.audio.rhythm.detection import Candidates, Detections
from server.audio.rhythm.filterbank import STEPS_PER_S, FilterbankSpectra, compute_spectra
from server.audio.rhythm.snare_selection import expected_f_threshold, select_snares
from server.audio.track_events import find_events
from tests.audio import sounds

_SECONDS = 32
_BEATS = np.arange(0, _SECONDS, 0.5)
_DOWNBEATS = (np.arange(len(_BEATS)) % 4 == 0).astype(np.float64)
_BACKBEATS = _BEATS[2::4]


def _spectra(times: Float64Array, gains: Float64Array) -> FilterbankSpectra:
    """Return the spectra of bursts of noise."""
    rng, signal = np.random.default_rng(4), np.zeros(_SECONDS * 44_100)
    for time, gain in zip(times, gains, strict=True):
        first = round(time * 44_100)
        burst = gain * rng.standard_normal(4_410) * np.exp(-np.arange(4_410) / 1_500)
        signal[first : first + 4_410] += burst[: len(signal) - first]
    return compute_spectra(sounds.samples(0.2 * signal))


def _detections(times: Float64Array, certainty: Float64Array, gains: Float64Array) -> Detections:
    """Return the detections of a track whose only candidates are snares at `times`."""
    steps = np.rint(times * STEPS_PER_S).astype(np.int64)
    activation = np.zeros(_SECONDS * STEPS_PER_S)
    activation[steps] = certainty
    none = np.zeros((0, 2))
    return Detections(
        seconds=_SECONDS,
        spectrum=_spectra(times, gains),
        onsets=none,
        kicks=none,
        snares=none,
        hats=none,
        certainty={kind: np.zeros(0) for kind in ("onsets", "kicks", "snares", "hats")},
        beat_activation=np.zeros(len(activation)),
        downbeat_activation=np.zeros(len(activation)),
        snare_activation=activation,
        snare_candidates=Candidates(steps, times),
    )


def test_a_doubtful_snare_where_other_bars_have_one_is_selected() -> None:
    backbeats = _BACKBEATS[1:-1]
    doubtful, elsewhere = backbeats[7], backbeats[7] + 0.75
    times = np.sort(np.append(backbeats, elsewhere))
    certainty = np.where(np.isin(times, (doubtful, elsewhere)), 0.2, 0.9)
    gains = np.where(np.isin(times, (doubtful, elsewhere)), 0.6, 1.0)
    selected = select_snares(_detections(times, certainty, gains), _BEATS, _DOWNBEATS)
    assert selected.snares[:, 0].tolist() == backbeats.tolist()
    assert selected.certainty["snares"][7] == pytest.approx(0.2)


def test_without_beats_the_loud_ones_are_selected() -> None:
    backbeats = _BACKBEATS[1:-1]
    quiet = np.arange(len(backbeats)) % 3 == 0
    made = _detections(backbeats, np.full(len(backbeats), 0.3), np.where(quiet, 0.02, 1.0))
    selected = select_snares(made, np.zeros(0), np.zeros(0))
    assert selected.snares[:, 0].tolist() == backbeats[~quiet].tolist()


def test_each_snare_is_an_onset() -> None:
    backbeats = _BACKBEATS[1:-1]
    made = _detections(backbeats, np.full(len(backbeats), 0.9), np.ones(len(backbeats)))
    selected = select_snares(made, _BEATS, _DOWNBEATS)
    assert selected.onsets[:, 0].tolist() == backbeats.tolist()
    assert len(selected.certainty["onsets"]) == len(backbeats)


def test_a_track_may_have_no_snares() -> None:
    backbeats = _BACKBEATS[1:-1]
    rare = _detections(backbeats[:2], np.full(2, 0.04), np.full(2, 1.0))
    assert len(select_snares(rare, _BEATS, _DOWNBEATS).snares) == 0
    none = _detections(np.zeros(0), np.zeros(0), np.zeros(0))
    assert len(select_snares(none, _BEATS, _DOWNBEATS).snares) == 0


@pytest.mark.parametrize(
    ("probability", "threshold"),
    [
        ([0.9], 0.9),
        ([0.9, 0.9, 0.1], 0.9),  # 2 * 1.8 / 3.9 exceeds 2 * 1.9 / 4.9
        ([0.4, 0.4, 0.4, 0.4], 0.4),
        ([0.1, 0.9, 0.5], 0.5),  # 1.8 / 2.5 < 2.8 / 3.5 > 3.0 / 4.5
    ],
)
def test_the_threshold_gives_the_highest_expected_f_measure(
    probability: list[float], threshold: float
) -> None:
    assert expected_f_threshold(np.array(probability)) == threshold


def test_a_sustained_noise_has_few_snares() -> None:
    rng = np.random.default_rng(8)
    detected = find_events(sounds.samples(0.2 * rng.standard_normal(10 * 44_100)))
    assert len(detected.snares) <= 2
