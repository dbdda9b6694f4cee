"""Events near an even grid are moved to it, all others stay unchanged."""

import numpy as np
import pytest

from server.audio.beats import quantise


def test_kicks_a_little_off_are_put_on_the_grid() -> None:
    chance = np.random.default_rng(1)
    on = 0.5 * np.array([0, 1, 2, 3, 3.25, 4, 5, 6, 6.5, 7, 8, 9])
    sixteenths = quantise.find_sixteenths(
        on + chance.uniform(-3e-4, 4e-4, len(on)).clip(-on), 0.501
    )
    assert sixteenths is not None
    assert sixteenths == quantise.Sixteenths(0.0, 0.125)
    moved = sixteenths.snap(np.array([0.9985, 1.4999, 1.5021, 2.07, 2.6251]))
    assert moved == pytest.approx([1.0, 1.5, 1.5021, 2.07, 2.625], abs=1e-12)


def test_two_events_are_not_quantised_to_one_place() -> None:
    times = np.array([0.9985, 1.001, 2.0004])
    assert quantise.Sixteenths(0.0, 0.125).snap(times) == pytest.approx([0.9985, 1.001, 2.0])


@pytest.mark.parametrize("kicks", [[], [0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.5, 2.0, 20.0, 20.5]])
def test_there_is_no_grid_without_enough_kicks(kicks: list[float]) -> None:
    assert quantise.find_sixteenths(np.array(kicks), 0.5) is None


def test_played_rhythms_and_tempo_changes_have_no_grid() -> None:
    chance = np.random.default_rng(2)
    assert quantise.find_sixteenths(np.arange(40) * 0.5 + chance.normal(0, 0.01, 40), 0.5) is None
    rushed = np.cumsum(np.full(60, 0.5) * np.linspace(1, 0.9, 60))
    assert quantise.find_sixteenths(rushed, 0.47) is None


def test_a_tempo_that_is_not_round_stays() -> None:
    kicks = np.arange(50, dtype=np.float64) * 0.4567 + 0.3
    sixteenths = quantise.find_sixteenths(kicks, 0.457)
    assert sixteenths is not None
    assert sixteenths.step * 4 == pytest.approx(0.4567, abs=1e-7)
    assert sixteenths.snap(kicks) == pytest.approx(kicks, abs=1e-6)
