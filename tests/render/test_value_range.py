"""The values of frames are followed for as long as they are one colour."""

import numpy as np

from server.render.output.value_range import Shades


def _frame(luma: int, chroma: tuple[int, int], spot: int | None = None) -> memoryview:
    values = np.full(8 * 4 * 3 // 2, luma, np.uint8)
    values[32::2], values[33::2] = chroma
    if spot is not None:
        values[5] = spot
    return memoryview(values.tobytes())


def test_frames_of_one_colour_have_ranges() -> None:
    shades = Shades()
    assert shades.ranges is None
    shades.take(_frame(16, (128, 127)))
    shades.take(_frame(17, (128, 128)))
    assert shades.ranges == [[16, 17], [128, 128], [127, 128]]


def test_a_spot_or_another_colour_is_a_picture() -> None:
    for frame in (_frame(16, (128, 128), spot=19), _frame(40, (128, 128)), _frame(16, (131, 128))):
        shades = Shades()
        shades.take(_frame(16, (128, 128)))
        shades.take(frame)
        assert shades.ranges is None
        shades.take(_frame(16, (128, 128)))
        assert shades.ranges is None
