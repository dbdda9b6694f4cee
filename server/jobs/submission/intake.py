"""Intake: decodes an upload in a sandboxed task and commits its files and row before it accepts."""

import logging
import os
from dataclasses import replace
from pathlib import Path

from server.access.api_key import KeyLimits
from server.access.principal import EVERYBODY, Principal
from server.concurrency import run_in_thread, uninterrupted
from server.config import Config
from server.files.disk import discard
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import Timeouts
from server.jobs.model.idempotent_request import IdempotentRequest
from server.jobs.model.job import Job, now_ms
from server.jobs.reuse.result_cache import ResultCache
from server.jobs.storage.asset_copies import snapshot_assets
from server.jobs.storage.data_folder import DataFolder, new_id
from server.jobs.store.store import Store
from server.jobs.submission import affordable
from server.jobs.submission.admission import Admission
from server.jobs.submission.fields import FILE_FIELDS, frame_count
from server.jobs.submission.request import Request, resolve
from server.jobs.submission.upload_tasks import (
    PREPARE_LIMITS,
    PREPARE_TIMEOUTS,
    run_upload_task,
)
from server.jobs.validation.cache import ValidationCache
from server.logging_json import log_event
from server.process import sandbox
from server.protocol.results.media import PreparedUploads
from server.protocol.tasks import FindHighlight, Prepare
from server.settings.readers import PREMIUM_PLAN
from server.tracing import spans

_LOG = logging.getLogger(__name__)
_MAX_PREPARING, _MAX_SEARCHING = 2, 1
_PREPARE_S = 0.9
"""Typical time to decode a track and a photo, in parallel with others, on idle processors."""
_PREPARE_WAIT_S, _SEARCH_WAIT_S = 25.0, 30.0
# A track of the maximum duration is analysed in about 40 s.
_HIGHLIGHT_LIMITS = sandbox.Limits(memory_bytes=3_000_000_000, cpu_s=120)
_HIGHLIGHT_TIMEOUTS = Timeouts(idle_s=120, total_s=120)


