"""Disk space that the parts of the data folder take."""

import os
from pathlib import Path

from server.jobs.storage.data_folder import DataFolder

_BLOCK_BYTES = 512
"""Unit of st_blocks (inode(7)), independent of the file system."""


def measure_folders(data: DataFolder) -> dict[str, int]:
    """Return the allocated bytes of each folder; ``database`` is the job table with its log.

    Blocks for some microseconds a file. Files that are removed meanwhile are left out.
    """
    folders = sorted(entry.name for entry in os.scandir(data.root) if entry.is_dir())
    sizes = {name: _allocated_bytes(data.root / name) for name in folders}
    database = (data.database.with_name(data.database.name + end) for end in ("", "-wal", "-shm"))
    return {**sizes, "database": sum(map(_file_bytes, database))}


def _allocated_bytes(folder: Path) -> int:
    return sum(
        _file_bytes(Path(parent, name)) for parent, _, names in os.walk(folder) for name in names
    )


def _file_bytes(path: Path) -> int:
    try:
        return os.lstat(path).st_blocks * _BLOCK_BYTES
    except OSError:
        return 0
