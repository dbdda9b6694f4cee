"""Parts of a track begin where its bars change, and nowhere beside."""

import numpy as np
import pytest

from server.media.rhythm import sections
from server.media.rhythm.bars import Bars


def found(*energies: float) -> list[tuple[float, int]]:
    """Start and kind of the parts of bars of 2 s in which everything is as strong as energy."""
    each = np.array(energies, np.float64)
    bounds = np.arange(len(each) + 1) * np.float64(2)
    rows = sections.find(Bars(bounds, each, each, each, each, each))
    assert rows[-1, 1] == 2.0 * len(each)
    return [(float(start), int(kind)) for start, _, _, kind in rows]


def test_an_even_track_is_one_part() -> None:
    assert found(*[0.8] * 8) == [(0.0, sections.PLAIN)]


@pytest.mark.parametrize("quiet", [2, 3, 4])
def test_a_quiet_beginning_ends_once(quiet: int) -> None:
    """Two bars later the four bars before are still unlike the four after; nothing happens."""
    expected = [(0.0, sections.PLAIN), (2.0 * quiet, sections.DROP)]
    assert found(*[0.1] * quiet, *[0.9] * 8) == expected


def test_a_fill_is_no_part() -> None:
    assert found(*[0.8] * 4, 0.6, *[0.8] * 4) == [(0.0, sections.PLAIN)]
