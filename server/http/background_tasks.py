"""Work that is finished once begun, even if its client disconnects."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from server.errors import ToqiboxError

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


class BackgroundTasks:
    """The background tasks that are running; drained before the server ends."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run `coroutine` in a task of its own; cancelling the caller leaves it running."""
        task = asyncio.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_error)
            raise

    async def drain(self, timeout_s: float) -> None:
        """Wait for all tasks, and cancel those that take longer."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)
        unfinished = list(self._running)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)


def _log_error(task: asyncio.Task[Any]) -> None:
    """Log the error of a task whose client has disconnected, unless the client has caused it."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ToqiboxError):
        _LOG.error("request.background_failed", exc_info=error)
