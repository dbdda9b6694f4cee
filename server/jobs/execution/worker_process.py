"""A worker as the server sees it: a child that takes tasks as lines and answers in lines."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from server.concurrency import uninterrupted
from server.errors import CATALOGUE
from server.jobs.execution.process import ExecutedProcess, WorkerProcess
from server.jobs.execution.timeouts import run_within
from server.messages import read_values
from server.process import sandbox
from server.protocol.codec import ProtocolError
from server.protocol.task import AnyTask, ResultT, Task
from server.protocol.wire.events import Done, Event, Failed, TaskTraced
from server.protocol.wire.lines import read_event, read_result, write_task
from server.tracing import spans

_TAIL_BYTES = 8192
_KILL_WAIT_S = 5.0
_START_S = 30.0
_NOT_STARTED = "it could not be started"

OnEvent = Callable[[Event], None]


class TaskError(Exception):
    """A task ended without a result."""

    def __init__(self, code: str, detail: str, failed: Failed | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.failed = failed
        """The worker's own event; None where it was ended, or died."""

    @property
    def values(self) -> dict[str, Any]:
        """Values of the error's sentence, with the messages among them as Message."""
        return read_values(self.failed.values if self.failed else None)

    @property
    def diagnostics(self) -> list[dict[str, Any]] | None:
        """Messages of the shader compiler."""
        diagnostics = self.failed.diagnostics if self.failed else None
        return None if diagnostics is None else list(diagnostics)

    @property
    def field(self) -> str | None:
        """The invalid field of the request."""
        return self.failed.field if self.failed else None

    @property
    def is_external(self) -> bool:
        """True if the worker was killed externally or did not start: the task is not the cause.

        Its own limits end it by other signals.
        """
        external = self.detail.startswith(("signal SIGKILL", _NOT_STARTED))
        return self.code == "worker_crashed" and external


@dataclass(frozen=True)
class Timeouts:
    """Time limits of a task."""

    idle_s: float
    """Maximum time between two events."""
    total_s: float
    """Maximum total time."""


Launch = Callable[[str, sandbox.Limits | None], Awaitable[WorkerProcess]]
"""Starts a worker process, with its purpose in the list of processes and its limits.

Raises OSError if it cannot be started.
"""


