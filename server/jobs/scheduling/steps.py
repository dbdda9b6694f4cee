"""Steps of a job, each a task with retries: analyse, flashes, sound, segment, join."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from server.config import Config
from server.errors import CATALOGUE
from server.jobs.execution.machine import MachineProbe, export_timeout_s, stall_timeout_s
from server.jobs.execution.slot import Slot
from server.jobs.execution.worker_process import OnEvent, RunTask, TaskError, Timeouts
from server.jobs.model.job import Job, Stage
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.blank_video import blank_colour
from server.jobs.store.sqlite import DiskFull
from server.jobs.store.store import Store
from server.logging_json import log_event
from server.protocol.encodings import ENCODINGS
from server.protocol.events import Event, FramesDone
from server.protocol.progress import Result
from server.protocol.scene import SceneSpec
from server.protocol.tasks import LimitFlashes, Task
from server.sandbox import Limits

_LOG = logging.getLogger(__name__)
ATTEMPTS = 3
_SHORT_LIMIT_S = 900.0
"""For analyse, sound and join: many times the duration for the longest video on a slow machine."""
_SHORT_TASKS = 4


_NICENESS = 2
"""Uploads, for which clients wait, take priority over the frames of a queued job. Two steps are two
thirds of the share: with more, other programs of the machine would slow down the rendering."""
_SHORT_LIMITS = Limits(memory_bytes=4_000_000_000, niceness=_NICENESS)
_DRAW_LIMITS = Limits(niceness=_NICENESS)
_SOFTWARE_LIMITS = Limits(memory_bytes=8_000_000_000, niceness=_NICENESS)
"""For a software renderer; on a GPU the driver maps far more address space than it uses."""
_RENDER_TASKS = ("flashes", "segment-")
"""Prefixes of the names of rendering tasks."""
_ENCODER_CODES = ("encoder_failed", "encoder_stalled")
_JOB_CODES = {code for code, entry in CATALOGUE.items() if entry.status is None} | {
    "shader_compile_failed",
    "storage_full",
    "internal",
}
"""Error codes that a failed job may have."""
_NOT_RETRIED = ("shader_compile_failed", "shader_rejected", "render_timeout")
"""Errors of a task that another attempt would only repeat. Audio and photo were decoded before the
job was accepted, so an error about them is transient."""


def machine_report(job: Job) -> dict[str, Any]:
    """Return the part of a job's report that is known when it starts."""
    report: dict[str, Any] = {
        "renderer": job.renderer,
        "software": job.software,
        "encoder": job.encoder,
    }
    if job.encoder_fallback:
        report["encoderFallback"] = job.encoder_fallback
    return report


class JobFailed(Exception):
    """Final failure of a task; carries the error of the job."""

    def __init__(self, code: str, error: TaskError | None = None) -> None:
        super().__init__(code)
        # Errors about a file or a machine are not error codes of a job.
        self.code = code if code in _JOB_CODES else "render_failed"
        self.values: dict[str, Any] = dict(error.failed.values) if error and error.failed else {}
        self.diagnostics = error.diagnostics if error else None
        self.detail = error.detail if error else ""


