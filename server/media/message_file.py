"""The messages of a process: an unnamed file of fixed size in memory.

Writes beyond its size fail without blocking the writer. A pipe without a reader would block it; a
regular file could fill the disk.
"""

import fcntl
import os

SIZE = 64 * 1024
"""Bytes of messages that are kept, the first ones."""


def create() -> int:
    """Create a file, and return its descriptor."""
    descriptor = os.memfd_create("messages", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, SIZE)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    return descriptor


def read(descriptor: int) -> str:
    """Return the messages that have been written so far."""
    return os.pread(descriptor, SIZE, 0).rstrip(b"\0").decode("utf-8", "replace")
