"""The state of one upload: its progress, its rate, and its eviction."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from server.errors import ToqiboxError
from server.http.limits import MEGABYTE
from server.jobs.model.retry_after import SOON_S

_INITIAL_RATE, _INITIAL_RATE_S = 1.0 * MEGABYTE, 0.25
"""Rate in bytes a second of a body that has just begun, and for how long it is mixed in."""


class DecodeQueue(Enum):
    """Queue in which an upload is decoded once it is complete."""

    EXPORTS = auto()
    KEPT_FILES = auto()
    PREVIEWS = auto()


@dataclass(eq=False)
class UploadState:
    """The state of one upload.

    Its clock runs while the server waits for the client, and stops while the server itself is
    suspended, writes, or validates an effect.
    """

    share: str
    """Of the client; see shares.queue_share_of."""
    queue: DecodeQueue
    size: int | None = None
    """Bytes of the whole body, if the client announced them."""
    count: int = 0
    """Bytes of the body so far."""
    read_s: float = 0.0
    """Seconds spent waiting for them."""
    is_complete: bool = False
    """The body has been read to its end."""
    is_being_evicted: bool = False
    """It was evicted, and its files are not removed yet."""
    _reading: asyncio.Timeout | None = None

    def add(self, count: int, seconds: float) -> None:
        """Count `count` more bytes of the body and `seconds` more of waiting for them."""
        self.count += count
        self.read_s += seconds

    @property
    def rate(self) -> float:
        """Bytes a second of waiting for the client."""
        return self.count / max(self.read_s, 1e-3)

    @property
    def remaining_s(self) -> float:
        """Seconds until the body is complete, at its rate so far.

        A body of unknown size is expected to be twice what has arrived, and 1 MB more at least.
        """
        if self.is_complete:
            return 0.0
        expected = max(self.count, MEGABYTE) if self.size is None else self.size - self.count
        received = self.count + _INITIAL_RATE * _INITIAL_RATE_S
        return expected * (self.read_s + _INITIAL_RATE_S) / received

    @property
    def is_being_read(self) -> bool:
        """The body is still arriving, and the upload was not evicted."""
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
        """Read the body within this block, which an eviction ends.

        Raises:
            ToqiboxError: rate_limited, if it is evicted.
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
