"""A file becomes visible under its name only when it is whole: written as `.part`, then renamed."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.errors import ToqiboxError
from server.files import seal

_FULL = (errno.ENOSPC, errno.EDQUOT)


def part_of(path: Path) -> Path:
    """Where the file `path` lies while it is being written."""
    return path.with_name(path.name + ".part")


@contextmanager
def storing() -> Iterator[None]:
    """Turn a full disk into the catalogue's `storage_full`; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ToqiboxError("storage_full", detail=str(error)) from error
        raise


def publish(path: Path, *, sealed: bool = False) -> None:
    """Rename the written `.part` of `path` to `path`, both the bytes and the name on disk.

    Args:
        path: the file.
        sealed: whether it gets a seal, by which later damage shows; see seal.py.

    Raises:
        ToqiboxError: storage_full.
        OSError: there is no such part, among others.
    """
    part = part_of(path)
    with storing():
        _sync(part)
        if sealed:  # before the file, so that no file is ever without
            seal.write(path, part)
        os.replace(part, path)
        _sync(path.parent)


def discard(path: Path) -> None:
    """Remove the `.part` of `path` if there is one."""
    part_of(path).unlink(missing_ok=True)


@contextmanager
def writing(path: Path, *, sealed: bool = False) -> Iterator[BinaryIO]:
    """Write `path` through its `.part`; published when the block ends well, else removed.

    With `sealed` it gets a seal; see seal.py.

    Raises:
        ToqiboxError: storage_full.
    """
    try:
        with storing():
            with part_of(path).open("wb") as file:
                yield file
            publish(path, sealed=sealed)
    except BaseException:
        discard(path)
        raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
