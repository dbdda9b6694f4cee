"""How runs end: published, failed, cancelled. Each end is committed first and cleaned up after."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from server.concurrency import run_in_thread
from server.config import Config
from server.jobs.execution.slot import LocalSlot
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.scheduling.active_job import Run
from server.jobs.scheduling.steps import Pipeline, RunFailed, machine_report
from server.jobs.storage.data_folder import DataFolder, discard
from server.jobs.store.job_table import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)


class Endings:
    """Brings jobs to their final states; knows nothing of the order of work.

    Args:
        runs: the runs of the dispatcher; an ended one is taken out.
        changed: called when a run has left, so that others may go on.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        data: DataFolder,
        pipeline: Pipeline,
        slots: list[LocalSlot],
        changed: Callable[[], None],
    ) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._pipeline = pipeline
        self._slots = slots
        self._changed = changed
        self.runs: dict[str, Run] = {}

    async def finish(self, run: Run) -> None:
        """Join, check and publish a run whose segments are all on disk."""
        await asyncio.gather(*(slot.empty_of(run.job.id) for slot in self._slots))
        report = await self._pipeline.join(run)
        finished = now_ms()
        changes: dict[str, Any] = {
            "finished_at": finished,
            "expires_at": finished + self._config.result_ttl_sec * 1000,
            "progress": 100,
            "frames_done": run.job.spec.frames,
            "report": report,
        }
        await run_in_thread(self.settle, run.job, Status.COMPLETED, **changes)
        try:
            await asyncio.to_thread(self._data.keep_artifacts_only, run.job.id)
            await asyncio.to_thread(self._learn, run)
        except Exception:  # the video is published: what is left is the sweep's
            _LOG.exception("finish.unclean", extra={"facts": {"job": run.job.id}})
        self._close(run)

    def _learn(self, run: Run) -> None:
        work = run.job.spec.work
        if run.drawn_frames:
            self._store.learn(work.effect, work.pixels, run.slot_s / run.drawn_frames)

    async def fail(self, run: Run, failure: RunFailed) -> None:
        """End a run whose task failed for good."""
        changes: dict[str, Any] = {
            "error_code": failure.code,
            "error_values": failure.values,
            "diagnostics": failure.diagnostics,
            "finished_at": now_ms(),
            "report": machine_report(run.job),
        }
        moved = await run_in_thread(self.settle, run.job, Status.FAILED, **changes)
        if moved is None:
            current = self._store.get(run.job.id)
            if current and current.status is Status.COMPLETED:
                self._close(run)
                return
        await self.drop(run.job.id)

    async def drop(self, job_id: str) -> None:
        """Kill all that works for a job whose row is final, and remove its files."""
        run = self.runs.get(job_id)
        if run:
            run.closing = True
            others = run.tasks()
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.gather(*(slot.empty_of(job_id) for slot in self._slots))
            self._close(run)
        await asyncio.to_thread(self._data.discard_job, job_id)

    def _close(self, run: Run) -> None:
        run.closing = True
        self.runs.pop(run.job.id, None)
        if not self._store.uses_sound(run.job.spec.sound, run.job.spec.tempo):
            discard(run.features)
        self._changed()

    def settle(self, job: Job, to: Status, **changes: Any) -> Job | None:
        """Move a job, and log it: the one line that every transition has.

        Returns:
            The job as it is now; None when it had left the states before `to`.
        """
        moved = self._store.move(job.id, to, **changes)
        if moved:
            log_event(
                _LOG,
                logging.WARNING if to is Status.FAILED else logging.INFO,
                "job.moved",
                job=job.id,
                request=job.request_id,
                to=to.value,
                **{"from": job.status.value},
                code=moved.error_code,
                renderer=moved.renderer,
                encoder=moved.encoder,
                **(_figures(moved) if to is Status.COMPLETED else {}),
            )
        return moved


def _figures(job: Job) -> dict[str, object]:
    """How long a completed job waited and took, in seconds, and what came of it."""
    report = job.report or {}
    started, finished = job.started_at or job.created_at, job.finished_at or job.created_at
    return {
        "bytes": report.get("size"),
        "frames": job.spec.frames,
        "framesPerSecond": report.get("framesPerSecond"),
        "waitSeconds": round((started - job.created_at) / 1000, 3),
        "seconds": round((finished - started) / 1000, 3),
        "attempt": job.attempt,
    }
