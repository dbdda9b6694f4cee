"""One worker for all tasks of a command, since starting a worker takes longer than most tasks."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from server.jobs.execution.worker_process import Timeouts, Worker
from server.protocol.task import ResultT, Task

_TIMEOUTS = Timeouts(idle_s=300, total_s=86_400)
"""Long, since the user can press Ctrl-C."""


class WorkerSession:
    """A context manager with a worker, which is started for the first task and ended at exit."""

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

    def run(self, task: Task[ResultT]) -> ResultT:
        """Do one task; returns its result.

        Raises:
            TaskError: see Worker.run. If the worker died, the next task starts a new one.
            KeyboardInterrupt: at Ctrl-C; the worker has been killed.
        """
        with _signals_wake(self._runner.get_loop()):
            return self._runner.run(self._run(task))

    def stop(self) -> None:
        """End the worker; a further task starts a new one."""
        self._runner.run(self._end())

    async def _run(self, task: Task[ResultT]) -> ResultT:
        if self._worker is None or not self._worker.is_alive:
            self._worker = await Worker.start("effects")
        return await self._worker.run(task, _TIMEOUTS, lambda _event: None)

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()


@contextlib.contextmanager
def _signals_wake(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake `loop`, so that its Python handler runs at once.

    asyncio.Runner cancels its task in that handler, which runs between two instructions of the main
    thread. A signal that arrives just before this thread waits for events, or that another thread
    receives, would otherwise have no effect until the next event.
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
