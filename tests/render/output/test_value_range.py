"""The range of values is tracked while the frames have one colour."""

import numpy as np

from server.render.output.value_range import ValueRange


def _frame(luma: int, chroma: tuple[int, int], spot: int | None = None) -> memoryview:
    values = np.full(8 * 4 * 3 // 2, luma, np.uint8)
    values[32::2], values[33::2] = chroma
    if spot is not None:
        values[5] = spot
    return memoryview(values.tobytes())


def test_frames_of_one_colour_have_ranges() -> None:
    value_range = ValueRange()
    assert value_range.ranges is None
    value_range.add_frame(_frame(16, (128, 127)))
    value_range.add_frame(_frame(17, (128, 128)))
    assert value_range.ranges == ((16, 17), (128, 128), (127, 128))


def test_a_spot_or_a_second_colour_is_visible() -> None:
    for frame in (_frame(16, (128, 128), spot=19), _frame(40, (128, 128)), _frame(16, (131, 128))):
        value_range = ValueRange()
        value_range.add_frame(_frame(16, (128, 128)))
        value_range.add_frame(frame)
        assert value_range.ranges is None
        value_range.add_frame(_frame(16, (128, 128)))
        assert value_range.ranges is None
