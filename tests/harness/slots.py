"""Slots without processes: a fake worker answers tasks as the test decides.

An answer that succeeds writes every output of its task, as a worker does.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from server.jobs.execution.worker_process import OnEvent, TaskError, Timeouts
from server.process.sandbox import Limits
from server.protocol.codec import from_stored
from server.protocol.results.task_result import TaskResult
from server.protocol.task import ResultT, Task
from server.protocol.tasks import (
    Analyse,
    AnyTask,
    DrawFrames,
    DrawSegment,
    EncodeAudio,
    LimitFlashes,
    Mux,
)
from server.protocol.wire.events import Failed, FramesDone

_WAIT_S = 5.0

_VALUES: dict[type[AnyTask], dict[str, Any]] = {
    Analyse: {},
    LimitFlashes: {},
    EncodeAudio: {},
    DrawFrames: {"frames": (), "renderer": "llvmpipe", "software": True},
    DrawSegment: {"seconds": {"render": 0.5}},
    Mux: {"bytes": 3, "sha256": "c" * 64},
}
RESULTS: dict[str, TaskResult] = {
    kind.name: from_stored(kind.result_type, values) for kind, values in _VALUES.items()
}
"""Results of the tasks of a job, by name."""


async def until(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds; fail the test if that takes too long."""
    end = time.monotonic() + _WAIT_S
    while not condition():
        assert time.monotonic() < end, "the condition does not hold in time"
        await asyncio.sleep(0.001)


@dataclass(eq=False)
class Call:
    """A task that a fake worker was given."""

    task: AnyTask
    slot: int | None
    """Index of the slot; None for a task outside slots."""
    on_event: OnEvent
    answer: asyncio.Future[Any] = field(default_factory=asyncio.Future)
    is_cancelled: bool = False

    @property
    def job_id(self) -> str:
        """Id of the job: the name of its folder."""
        return next(path.parent.name for path in self._files if path.parent.parent.name == "jobs")

    @property
    def outputs(self) -> list[Path]:
        return self.task.outputs()

    @property
    def _files(self) -> list[Path]:
        return [*self.task.outputs(), *self.task.inputs()]

    @property
    def first(self) -> int:
        """First frame of a segment."""
        assert isinstance(self.task, DrawSegment)
        return self.task.first

    @property
    def encoder(self) -> str:
        """Encoder of a segment."""
        assert isinstance(self.task, DrawSegment)
        return self.task.encoder

    def finish(self, result: TaskResult | None = None) -> None:
        """Write the outputs and answer, perhaps with a `result`; missing inputs are damaged."""
        missing = [path for path in self.task.inputs() if not path.exists()]
        if missing:
            self.fail("render_failed", missing)
            return
        for path in self.task.outputs():
            path.parent.mkdir(exist_ok=True)
            if not path.is_dir():
                path.write_text(self.task.name)
        self.answer.set_result(result or RESULTS[self.task.name])

    def fail(self, code: str, damaged: Iterable[Path] = ()) -> None:
        """Answer with an error; `damaged` are files of earlier tasks."""
        failed = Failed(code=code, damaged=tuple(map(str, damaged)))
        self.answer.set_exception(TaskError(code, "by the test", failed))

    def report_frames(self, done: int) -> None:
        """Report that `done` frames were passed to the encoder."""
        self.on_event(FramesDone(done=done))


class FakeWorkers:
    """Workers of all slots and of the tasks outside them.

    They answer at once, except the tasks on hold, which the test answers.

    Args:
        machine: the report of a probe; it may be replaced.
    """

    def __init__(self, machine: dict[str, Any]) -> None:
        self.machine = machine
        self.calls: list[Call] = []
        self._held: set[str] = set()
        self._failures: dict[str, list[str]] = {}

    def hold(self, *names: str) -> None:
        """Leave the answers to tasks of these names to the test."""
        self._held |= set(names)

    def release(self, *names: str) -> None:
        """Answer the waiting tasks of these names, and later ones at once."""
        self._held -= set(names)
        for call in self.calls:
            if call.task.name in names and not call.answer.done():
                call.finish()

    def fail(self, name: str, *codes: str) -> None:
        """Answer the next tasks of this name with errors."""
        self._failures.setdefault(name, []).extend(codes)

    def given(self, name: str) -> list[Call]:
        """Return the calls of this name so far."""
        return [call for call in self.calls if call.task.name == name]

    def waiting(self, name: str) -> list[Call]:
        """Return the calls of this name that have no answer."""
        return [call for call in self.given(name) if not call.answer.done()]

    async def next(self, name: str, count: int = 1) -> list[Call]:
        """Wait until `count` tasks of this name are without an answer; return them."""
        await until(lambda: len(self.waiting(name)) >= count)
        return self.waiting(name)

    async def answer(self, task: AnyTask, slot: int | None, on_event: OnEvent) -> Any:
        """Run a task; two that write the same files would be an error of the dispatcher."""
        running = [path for call in self.calls if not call.answer.done() for path in call.outputs]
        assert not set(task.outputs()) & set(running), f"{task.name} runs twice at a time"
        call = Call(task, slot, on_event)
        self.calls.append(call)
        codes = self._failures.get(task.name)
        if codes:
            call.fail(codes.pop(0))
        elif task.name not in self._held:
            call.finish()
        try:
            return await call.answer
        except asyncio.CancelledError:
            call.is_cancelled = True
            raise

    async def run_task(
        self,
        task: Task[ResultT],
        timeouts: Timeouts,
        limits: Limits | None = None,
        on_event: OnEvent = lambda _event: None,
    ) -> ResultT:
        """Run a task that needs no slot."""
        if task.name == "probe":
            report: Any = from_stored(task.result_type, self.machine)
            return cast(ResultT, report)
        assert timeouts.total_s > 0
        assert limits is not None
        return cast(ResultT, await self.answer(task, None, on_event))


class FakeSlot:
    """Slot whose worker is a fake."""

    def __init__(self, index: int, workers: FakeWorkers) -> None:
        self.index = index
        self.is_free = True
        self.gpu: int | None = None
        self.job_id: str | None = None
        """The job that its worker serves."""
        self._workers = workers

    async def run(
        self,
        job_id: str,
        task: Task[ResultT],
        timeouts: Timeouts,
        on_event: OnEvent,
        limits: Limits | None = None,
    ) -> ResultT:
        assert timeouts.total_s > 0
        assert limits is not None
        assert not self.is_free, "the dispatcher has not assigned it"
        self.job_id = job_id
        return cast(ResultT, await self._workers.answer(task, self.index, on_event))

    async def stop_worker(self) -> None:
        await asyncio.sleep(0)
        self.job_id = None

    async def stop_worker_of(self, job_id: str) -> None:
        if self.job_id == job_id:
            await self.stop_worker()