@dataclass
class Worker:
    """Worker process, in a process group of its own that includes its ffmpeg."""

    process: WorkerProcess
    _tail: bytearray = field(default_factory=bytearray)
    _stderr_task: asyncio.Task[None] | None = None
    _has_answered: bool = False

    @classmethod
    async def start(
        cls,
        label: str,
        limits: sandbox.Limits | None = None,
        launch: Launch = ExecutedProcess.start,
    ) -> "Worker":
        """Start a worker process.

        `label` is the purpose of the worker in the list of processes. Must be called on the main
        thread: the child dies with the thread that spawns it.
        """
        try:
            process = await launch(label, limits)
        except OSError as error:  # out of memory, processes or descriptors
            raise TaskError("worker_crashed", f"{_NOT_STARTED}: {error}") from error
        worker = cls(process)
        worker._stderr_task = asyncio.create_task(worker._read_stderr())
        return worker

    async def _read_stderr(self) -> None:
        while chunk := await self.process.stderr.read(4096):
            self._tail += chunk
            del self._tail[:-_TAIL_BYTES]

    @property
    def stderr_tail(self) -> str:
        """End of the worker's standard error, for the log."""
        return self._tail.decode(errors="replace")

    async def run(self, task: Task[ResultT], timeouts: Timeouts, on_event: OnEvent) -> ResultT:
        """Run a task: send it, read its events, return its result.

        Raises:
            TaskError: with the task's own code, or worker_crashed, render_stalled,
                render_timeout; after these three the worker is dead.
        """
        with spans.span(task.name) as span:
            traced = replace(task, trace=span.traceparent if span.is_recorded else None)
            return await self._run(traced, timeouts, on_event)

    async def _run(self, task: Task[ResultT], timeouts: Timeouts, on_event: OnEvent) -> ResultT:
        try:
            return await run_within(
                timeouts.total_s, self._exchange(task, timeouts.idle_s, on_event)
            )
        except TimeoutError:
            await self.kill()
            raise TaskError(
                "render_timeout", f"over {timeouts.total_s:.0f} s. {self.stderr_tail}"
            ) from None
        except asyncio.CancelledError:
            await self.kill()
            raise

    async def _exchange(self, task: Task[ResultT], idle_s: float, on_event: OnEvent) -> ResultT:
        await self._send(task)
        done = await self._read_events(idle_s, on_event, task.trace)
        try:
            return read_result(task, done)
        except ProtocolError as error:
            await self.kill()
            raise TaskError("worker_crashed", f"not a result: {error}") from None

    async def _send(self, task: AnyTask) -> None:
        # The end of the events of a dead worker gives a better message.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.process.stdin.write(write_task(task))
            await self.process.stdin.drain()

    async def _read_events(self, idle_s: float, on_event: OnEvent, trace: str | None) -> Done:
        # The start of the interpreter on a busy machine does not count as a stall.
        timeout_s = idle_s if self._has_answered else max(idle_s, _START_S)
        while True:
            event = await self._next_event(timeout_s)
            if isinstance(event, Done):
                return event
            if isinstance(event, Failed):
                code = event.code if event.code in CATALOGUE else "internal"
                raise TaskError(code, event.detail, event)
            self._has_answered = True
            timeout_s = idle_s
            if isinstance(event, TaskTraced) and trace is not None:
                self._record(event, trace)
                continue
            on_event(event)

    def _record(self, event: TaskTraced, trace: str) -> None:
        """Export what the worker has measured, as part of the task's span."""
        facts = {"process.pid": self.process.pid}
        interval = (event.task.began_ns, event.task.ended_ns)
        worker = spans.record(f"{event.task.name} in worker", trace, interval, facts)
        for stage in event.stages:
            spans.record(stage.name, worker, (stage.began_ns, stage.ended_ns), facts)

    async def _next_event(self, timeout_s: float) -> Event:
        try:
            line = await run_within(timeout_s, self.process.stdout.readline())
        except TimeoutError:
            await self.kill()
            raise TaskError(
                "render_stalled", f"silent for {timeout_s} s. {self.stderr_tail}"
            ) from None
        except ValueError:  # the line is too long
            line = b"{"
        if not line:
            await self.kill()
            raise TaskError("worker_crashed", f"{self._exit_reason()}. {self.stderr_tail}")
        try:
            return read_event(line)
        except ProtocolError:
            await self.kill()
            raise TaskError("worker_crashed", f"not an event: {line[:200]!r}") from None

    def _exit_reason(self) -> str:
        code = self.process.returncode
        if code is None:
            return "closed its events"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    async def kill(self) -> None:
        """Kill the process group with SIGKILL and wait for its end, up to a limit.

        A cancelled caller waits too: nobody else would close the pipes of the worker.
        """
        await uninterrupted(self._end())

    async def _end(self) -> None:
        self.process.kill_group()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_KILL_WAIT_S):
                    await self.process.wait()
                    if self._stderr_task:
                        # Not awaited itself: once cancelled, it would cancel the next caller.
                        await asyncio.wait((self._stderr_task,))
        finally:
            if self._stderr_task:
                self._stderr_task.cancel()
            self.process.close()


def _ignore(_event: Event) -> None:
    pass


class RunTask(Protocol):
    """Runs one task in a worker of its own, as `run_task` does."""

    async def __call__(
        self,
        task: Task[ResultT],
        timeouts: Timeouts,
        limits: sandbox.Limits | None = None,
        on_event: OnEvent = _ignore,
    ) -> ResultT: ...


async def run_task(
    task: Task[ResultT],
    timeouts: Timeouts,
    limits: sandbox.Limits | None = None,
    on_event: OnEvent = _ignore,
    launch: Launch = ExecutedProcess.start,
) -> ResultT:
    """Run one task in a worker of its own.

    Raises:
        TaskError: see Worker.run.
    """
    worker = await Worker.start(task.name, limits, launch)
    try:
        return await worker.run(task, timeouts, on_event)
    finally:
        # Also when cancelled: no process outlives the call.
        await worker.kill()
