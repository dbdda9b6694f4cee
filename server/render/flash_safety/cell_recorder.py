"""The cells of a run of frames, recorded as the frames are delivered, and as a file.

The file is NumPy's .npy: 16-bit numbers of shape (frames, rows, columns, 3), where 65,535 is the
brightest; rows from the bottom up, RGB in linear light.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array
from server.errors import ToqiboxError
from server.files import atomic
from server.render.flash_safety.cell_sampler import CellSampler, FrameSize

_MAX_STORED = 65_535


class CellRecorder:
    """Measures the cells of every frame that is delivered.

    Args:
        size: width and height of the frames.
        frames: at most as many are recorded.
    """

    def __init__(self, size: FrameSize, frames: int) -> None:
        self._sampler = CellSampler(size)
        self._stored = np.empty((frames, *self._sampler.grid, 3), np.uint16)
        self._count = 0
        self.seconds = 0.0
        """Seconds spent on measuring."""

    def add_frame(self, frame: memoryview) -> None:
        """Record an NV12 frame."""
        start = time.perf_counter()
        cells = self._sampler.measure(frame)
        np.rint(cells * _MAX_STORED, out=self._stored[self._count], casting="unsafe")
        self._count += 1
        self.seconds += time.perf_counter() - start

    def repeat_frame(self) -> None:
        """Record the last frame once more."""
        self._stored[self._count] = self._stored[self._count - 1]
        self._count += 1

    def save(self, path: Path) -> None:
        """Write the recorded cells, and the seal of the file.

        Raises:
            ToqiboxError: ``storage_full``.
        """
        with atomic.atomic_write(path, sealed=True) as file:
            np.save(file, self._stored[: self._count], allow_pickle=False)


def load(paths: Sequence[Path]) -> tuple[Float32Array, list[int]]:
    """Return the cells of consecutive segments, 0 to 1, and the number of frames of each.

    Raises:
        ToqiboxError: ``render_failed`` if the cells are those of different videos.
    """
    segments: list[NDArray[np.uint16]] = [np.load(path, allow_pickle=False) for path in paths]
    if len({stored.shape[1:] for stored in segments}) != 1:
        raise ToqiboxError("render_failed", detail="the segments have different cells")
    cells = np.concatenate(segments, dtype=np.float32)
    cells /= _MAX_STORED
    return cells, [len(stored) for stored in segments]
