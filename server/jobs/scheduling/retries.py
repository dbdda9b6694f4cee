"""Attempts of a job's tasks: retries, and what a failure means for the job."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from server.config import Config
from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.source.diagnostic import AuthorFile
from server.errors import CATALOGUE
from server.files.disk import is_disk_full
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.plan import SEGMENT_PREFIX
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.jobs.validation.custom_validations import ended_by_shader, quarantine
from server.logging_json import log_event
from server.protocol.encodings import ENCODINGS
from server.protocol.results.task_result import TaskResult
from server.protocol.scene import EffectInstance

_LOG = logging.getLogger(__name__)
ATTEMPTS = 3
_ENCODER_CODES = ("encoder_failed", "encoder_stalled")
JOB_CODES = {code for code, entry in CATALOGUE.items() if entry.status is None} | {
    "shader_compile_failed",
    "storage_full",
    "internal",
}
"""Error codes that a failed job may have."""
_HUNG = "a frame of it took too long to draw"
_CRASH = "it crashed the renderer, or exceeded the memory limit"
_NOT_RETRIED = ("shader_compile_failed", "shader_rejected", "render_timeout")
"""Errors of a task that another attempt would only repeat. Audio and photo were decoded before the
job was accepted, so an error about them is transient."""


class JobFailed(Exception):
    """Final failure of a task; carries the error of the job."""

    def __init__(self, code: str, error: TaskError | None = None, detail: str = "") -> None:
        super().__init__(code)
        # Errors about a file or a machine are not error codes of a job.
        self.code = code if code in JOB_CODES else "render_failed"
        self.values: dict[str, Any] = dict(error.failed.values) if error and error.failed else {}
        self.diagnostics = error.diagnostics if error else None
        self.detail = error.detail if error else detail


def failure_of(error: Exception, **facts: object) -> JobFailed:
    """Return the failure of a job by an error, and log an unexpected one with the facts."""
    if isinstance(error, JobFailed):
        return error
    if isinstance(error, DiskFull) or is_disk_full(error):
        return JobFailed("storage_full")
    _LOG.error("job.crashed", exc_info=error, extra={"facts": facts})
    return JobFailed("internal")


def ended_by_custom_effect(active: ActiveJob, error: TaskError) -> bool:
    """Return whether a source that a client has sent hung or ended the worker that drew it."""
    return ended_by_shader(error) and any(effect.custom for effect in active.job.spec.effects)


def shader_hang(effects: Sequence[EffectInstance], error: TaskError) -> JobFailed:
    """Return the failure of a job whose source hung or ended its worker."""
    failure = JobFailed("shader_hang", error)
    custom = [effect for effect in effects if effect.custom]
    if len(custom) == 1:  # of several it is not known which
        author = AuthorFile(custom[0].id, custom[0].file, custom[0].source)
        is_late = error.code == "render_stalled"
        failure.diagnostics = [diagnose_crash(author, _HUNG if is_late else _CRASH, late=is_late)]
    return failure


class InputsDamaged(Exception):
    """Output of earlier tasks of the job has been damaged on disk."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__(", ".join(path.name for path in paths))
        self.paths = paths


class EncoderUnavailable(Exception):
    """The selected encoder failed and is not required, so its fallback replaces it."""


class GpuUnavailable(Exception):
    """The GPU of a task cannot be used: this does not count as an attempt."""


class TaskRetries:
    """Runs the tasks of jobs with retries.

    Args:
        config: the settings.
        store: of jobs.
        machine: probed when a task failed that may have used a GPU.
    """

    def __init__(self, config: Config, store: Store, machine: MachineProbe) -> None:
        self._config = config
        self._store = store
        self._machine = machine

    async def run(
        self,
        active: ActiveJob,
        name: str,
        attempt: Callable[[], Awaitable[TaskResult]],
        gpu: int | None = None,
    ) -> None:
        """Run a task up to three times; crashes of the worker count like other failures.

        Args:
            active: the job.
            name: name of the task in the job table.
            attempt: runs the task once.
            gpu: GPU that it uses, as CUDA counts; None for the only device.

        Raises:
            JobFailed: no attempt is left, or another would only repeat the error.
            InputsDamaged: files of earlier tasks have to be made again.
            EncoderUnavailable: the encoder is to be replaced.
            GpuUnavailable: the GPU cannot be used.
        """
        while True:
            try:
                await self._store.tasks.start(active.job.id, name)
                started = time.monotonic()
                result = await attempt()
            except TaskError as error:
                await self._count_failure(active, name, error, gpu)
            except DiskFull as error:
                await self._store.tasks.stop(active.job.id, name, counts=False)
                raise JobFailed("storage_full") from error
            except BaseException:  # cancelled, by a client or by shutdown: not the task's fault
                await self._store.tasks.stop(active.job.id, name, counts=False)
                raise
            else:
                try:
                    wall_s = time.monotonic() - started
                    await self._store.tasks.finish(active.job.id, name, result, wall_s)
                except DiskFull as error:
                    raise JobFailed("storage_full") from error
                return

    async def _count_failure(
        self, active: ActiveJob, name: str, error: TaskError, gpu: int | None
    ) -> None:
        """Count an attempt that failed; return if another one is due.

        Raises:
            JobFailed, InputsDamaged, EncoderUnavailable, GpuUnavailable: see `run`.
        """
        by_client = name.startswith(SEGMENT_PREFIX) and ended_by_custom_effect(active, error)
        if not by_client or error.code != "render_stalled":
            await self._check_gpu(active, name, error, gpu)
        failures = await self._store.tasks.stop(active.job.id, name, counts=True)
        log_event(
            _LOG,
            logging.WARNING,
            "task.failed",
            job=active.job.id,
            request=active.job.request_id,
            task=name,
            attempt=failures,
            code=error.code,
            detail=error.detail,
        )
        if by_client:
            await quarantine(self._store, active.job.spec.effects, error.code)
            raise shader_hang(active.job.spec.effects, error) from error
        if error.code in _NOT_RETRIED or failures >= ATTEMPTS:
            raise JobFailed(error.code, error) from error
        if error.failed and error.failed.damaged:
            raise InputsDamaged([Path(path) for path in error.failed.damaged]) from error
        if error.code in _ENCODER_CODES and self._may_fall_back(active, name):
            raise EncoderUnavailable from error

    async def _check_gpu(
        self, active: ActiveJob, name: str, error: TaskError, gpu: int | None
    ) -> None:
        """Probe the machine after a task failed that may have used a GPU.

        Raises:
            GpuUnavailable: the GPU cannot be used; the task does not count as an attempt.
        """
        if (active.job.software and gpu is None) or not name.startswith(SEGMENT_PREFIX):
            return
        try:
            await asyncio.shield(self._machine.probe())
        except asyncio.CancelledError:
            await self._store.tasks.stop(active.job.id, name, counts=False)
            raise
        if self._machine.gpu.is_gone or not self._machine.can_use(gpu):
            await self._store.tasks.stop(active.job.id, name, counts=False)
            raise GpuUnavailable from error

    def _may_fall_back(self, active: ActiveJob, name: str) -> bool:
        if not name.startswith(SEGMENT_PREFIX):  # the encoder of the audio has no fallback
            return False
        encoding = ENCODINGS.get(active.job.encoder or "")
        return bool(encoding and encoding.fallback) and self._config.encoder != active.job.encoder
