"""File descriptors of the process: how many it may open, and how many are for connections."""

import asyncio
import os
import resource
import socket

_WANTED = 8192
_RESERVED = 256
"""For the table, workers, files that are read and written, and sockets that were just accepted."""
ACCEPTED_AT_ONCE = 32
"""Sockets that are accepted before the first of them is counted as a connection."""
_BACKLOG = 1024


def raise_limit() -> None:
    """Raise the soft limit of descriptors (RLIMIT_NOFILE) towards 8192, as far as it is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def connections(most: int) -> int:
    """Return how many connections may be open at one time, at most `most`.

    Each may hold a second descriptor, of the file that it downloads or uploads.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return most
    return max(1, min(most, (soft - min(_RESERVED, soft // 2)) // 2))


async def start_serving(server: asyncio.Server) -> None:
    """Start `server`, and let the kernel queue more connections than asyncio accepts in one step.

    asyncio uses one number for both. Accepting 1024 at once would take all descriptors before
    the first connection is counted, and each failed accept would write a line to the log.
    """
    await server.start_serving()
    for listening in server.sockets:
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(_BACKLOG)
