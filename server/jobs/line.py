"""A line of uploads before a task that takes few of them at one time."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.errors import ToqiboxError
from server.jobs.patience import within

_WEIGHT = 0.2
"""Of a new measurement beside those before it."""


class Line:
    """Lets a few in at one time, in their order, and measures how long each takes.

    Args:
        width: how many are let in at one time.
        usual_s: what one takes, before any was measured.
        longest_s: the most that one measurement counts.
        wait_s: longest wait for a turn.
    """

    def __init__(self, width: int, *, usual_s: float, longest_s: float, wait_s: float) -> None:
        self._width = self._free = width
        self._takes_s = usual_s
        self._longest_s = longest_s
        self._wait_s = wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def each_s(self) -> float:
        """Seconds from the end of one to the end of the next, while others wait."""
        return self._takes_s / self._width

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; it ends with the block.

        Raises:
            ToqiboxError: rate_limited, after the longest wait.
        """
        await self._enter()
        began = time.monotonic()
        try:
            yield
            self._measure(time.monotonic() - began)
        finally:
            self._leave()

    def _measure(self, took_s: float) -> None:
        """Take in the time of one that was done to its end; what fails early says nothing."""
        self._takes_s += (min(took_s, self._longest_s) - self._takes_s) * _WEIGHT

    async def _enter(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await within(self._wait_s, _end_of(turn))
        except BaseException as error:
            if turn.done():
                self._leave()
            else:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise ToqiboxError(
                    "rate_limited", retry_after=round(self._wait_s), detail="waited too long"
                ) from None
            raise

    def _leave(self) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._free += 1


async def _end_of(turn: asyncio.Future[None]) -> None:
    await asyncio.shield(turn)
