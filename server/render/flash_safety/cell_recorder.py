"""The cells of a run of frames, recorded as the frames are delivered, and as a file.

The file is NumPy's .npy: 16-bit numbers of shape (frames, rows, columns, 3), where 65,535 is the
brightest; rows from the bottom up, RGB in linear light. Neither who writes it nor who reads it
holds more than some frames: videos may be long.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array
from server.errors import ToqiboxError
from server.files import atomic
from server.render.flash_safety.cell_sampler import CellSampler, FrameSize

_MAX_STORED = 65_535


class CellRecorder:
    """Measures the cells of every frame that is delivered, and writes them.

    Args:
        sampler: measures the cells.
        file: for the cells of one frame after the other.
    """

    def __init__(self, sampler: CellSampler, file: BinaryIO) -> None:
        self._sampler = sampler
        self._file = file
        self._stored = np.zeros((*sampler.grid, 3), np.uint16)
        self.frames = 0
        """Frames that are recorded."""
        self.seconds = 0.0
        """Seconds spent on measuring."""

    def add_frame(self, frame: memoryview) -> None:
        """Record an NV12 frame."""
        start = time.perf_counter()
        cells = self._sampler.measure(frame)
        np.rint(cells * _MAX_STORED, out=self._stored, casting="unsafe")
        self.repeat_frame()
        self.seconds += time.perf_counter() - start

    def repeat_frame(self) -> None:
        """Record the last frame once more."""
        self._file.write(self._stored.tobytes())
        self.frames += 1


@contextmanager
def record_cells(path: Path, size: FrameSize, frames: int) -> Iterator[CellRecorder]:
    """Record as many frames in the block; publish the file, and its seal, with its end.

    Args:
        path: the file, written through its `.part`.
        size: width and height of the frames.
        frames: their number.

    Raises:
        ToqiboxError: ``storage_full``.
        RuntimeError: another number of frames was recorded.
    """
    sampler = CellSampler(size)
    description = np.lib.format.dtype_to_descr(np.dtype(np.uint16))
    shape = (frames, *sampler.grid, 3)
    with atomic.atomic_write(path, sealed=True) as file:
        header = {"descr": description, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        recorder = CellRecorder(sampler, file)
        yield recorder
        if recorder.frames != frames:
            raise RuntimeError(f"{recorder.frames} of {frames} frames were recorded")


class StoredCells:
    """The cells of consecutive segments: only what a slice reads is in memory.

    No file stays open: a long video has more segments than a worker may have descriptors.

    Args:
        paths: the files of the segments, in order.

    Raises:
        ToqiboxError: ``render_failed`` if the cells are those of different videos.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        shapes = [_map(path).shape for path in paths]
        if len({shape[1:] for shape in shapes}) != 1:
            raise ToqiboxError("render_failed", detail="the segments have different cells")
        self._frame_shape = shapes[0][1:]
        self.lengths = [shape[0] for shape in shapes]
        """The number of frames of each segment."""

    def __len__(self) -> int:
        """Return the number of frames."""
        return sum(self.lengths)

    def __getitem__(self, frames: slice) -> Float32Array:
        """Return the cells of consecutive frames: (frames, rows, columns, 3), 0 to 1."""
        first, last, _ = frames.indices(len(self))
        cells = np.empty((max(0, last - first), *self._frame_shape), np.float32)
        begin = 0
        for path, length in zip(self._paths, self.lengths, strict=True):
            begins, ends = max(first, begin), min(last, begin + length)
            if begins < ends:
                cells[begins - first : ends - first] = _map(path)[begins - begin : ends - begin]
            begin += length
        cells /= _MAX_STORED
        return cells


def _map(path: Path) -> NDArray[np.uint16]:
    """Map the cells of a segment; its descriptor is closed with the last view of the array."""
    stored: NDArray[np.uint16] = np.load(path, mmap_mode="r", allow_pickle=False)
    return stored
