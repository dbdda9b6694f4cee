"""File descriptors of the process: the limit, and the share of connections."""

import asyncio
import os
import resource
import socket

_TARGET_LIMIT = 8192
_RESERVED = 256
"""Reserved for the table, workers, open files, and sockets that were just accepted."""
ACCEPT_BATCH = 32
"""Sockets that are accepted before the first of them is counted as a connection."""
_BACKLOG = 1024


def raise_limit() -> None:
    """Raise the soft limit of descriptors (RLIMIT_NOFILE) towards 8192, as far as allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    max_count = _TARGET_LIMIT if hard == resource.RLIM_INFINITY else min(_TARGET_LIMIT, hard)
    if soft != resource.RLIM_INFINITY and soft < max_count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max_count, hard))


def max_connections(max_count: int) -> int:
    """Return the number of connections that may be open at one time, at most `max_count`.

    Each may need a second descriptor, for the file that it downloads or uploads.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return max_count
    return max(1, min(max_count, (soft - min(_RESERVED, soft // 2)) // 2))


async def start_serving(server: asyncio.Server) -> None:
    """Start `server` with a longer kernel backlog than asyncio accepts in one step.

    asyncio uses one number for both. Accepting 1024 at once would take all descriptors before
    the first connection is counted, and each failed accept would write a line to the log.
    """
    await server.start_serving()
    for listener in server.sockets:
        with socket.socket(fileno=os.dup(listener.fileno())) as duplicate:
            duplicate.listen(_BACKLOG)
