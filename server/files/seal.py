"""Seals: the hash of a published file, stored next to it, that reveals later damage.

A file that a job keeps for its later tasks may be truncated or changed while the server is down,
or by a bad disk while it runs. A reader first compares it with its seal, `NAME.sum`: the SHA-256
of its bytes in hexadecimal digits. Decoded uploads cannot be made again: damage of them ends a job.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from server.errors import ToqiboxError
from server.protocol.file_names import seal_path


class DamagedFilesError(ToqiboxError):
    """Files that are missing, unreadable, or different from what was published."""

    def __init__(self, paths: list[Path]) -> None:
        names = ", ".join(path.name for path in paths)
        super().__init__("render_failed", detail=f"damaged on disk: {names}")
        self.paths = paths


def write(path: Path, content: Path) -> None:
    """Write the seal of `path`, which is about to receive the content of the file `content`.

    Raises:
        OSError: the disk is full, among others.
    """
    with seal_path(path).open("w", encoding="ascii") as file:
        file.write(_sha256(content))
        file.flush()
        os.fsync(file.fileno())


def is_intact(path: Path) -> bool:
    """Return whether the file `path` is readable and matches its seal."""
    try:
        return seal_path(path).read_bytes() == _sha256(path).encode()
    except OSError:
        return False


def verify(paths: Iterable[Path]) -> None:
    """Compare files with their seals.

    Raises:
        DamagedFilesError: names every file that differs or has no seal.
    """
    damaged = [path for path in paths if not is_intact(path)]
    if damaged:
        raise DamagedFilesError(damaged)


def verify_sealed(paths: Iterable[Path]) -> None:
    """Compare decoded uploads with their seals; those of an older server have none, and pass.

    Raises:
        DamagedFilesError: names every file that differs.
    """
    verify(path for path in paths if seal_path(path).exists())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