class Intake:
    """Turns checked requests and spooled uploads into queued jobs."""

    def __init__(
        self,
        config: Config,
        store: Store,
        data: DataFolder,
        machine: MachineProbe,
        validations: ValidationCache,
        admission: Admission,
    ) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._machine = machine
        self._validations = validations
        self._admission = admission
        self._results = ResultCache(config, store, data.artifacts, machine)
        initial_s = _PREPARE_S * max(1.0, 0.4 + 0.6 * os.getloadavg()[0] / (os.cpu_count() or 1))
        preparing = QueueLimits(places=_MAX_PREPARING, max_wait_s=_PREPARE_WAIT_S)
        self._preparing = FairQueue(preparing, initial_s=initial_s, max_counted_s=10.0)
        searching = QueueLimits(places=_MAX_SEARCHING, max_wait_s=_SEARCH_WAIT_S)
        self._searching = FairQueue(searching, initial_s=5.0, max_counted_s=120.0)
        self._accepting = 0

    def interval_s(self) -> float:
        """Return the mean seconds from one decoded upload to the next."""
        return self._preparing.interval_s

    @property
    def is_busy(self) -> bool:
        """True while an upload is being decoded or waits for it."""
        return self._accepting > 0

    def new_spool(self) -> Path:
        """Create the folder of an upload; `accept` takes it over, or else `discard_spool`.

        Raises:
            ToqiboxError: storage_full.
        """
        return self._data.new_spool()

    def discard_spool(self, folder: Path) -> None:
        """Remove the folder of an upload that is not accepted."""
        discard(folder)
        self._data.release(folder)

    async def accept(
        self,
        request: Request,
        folder: Path,
        request_id: str,
        principal: Principal = EVERYBODY,
        idempotent: IdempotentRequest | None = None,
        *,
        share: str,
    ) -> Job:
        """Decode the uploads in `folder`, then commit files and row, in that order.

        Args:
            folder: from `new_spool`, with the files ``audio`` and, if the request has a
                second photo, ``photo2``; without ``photo`` the cover of the track is used. It
                becomes the folder of the job.
            request_id: id of the HTTP request.
            principal: the owner of the job, with its limits.
            idempotent: identity of the request if it has a key; stored with the job.
            share: of the client in the queues; see FairQueue. Empty for the server's own.

        Raises:
            ToqiboxError: for an invalid file or a codec that is not offered, queue_full,
                rate_limited after a long wait for others, or video_too_costly or shader_rejected if
                the effect is too slow for the video; the folder is then removed.
        """
        self._accepting += 1
        try:
            self._admission.check_codec(request.codec)
            await run_in_thread(
                snapshot_assets, [checked.source for checked in request.chain], folder
            )
            if request.duration is not None and request.highlight is None:
                await self._check_cost(request, frame_count(request.duration, request.fps))
            request = await self._resolve_highlight(request, folder, request_id, share)
            async with self._preparing.acquire(share):
                await self._admission.before_decode()
                prepared = await self._prepare(request, folder, request_id)
            for upload in FILE_FIELDS:
                (folder / upload).unlink(missing_ok=True)
            job = self._new_job(request, prepared, request_id, principal.owner)
            await self._check_cost(request, job.spec.frames)
            job = await self._results.complete(job, folder)
            await uninterrupted(self._commit(job, folder, principal.limits, idempotent))
        except BaseException:
            self.discard_spool(folder)
            raise
        finally:
            self._accepting -= 1
        self._data.release(folder)
        log_event(
            _LOG,
            logging.INFO,
            "job.status_changed",
            job=job.id,
            request=request_id,
            to=job.status.value,
            effect=job.spec.workload.effect,
            plan=request.plan,
            frames=job.spec.frames,
            **({"cached": True} if job.cached else {}),
        )
        return job

    async def _resolve_highlight(
        self, request: Request, folder: Path, request_id: str, share: str
    ) -> Request:
        """Set the part of the track for a request that selects it by name."""
        if request.highlight is None:
            return request
        assert request.duration is not None, "a highlight needs a duration"
        task = FindHighlight(
            audio=folder / "audio",
            wanted=request.highlight,
            duration=request.duration,
            tempo=request.tempo,
        )
        async with self._searching.acquire(share):  # not among those that are done in a second
            await self._admission.before_decode()
            excerpt = await run_upload_task(
                self._machine, task, _HIGHLIGHT_TIMEOUTS, _HIGHLIGHT_LIMITS, request_id
            )
        return replace(
            request,
            start=excerpt.start,
            duration=excerpt.duration,
            highlight=excerpt.highlight,
        )

    async def _prepare(self, request: Request, folder: Path, request_id: str) -> PreparedUploads:
        photo = folder / "photo"
        task = Prepare(
            audio=folder / "audio",
            photo=photo if photo.exists() else None,
            cover=not photo.exists(),
            photo2=folder / "photo2" if request.photo2 else None,
            folder=folder,
            start=request.start,
            duration=request.duration,
            max_duration=self._config.max_duration_sec,
            texts=request.texts,
        )
        return await run_upload_task(
            self._machine, task, PREPARE_TIMEOUTS, PREPARE_LIMITS, request_id
        )

    async def _check_cost(self, request: Request, frames: int) -> None:
        """Refuse a video that cannot be drawn in time; of a known length, before it is decoded."""
        chain, config = request.chain, self._config
        costs, pixels = await self._store.costs.all(), request.width * request.height
        frame_s = affordable.measured_frame_s(chain, pixels, costs, len(config.slot_gpus))
        video = affordable.Video(request.width, request.height, frames, request.fps, frame_s)
        validations = self._validations.cached(checked.source for checked in chain)
        software = bool(self._machine.software)
        affordable.check_cost(chain, video, validations, config, software=software)

    def _new_job(
        self, request: Request, prepared: PreparedUploads, request_id: str, owner: str
    ) -> Job:
        now = now_ms()
        delay_ms = 0 if request.plan == PREMIUM_PLAN else self._config.premium_head_start_sec * 1000
        spec = resolve(request, prepared, self._config)
        job = Job.new(
            new_id(),
            request.plan,
            spec,
            queue_key=now + delay_ms,
            created_at=now,
            request_id=request_id,
        )
        return replace(
            job,
            owner=owner,
            webhook=request.webhook,
            track_id=request.track_id,
            trace=spans.current(),
        )

    async def _commit(
        self, job: Job, folder: Path, limits: KeyLimits, idempotent: IdempotentRequest | None
    ) -> None:
        self._data.in_use.add(job.id)
        try:
            await run_in_thread(self._data.adopt, folder, job.id)
            if job.cached:
                await self._store.results.add(job, idempotent, limits)
            else:
                bound = self._config.max_queued_exports
                await self._store.jobs.add(job, bound, idempotent, limits)
        except BaseException:
            await run_in_thread(self._data.discard_job, job.id)
            raise
        finally:
            self._data.in_use.discard(job.id)
        if job.cached:
            await self._keep_artifacts(job)

    async def _keep_artifacts(self, job: Job) -> None:
        """Remove all other files of a completed job."""
        try:
            await self._data.artifacts.commit(job.id)
        except OSError:  # the video is published: the next start removes what is left
            _LOG.exception("job.cleanup_failed", extra={"facts": {"job": job.id}})
