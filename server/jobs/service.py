"""Interface of jobs for HTTP and the command line: accept, describe, cancel, readiness."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from server.access.access_control import AccessControl
from server.concurrency import run_in_thread
from server.config import Config
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.cuts.cut_maker import CutMaker
from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import run_task
from server.jobs.job_object import JobView, job_to_json
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.retry_after import DISK_FULL_S
from server.jobs.previews.previews import Previews
from server.jobs.previews.thumbnails import Thumbnails
from server.jobs.previews.warm_up import WarmUp
from server.jobs.readiness import describe_readiness
from server.jobs.retention import purge_features_regularly, purge_hourly, purge_or_log
from server.jobs.scheduling.dispatcher import Dispatcher
from server.jobs.storage.artifacts import Artifact
from server.jobs.storage.data_folder import DataFolder
from server.jobs.storage.kept_uploads import KeptUploads
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.snapshots import JobSnapshot, Queue
from server.jobs.store.store import Store
from server.jobs.submission.admission import Admission
from server.jobs.submission.intake import Intake
from server.jobs.submission.upload_intake import UploadIntake
from server.jobs.validation.cache import ValidationCache
from server.jobs.validation.validator import EffectValidator
from server.jobs.wait_estimates import WaitEstimates
from server.jobs.webhooks.sender import WebhookSender
from server.logging_json import log_event
from server.process import sandbox

_LOG = logging.getLogger(__name__)
_FIRST_PROBE_S = 5.0
_BALLAST_S = 10.0


class Service:
    """Objects that manage jobs for the lifetime of the server.

    Callers use its parts directly: `admission`, `intake`, `store`, `data`, `machine`,
    `validations`, `dispatcher`. Its own methods are those that need several of them.

    Args:
        config: settings.
        library: the effects.
        shaders: folder in which drivers cache compiled shaders; None for that of the data folder.

    Raises:
        DataFolderError: the data folder cannot be used or is in use.
        ConfigError: the file of API keys, or of the secrets that sign links, is not valid.
    """

    def __init__(self, config: Config, library: Library, shaders: Path | None = None) -> None:
        self.config = config
        self.library = library
        self.draining = False
        self.data = DataFolder(config.data_dir)
        self.access = AccessControl(config)
        self.events = JobEvents()
        self.store = Store(self.data.database, self.data.release_ballast, self.events)
        environment = sandbox.environment(shaders=shaders or self.data.shaders)
        self._shaders = environment.get("MESA_SHADER_CACHE_DIR")
        self.fork_server = ForkServer(environment, confined=config.confine_workers)
        launch = self.fork_server.start
        run_forked = partial(run_task, launch=launch)
        self.machine = MachineProbe(config, self.data.scratch, run_forked)
        self.validations = ValidationCache(
            self.store, self.machine, library, EffectValidator(config, self.machine)
        )
        slots = [LocalSlot(index, gpu, launch) for index, gpu in enumerate(config.slot_gpus)]
        self.dispatcher = Dispatcher(config, self.store, self.data, self.machine, slots, run_forked)
        self.admission = Admission(
            config, self.store, self.data, self.machine, lambda: self.draining
        )
        self.intake = Intake(
            config, self.store, self.data, self.machine, self.validations, self.admission
        )
        self.previews = Previews(
            config, self.data, self.machine, self.validations, self.admission, launch
        )
        self.thumbnails = Thumbnails(
            config, self.data, self.machine, self.validations, self.admission, self.previews
        )
        self._wait_estimates = WaitEstimates(self.dispatcher, self.machine)
        self.webhooks = WebhookSender(
            config, self.store, self.events, lambda job: self.describe(job, "en")
        )
        self.kept_uploads = KeptUploads(
            self.data.uploads, config.upload_ttl_sec, config.uploads_kept_mb * 1_000_000
        )
        self.upload_intake = UploadIntake(config, self.machine, self.admission, self.kept_uploads)
        self.cuts = CutMaker(
            config, self.data, self.machine, self.admission, self.kept_uploads, self.previews
        )
        self._background_tasks: list[asyncio.Task[None]] = []
        self.events.subscribe(self._wake_dispatcher)

    def _wake_dispatcher(self, change: JobChange) -> None:
        """Look for work when there is a new job, or one has ended and left its slots."""
        if change.status is not Status.PROCESSING:
            self.dispatcher.wake()

    async def start(self) -> None:
        """Purge left-overs, probe the machine, resume unfinished jobs."""
        await purge_or_log(self.store, self.data, at_start=True)
        await run_in_thread(self.previews.cache.sweep)
        await run_in_thread(self.kept_uploads.sweep)
        await self.validations.load()
        # A driver that hangs must not keep /health from answering: go on without its answer.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_PROBE_S):
                await asyncio.shield(self.machine.probe())
        await self.dispatcher.start()
        self.webhooks.start()
        self._background_tasks = [
            asyncio.create_task(purge_hourly(self.config, self.store, self.data)),
            asyncio.create_task(purge_features_regularly(self.store, self.data)),
            asyncio.create_task(self.previews.cache.shrink_regularly()),
            asyncio.create_task(self._hold_ballast()),
            asyncio.create_task(self.upload_intake.sweep_regularly()),
        ]

    def watch_effects(self) -> None:
        """Compile the default effect, then validate all and draw their thumbnails when idle."""
        if self.config.warm_up and self._shaders is not None:
            folder = Path(self._shaders)
            warm_up = WarmUp(self.config, self.data, self.machine, self.library, folder)
            self._background_tasks.append(asyncio.create_task(warm_up.run()))
        self.validations.watch(self.is_busy)
        if self.config.idle_thumbnails:
            self.thumbnails.watch(self.is_busy)

    def is_busy(self) -> bool:
        """Return whether a worker does what a client waits for, previews aside."""
        parts = (self.intake, self.upload_intake, self.cuts, self.validations.custom)
        return bool(self.dispatcher.active_jobs) or any(part.is_busy for part in parts)

    async def drain(self) -> None:
        """Accept no job any more, and let running tasks end, for at most DRAIN_SEC."""
        self.draining = True
        await self.dispatcher.drain(self.config.drain_sec)

    async def halt(self) -> None:
        """Stop all work; the table can still be read."""
        self.draining = True
        idle = (self.validations, self.thumbnails)
        parts = (*idle, self.dispatcher, self.previews, self.webhooks, self.cuts)
        await asyncio.gather(*(part.stop() for part in parts))

    async def stop(self) -> None:
        """Stop all work and close the table; every job stays unchanged for the next start."""
        for task in self._background_tasks:
            task.cancel()
        await asyncio.gather(*self._background_tasks, return_exceptions=True)
        await self.halt()
        await self.machine.close()
        await self.fork_server.close()
        self.store.close()
        self.data.close()

    async def _hold_ballast(self) -> None:
        """Reserve the ballast again once the disk has free space."""
        while True:
            await run_in_thread(self.data.reserve_ballast)
            await asyncio.sleep(_BALLAST_S)

    async def describe(
        self, job: Job, language: str, *, as_accepted: bool = False
    ) -> dict[str, Any]:
        """Build the job object of the HTTP API; see `view`."""
        return job_to_json(await self.view(job, language, as_accepted=as_accepted))

    async def view(self, job: Job, language: str, *, as_accepted: bool = False) -> JobView:
        """Return a job with all that a client sees of it.

        Args:
            job: any version of its row: it is read again, with its place in the queue.
            language: of its error and warnings.
            as_accepted: True for the object of `job` itself, which has just been accepted.
        """
        costs = await self.store.costs.all()
        snapshot = await self.store.jobs.snapshot(job.id)
        # Nothing is awaited from here on: what is in memory belongs to the same moment. A webhook
        # is that of a job which has ended, and no longer in memory.
        if snapshot is None or as_accepted:
            snapshot = JobSnapshot(job, snapshot.queue if snapshot else Queue((), ()))
        job = snapshot.job
        active = self.dispatcher.active_jobs.get(job.id)
        if active and job.status is Status.PROCESSING:
            progress = max(job.progress, active.percent_done)
            job = replace(job, frames_done=active.frames_done, progress=progress)
        is_queued = job.status is Status.QUEUED
        messages = {}
        if job.webhook and job.is_final:
            messages = await self.store.webhooks.of_jobs([job.id])
        return JobView(
            job=job,
            language=language,
            position=snapshot.queue.count_ahead(job) + 1 if is_queued else None,
            eta_s=None if job.is_final else self._wait_estimates.seconds(snapshot, costs),
            public_url=self.config.public_url,
            links=self.access.links,
            message=messages.get(job.id),
        )

    @asynccontextmanager
    async def open_artifact(self, job: Job, kind: str) -> AsyncIterator[Artifact]:
        """Open the artifact of a completed job; `kind` is ``video`` or ``poster``.

        Raises:
            ToqiboxError: result_not_ready or result_expired.
        """
        if not job.is_final:
            raise ToqiboxError("result_not_ready")
        if job.status is not Status.COMPLETED or job.removed or job.is_expired:
            raise ToqiboxError("result_expired")
        try:
            async with self.data.artifacts.open(job.id, kind) as artifact:
                yield artifact
        except FileNotFoundError:
            raise ToqiboxError("result_expired") from None

    async def cancel(self, job_id: str, request_id: str) -> Job | None:
        """Cancel a live job, or remove the files of a completed one; return None if unknown.

        Raises:
            ToqiboxError: storage_full: the files are removed, but that could not be recorded.
        """
        try:
            return await self._cancel(job_id, request_id)
        except DiskFull:
            # Even the ballast is used up: removing the files first makes the space to record it.
            await asyncio.shield(self.dispatcher.abort(job_id))
        try:
            return await self._cancel(job_id, request_id)
        except DiskFull as error:
            raise ToqiboxError(
                "storage_full", retry_after=DISK_FULL_S, detail=str(error)
            ) from error

    async def _cancel(self, job_id: str, request_id: str) -> Job | None:
        cancelled = await self.store.jobs.transition(job_id, Status.CANCELLED, finished_at=now_ms())
        if cancelled:
            log_event(
                _LOG,
                logging.INFO,
                "job.status_changed",
                job=job_id,
                request=request_id,
                to=Status.CANCELLED.value,
            )
            await asyncio.shield(self.dispatcher.abort(job_id))
            return cancelled
        job = await self.store.jobs.get(job_id)
        if job and job.status is Status.COMPLETED and not job.removed:
            await self.store.jobs.update(job_id, removed=1)
            await self.data.artifacts.remove(job_id)
            await asyncio.to_thread(self.data.discard_job, job_id)
            log_event(_LOG, logging.INFO, "job.removed", job=job_id, request=request_id)
            return replace(job, removed=True)
        return job

    async def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Return whether a job accepted now could succeed, and the details."""
        return await describe_readiness(
            self.config,
            self.data,
            self.store,
            self.machine,
            self.dispatcher,
            draining=self.draining,
        )
