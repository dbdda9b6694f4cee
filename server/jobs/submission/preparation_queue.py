"""Queue of uploads for a task of limited concurrency."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.errors import ToqiboxError
from server.jobs.execution.timeouts import run_within

_WEIGHT = 0.2
"""Weight of a new measurement in the moving average."""


class PreparationQueue:
    """First-in, first-out semaphore that measures how long it is held.

    Args:
        limit: maximum number of concurrent holders.
        initial_s: assumed duration before the first measurement.
        max_counted_s: upper bound of a measurement.
        max_wait_s: maximum wait.
    """

    def __init__(
        self, limit: int, *, initial_s: float, max_counted_s: float, max_wait_s: float
    ) -> None:
        self._limit = self._free = limit
        self._mean_s = initial_s
        self._max_counted_s = max_counted_s
        self._max_wait_s = max_wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def interval_s(self) -> float:
        """Mean seconds from the end of one to the end of the next, under load."""
        return self._mean_s / self._limit

    @property
    def waiting(self) -> int:
        """Number of waiters."""
        return len(self._waiting)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[None]:
        """Wait for admission and hold it until the end of the block.

        Raises:
            ToqiboxError: rate_limited, as soon as the expected wait is too long.
        """
        await self._acquire()
        began = time.monotonic()
        try:
            yield
            self._measure(time.monotonic() - began)
        finally:
            self._release()

    def _measure(self, duration_s: float) -> None:
        """Record the duration of a successful holder; early failures are not counted."""
        self._mean_s += (min(duration_s, self._max_counted_s) - self._mean_s) * _WEIGHT
        self._reject_overdue()

    def _reject_overdue(self) -> None:
        """Refuse the last waiters if they could not be admitted within the maximum wait."""
        while (len(self._waiting) - 1) * self.interval_s > self._max_wait_s:
            self._waiting.pop().set_exception(self._refusal())

    def _refusal(self) -> ToqiboxError:
        wait_s = max(len(self._waiting) * self.interval_s, 1.0)
        return ToqiboxError(
            "rate_limited", retry_after=round(wait_s), detail="the queue is too long"
        )

    async def _acquire(self) -> None:
        if self._free:
            self._free -= 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._reject_overdue()
        try:
            await run_within(self._max_wait_s, _wait_for(waiter))
        except BaseException as error:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif waiter.exception() is None:
                self._release()
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise

    def _release(self) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._free += 1


async def _wait_for(waiter: asyncio.Future[None]) -> None:
    await asyncio.shield(waiter)
