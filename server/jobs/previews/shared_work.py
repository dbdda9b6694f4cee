"""Work that several requests wait for: done once, and stopped when nobody waits any more."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from server.errors import ToqiboxError
from server.jobs.model.retry_after import BUSY_S

LINGER_S = 2.0
"""Time for which work goes on without a waiter: a client that replaces its request by another one
needs the same media a moment later."""


@dataclass(eq=False)
class _Shared:
    task: "asyncio.Task[None]"
    waiters: int = 0
    timer: asyncio.TimerHandle | None = None
    """Stops it, once nobody waits."""


class SharedWork:
    """Tasks by key, each of which belongs to all who wait for it.

    Args:
        linger_s: time from the leave of the last waiter to the cancellation.
    """

    def __init__(self, linger_s: float = LINGER_S) -> None:
        self._linger_s = linger_s
        self._running: dict[str, _Shared] = {}

    async def do(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Wait until the work of a key is done; begin it with `work` if it is not under way.

        The caller may be cancelled: the work goes on as long as another one waits.

        Raises:
            ToqiboxError: draining if the work is stopped while the caller waits.
            Exception: what the work raises. A file that was missing for another caller is not an
                error: this one then does the work with its own.
        """
        while True:
            shared, is_own = self._running.get(key), False
            if shared is not None and shared.task.cancelling():  # it is being stopped
                await asyncio.wait((shared.task,))
                continue
            if shared is None:
                shared, is_own = self._begin(key, work), True
            try:
                return await self._wait_for(shared)
            except FileNotFoundError:
                if is_own:
                    raise

    async def stop(self) -> None:
        """Cancel all work, and wait for its end."""
        tasks = [shared.task for shared in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, key: str, work: Callable[[], Awaitable[None]]) -> _Shared:
        async def run() -> None:
            await work()

        shared = self._running[key] = _Shared(asyncio.create_task(run()))

        def end(task: asyncio.Task[None]) -> None:
            del self._running[key]
            if shared.timer:
                shared.timer.cancel()
            with suppress(asyncio.CancelledError):
                task.exception()  # it may have failed when nobody waited any more

        shared.task.add_done_callback(end)
        return shared

    async def _wait_for(self, shared: _Shared) -> None:
        shared.waiters += 1
        if shared.timer:
            shared.timer.cancel()
            shared.timer = None
        try:
            await asyncio.shield(shared.task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if shared.task.cancelled() and not (caller and caller.cancelling()):
                raise ToqiboxError("draining", retry_after=BUSY_S) from None
            raise
        finally:
            shared.waiters -= 1
            if not shared.waiters and not shared.task.done():
                loop = asyncio.get_running_loop()
                shared.timer = loop.call_later(self._linger_s, shared.task.cancel)
