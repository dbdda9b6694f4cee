"""Copies of files and folders that a server may be changing."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from server.files.disk import sync_path
from server.jobs.backup.manifest import CopiedFile

_CHUNK_BYTES = 1024 * 1024


@contextmanager
def _open_regular(path: Path) -> Iterator[int]:
    """Open a file for reading; a symbolic link is not followed (open(2), O_NOFOLLOW)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def copy_file(root: Path, name: str, target: Path) -> CopiedFile:
    """Copy the file `name` of the folder `root` into the folder `target`, durably.

    Files are published by renaming them, so that an open one never changes.

    Raises:
        FileNotFoundError: it has been removed.
        OSError: the disk is full, among others.
    """
    copy = target / name
    for parent in reversed(copy.relative_to(target).parents):
        (target / parent).mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with _open_regular(root / name) as descriptor, open(copy, "wb", opener=_private) as out:
        while chunk := os.read(descriptor, _CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return CopiedFile(name, size, digest.hexdigest())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def describe_file(root: Path, name: str) -> CopiedFile:
    """Return the entry of a file that is there."""
    with (root / name).open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return CopiedFile(name, (root / name).stat().st_size, sha256)


def file_names(root: Path, entry: str) -> list[str]:
    """Return a regular file of `root`, or those below a folder; none that is being written."""
    paths = [root / entry]
    if paths[0].is_dir() and not paths[0].is_symlink():
        paths = [Path(parent, name) for parent, _, names in os.walk(root / entry) for name in names]
    return sorted(
        str(path.relative_to(root))
        for path in paths
        if path.suffix != ".part" and path.is_file() and not path.is_symlink()
    )


def sync_folders(root: Path) -> None:
    """Make the names in all folders below `root` durable."""
    for parent, _, _ in os.walk(root, topdown=False):
        with suppress(FileNotFoundError):
            sync_path(Path(parent))