class InputsDamaged(Exception):
    """Output of earlier tasks of the job has been damaged on disk."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__(", ".join(path.name for path in paths))
        self.paths = paths


class EncoderUnavailable(Exception):
    """The selected encoder failed and `auto` allows another."""


class GpuUnavailable(Exception):
    """The GPU of the job is lost: this does not count as an attempt."""


class Pipeline:
    """Runs the steps of a job, independent of the order of jobs.

    Args:
        config: the settings.
        store: of jobs.
        machine: the last probe.
        run_task: runs the tasks that use no slot.
    """

    def __init__(
        self, config: Config, store: Store, machine: MachineProbe, run_task: RunTask
    ) -> None:
        self._config = config
        self._store = store
        self._machine = machine
        self._run_task = run_task
        self._short = asyncio.Semaphore(_SHORT_TASKS)
        self._analysing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def _run_with_retries(
        self, active: ActiveJob, name: str, attempt: Callable[[], Awaitable[Result]]
    ) -> Result:
        """Run a task up to three times; crashes of the worker count like other failures."""
        while True:
            try:
                await self._store.tasks.start(active.job.id, name)
                result = await attempt()
            except TaskError as error:
                await self._check_gpu(active, name, error)
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
                if error.code in _NOT_RETRIED or failures >= ATTEMPTS:
                    raise JobFailed(error.code, error) from error
                if error.failed and error.failed.damaged:
                    raise InputsDamaged([Path(path) for path in error.failed.damaged]) from error
                if error.code in _ENCODER_CODES and self._may_fall_back(active, name):
                    raise EncoderUnavailable from error
            except DiskFull as error:
                await self._store.tasks.stop(active.job.id, name, counts=False)
                raise JobFailed("storage_full") from error
            except BaseException:  # cancelled, by a client or by shutdown: not the task's fault
                await self._store.tasks.stop(active.job.id, name, counts=False)
                raise
            else:
                try:
                    await self._store.tasks.finish(active.job.id, name, result)
                except DiskFull as error:
                    raise JobFailed("storage_full") from error
                return result

    async def _check_gpu(self, active: ActiveJob, name: str, error: TaskError) -> None:
        """Probe the machine after a task failed that may have used a GPU.

        Raises:
            GpuUnavailable: the GPU is lost; the task does not count as an attempt.
        """
        if active.job.software or not name.startswith(_RENDER_TASKS):
            return
        try:
            await asyncio.shield(self._machine.probe())
        except asyncio.CancelledError:
            await self._store.tasks.stop(active.job.id, name, counts=False)
            raise
        if self._machine.gpu.is_gone:
            await self._store.tasks.stop(active.job.id, name, counts=False)
            raise GpuUnavailable from error

    def _may_fall_back(self, active: ActiveJob, name: str) -> bool:
        if not name.startswith("segment-"):  # the encoder of the audio has no fallback
            return False
        encoding = ENCODINGS.get(active.job.encoder or "")
        return self._config.encoder == "auto" and bool(encoding and encoding.fallback)

    async def _short_task(self, active: ActiveJob, task: Task) -> Result:
        started = time.monotonic()
        stall_s = stall_timeout_s(self._config, software=active.job.software)
        async with self._short:
            result = await self._run_task(task, Timeouts(stall_s, _SHORT_LIMIT_S), _SHORT_LIMITS)
        return {**result, "wall": time.monotonic() - started}

    async def analyse(self, active: ActiveJob, _slot: Slot) -> None:
        """Compute the track features, unless another job has done so."""
        task = plan.analyse_task(active.job, active.folder, active.features)
        async with self._analysing.setdefault(active.features.name, asyncio.Lock()):
            if not plan.is_analysed(active.job, active.features):
                await self._run_with_retries(
                    active, "analyse", lambda: self._short_task(active, task)
                )

    async def encode_audio(self, active: ActiveJob) -> None:
        """Encode the audio once, in parallel with rendering."""
        task = plan.audio_task(active.job, active.folder)
        if not task.out.exists():
            await self._run_with_retries(active, "sound", lambda: self._short_task(active, task))

    async def limit_flashes(self, active: ActiveJob, slot: Slot) -> None:
        """Compute the gain map that limits flashes in `slot`, unless it exists."""
        out = active.flashes
        if out is None:
            return
        if out.exists() and "flashes" in await self._store.tasks.results(active.job.id):
            return
        task = LimitFlashes(scene=self._scene(active), out=out)

        async def attempt() -> Result:
            started = time.monotonic()
            result = await self._run_in_slot(active, slot, task, lambda _event: None)
            return {**result, "wall": time.monotonic() - started}

        await self._run_with_retries(active, "flashes", attempt)

    async def render_segment(self, active: ActiveJob, slot: Slot, segment: plan.Segment) -> None:
        """Render one segment in `slot`."""
        previous = active.previous_segment(segment)
        scene = replace(self._scene(active), flashes=active.flashes)
        stall_s = stall_timeout_s(self._config, software=active.job.software)
        task = plan.segment_task(active.job, scene, segment, previous, active.folder, stall_s)

        def on_event(event: Event) -> None:
            if isinstance(event, FramesDone) and segment.index in active.drawing:
                active.drawing[segment.index] = min(event.done, segment.frames)

        async def attempt() -> Result:
            active.drawing[segment.index] = 0
            return await self._run_in_slot(active, slot, task, on_event)

        started = time.monotonic()
        await self._run_with_retries(active, segment.name, attempt)
        active.finish_segment(segment, time.monotonic() - started)

    def _scene(self, active: ActiveJob) -> SceneSpec:
        return plan.scene_of(active.job, active.folder, active.features, self._config)

    async def _run_in_slot(
        self, active: ActiveJob, slot: Slot, task: Task, on_event: OnEvent
    ) -> Result:
        """Run a rendering task in the remaining slot time of the job."""
        software = active.job.software
        stall_s = stall_timeout_s(self._config, software=software)
        left_s = export_timeout_s(self._config, software=software) - active.clock.total_s
        if left_s <= 0:
            raise TaskError("render_timeout", "the job's slot time is used up")
        limits = _SOFTWARE_LIMITS if software else _DRAW_LIMITS
        timeouts = Timeouts(stall_s, left_s)
        return await slot.run(active.job.id, task, timeouts, on_event, limits)

    async def join(self, active: ActiveJob) -> dict[str, Any]:
        """Wait for the audio, mux it with the segments and return the job's report."""
        render_s = time.monotonic() - active.drawing_since if active.drawing_since else None
        if active.audio_task:
            # Shielded: if the audio task fails, it cancels the other tasks of the job itself.
            await asyncio.shield(active.audio_task)
        await self._store.jobs.update(active.job.id, stage=Stage.JOINING)
        task = plan.mux_task(active.job, active.segments, active.folder)
        joined = await self._run_with_retries(
            active, "join", lambda: self._short_task(active, task)
        )
        return await self._report(active, joined, render_s)

    async def _report(
        self, active: ActiveJob, joined: dict[str, Any], render_s: float | None
    ) -> dict[str, Any]:
        results = await self._store.tasks.results(active.job.id)
        segment_results = [value for name, value in results.items() if name.startswith("segment-")]
        flash_result = results.get("flashes", {}) if active.flashes else {}
        seconds = {"analyse": round(results.get("analyse", {}).get("wall", 0.0), 3)}
        seconds["flashes"] = round(flash_result.get("wall", 0.0), 3)
        for stage in ("compile", "render", "readback", "encode"):
            spent = sum(value.get("seconds", {}).get(stage, 0.0) for value in segment_results)
            seconds[stage] = round(spent, 3)
        seconds["join"] = round(joined["wall"], 3)
        report = machine_report(active.job)
        if render_s and active.drawn_frames:
            report["framesPerSecond"] = round(active.drawn_frames / render_s, 2)
        return {
            **report,
            "seconds": seconds,
            "flashes": {
                "allowed": active.job.spec.allow_flashing,
                "limited": flash_result.get("limited", []),
            },
            "blank": blank_colour(value.get("shades") for value in segment_results),
            "size": joined["bytes"],
            "sha256": joined["sha256"],
            "check": joined["check"],
        }
