"""The steps of a run, each a task with its attempts: analyse, flashes, sound, segment, join."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from server.concurrency import run_in_thread
from server.config import Config
from server.errors import CATALOGUE
from server.jobs.execution.machine import Health, export_timeout_s, stall_timeout_s
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import Event, OnEvent, TaskError, Watch, run_once
from server.jobs.model.job import Job, Stage
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import Run
from server.jobs.scheduling.blank_video import blank_colour
from server.jobs.store.database import DiskFull
from server.jobs.store.job_table import Store
from server.logging_json import log_event
from server.sandbox import Limits

_LOG = logging.getLogger(__name__)
ATTEMPTS = 3
_SHORT_LIMIT_S = 900.0
"""For analyse, sound and join: many times what the longest video needs on a slow machine."""
_SHORT_TASKS = 4


_NICENESS = 2
"""A client waits for the answer to its upload, nobody for one frame of a queued job. Two steps are
two thirds of the share: with more, other programs of the machine would hold up the drawing."""
_SHORT_LIMITS = Limits(memory_bytes=4_000_000_000, niceness=_NICENESS)
_DRAW_LIMITS = Limits(niceness=_NICENESS)
_SOFTWARE_LIMITS = Limits(memory_bytes=8_000_000_000, niceness=_NICENESS)
"""For drawing in software; on a GPU the driver maps far more address space than it uses."""
_DRAWN = ("flashes", "segment-")
"""What the names of tasks that draw begin with."""
_ENCODER_CODES = ("encoder_failed", "encoder_stalled")
_JOB_CODES = {code for code, entry in CATALOGUE.items() if entry.status is None} | {
    "shader_compile_failed",
    "storage_full",
    "internal",
}
"""What a failed job may say of itself."""
_FINAL = ("shader_compile_failed", "shader_rejected", "render_timeout")
"""Ends of a task that another attempt would only repeat. Sound and photo were decoded before the
job was accepted, so a complaint about them is an accident."""


def machine_report(job: Job) -> dict[str, Any]:
    """The part of a job's report that is known from its beginning."""
    report: dict[str, Any] = {
        "renderer": job.renderer,
        "software": job.software,
        "encoder": job.encoder,
    }
    if job.encoder_fallback:
        report["encoderFallback"] = job.encoder_fallback
    return report


class RunFailed(Exception):
    """A task of the run failed for good; carries what ends the job."""

    def __init__(self, code: str, error: TaskError | None = None) -> None:
        super().__init__(code)
        # What a worker says of a file or a machine is no word for the end of a job.
        self.code = code if code in _JOB_CODES else "render_failed"
        event = error.event if error else {}
        self.values: dict[str, Any] = event.get("values") or {}
        self.diagnostics: list[dict[str, Any]] | None = event.get("diagnostics")
        self.detail = error.detail if error else ""


class Damaged(Exception):
    """What earlier tasks of the run made was damaged on disk since."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__(", ".join(path.name for path in paths))
        self.paths = paths


class EncoderGone(Exception):
    """The chosen encoder failed while `auto` allows another."""


class GpuGone(Exception):
    """The GPU that draws the job is gone: no attempt, and no fault of the job's."""


