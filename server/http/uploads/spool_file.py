"""A file of an upload in its spool folder, and the check of the free disk space for it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from server.errors import ToqiboxError
from server.http.uploads.form_digest import FormDigest
from server.jobs.model.retry_after import DISK_FULL_S
from server.jobs.storage.disk_errors import translate_disk_errors


class FreeSpaceGuard:
    """Checks the free disk space at intervals, because a body may grow for minutes.

    Args:
        has_space: returns whether the disk has space for more.
        interval_bytes: bytes between two checks.
    """

    def __init__(self, has_space: Callable[[], bool], interval_bytes: int) -> None:
        self._has_space = has_space
        self._interval_bytes = interval_bytes
        self._unchecked_bytes = 0

    def reserve(self, count: int) -> None:
        """Account for `count` bytes that are about to be written.

        Raises:
            ToqiboxError: storage_full.
        """
        self._unchecked_bytes += count
        if self._unchecked_bytes >= self._interval_bytes:
            self._unchecked_bytes = 0
            if not self._has_space():
                raise ToqiboxError("storage_full", retry_after=DISK_FULL_S, detail="MIN_FREE_MB")


UNLIMITED = FreeSpaceGuard(lambda: True, sys.maxsize)
"""Guard of what takes no disk space."""


class FileSink(Protocol):
    """Takes the content of a file of a form."""

    def write(self, data: bytes) -> None:
        """Take the next bytes."""

    def sync(self) -> None:
        """Make the content durable."""

    def discard(self) -> None:
        """Remove the file: none was chosen."""

    def close(self) -> None:
        """Release the file."""


class HashedFile:
    """A file that is counted in the digest of its form, and not stored."""

    def __init__(self, name: str, digest: FormDigest) -> None:
        self._name = name
        self._digest = digest
        self._hash = digest.begin(name)

    def write(self, data: bytes) -> None:
        self._hash.update(data)

    def sync(self) -> None:
        pass

    def discard(self) -> None:
        self._digest.omit(self._name)

    def close(self) -> None:
        pass


class SpoolFile(HashedFile):
    """A new file, readable only by this user, and never opened through a link.

    Args:
        path: the file; its name is that of the part.
        free_space: is asked before bytes are written.
        digest: of the form.

    Raises:
        ToqiboxError: storage_full or not_ready, from each method.
    """

    def __init__(self, path: Path, free_space: FreeSpaceGuard, digest: FormDigest) -> None:
        super().__init__(path.name, digest)
        self._path = path
        self._free_space = free_space
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with translate_disk_errors():
            self.descriptor = os.open(path, flags, 0o600)

    def write(self, data: bytes) -> None:
        super().write(data)
        self._free_space.reserve(len(data))
        left = memoryview(data)
        with translate_disk_errors():
            while left:
                left = left[os.write(self.descriptor, left) :]

    def sync(self) -> None:
        with translate_disk_errors():
            os.fsync(self.descriptor)

    def discard(self) -> None:
        super().discard()
        self._path.unlink()

    def close(self) -> None:
        os.close(self.descriptor)
