"""Seals: the hash of a published file, kept beside it, that shows later damage to the file.

A file that a job keeps for its later tasks may be cut or changed while the server is down, or by a
bad disk while it runs. Whoever reads it first compares it with its seal, `NAME.sum`: the SHA-256 of
its bytes in hexadecimal digits.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from server.errors import ToqiboxError

_SUFFIX = ".sum"


class DamagedFilesError(ToqiboxError):
    """Files that are missing, cannot be read, or are not as they were published."""

    def __init__(self, paths: list[Path]) -> None:
        names = ", ".join(path.name for path in paths)
        super().__init__("render_failed", detail=f"damaged on disk: {names}")
        self.paths = paths


def seal_path(path: Path) -> Path:
    """Find where the seal of the file `path` lies."""
    return path.with_name(path.name + _SUFFIX)


def write(path: Path, content: Path) -> None:
    """Write the seal of `path`, which is about to hold what the file `content` holds.

    Raises:
        OSError: the disk is full, among others.
    """
    with seal_path(path).open("w", encoding="ascii") as file:
        file.write(_sha256(content))
        file.flush()
        os.fsync(file.fileno())


def is_intact(path: Path) -> bool:
    """Return whether the file `path` can be read and is what its seal says."""
    try:
        return seal_path(path).read_bytes() == _sha256(path).encode()
    except OSError:
        return False


def verify(paths: Iterable[Path]) -> None:
    """Compare files with their seals.

    Raises:
        Damaged: it names every one that differs, or has no seal.
    """
    damaged = [path for path in paths if not is_intact(path)]
    if damaged:
        raise DamagedFilesError(damaged)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
