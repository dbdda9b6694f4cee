"""Slot: runs one worker at a time. Segments are rendered only in slots."""

import asyncio
from typing import Protocol

from server.jobs.execution.process import ExecutedProcess
from server.jobs.execution.worker_process import Launch, OnEvent, Timeouts, Worker
from server.process.sandbox import Limits
from server.protocol.task import ResultT, Task
from server.protocol.tasks import DrawSegment


class Slot(Protocol):
    """Place where one task of a job runs at a time; the dispatcher assigns it to jobs."""

    index: int
    gpu: int | None
    """GPU of its own, as CUDA counts; None for the only device."""
    is_free: bool
    """False while the dispatcher has assigned it."""

    async def run(
        self,
        job_id: str,
        task: Task[ResultT],
        timeouts: Timeouts,
        on_event: OnEvent,
        limits: Limits | None = None,
    ) -> ResultT:
        """Run a task of job `job_id`; call `on_event` with its progress.

        Raises:
            TaskError: the task failed, or its worker ended; see Worker.run.
        """

    async def stop_worker(self) -> None:
        """Stop the worker, if there is one, and wait for its end."""

    async def stop_worker_of(self, job_id: str) -> None:
        """Stop the worker if it belongs to job `job_id`, and wait for its end."""


class LocalSlot:
    """Slot of this machine: at most one worker, reused for consecutive segments of one job.

    A worker never serves another job, so that no job sees the textures of another. One whose first
    task does not draw is confined to less than a task that draws needs, and is replaced before it.

    Args:
        index: number of the slot.
        gpu: number of the GPU that its tasks use; None lets them choose.
        launch: starts its workers.
        label: purpose of its workers in the list of processes.
    """

    def __init__(
        self,
        index: int,
        gpu: int | None = None,
        launch: Launch = ExecutedProcess.start,
        label: str = DrawSegment.name,
    ) -> None:
        self.index = index
        self.gpu = gpu
        self._launch = launch
        self._label = label
        self.is_free = True
        self._worker: Worker | None = None
        self._job_id: str | None = None
        self._can_draw = False  # its first task determines to what a worker is confined
        self._lock = asyncio.Lock()  # held until the previous worker has ended

    async def run(
        self,
        job_id: str,
        task: Task[ResultT],
        timeouts: Timeouts,
        on_event: OnEvent,
        limits: Limits | None = None,
    ) -> ResultT:
        """Run a task of job `job_id` in this slot.

        Raises:
            TaskError: see Worker.run.
        """
        async with self._lock:
            worker = self._worker
            is_usable = worker is not None and worker.is_alive and self._job_id == job_id
            if worker is None or not is_usable or (task.draws and not self._can_draw):
                await self._stop()
                worker = await Worker.start(self._label, limits, self._launch)
                self._worker, self._job_id, self._can_draw = worker, job_id, task.draws
        return await worker.run(task.on_gpu(self.gpu), timeouts, on_event)

    async def _stop(self) -> None:
        worker, self._worker, self._job_id = self._worker, None, None
        if worker:
            await worker.kill()

    async def stop_worker(self) -> None:
        """Stop the worker, if there is one, and wait for its end."""
        async with self._lock:
            await self._stop()

    async def stop_worker_of(self, job_id: str) -> None:
        """Stop the worker if it belongs to job `job_id`."""
        async with self._lock:
            if self._job_id == job_id:
                await self._stop()
