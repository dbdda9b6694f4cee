"""One part of a snapshot: read in a task of its own, with a limit for the scrape that waits."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

_LOG = logging.getLogger(__name__)
_MAX_WAIT_S = 3.0


class SnapshotPart:
    """Value that is read by one task at a time, and not too often.

    A disk or driver that hangs delays one scrape by 3 s; later ones do not wait for it.

    Args:
        read: reads the value.
        interval_s: time after which it is old.
    """

    def __init__(self, read: Callable[[], Awaitable[Any]], interval_s: float) -> None:
        self._read = read
        self._interval_s = interval_s
        self._reading: asyncio.Future[Any] | None = None
        self._is_late = False
        self._next_at = 0.0
        self.value: Any = None
        """None if it could not be read, or not in time."""

    async def refresh(self) -> bool:
        """Read the value if it is old; return False if it is not there in time."""
        reading = self._reading
        if reading is None:
            if time.monotonic() < self._next_at:
                return self.value is not None
            reading = self._reading = asyncio.ensure_future(self._read())
        await asyncio.wait((reading,), timeout=0.0 if self._is_late else _MAX_WAIT_S)
        self._is_late = not reading.done()
        if self._is_late:
            self.value = None
        elif self._reading is reading:  # no other scrape has taken it
            self._take(reading)
        return self.value is not None

    def _take(self, reading: asyncio.Future[Any]) -> None:
        self._reading, self.value = None, None
        self._next_at = time.monotonic() + self._interval_s
        if reading.cancelled():
            return
        error = reading.exception()
        if error is None:
            self.value = reading.result()
        else:
            _LOG.error("metrics.read_failed", exc_info=error)

    async def close(self) -> None:
        """End the task."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
