"""Atomic file writes: a file is written as `.part` and renamed when it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.errors import ToqiboxError
from server.files import seal
from server.files.disk import is_disk_full, sync_path


def temp_path(path: Path) -> Path:
    """Return the path under which the file `path` is written."""
    return path.with_name(path.name + ".part")


@contextmanager
def translate_disk_full() -> Iterator[None]:
    """Translate a full disk into `storage_full`; let other errors pass."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise ToqiboxError("storage_full", detail=str(error)) from error
        raise


def commit(path: Path, *, sealed: bool = False) -> None:
    """Rename the written `.part` of `path` to `path`, both the bytes and the name on disk.

    Args:
        path: the file.
        sealed: write a seal too, which reveals later damage; see seal.py.

    Raises:
        ToqiboxError: storage_full.
        OSError: the `.part` does not exist, among others.
    """
    temporary = temp_path(path)
    with translate_disk_full():
        sync_path(temporary)
        if sealed:  # first, so that a published file always has its seal
            seal.write(path, temporary)
        os.replace(temporary, path)
        sync_path(path.parent)


def discard_temp(path: Path) -> None:
    """Remove the `.part` of `path` if it exists."""
    temp_path(path).unlink(missing_ok=True)


@contextmanager
def atomic_write(path: Path, *, sealed: bool = False) -> Iterator[BinaryIO]:
    """Write `path` through its `.part`; commit it if the block succeeds, else remove it.

    With `sealed` a seal is written too; see seal.py.

    Raises:
        ToqiboxError: storage_full.
    """
    try:
        with translate_disk_full():
            with temp_path(path).open("wb") as file:
                yield file
            commit(path, sealed=sealed)
    except BaseException:
        discard_temp(path)
        raise
