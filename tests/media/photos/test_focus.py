"""The focus of a photo."""

import numpy as np
import pytest

from server.media.photos.focus import find_focus


@pytest.mark.parametrize(("x", "y"), [(0.2, 0.3), (0.8, 0.6)])
def test_what_stands_out_is_the_focus(x: float, y: float) -> None:
    colours = np.full((40, 60, 3), 0.4)
    row, column = round(40 * y), round(60 * x)
    colours[row - 4 : row + 4, column - 4 : column + 4] = (0.9, 0.2, 0.1)
    assert find_focus(colours) == pytest.approx((x, y), abs=0.05)


def test_a_plain_photo_has_its_focus_in_the_middle() -> None:
    assert find_focus(np.full((9, 16, 3), 0.7)) == pytest.approx((0.5, 0.5))
