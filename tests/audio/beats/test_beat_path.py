"""Beats from synthetic activations: the path, the line, the count of bars."""

import numpy as np
import pytest

from server.arrays import Float64Array
from server.audio.beats import beat_path, constant_tempo, downbeats


def marked(times: Float64Array, seconds: float, height: float = 0.8) -> Float64Array:
    """Return an activation with a peak at each time."""
    beats = np.full(round(seconds * 100), 0.01)
    beats[np.rint(times * 100).astype(np.int64)] = height
    return beats


def test_the_path_continues_without_evidence_of_beats() -> None:
    times = np.arange(0.2, 30, 0.5)
    marked_times = times[(times < 10) | (times > 16)]
    beats = beat_path.track_beats(marked(marked_times, 30)) / 100
    assert beats[: len(times)] == pytest.approx(times, abs=0.031)


def test_a_tempo_that_changes_is_followed() -> None:
    times = np.cumsum(np.linspace(0.40, 0.60, 60))
    beats = beat_path.track_beats(marked(times, 32)) / 100
    assert np.abs(beats[:, None] - times).min(axis=0).max() <= 0.05


def test_a_given_tempo_is_kept() -> None:
    times = np.arange(0.2, 20, 0.35)
    assert np.median(np.diff(beat_path.track_beats(marked(times, 20)))) == 35
    assert np.median(np.diff(beat_path.track_beats(marked(times, 20), 60 / 0.70))) == pytest.approx(
        70, abs=2
    )


def test_silence_and_less_than_a_beat() -> None:
    assert len(beat_path.track_beats(np.zeros(0))) == 0
    assert len(beat_path.track_beats(np.full(20, 0.5))) == 0
    assert len(downbeats.find_downbeats(np.zeros(0))) == 0


def test_beats_of_a_grid_fit_a_constant_tempo_to_the_millisecond() -> None:
    times = 0.123 + np.arange(100) * 60 / 128
    loose = times + np.random.default_rng(1).normal(0, 0.004, len(times))
    # The path may slip by half a beat in a break; the line does not.
    path = np.where((np.arange(100) > 40) & (np.arange(100) < 48), times + 0.23, times)
    activation = marked(np.delete(loose, range(41, 48)), 50)
    even = constant_tempo.fit_line(path, activation, np.sort(loose))
    assert even is not None
    assert 60 / even.period == pytest.approx(128, rel=2e-4)
    beats = even.beats(0, 46.6)
    assert beats == pytest.approx(times[: len(beats)], abs=0.003)


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_a_path_that_moves_to_the_offbeats_fits_a_constant_tempo(shift: float) -> None:
    # Slides by half a beat within six beats, as the path does where the offbeats are marked.
    times = 0.1 + np.arange(100) * 0.5
    path = times + np.interp(np.arange(100), [44, 50], [0.0, 0.25])
    drums = np.asarray(times + shift, np.float64)
    even = constant_tempo.fit_line(path, marked(path, 52), drums)
    assert even is not None
    assert even.beats(0, 49) == pytest.approx(drums[drums < 49], abs=0.005)


@pytest.mark.parametrize("seed", range(6))
def test_events_on_all_halves_do_not_move_the_beats(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = 0.1 + np.arange(200) * 0.5
    path = times + np.interp(np.arange(200), [160, 166], [0.0, 0.25])
    eighths = 0.1 + np.arange(400) * 0.25
    played = eighths[rng.random(400) > 0.03]
    events = np.sort(played + rng.normal(0, 0.006, len(played)))
    even = constant_tempo.fit_line(path, marked(path, 102), events)
    assert even is not None
    assert even.beats(0, 99) == pytest.approx(times[times < 99], abs=0.01)


@pytest.mark.parametrize(("slow", "fast"), [(130, 114), (50, 100)])
def test_a_passage_at_twice_the_tempo_fits_no_constant_tempo(slow: int, fast: int) -> None:
    intervals = np.concatenate([[0.1], np.full(slow, 0.7), np.full(fast, 0.35)])
    path: Float64Array = np.cumsum(intervals)
    assert constant_tempo.fit_line(path, marked(path, path[-1] + 2), path) is None


def test_marked_beats_off_both_halves_fit_no_constant_tempo() -> None:
    times = 0.1 + np.arange(100) * 0.5
    slip = np.interp(np.arange(100), [70, 74, 94, 98], [0.0, 0.125, 0.125, 0.0])
    path = np.asarray(times + slip, np.float64)
    drums = np.asarray(times, np.float64)
    assert constant_tempo.fit_line(path, marked(path, 52), drums) is None


def test_beats_on_one_line_stay_there_with_events_between_them() -> None:
    times = np.asarray(0.1 + np.arange(100) * 0.5, np.float64)
    offbeats = times + 0.25
    even = constant_tempo.fit_line(times, marked(times, 52), np.sort(offbeats))
    assert even is not None
    assert even.beats(0, 49) == pytest.approx(times[times < 49], abs=0.01)


def test_drifting_beats_fit_no_constant_tempo() -> None:
    times = np.cumsum(np.linspace(0.46, 0.54, 100))
    assert constant_tempo.fit_line(times, marked(times, 51), times) is None


@pytest.mark.parametrize("bar", [3, 4])
def test_bars_are_counted(bar: int) -> None:
    first = (np.arange(48) % bar == 1) * 1.0
    noisy = np.clip(0.1 + 0.5 * first, 0, 1)
    noisy[20:26] = 0.1
    assert np.array_equal(downbeats.find_downbeats(noisy), first)


def test_a_shortened_bar_moves_the_downbeats() -> None:
    first = np.concatenate([np.arange(30) % 4 == 0, np.arange(34) % 4 == 0]) * 1.0
    assert np.array_equal(downbeats.find_downbeats(0.05 + 0.85 * first), first)
