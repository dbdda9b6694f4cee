"""The disk: which errors mean that it is full, and how a path is made durable."""

import errno
import os
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error means that the disk or a quota is full."""
    return isinstance(error, OSError) and error.errno in _FULL


def sync_path(path: Path) -> None:
    """Make a file, or the names in a folder, durable (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
