"""The cells of segments as files."""

import os
import resource
from pathlib import Path

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.files import seal
from server.render.flash_safety.cell_recorder import StoredCells, record_cells
from server.render.flash_safety.cell_sampler import CellSampler

SIZE = (64, 36)


def _frame(seed: int) -> memoryview:
    """Return an NV12 frame of noise."""
    count = SIZE[0] * SIZE[1] * 3 // 2
    return memoryview(np.random.default_rng(seed).integers(16, 236, count, np.uint8).tobytes())


def _record(path: Path, seeds: list[int | None], frames: int | None = None) -> None:
    """Record a frame for each seed, None for the last one again; `frames` are promised."""
    with record_cells(path, SIZE, frames or len(seeds)) as recorder:
        for seed in seeds:
            if seed is None:
                recorder.repeat_frame()
            else:
                recorder.add_frame(_frame(seed))


def test_a_file_is_an_array_of_the_cells_of_each_frame(tmp_path: Path) -> None:
    path, expected = tmp_path / "cells.npy", tmp_path / "expected.npy"
    _record(path, [1, None, 2])
    cells = [CellSampler(SIZE).measure(_frame(seed)) for seed in (1, 1, 2)]
    np.save(expected, np.rint(np.stack(cells) * 65_535).astype(np.uint16))
    assert path.read_bytes() == expected.read_bytes()
    assert seal.is_intact(path)


@pytest.mark.parametrize("frames", [2, 4])
def test_a_file_has_all_frames_or_does_not_exist(tmp_path: Path, frames: int) -> None:
    with pytest.raises(RuntimeError, match="3 of"):
        _record(tmp_path / "cells.npy", [1, 2, 3], frames)
    assert list(tmp_path.iterdir()) == []


def test_segments_are_read_as_one_video(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.npy", "b.npy", "c.npy")]
    for path, seeds in zip(paths, ([1, 2], [3], [4, 5, 6]), strict=True):
        _record(path, list(seeds))
    cells = StoredCells(paths)
    stored = np.concatenate([np.load(path) for path in paths])
    whole = stored.astype(np.float32) / np.float32(65_535)
    assert (len(cells), cells.lengths) == (6, [2, 1, 3])
    for first in range(7):
        for last in range(first, 8):
            assert np.array_equal(cells[first:last], whole[first:last])
    assert np.array_equal(cells[:], whole)


def test_a_video_may_have_more_segments_than_a_worker_has_descriptors(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    limit = highest + 8  # a few for what a slice opens
    stored = np.arange((limit + 1) * 2, dtype=np.uint16).reshape(limit + 1, 2, 1, 1, 1)
    paths = [tmp_path / f"{number}.npy" for number in range(limit + 1)]
    for path, segment in zip(paths, stored, strict=True):
        np.save(path, segment)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        cells = StoredCells(paths)
        whole, part = cells[:], cells[3:9]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    expected = stored.reshape(-1, 1, 1, 1).astype(np.float32) / np.float32(65_535)
    assert cells.lengths == [2] * (limit + 1)
    assert np.array_equal(whole, expected)
    assert np.array_equal(part, expected[3:9])


def test_segments_of_different_videos_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 3, 4, 3), np.uint16))
    np.save(tmp_path / "b.npy", np.zeros((2, 4, 3, 3), np.uint16))
    with pytest.raises(ToqiboxError, match="different cells"):
        StoredCells([tmp_path / "a.npy", tmp_path / "b.npy"])
