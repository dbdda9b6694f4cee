"""File descriptors of the process: how many it may open, and how many are for connections."""

import asyncio
import os
import resource
import socket

_TARGET_LIMIT = 8192
_RESERVED = 256
"""For the table, workers, files that are read and written, and sockets that were just accepted."""
ACCEPT_BATCH = 32
"""Sockets that are accepted before the first of them is counted as a connection."""
_BACKLOG = 1024


def raise_limit() -> None:
    """Raise the soft limit of descriptors (RLIMIT_NOFILE) towards 8192, as far as it is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    max_count = _TARGET_LIMIT if hard == resource.RLIM_INFINITY else min(_TARGET_LIMIT, hard)
    if soft != resource.RLIM_INFINITY and soft < max_count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max_count, hard))


def max_connections(max_count: int) -> int:
    """Return how many connections may be open at one time, at most `most`.

    Each may hold a second descriptor, of the file that it downloads or uploads.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return max_count
    return max(1, min(max_count, (soft - min(_RESERVED, soft // 2)) // 2))


async def start_serving(server: asyncio.Server) -> None:
    """Start `server`, and let the kernel queue more connections than asyncio accepts in one step.

    asyncio uses one number for both. Accepting 1024 at once would take all descriptors before
    the first connection is counted, and each failed accept would write a line to the log.
    """
    await server.start_serving()
    for listener in server.sockets:
        with socket.socket(fileno=os.dup(listener.fileno())) as duplicate:
            duplicate.listen(_BACKLOG)
