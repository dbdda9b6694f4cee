"""A file becomes visible under its name only when it is whole: written as `.part`, then renamed."""

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
    """Where the file `path` lies while it is being written."""
    return path.with_name(path.name + ".part")


@contextmanager
def translate_disk_full() -> Iterator[None]:
    """Turn a full disk into the catalogue's `storage_full`; other errors pass."""
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
        sealed: whether it gets a seal, by which later damage shows; see seal.py.

    Raises:
        ToqiboxError: storage_full.
        OSError: there is no such part, among others.
    """
    temporary = temp_path(path)
    with translate_disk_full():
        _sync(temporary)
        if sealed:  # before the file, so that no file is ever without
            seal.write(path, temporary)
        os.replace(temporary, path)
        _sync(path.parent)


def discard_temp(path: Path) -> None:
    """Remove the `.part` of `path` if there is one."""
    temp_path(path).unlink(missing_ok=True)


@contextmanager
def atomic_write(path: Path, *, sealed: bool = False) -> Iterator[BinaryIO]:
    """Write `path` through its `.part`; published when the block ends well, else removed.

    With `sealed` it gets a seal; see seal.py.

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
