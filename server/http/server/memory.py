"""Free memory of the process: the C library keeps it after a burst of requests, unless it is asked.

By itself glibc gives back only what is free at the end of its heap, and a single object that lives
on there holds everything before it: after a thousand uploads at once, twice what the server needs.
"""

import asyncio
import ctypes
import os
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from server.concurrency import run_in_thread

_INTERVAL_S = 10.0
_MIN_BYTES = 16_000_000
_FIELDS = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks",
    "keepcost",
)  # fmt: skip


class _Usage(ctypes.Structure):
    """`struct mallinfo2` of glibc (mallinfo(3)).

    `fordblks` counts the free bytes, including those that were given back already.
    """

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
        self._min_resident = 0
        """Minimum resident memory since free memory was given back, bytes."""

    def give_back(self) -> bool:
        """Give back what is free; return whether it did.

        It does if 16 MB are free and the process has grown by as much since the last time. It
        takes milliseconds, in which other threads may wait for memory.
        """
        if self._measure is None or self._trim is None:
            return False
        resident = _resident_bytes()
        self._min_resident = min(self._min_resident, resident)
        has_grown = resident - self._min_resident >= _MIN_BYTES
        if not has_grown or self._measure().fordblks < _MIN_BYTES:
            return False
        self._trim(0)
        self._min_resident = _resident_bytes()
        return True


def _resident_bytes() -> int:
    """Return the memory of the process that is in RAM (proc_pid_statm(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


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
