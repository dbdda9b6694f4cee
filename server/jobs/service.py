"""The jobs as HTTP and the command line see them: accept, look, cancel, and whether all is well."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs import eta
from server.jobs.execution.machine import Health
from server.jobs.model.job import Job, Status, now_ms, seen_by_client
from server.jobs.retention import sweep
from server.jobs.scheduling.active_job import Run
from server.jobs.scheduling.dispatcher import Dispatcher
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.database import DiskFull
from server.jobs.store.job_table import Store
from server.jobs.submission.intake import BUSY_S, Intake
from server.jobs.submission.request import Request
from server.jobs.validation.cache import Verdicts
from server.jobs.validation.validator import Judge
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_FIRST_PROBE_S = 5.0
_SWEEP_S = 3600.0
_BALLAST_S = 10.0


class Service:
    """Everything about jobs that lives as long as the server.

    Raises:
        DataFolderError: the data folder cannot be used or is in use.
    """

    def __init__(self, config: Config, library: Library) -> None:
        self.config = config
        self.library = library
        self.draining = False
        self.data = DataFolder(config.data_dir)
        self.store = Store(self.data.database, self.data.release_ballast)
        self.health = Health(config, self.data.scratch)
        self.verdicts = Verdicts(self.store, self.health, library, Judge(config, self.health))
        self.dispatcher = Dispatcher(config, self.store, self.data, self.health)
        self._intake = Intake(config, self.store, self.data, self.health, self.verdicts)
        self._chores: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Sweep, probe the machine, take up unfinished jobs."""
        await self._sweep(at_start=True)
        # A driver that hangs must not keep /health from answering: go on without its answer.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_PROBE_S):
                await asyncio.shield(self.health.probe())
        self.dispatcher.start()
        self._chores = [
            asyncio.create_task(self._sweep_hourly()),
            asyncio.create_task(self._hold_ballast()),
        ]

    def watch_effects(self) -> None:
        """Judge the effects of the library, and those that change, while nothing else is done."""
        self.verdicts.watch(lambda: bool(self.dispatcher.runs) or self._intake.is_busy)

    async def halt(self) -> None:
        """Kill all work; the table can still be read."""
        self.draining = True
        await asyncio.gather(self.verdicts.stop(), self.dispatcher.stop())

    async def stop(self) -> None:
        """Kill all work and close the table; every job stays as it is for the next start."""
        for chore in self._chores:
            chore.cancel()
        await self.halt()
        await self.health.close()
        self.store.close()
        self.data.close()

    async def _sweep_hourly(self) -> None:
        while True:
            await asyncio.sleep(min(_SWEEP_S, self.config.result_ttl_sec))
            await self._sweep(at_start=False)

    async def _sweep(self, *, at_start: bool) -> None:
        """Sweep; whatever fails is logged, and left to the next sweep."""
        try:
            await asyncio.to_thread(sweep, self.store, self.data, at_start=at_start)
        except Exception:
            _LOG.exception("sweep.broken")

    async def _hold_ballast(self) -> None:
        """Take the room back that a full disk was given, once there is some."""
        while True:
            await asyncio.to_thread(self.data.take_ballast)
            await asyncio.sleep(_BALLAST_S)

    # Accepting

    def admission(self) -> None:
        """Refuse what could not be accepted anyway; called before a body is read.

        Raises:
            ToqiboxError: draining, not_ready, storage_full, queue_full.
        """
        if self.draining:
            raise ToqiboxError("draining", retry_after=BUSY_S)
        self._intake.admission()

    def seconds_each(self) -> float:
        """Return the seconds from one decoded upload to the next, by the last ones."""
        return self._intake.each_s

    def spool(self) -> Path:
        """A new folder for one upload; the caller removes it unless accept() took it."""
        return self._intake.spool()

    async def accept(self, request: Request, folder: Path, request_id: str) -> Job:
        """Decode the uploads in `folder` and put the job on disk; see Intake.accept."""
        job = await self._intake.accept(request, folder, request_id)
        self.dispatcher.wake()
        return job

    # Looking

    def get(self, job_id: str) -> Job | None:
        return self.store.get(job_id)

    def describe(self, job: Job, language: str) -> dict[str, Any]:
        """The job object of the HTTP API."""
        run = self.dispatcher.runs.get(job.id)
        queued = job.status is Status.QUEUED
        return seen_by_client(
            job,
            language,
            position=self.store.position(job) if queued else None,
            eta_s=None if job.is_final else self._eta(job),
            frames_done=run.frames_done if run else job.frames_done,
            public_url=self.config.public_url,
        )

    def _runs(self) -> list[Run]:
        return list(self.dispatcher.runs.values())

    def _seconds_left(self, run: Run, paces: list[eta.Pace]) -> float | None:
        """Seconds to the end of a run, by its own pace once it has one."""
        work = run.job.spec.work
        if run.drawn_frames:
            paces = [(work.effect, work.pixels, run.slot_s / run.drawn_frames)]
        left = eta.slot_s(work._replace(frames=work.frames - run.frames_done), paces)
        return None if left is None else left / max(1, run.holders)

    def _eta(self, job: Job) -> int | None:
        paces = self.store.paces()
        run = self.dispatcher.runs.get(job.id)
        if run:
            left = self._seconds_left(run, paces)
            return None if left is None else round(left)
        ahead = [self._seconds_left(other, paces) for other in self._runs()]
        ahead += [eta.slot_s(work, paces) for work in self.store.work_ahead_of(job)]
        return eta.waiting_s(ahead, eta.slot_s(job.spec.work, paces), len(self.dispatcher.slots))

    def artifact(self, job: Job, kind: str) -> Path:
        """The file of a completed job; `kind` is ``video`` or ``poster``.

        Raises:
            ToqiboxError: result_not_ready or result_expired.
        """
        if not job.is_final:
            raise ToqiboxError("result_not_ready")
        path = self.data.artifact(job.id, kind)
        kept = job.status is Status.COMPLETED and not job.removed and not job.is_expired
        if not kept or not path.exists():
            raise ToqiboxError("result_expired")
        return path

    # Ending

    async def cancel(self, job_id: str, request_id: str) -> Job | None:
        """Cancel a live job, or remove the files of a completed one; None for an unknown id.

        Raises:
            ToqiboxError: storage_full: the files are gone, but that could not be noted.
        """
        try:
            return await self._cancel(job_id, request_id)
        except DiskFull:
            # Not even the ballast is left: what is to go anyway makes the room to note it.
            await asyncio.shield(self.dispatcher.drop(job_id))
        try:
            return await self._cancel(job_id, request_id)
        except DiskFull as error:
            raise ToqiboxError("storage_full", retry_after=60, detail=str(error)) from error

    async def _cancel(self, job_id: str, request_id: str) -> Job | None:
        cancelled = await asyncio.to_thread(
            self.store.move, job_id, Status.CANCELLED, finished_at=now_ms()
        )
        if cancelled:
            log_event(
                _LOG,
                logging.INFO,
                "job.moved",
                job=job_id,
                request=request_id,
                to=Status.CANCELLED.value,
            )
            await asyncio.shield(self.dispatcher.drop(job_id))
            return cancelled
        job = self.store.get(job_id)
        if job and job.status is Status.COMPLETED and not job.removed:
            await asyncio.to_thread(self.store.update, job_id, removed=1)
            await asyncio.to_thread(self.data.discard_job, job_id)
            log_event(_LOG, logging.INFO, "job.removed", job=job_id, request=request_id)
            return replace(job, removed=True)
        return job

    # Health

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether a render accepted now could succeed, and all that this is judged by."""
        free = self.data.free_mb()
        why = self.data.why_not_writable()
        # The disk comes first: without one that can be written no encoder opens either.
        problems = []
        if free < self.config.min_free_mb:
            problems.append(f"{free} MB are free, MIN_FREE_MB is {self.config.min_free_mb}")
        elif why is not None:
            problems.append(f"the data folder cannot be written: {why}")
        problems += self.health.problems()
        if self.draining:
            problems.append("draining")
        return not problems, {
            "ready": not problems,
            "problems": problems,
            "renderer": self.health.renderer,
            "software": self.health.software,
            "encoder": self.health.encoder,
            "encoderFallback": self.health.encoder_fallback,
            "encoders": self.health.encoders,
            "disk": {
                "freeMb": free,
                "minFreeMb": self.config.min_free_mb,
                "writable": why is None,
            },
            "queue": {
                "queued": self.store.count(Status.QUEUED),
                "limit": self.config.max_queued_exports,
                "processing": self.store.count(Status.PROCESSING),
                "slots": len(self.dispatcher.slots),
            },
            "draining": self.draining,
        }