class Pipeline:
    """Does the steps; knows nothing of the order of jobs."""

    def __init__(self, config: Config, store: Store, health: Health) -> None:
        self._config = config
        self._store = store
        self._health = health
        self._short = asyncio.Semaphore(_SHORT_TASKS)
        self._analysing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def _attempts(
        self, run: Run, name: str, go: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Do a task up to three times; a worker's death and a bad end count alike."""
        while True:
            try:
                await run_in_thread(self._store.task_begins, run.job.id, name)
                result = await go()
            except TaskError as error:
                await self._look_for_gpu(run, name, error)
                failures = self._store.task_stops(run.job.id, name, counts=True)
                log_event(
                    _LOG,
                    logging.WARNING,
                    "task.failed",
                    job=run.job.id,
                    request=run.job.request_id,
                    task=name,
                    attempt=failures,
                    code=error.code,
                    detail=error.detail,
                )
                if error.code in _FINAL or failures >= ATTEMPTS:
                    raise RunFailed(error.code, error) from error
                if error.event.get("damaged"):
                    raise Damaged([Path(path) for path in error.event["damaged"]]) from error
                if error.code in _ENCODER_CODES and self._may_fall_back(run):
                    raise EncoderGone from error
            except DiskFull as error:
                self._store.task_stops(run.job.id, name, counts=False)
                raise RunFailed("storage_full") from error
            except BaseException:  # cancelled, by a client or by shutdown: not the task's fault
                self._store.task_stops(run.job.id, name, counts=False)
                raise
            else:
                try:
                    await asyncio.to_thread(self._store.task_ends, run.job.id, name, result)
                except DiskFull as error:
                    raise RunFailed("storage_full") from error
                return result

    async def _look_for_gpu(self, run: Run, name: str, error: TaskError) -> None:
        """Probe the machine when a task failed that may have drawn on a GPU.

        Raises:
            GpuGone: it is not there any more; the task does not count as an attempt.
        """
        if run.job.software or not name.startswith(_DRAWN):
            return
        try:
            await asyncio.shield(self._health.probe())
        except asyncio.CancelledError:
            self._store.task_stops(run.job.id, name, counts=False)
            raise
        if self._health.gpu.is_gone:
            self._store.task_stops(run.job.id, name, counts=False)
            raise GpuGone from error

    def _may_fall_back(self, run: Run) -> bool:
        return self._config.encoder == "auto" and run.job.encoder == "nvenc"

    async def _short_task(self, run: Run, task: dict[str, Any]) -> dict[str, Any]:
        started = time.monotonic()
        stall_s = stall_timeout_s(self._config, software=run.job.software)
        async with self._short:
            result = await run_once(task, Watch(stall_s, _SHORT_LIMIT_S), _SHORT_LIMITS)
        return {**result, "wall": time.monotonic() - started}

    async def analyse(self, run: Run) -> None:
        """Write the features of the track, unless another job has done so."""
        task = plan.analyse_task(run.job, run.folder, run.features)
        async with self._analysing.setdefault(run.features.name, asyncio.Lock()):
            if not plan.is_analysed(run.job, run.features):
                await self._attempts(run, "analyse", lambda: self._short_task(run, task))

    async def make_sound(self, run: Run) -> None:
        """Encode the sound once, beside the drawing."""
        task = plan.sound_task(run.job, run.folder)
        if not (run.folder / "sound.m4a").exists():
            await self._attempts(run, "sound", lambda: self._short_task(run, task))

    async def look_for_flashes(self, run: Run, slot: LocalSlot) -> None:
        """Find out in `slot` how far frames must be dimmed, unless that is known."""
        out = run.flashes
        if out is None or (out.exists() and "flashes" in self._store.results(run.job.id)):
            return
        task = plan.flashes_task(run.job, run.folder, run.features, out)

        async def go() -> dict[str, Any]:
            started = time.monotonic()
            result = await self._in_slot(run, slot, task, lambda _event: None)
            return {**result, "wall": time.monotonic() - started}

        await self._attempts(run, "flashes", go)

    async def draw(self, run: Run, slot: LocalSlot, segment: plan.Segment) -> None:
        """Draw one segment in `slot`."""
        before = run.before(segment)
        task = plan.segment_task(run.job, segment, before, run.folder, run.features, run.flashes)

        def on_event(event: Event) -> None:
            if event.get("event") == "frames" and segment.index in run.drawing:
                run.drawing[segment.index] = min(int(event["done"]), segment.frames)

        async def go() -> dict[str, Any]:
            run.drawing[segment.index] = 0
            return await self._in_slot(run, slot, task, on_event)

        started = time.monotonic()
        await self._attempts(run, segment.name, go)
        run.finish(segment, time.monotonic() - started)

    async def _in_slot(
        self, run: Run, slot: LocalSlot, task: dict[str, Any], on_event: OnEvent
    ) -> dict[str, Any]:
        """Do a task that draws, in what is left of the job's slot time."""
        software = run.job.software
        stall_s = stall_timeout_s(self._config, software=software)
        machine = {
            "egl_device": self._config.egl_device,
            "require_gpu": self._config.require_gpu,
            "stall_s": stall_s,
        }
        left = export_timeout_s(self._config, software=software) - run.clock.total_s
        if left <= 0:
            raise TaskError("render_timeout", "the job's slot time is used up")
        limits = _SOFTWARE_LIMITS if software else _DRAW_LIMITS
        watch = Watch(stall_s, left)
        return await slot.run(run.job.id, {**task, **machine}, watch, on_event, limits)

    async def join(self, run: Run) -> dict[str, Any]:
        """Wait for the sound, then put segments and sound together; returns the job's report."""
        drawn_s = time.monotonic() - run.drawing_since if run.drawing_since else None
        if run.sound:
            # Shielded: when the sound fails, it is the one that cancels the rest of the run.
            await asyncio.shield(run.sound)
        await asyncio.to_thread(self._store.update, run.job.id, stage=Stage.JOINING)
        task = plan.join_task(run.job, run.segments, run.folder)
        joined = await self._attempts(run, "join", lambda: self._short_task(run, task))
        return self._report(run, joined, drawn_s)

    def _report(self, run: Run, joined: dict[str, Any], drawn_s: float | None) -> dict[str, Any]:
        results = self._store.results(run.job.id)
        drawn = [value for name, value in results.items() if name.startswith("segment-")]
        looked = results.get("flashes", {}) if run.flashes else {}
        seconds = {"analyse": round(results.get("analyse", {}).get("wall", 0.0), 3)}
        seconds["flashes"] = round(looked.get("wall", 0.0), 3)
        for stage in ("compile", "render", "readback", "encode"):
            spent = sum(value.get("seconds", {}).get(stage, 0.0) for value in drawn)
            seconds[stage] = round(spent, 3)
        seconds["join"] = round(joined["wall"], 3)
        report = machine_report(run.job)
        if drawn_s and run.drawn_frames:
            report["framesPerSecond"] = round(run.drawn_frames / drawn_s, 2)
        return {
            **report,
            "seconds": seconds,
            "flashes": {
                "allowed": run.job.spec.allow_flashing,
                "limited": looked.get("limited", []),
            },
            "blank": blank_colour(value.get("shades") for value in drawn),
            "size": joined["bytes"],
            "sha256": joined["sha256"],
            "check": joined["check"],
        }
