"""Cache of results: a job whose video was made before completes with that video."""

import logging
from dataclasses import replace
from pathlib import Path

from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.reuse.result_key import result_key
from server.jobs.storage.artifacts import FILES, Artifacts
from server.jobs.store.store import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)


class ResultCache:
    """Completes new jobs with the videos of finished ones of the same owner.

    Args:
        config: RESULT_CACHE turns it off.
        store: of jobs.
        artifacts: their videos and posters.
        machine: its renderer and encoders are part of what determines a video.
    """

    def __init__(
        self, config: Config, store: Store, artifacts: Artifacts, machine: MachineProbe
    ) -> None:
        self._config = config
        self._store = store
        self._artifacts = artifacts
        self._machine = machine

    async def complete(self, job: Job, folder: Path) -> Job:
        """Return a new job as completed if a finished one has its video; else as it is.

        The source of a client may draw what depends on more than is known of it.

        Args:
            job: not in the job table yet.
            folder: the folder that becomes its own; takes the artifacts.
        """
        encoder = self._machine.encoder_of(job.spec.codec).name
        is_custom = any(effect.custom for effect in job.spec.effects)
        if not self._config.result_cache or encoder is None or is_custom:
            return job
        key = result_key(job.spec, job.plan, self._machine.fingerprint, encoder)
        source = await self._store.results.find(key, job.owner, now_ms())
        if source is None or not await self._link(source, folder):
            return job
        finished = now_ms()
        return replace(
            job,
            status=Status.COMPLETED,
            finished_at=finished,
            expires_at=finished + self._config.result_ttl_sec * 1000,
            progress=100,
            frames_done=job.spec.frames,
            renderer=source.renderer,
            software=source.software,
            encoder=source.encoder,
            encoder_fallback=source.encoder_fallback,
            report=source.report,
            result_key=key,
            cached=True,
            version=1,
        )

    async def _link(self, source: Job, folder: Path) -> bool:
        """Share the artifacts of a job; return False if they cannot be shared."""
        try:
            await self._artifacts.link(source.id, folder)
            if (folder / FILES["video"]).stat().st_size == (source.report or {}).get("size"):
                return True
            why = "its size has changed"
        except OSError as error:  # removed meanwhile, or no links on this file system
            why = str(error.strerror)
        log_event(_LOG, logging.INFO, "result.not_reused", job=source.id, why=why)
        self._artifacts.discard_links(folder)
        return False
