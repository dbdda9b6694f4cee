"""The maximum around each moment equals that of a plain search."""

import numpy as np
import pytest

from server.audio.series.moving_max import moving_max


@pytest.mark.parametrize("reach", [0, 1, 2, 3, 4, 10, 42, 100])
@pytest.mark.parametrize("outside", [0.0, -np.inf])
def test_the_maximum_is_that_of_all_values_within_reach(reach: int, outside: float) -> None:
    values = np.random.default_rng(reach).normal(-1, 1, 50)
    padded = [outside] * reach + values.tolist() + [outside] * reach
    expected = [max(padded[at : at + 2 * reach + 1]) for at in range(len(values))]
    assert moving_max(values, reach, outside).tolist() == expected


def test_no_values_have_no_maxima() -> None:
    assert len(moving_max(np.zeros(0), 3)) == 0
