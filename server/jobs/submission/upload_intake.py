"""Uploads that are kept: decoded once for facts about them."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from server.concurrency import run_in_thread, uninterrupted
from server.config import Config
from server.errors import ToqiboxError
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import Timeouts
from server.jobs.storage.kept_uploads import FILES, KeptUpload, KeptUploads
from server.jobs.submission.admission import Admission
from server.jobs.submission.upload_tasks import (
    PREPARE_LIMITS,
    PREPARE_TIMEOUTS,
    run_upload_task,
)
from server.process.sandbox import Limits
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.tasks import Prepare

_LOG = logging.getLogger(__name__)
_SWEEP_INTERVAL_S = 600.0
_TRACK_LIMITS = Limits(memory_bytes=2_500_000_000, cpu_s=60, file_bytes=2_000_000_000)
_TRACK_TIMEOUTS = Timeouts(idle_s=120, total_s=180)


class UploadSender(NamedTuple):
    """The sender of an upload that is kept."""

    owner: str
    """Owner of the upload, as Principal names it."""
    room_share: str
    """Its share of the room on disk; see KeptUpload."""
    queue_share: str
    """Its share of the queue; see FairQueue."""


class UploadIntake:
    """Keeps uploads that can be decoded.

    Args:
        config: the settings.
        machine: decodes.
        admission: refuses uploads while the server cannot take any.
        uploads: where they are kept.
    """

    def __init__(
        self, config: Config, machine: MachineProbe, admission: Admission, uploads: KeptUploads
    ) -> None:
        self._config = config
        self._machine = machine
        self._admission = admission
        self._uploads = uploads
        self._queue = FairQueue(QueueLimits(max_wait_s=25.0), initial_s=2.0, max_counted_s=30.0)

    def interval_s(self) -> float:
        """Return the mean seconds from one upload to the next."""
        return self._queue.interval_s

    @property
    def is_busy(self) -> bool:
        """True while an upload is being decoded."""
        return self._queue.is_in_use

    async def keep(
        self, kind: str, folder: Path, sender: UploadSender, request_id: str
    ) -> KeptUpload:
        """Decode the file in a spool folder and keep it; the folder is then gone.

        Args:
            kind: a key of FILES.
            folder: has the file; it stays the caller's if this fails.
            sender: of the upload.
            request_id: for the log.

        Raises:
            ToqiboxError: for an invalid file, rate_limited, not_ready, storage_full.
        """
        describe = self._describe_track if kind == "track" else self._describe_photo
        async with self._queue.acquire(sender.queue_share):
            self._admission.before_preview()
            facts = await describe(folder, request_id)
        owner, room_share = sender.owner, sender.room_share
        keeping = run_in_thread(self._uploads.keep, kind, folder, facts, owner, room_share)
        return await uninterrupted(keeping)

    async def sweep_regularly(self) -> None:
        """Remove uploads that have expired, until cancelled."""
        while True:
            await asyncio.sleep(min(_SWEEP_INTERVAL_S, self._config.upload_ttl_sec))
            try:
                await run_in_thread(self._uploads.sweep)
            except OSError:
                _LOG.exception("purge.failed")

    async def _describe_track(self, folder: Path, request_id: str) -> Mapping[str, Any]:
        task = Prepare(
            audio=folder / FILES["track"],
            folder=folder,
            max_duration=self._config.track_max_sec,
            facts=True,
        )
        try:
            prepared = await run_upload_task(
                self._machine, task, _TRACK_TIMEOUTS, _TRACK_LIMITS, request_id
            )
        except ToqiboxError as error:
            if error.code == "duration_too_long":
                error.field = "audio"
            raise
        assert prepared.audio is not None, "it was sent"
        assert prepared.track_facts is not None, "facts were requested"
        return {
            "seconds": prepared.audio.samples / SAMPLE_RATE,
            "format": prepared.mime["audio"],
            "tags": {"title": prepared.title, "artist": prepared.artist},
            "loudness": prepared.track_facts.loudness,
            "peaks": {
                "count": prepared.track_facts.peak_count,
                "data": prepared.track_facts.peaks,
            },
        }

    async def _describe_photo(self, folder: Path, request_id: str) -> Mapping[str, Any]:
        task = Prepare(
            photo=folder / FILES["photo"],
            folder=folder,
            max_duration=self._config.max_duration_sec,
            facts=True,
        )
        prepared = await run_upload_task(
            self._machine, task, PREPARE_TIMEOUTS, PREPARE_LIMITS, request_id
        )
        assert prepared.photo is not None, "it was sent"
        assert prepared.photo_facts is not None, "facts were requested"
        return {
            "width": prepared.photo.width,
            "height": prepared.photo.height,
            "format": prepared.mime["photo"],
            "alpha": prepared.photo.alpha,
            "palette": {**(prepared.palette or {}), "average": prepared.photo_facts.average},
            "focus": list(prepared.photo_facts.focus),
            "warnings": [dict(entry) for entry in prepared.photo.warnings],
        }
