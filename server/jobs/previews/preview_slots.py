"""The places in which previews are drawn, each with a worker that stays warm for a while."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.concurrency import run_in_thread
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import Launch, Timeouts
from server.process.sandbox import Limits
from server.protocol.task import ResultT, Task
from server.protocol.wire.events import Event

PLACES = 2
"""Previews at one time: they are never more, so exports keep the rest of the machine."""
LABEL = "preview"
"""Purpose of the workers in the list of processes."""
_WARM_S = 15.0
"""Time for which an idle worker is kept."""
_MAX_WAIT_S = 10.0
_GIVE_WAY_S = 3.0
"""Wait after which a client takes one of the places of a client that has all of them."""
_MAX_CUSTOM = 1
"""Previews at one time that draw the source of a client, which may hold its place for long."""
_MAX_CUSTOM_WAIT_S = 20.0


@dataclass
class _Place:
    """A slot, and the use of its worker."""

    slot: LocalSlot
    folder: Path
    """Folder of its frames: a confined worker writes nowhere else."""
    key: str | None = None
    """Key of the media and effects that its worker has drawn; None without a worker."""
    is_free: bool = True
    used_at: float = 0.0
    timer: asyncio.TimerHandle | None = None
    """Ends its worker after a while."""
    ending: "asyncio.Task[None] | None" = None


class PreviewSlots:
    """Draws few previews at a time; a worker never serves other media or effects.

    Args:
        launch: starts the workers.
        folder: for the frames, created when it is needed.
        warm_s: seconds for which an idle worker is kept.
        max_wait_s: maximum expected wait for a place.
    """

    def __init__(
        self,
        launch: Launch,
        folder: Path,
        *,
        warm_s: float = _WARM_S,
        max_wait_s: float = _MAX_WAIT_S,
    ) -> None:
        self._places = [
            _Place(LocalSlot(at, None, launch, LABEL), folder / str(at)) for at in range(PLACES)
        ]
        limits = QueueLimits(places=PLACES, max_wait_s=max_wait_s, give_way_s=_GIVE_WAY_S)
        self._queue = FairQueue(limits, initial_s=1.0, max_counted_s=30.0)
        custom_limits = QueueLimits(places=_MAX_CUSTOM, max_wait_s=_MAX_CUSTOM_WAIT_S)
        self._custom_queue = FairQueue(custom_limits, initial_s=1.0, max_counted_s=30.0)
        self._warm_s = warm_s

    def interval_s(self) -> float:
        """Return the mean seconds from one preview to the next."""
        return self._queue.interval_s

    @property
    def is_busy(self) -> bool:
        """True while a preview is drawn or waits for a place."""
        return self._queue.is_in_use

    @asynccontextmanager
    async def admit(self, share: str = "", *, custom: bool = False) -> AsyncIterator[None]:
        """Wait for a place and hold it until the end of the block, in which `run` is called.

        Args:
            share: of the client; empty for the server's own.
            custom: True if the source of a client is drawn: one place is left to all others.

        Raises:
            ToqiboxError: rate_limited, as soon as the expected wait is too long; from the block, if
                it gives way to another client.
        """
        async with AsyncExitStack() as stack:
            if custom:
                await stack.enter_async_context(self._custom_queue.acquire(share))
            await stack.enter_async_context(self._queue.acquire(share))
            yield

    async def run(
        self,
        key: str,
        make_task: Callable[[Path], Task[ResultT]],
        timeouts: Timeouts,
        limits: Limits,
        *,
        keep: bool = True,
    ) -> ResultT:
        """Run a task in the worker of that key, or in a new one.

        Args:
            key: of the media and effects.
            make_task: returns the task, which writes only to the folder that it is given.
            timeouts: see Worker.run.
            limits: of a new worker.
            keep: False ends the worker after the task.

        Raises:
            TaskError: see Worker.run.
            OSError: the folder cannot be created.
        """
        place = self._choose(key)
        place.is_free, place.key = False, key
        if place.timer:
            place.timer.cancel()
        try:
            if place.ending:  # it would end the worker of this task
                await asyncio.wait((place.ending,))
            await run_in_thread(_create, place.folder)
            task = make_task(place.folder)
            return await place.slot.run(key, task, timeouts, _ignore, limits)
        finally:
            place.is_free, place.used_at = True, time.monotonic()
            if keep:
                loop = asyncio.get_running_loop()
                place.timer = loop.call_later(self._warm_s, self._end_worker, place)
            else:
                self._end_worker(place)

    async def stop(self) -> None:
        """End all workers."""
        for place in self._places:
            if place.timer:
                place.timer.cancel()
            await place.slot.stop_worker()

    def _choose(self, key: str) -> _Place:
        free = [place for place in self._places if place.is_free]
        return min(free, key=lambda place: (place.key != key, place.used_at))

    def _end_worker(self, place: _Place) -> None:
        place.key = None
        place.ending = asyncio.create_task(place.slot.stop_worker())


def _create(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _ignore(_event: Event) -> None:
    pass
