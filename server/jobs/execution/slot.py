"""A slot: one seat for a worker. Segments are drawn in slots and nowhere else."""

import asyncio

from server.jobs.execution.worker_process import OnEvent, Timeouts, Worker
from server.protocol.progress import Result
from server.protocol.tasks import Task
from server.sandbox import Limits


class LocalSlot:
    """A slot of this machine: at most one worker, kept for consecutive segments of one job.

    A worker never turns to another job, so no job sees another's textures.
    """

    def __init__(self, index: int) -> None:
        self.index = index
        self.is_free = True
        self._worker: Worker | None = None
        self._job_id: str | None = None
        self._lock = asyncio.Lock()  # one worker a slot, the last one's end included

    async def run(
        self,
        job_id: str,
        task: Task,
        timeouts: Timeouts,
        on_event: OnEvent,
        limits: Limits | None = None,
    ) -> Result:
        """Do a task of job `job_id` here.

        Raises:
            TaskError: see Worker.run.
        """
        async with self._lock:
            worker = self._worker
            if worker is None or self._job_id != job_id or not worker.is_alive:
                await self._stop()
                worker = await Worker.start("segment", limits)
                self._worker, self._job_id = worker, job_id
        return await worker.run(task, timeouts, on_event)

    async def _stop(self) -> None:
        worker, self._worker, self._job_id = self._worker, None, None
        if worker:
            await worker.kill()

    async def stop_worker(self) -> None:
        """End the worker, if there is one, and wait until it is gone."""
        async with self._lock:
            await self._stop()

    async def stop_worker_of(self, job_id: str) -> None:
        """End the worker if it is of job `job_id`."""
        async with self._lock:
            if self._job_id == job_id:
                await self._stop()
