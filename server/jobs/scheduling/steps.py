"""The steps of a job that are tasks: analyse, encode the audio, limit flashes, segment, mux."""

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from server.concurrency import run_in_thread, wait_until_done
from server.config import Config
from server.jobs.execution.machine import MachineProbe, export_timeout_s, stall_timeout_s
from server.jobs.execution.slot import Slot
from server.jobs.execution.worker_process import OnEvent, RunTask, TaskError, Timeouts
from server.jobs.model.work.estimate import Step
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.retries import TaskRetries
from server.jobs.store.store import Store
from server.jobs.store.tasks import StoredResult
from server.logging_json import log_event
from server.process.sandbox import Limits
from server.protocol.results.drawing import DrawnSegment
from server.protocol.results.media import CountedFlashes
from server.protocol.task import ResultT, Task
from server.protocol.wire.events import Event, FramesDone

_LOG = logging.getLogger(__name__)
_SHORT_LIMIT_S = 900.0
"""For tasks outside slots: many times the duration for the longest video on a slow machine."""
_SHORT_TASKS = 4
_NICENESS = 2
"""Uploads, for which clients wait, take priority over the frames of a queued job. Two steps are two
thirds of the share: with more, other programs of the machine would slow down the rendering."""
_SHORT_LIMITS = Limits(memory_bytes=4_000_000_000, niceness=_NICENESS)
_DEFERRABLE_LIMITS = replace(_SHORT_LIMITS, niceness=6)
"""For the audio, which is needed last: the first frame hardly waits for it. Against two busy
processes of a queued job, on one core, it has a sixth of the share."""
_DRAW_LIMITS = Limits(niceness=_NICENESS)
_SOFTWARE_LIMITS = Limits(memory_bytes=8_000_000_000, niceness=_NICENESS)
"""For a software renderer; on a GPU the driver maps far more address space than it uses."""


