"""One worker for all tasks of a command: starting another for each would take longer than they."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from server.jobs.execution.worker_process import Timeouts, Worker

_TIMEOUTS = Timeouts(idle_s=300, total_s=86_400)
"""A person sits before it, who can end it."""


class WorkerSession:
    """A worker that is started with the first task; a context manager that ends it."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._worker: Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._runner as runner:
            runner.run(self._end())

    def run(self, task: dict[str, Any]) -> dict[str, Any]:
        """Do one task; returns its result.

        Raises:
            TaskError: see Worker.run. The next task is done by a fresh worker, if need be.
            KeyboardInterrupt: at Ctrl-C; the worker is gone then.
        """
        with _signals_wake(self._runner.get_loop()):
            return self._runner.run(self._run(task))

    def stop(self) -> None:
        """End the worker; one more task would start another."""
        self._runner.run(self._end())

    async def _run(self, task: dict[str, Any]) -> dict[str, Any]:
        if self._worker is None or not self._worker.is_alive:
            self._worker = await Worker.start("effects")
        return await self._worker.run(task, _TIMEOUTS, lambda _event: None)

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()


@contextlib.contextmanager
def _signals_wake(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake `loop`, so that its handler in Python runs at once.

    asyncio.Runner cancels its task in such a handler, which runs between two instructions of the
    main thread: a signal that comes as that thread is about to wait for events, or that another
    thread receives, would stay unnoticed for as long as nothing else happens.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    woken, waker = socket.socketpair()
    with woken, waker:
        woken.setblocking(False)
        waker.setblocking(False)
        loop.add_reader(woken, woken.recv, 4096)
        before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(woken)
