"""A line of uploads before a task that takes few of them at one time."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.errors import ToqiboxError
from server.jobs.execution.timeouts import within

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
            ToqiboxError: rate_limited, as soon as the wait is seen to be too long.
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
        self._shorten()

    def _shorten(self) -> None:
        """Refuse at once who could not be let in within the longest wait: the last in the line."""
        while (len(self._waiting) - 1) * self.each_s > self._wait_s:
            self._waiting.pop().set_exception(self._refusal())

    def _refusal(self) -> ToqiboxError:
        wait_s = max(len(self._waiting) * self.each_s, 1.0)
        return ToqiboxError("rate_limited", retry_after=round(wait_s), detail="the line is long")

    async def _enter(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._shorten()
        try:
            await within(self._wait_s, _end_of(turn))
        except BaseException as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.exception() is None:
                self._leave()
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise

    def _leave(self) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._free += 1


async def _end_of(turn: asyncio.Future[None]) -> None:
    await asyncio.shield(turn)
