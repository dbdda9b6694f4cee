"""Range of values over a run of frames, to detect a video that shows nothing."""

import numpy as np

FLAT_TOLERANCE = 2
"""Steps of 8 bits by which one colour may vary because of the dither."""

Ranges = tuple[tuple[int, int], ...]
"""Least and greatest value of luma, Cb and Cr."""


class ValueRange:
    """Least and greatest value of each plane, while the frames have only one colour.

    After that frames are ignored, so that a normal video costs one look.
    """

    def __init__(self) -> None:
        self._ranges: Ranges | None = None
        self._visible = False

    @property
    def ranges(self) -> Ranges | None:
        """The three ranges; None if something is visible, or before the first frame."""
        return None if self._visible else self._ranges

    def repeat_frame(self) -> None:
        """Include the last frame once more, which changes nothing."""

    def add_frame(self, frame: memoryview) -> None:
        """Include an NV12 frame: two thirds of its bytes are luma, the rest pairs of Cb and Cr."""
        if self._visible:
            return
        values = np.frombuffer(frame, np.uint8)
        luma, chroma = values[: len(values) * 2 // 3], values[len(values) * 2 // 3 :]
        frame_ranges = tuple(
            (int(plane.min()), int(plane.max())) for plane in (luma, chroma[::2], chroma[1::2])
        )
        before = self._ranges or frame_ranges
        self._ranges = tuple(
            (min(a, c), max(b, d)) for (a, b), (c, d) in zip(before, frame_ranges, strict=True)
        )
        self._visible = any(high - low > FLAT_TOLERANCE for low, high in self._ranges)
