"""The place of one upload: how much of it came, how fast, and whether it can be ended."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from server.errors import ToqiboxError
from server.http.limits import MEGABYTE
from server.jobs.model.retry_after import SOON_S

_INITIAL_RATE, _INITIAL_RATE_S = 1.0 * MEGABYTE, 0.25
"""Bytes a second of a body that has just begun, and for how long its own rate is mixed with it."""


@dataclass(eq=False)
class UploadState:
    """The place of one upload.

    Its clock runs while the server waits for the client, and stands still while the server itself
    is stopped, writes, or judges an effect.
    """

    address: str
    size: int | None = None
    """Bytes of the whole body, where the client says so."""
    count: int = 0
    """Bytes of the body so far."""
    read_s: float = 0.0
    """Seconds that were spent waiting for them."""
    is_complete: bool = False
    """Whether the body has come to its end."""
    is_being_evicted: bool = False
    """Whether it was told to give way, and its files are not yet gone."""
    _reading: asyncio.Timeout | None = None

    def add(self, count: int, seconds: float) -> None:
        """Count `count` more bytes of the body and `seconds` more of waiting for it."""
        self.count += count
        self.read_s += seconds

    @property
    def rate(self) -> float:
        """Bytes a second of waiting for the client."""
        return self.count / max(self.read_s, 1e-3)

    @property
    def remaining_s(self) -> float:
        """Seconds until the body is whole, at its rate so far.

        Of a body whose size is unknown, as much is expected again as has come, and 1 MB at least.
        """
        if self.is_complete:
            return 0.0
        expected = max(self.count, MEGABYTE) if self.size is None else self.size - self.count
        received = self.count + _INITIAL_RATE * _INITIAL_RATE_S
        return expected * (self.read_s + _INITIAL_RATE_S) / received

    @property
    def is_being_read(self) -> bool:
        """Whether the body is still coming and nobody has asked for the place."""
        return self._reading is not None and not self._reading.expired()

    @contextmanager
    def _translate_timeout(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            detail = f"gave way at {self.rate:.0f} bytes a second"
            raise ToqiboxError("rate_limited", retry_after=SOON_S, detail=detail) from None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Read the body within this block, which another upload may end.

        Raises:
            ToqiboxError: rate_limited, when the place is given to another.
        """
        with self._translate_timeout():
            scope = self._reading = asyncio.timeout(None)
            async with scope:
                yield
                self._reading, self.is_complete, self.is_being_evicted = None, True, False

    def evict(self) -> None:
        """End the block of `reading`."""
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())
            self._reading, self.is_being_evicted = None, True
