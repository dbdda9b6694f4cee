"""Atomic file writes: a file is written as `.part` and renamed when it is complete."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.errors import ToqiboxError
from server.files import seal

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def temp_path(path: Path) -> Path:
    """Return the path under which the file `path` is written."""
    return path.with_name(path.name + ".part")


@contextmanager
def translate_disk_full() -> Iterator[None]:
    """Translate a full disk into `storage_full`; let other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
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
        _sync(temporary)
        if sealed:  # first, so that a published file always has its seal
            seal.write(path, temporary)
        os.replace(temporary, path)
        _sync(path.parent)


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


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
