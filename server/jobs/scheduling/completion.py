"""End of a job: published, failed or cancelled; committed to the table first, then cleaned up."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from server.concurrency import uninterrupted
from server.config import Config
from server.files.disk import discard
from server.jobs.execution.slot import Slot
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.pipeline import Pipeline
from server.jobs.scheduling.report import finished_report, machine_report
from server.jobs.scheduling.retries import JobFailed
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.jobs.validation.custom_validations import quarantine
from server.logging_json import log_event
from server.tracing import spans

_LOG = logging.getLogger(__name__)


class JobCompleter:
    """Completes, fails and aborts jobs.

    Args:
        config: the settings.
        store: of jobs.
        data: the folders of jobs.
        pipeline: the steps of jobs.
        slots: all of them.
        active_jobs: the jobs that are processed; those that end are taken out.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        data: DataFolder,
        pipeline: Pipeline,
        slots: Sequence[Slot],
        active_jobs: dict[str, ActiveJob],
    ) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._pipeline = pipeline
        self._slots = slots
        self._active_jobs = active_jobs

    async def complete(self, active: ActiveJob) -> None:
        """Mux, verify and publish the video of a job whose segments are all on disk."""
        await asyncio.gather(*(slot.stop_worker_of(active.job.id) for slot in self._slots))
        await self._pipeline.finish(active)
        report = finished_report(active, await self._store.tasks.results(active.job.id))
        finished = now_ms()
        changes: dict[str, Any] = {
            "finished_at": finished,
            "expires_at": finished + self._config.result_ttl_sec * 1000,
            "progress": 100,
            "frames_done": active.job.spec.frames,
            "report": report,
            "result_key": active.result_key,
        }
        with spans.span("publish"):
            await self.transition(active.job, Status.COMPLETED, **changes)
        try:
            await self._data.artifacts.commit(active.job.id)
            await self._record_cost(active)
        except Exception:  # the video is published: the next start removes what is left
            _LOG.exception("job.cleanup_failed", extra={"facts": {"job": active.job.id}})
        await self._close(active)

    async def _record_cost(self, active: ActiveJob) -> None:
        work = active.job.spec.workload
        if active.pace.frames:
            cost = active.pace.slot_s / active.pace.frames
            await self._store.costs.record(work.effect, work.pixels, cost)

    async def fail(self, active: ActiveJob, failure: JobFailed) -> None:
        """Fail a job after the final failure of a task."""
        changes: dict[str, Any] = {
            "error_code": failure.code,
            "error_values": failure.values,
            "diagnostics": failure.diagnostics,
            "finished_at": now_ms(),
            "report": machine_report(active.job),
        }
        updated = await self.transition(active.job, Status.FAILED, **changes)
        if updated is None:
            current = await self._store.jobs.get(active.job.id)
            if current and current.status is Status.COMPLETED:
                await self._close(active)
                return
        await self.abort(active.job.id)

    async def fail_crashing(self, job: Job) -> None:
        """Fail a job that crashes the server repeatedly."""
        self._data.discard_job(job.id)
        await quarantine(self._store, job.spec.effects, "attempts_exhausted")
        with contextlib.suppress(DiskFull):  # then the next start fails it
            changes = {"error_code": "attempts_exhausted", "finished_at": now_ms()}
            await self.transition(job, Status.FAILED, **changes)

    async def abort(self, job_id: str) -> None:
        """Cancel all tasks of a job whose row is final, and remove its files."""
        active = self._active_jobs.get(job_id)
        if active:
            active.is_closing = True
            others = active.tasks()
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.gather(*(slot.stop_worker_of(job_id) for slot in self._slots))
        try:
            await asyncio.to_thread(self._data.discard_job, job_id)
        finally:
            if active:
                await self._close(active)

    async def _close(self, active: ActiveJob) -> None:
        """Remove the features of a job that nothing else needs, and then the job itself."""
        active.is_closing = True
        spec = active.job.spec
        try:
            if not await self._store.jobs.uses_audio(spec.audio, spec.tempo):
                discard(active.features)
        finally:  # the last step: the server waits for the tasks of active jobs when it stops
            self._active_jobs.pop(active.job.id, None)

    async def transition(self, job: Job, to: Status, **changes: Any) -> Job | None:
        """Change the status of a job and log it, once for every transition.

        Returns:
            The updated job; None if its status does not allow a transition to `to`.
        """
        return await uninterrupted(self._transition(job, to, changes))

    async def _transition(self, job: Job, to: Status, changes: dict[str, Any]) -> Job | None:
        updated = await self._store.jobs.transition(job.id, to, **changes)
        if updated:
            log_event(
                _LOG,
                logging.WARNING if to is Status.FAILED else logging.INFO,
                "job.status_changed",
                job=job.id,
                request=job.request_id,
                to=to.value,
                **{"from": job.status.value},
                code=updated.error_code,
                renderer=updated.renderer,
                encoder=updated.encoder,
                **(_log_fields(updated) if to is Status.COMPLETED else {}),
            )
        return updated


def _log_fields(job: Job) -> dict[str, object]:
    """Return the durations in seconds and the results of a completed job for the log."""
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
