"""Free memory of the process: the C library keeps it after a burst of requests, unless it is asked.

By itself glibc gives back only what is free at the end of its heap, and a single object that lives
on there holds everything before it: after a thousand uploads at once, twice what the server needs.
"""

import asyncio
import ctypes
from collections.abc import AsyncIterator

from aiohttp import web

from server.concurrency import run_in_thread

_INTERVAL_S = 10.0
_MIN_FREE_BYTES = 16_000_000
_FIELDS = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks",
    "keepcost",
)  # fmt: skip


class _Usage(ctypes.Structure):
    """`struct mallinfo2` of glibc (mallinfo(3)); `fordblks` are the bytes that are free."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _FIELDS)


class FreeMemory:
    """Gives free memory of the C library back to the system."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        # glibc before 2.33 and other C libraries have not both of them: nothing is given back.
        self._measure = getattr(library, "mallinfo2", None)
        self._trim = getattr(library, "malloc_trim", None)
        if self._measure is not None:
            self._measure.restype = _Usage
        self._given_back = 0
        """Bytes of the free memory that are given back already; those used again count no more."""

    def give_back(self) -> bool:
        """Give back what is free if it is over 16 MB; return whether it was.

        It takes milliseconds, in which other threads may wait for memory.
        """
        if self._measure is None or self._trim is None:
            return False
        free = int(self._measure().fordblks)
        self._given_back = min(self._given_back, free)
        if free - self._given_back < _MIN_FREE_BYTES:
            return False
        self._trim(0)
        self._given_back = int(self._measure().fordblks)
        return True


async def give_back_free_memory(_app: web.Application) -> AsyncIterator[None]:
    """Give back free memory at intervals, as long as the application runs."""
    task = asyncio.create_task(_repeat(FreeMemory()))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _repeat(memory: FreeMemory) -> None:
    while True:
        await asyncio.sleep(_INTERVAL_S)
        await run_in_thread(memory.give_back)