class JobTasks:
    """Runs the tasks of a job's steps, independent of their order.

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
        self._retries = TaskRetries(config, store, machine)
        self._run_task = run_task
        self._urgent = asyncio.Semaphore(_SHORT_TASKS)
        self._deferrable = asyncio.Semaphore(_SHORT_TASKS)
        self._analysing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def _short_task(
        self, active: ActiveJob, task: Task[ResultT], *, urgent: bool = True
    ) -> ResultT:
        """Run a task outside slots; one that is not urgent takes no place from those that are."""
        stall_s = stall_timeout_s(self._config, software=active.job.software)
        places, limits = (
            (self._urgent, _SHORT_LIMITS) if urgent else (self._deferrable, _DEFERRABLE_LIMITS)
        )
        async with places:
            return await self._run_task(task, Timeouts(stall_s, _SHORT_LIMIT_S), limits)

    async def analyse(self, active: ActiveJob, slot: Slot | None = None) -> None:
        """Compute the track features, unless another job has done so; open the scene meanwhile."""
        task = plan.analyse_task(active.job, active.folder, active.features)
        opening: asyncio.Task[None] | None = None
        try:
            async with self._analysing.setdefault(active.features.name, asyncio.Lock()):
                if not plan.is_analysed(active.job.spec, active.features):
                    active.begin_step(Step.ANALYSIS)
                    opening = asyncio.create_task(self._open_scene(active, slot))
                    await self._retries.run(
                        active, task.name, lambda: self._short_task(active, task)
                    )
            # Without the lock: another job of the track needs its features alone.
            if opening:
                await opening
        finally:
            if opening:
                opening.cancel()
                await wait_until_done(opening)

    async def _open_scene(self, active: ActiveJob, slot: Slot | None) -> None:
        """Open the scene in the slot's worker before its track is analysed.

        That only saves time: if it fails, the first segment opens the scene, and reports why not.
        A source of a client is not drawn twice, since it may hang.
        """
        if any(effect.custom for effect in active.job.spec.effects):
            return
        scene = plan.scene_of(active.job, active.folder, active.features, self._config)
        gpu = slot.gpu if slot else None
        task = plan.opening_task(active.job, scene, active.folder, gpu)
        try:
            # A worker that is confined before its folder exists could read those of other jobs.
            await run_in_thread(active.features.mkdir, exist_ok=True)
            await self._run_in_slot(active, slot, task, lambda _event: None)
        except (TaskError, OSError) as error:
            detail = error.detail if isinstance(error, TaskError) else str(error)
            log_event(_LOG, logging.WARNING, "scene.not_opened", detail=detail)

    async def encode_audio(self, active: ActiveJob, _slot: Slot | None = None) -> None:
        """Encode the audio once, in parallel with rendering."""
        task = plan.audio_task(active.job, active.folder)
        if not task.out.exists():
            encode = partial(self._short_task, active, task, urgent=False)
            await self._retries.run(active, task.name, encode)

    async def render_segment(self, active: ActiveJob, slot: Slot | None) -> None:
        """Render the segment that is assigned to `slot`."""
        assert slot is not None, "segments are rendered in slots"
        segment = active.assigned[slot.index]
        previous = active.previous_segment(segment)
        scene = plan.scene_of(active.job, active.folder, active.features, self._config)
        stall_s = stall_timeout_s(self._config, software=active.job.software)
        task = plan.segment_task(active.job, scene, segment, previous, active.folder, stall_s)
        if segment.gains is not None:
            task = replace(task, gains=active.flashes.gains)

        def on_event(event: Event) -> None:
            if isinstance(event, FramesDone):
                active.report_frames(segment, event.done)

        async def attempt() -> DrawnSegment:
            active.begin_segment(segment)
            return await self._run_in_slot(active, slot, task, on_event)

        started = time.monotonic()
        await self._retries.run(active, segment.name, attempt, slot.gpu)
        active.finish_segment(segment, time.monotonic() - started)

    async def limit_flashes(self, active: ActiveJob, slot: Slot | None) -> None:
        """Count the flashes of the drawn segments in `slot`, and dim those that flash too much.

        Counts that are stored are not done again. Ends when the video is within the limit, or
        dimmed segments have to be rendered.
        """
        while active.is_to_be_counted:
            rounds = active.flashes
            active.begin_step(Step.COUNT)
            task = plan.flashes_task(active.job, active.segments, rounds.gains, active.folder)
            name = task.out.stem
            if not task.out.exists() or await self._result(active, name) is None:
                count = partial(self._run_in_slot, active, slot, task, lambda _event: None)
                await self._retries.run(active, name, count)
            stored = await self._result(active, name)
            assert stored is not None, "it is stored, if it was not before"
            counted = stored.read(CountedFlashes)
            rounds.add(counted, task.out, stored.wall_s)
            if not rounds.is_complete:
                await run_in_thread(active.dim_segments, counted.dimmed)

    async def _result(self, active: ActiveJob, name: str) -> StoredResult | None:
        return (await self._store.tasks.results(active.job.id)).get(name)

    async def _run_in_slot(
        self, active: ActiveJob, slot: Slot | None, task: Task[ResultT], on_event: OnEvent
    ) -> ResultT:
        """Run a rendering task in the remaining slot time of the job.

        Every time that segments are drawn again, dimmed, the job has its slot time once more.
        """
        assert slot is not None, "it draws"
        software = active.job.software
        stall_s = stall_timeout_s(self._config, software=software)
        allowed_s = export_timeout_s(self._config, software=software)
        left_s = allowed_s * (1 + len(active.flashes.counts)) - active.clock.total_s
        if left_s <= 0:
            raise TaskError("render_timeout", "the job's slot time is used up")
        limits = _SOFTWARE_LIMITS if software else _DRAW_LIMITS
        timeouts = Timeouts(stall_s, left_s)
        return await slot.run(active.job.id, task, timeouts, on_event, limits)

    async def mux(self, active: ActiveJob, _slot: Slot | None = None) -> None:
        """Mux the segments and the audio to the video, and verify it."""
        active.begin_step(Step.MUX)
        task = plan.mux_task(active.job, active.segments, active.folder)
        await self._retries.run(active, task.name, lambda: self._short_task(active, task))
