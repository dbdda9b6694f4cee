"""Queue for work of limited concurrency, in which clients take turns."""

import asyncio
import bisect
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from server.errors import ToqiboxError
from server.jobs.execution.timeouts import run_within

_WEIGHT = 0.2
"""Weight of a new measurement in the moving average."""


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """Limits of a queue; a client is named by its share."""

    places: int = 1
    """Maximum number of concurrent holders."""
    max_wait_s: float
    """Maximum wait: expected when it begins and whenever that changes, and actual."""
    waiting: int | None = None
    """Maximum number of waiters; None for as many as the maximum wait allows."""
    places_each: int | None = None
    """Maximum number of concurrent holders of a share; None for all places."""
    waiting_each: int | None = None
    """Maximum number of waiters of a share; None for any."""
    give_way_s: float | None = None
    """Wait after which a share without a place gets one of a share with several; None for never.
    The server itself, which has no share, waits longer."""


@dataclass(eq=False)
class _Holder:
    share: str
    began: float
    task: "asyncio.Task[Any] | None" = None
    gives_way: bool = False


@dataclass(eq=False)
class _Waiter:
    share: str
    turn: int
    place: "asyncio.Future[_Holder]"


class FairQueue:
    """Semaphore that is fair among clients, and measures how long it is held.

    The turn of a waiter is that of the last one of its share, plus 1, or the turn that is being
    served if its share is new (start-time fair queueing: Goyal, Vin and Cheng, 1996). Lower turns
    come first, and equal ones in the order of their arrival. So a client with many requests waits
    for them itself, and delays each of the others by one at a time.

    Args:
        limits: of places and waits.
        initial_s: assumed duration before the first measurement.
        max_counted_s: upper bound of a measurement.
    """

    def __init__(self, limits: QueueLimits, *, initial_s: float, max_counted_s: float) -> None:
        self._limits = limits
        self._mean_s = initial_s
        self._max_counted_s = max_counted_s
        self._waiting: list[_Waiter] = []
        """In the order in which they are served."""
        self._holders: list[_Holder] = []
        self._turn = 0
        """The highest turn that was served."""
        self._served: dict[str, int] = {}
        """The turns of the shares that were served at that turn."""

    @property
    def interval_s(self) -> float:
        """Mean seconds from the end of one to the end of the next, under load."""
        return self._mean_s / self._limits.places

    @property
    def waiting(self) -> int:
        """Number of waiters."""
        return len(self._waiting)

    @property
    def is_in_use(self) -> bool:
        """True while it is held."""
        return bool(self._holders)

    @asynccontextmanager
    async def acquire(self, share: str = "") -> AsyncIterator[None]:
        """Wait for admission and hold it until the end of the block.

        Args:
            share: of the client; empty for work of the server itself, to which none gives way.

        Raises:
            ToqiboxError: rate_limited, as soon as the expected wait is too long; from the block, if
                it gives way to another client.
        """
        holder = await self._acquire(share)
        task = holder.task = asyncio.current_task()
        cancelled_before = task.cancelling() if task else 0
        try:
            yield
            self._measure(time.monotonic() - holder.began)
        except asyncio.CancelledError:
            # Its client may have disconnected too: then nobody gets an answer.
            if holder.gives_way and task and task.uncancel() <= cancelled_before:
                raise self._refusal() from None
            raise
        finally:
            self._release(holder)

    def _measure(self, duration_s: float) -> None:
        """Record the duration of a successful holder; early failures are not counted."""
        self._mean_s += (min(duration_s, self._max_counted_s) - self._mean_s) * _WEIGHT
        self._reject_overdue()

    def _reject_overdue(self) -> None:
        """Refuse the last waiters if they could not be admitted within the maximum wait."""
        maximum = int(self._limits.max_wait_s / self.interval_s) + 1
        if self._limits.waiting is not None:
            maximum = min(maximum, self._limits.waiting)
        while len(self._waiting) > maximum:
            self._waiting.pop().place.set_exception(self._refusal())

    def _refusal(self) -> ToqiboxError:
        wait_s = max(len(self._waiting) * self.interval_s, 1.0)
        return ToqiboxError(
            "rate_limited", retry_after=round(wait_s), detail="the queue is too long"
        )

    async def _acquire(self, share: str) -> _Holder:
        own = [waiter.turn for waiter in self._waiting if waiter.share == share]
        if self._limits.waiting_each is not None and len(own) >= self._limits.waiting_each:
            raise self._refusal()
        last = max(own, default=self._served.get(share))
        turn = self._turn if last is None else max(self._turn, last + 1)
        loop = asyncio.get_running_loop()
        waiter = _Waiter(share, turn, loop.create_future())
        bisect.insort(self._waiting, waiter, key=lambda waiting: waiting.turn)
        self._admit()
        if waiter.place.done():
            return waiter.place.result()
        self._reject_overdue()
        give_way_s, timer = self._limits.give_way_s, None
        if give_way_s is not None and share:
            timer = loop.call_later(give_way_s, self._make_way, waiter)
        try:
            return await run_within(self._limits.max_wait_s, _wait_for(waiter))
        except BaseException as error:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif waiter.place.exception() is None:
                self._release(waiter.place.result())
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise
        finally:
            if timer:
                timer.cancel()

    def _release(self, holder: _Holder) -> None:
        self._holders.remove(holder)
        self._admit()

    def _admit(self) -> None:
        """Give the free places to those whose turn it is."""
        each = self._limits.places_each or self._limits.places
        while len(self._holders) < self._limits.places:
            held = Counter(holder.share for holder in self._holders)
            able = (waiter for waiter in self._waiting if held[waiter.share] < each)
            waiter = next(able, None)
            if waiter is None:
                return
            self._waiting.remove(waiter)
            self._turn = max(self._turn, waiter.turn)
            self._served[waiter.share] = waiter.turn
            served = self._served.items()
            self._served = {share: turn for share, turn in served if turn >= self._turn}
            holder = _Holder(waiter.share, time.monotonic())
            self._holders.append(holder)
            waiter.place.set_result(holder)

    def _make_way(self, waiter: _Waiter) -> None:
        """End the longest block of the share with the most places for a share that has none."""
        staying = [holder for holder in self._holders if not holder.gives_way]
        held = Counter(holder.share for holder in staying)
        share, count = held.most_common(1)[0] if held else ("", 0)
        if waiter.place.done() or held[waiter.share] or count < 2:
            return
        longest = next(holder for holder in staying if holder.share == share)
        if longest.task is not None:
            longest.gives_way = True
            longest.task.cancel()


async def _wait_for(waiter: _Waiter) -> _Holder:
    return await asyncio.shield(waiter.place)
