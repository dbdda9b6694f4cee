"""The dispatcher: gives free slots to jobs in their order, and keeps every run going."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from server import processors
from server.concurrency import run_in_thread
from server.config import Config
from server.jobs.execution.machine import Health
from server.jobs.execution.slot import LocalSlot
from server.jobs.model.job import Job, Stage, Status, now_ms
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import Run, SlotClock
from server.jobs.scheduling.blame import GUILTY, SUSPECTED, hold_back
from server.jobs.scheduling.completion import Endings
from server.jobs.scheduling.damage import make_again
from server.jobs.scheduling.progress import Progress
from server.jobs.scheduling.steps import Damaged, EncoderGone, GpuGone, Pipeline, RunFailed
from server.jobs.storage.data_folder import DataFolder, discard
from server.jobs.store.database import DiskFull
from server.jobs.store.job_table import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_FLUSH_S = 0.5
_BACK_OFF_S = 5.0
"""Pause after what should not happen, such as a table that cannot be written."""


def encoder_threads(slots: int, cores: int) -> int:
    """Threads for each x264, so that all slots together use the cores once."""
    return max(1, min(16, cores // max(1, slots)))


class Dispatcher:
    """Runs by itself once started; `wake` tells it that something has changed."""

    def __init__(self, config: Config, store: Store, data: DataFolder, health: Health) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._health = health
        self._progress = Progress(store)
        self._pipeline = Pipeline(config, store, health)
        self.slots = [LocalSlot(index) for index in range(config.max_parallel_exports)]
        self._changed = asyncio.Event()
        self._endings = Endings(config, store, data, self._pipeline, self.slots, self.wake)
        self.runs = self._endings.runs
        self.drop = self._endings.drop
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Take up what an earlier server left, then work until stopped."""
        try:
            interrupted = self._store.interrupted()
        except DiskFull:  # the start matters more than the count
            _LOG.exception("interruptions.unsaved")
            interrupted = {}
        held = []
        for job in self._store.with_status(Status.PROCESSING):
            blame = interrupted.get(job.id, 0)
            if blame >= GUILTY:
                self._give_up(job)
            elif blame >= SUSPECTED:
                held.append(job)
            else:
                self._open(job)
        self._loops = [
            *(asyncio.create_task(self._take_up_later(job)) for job in held),
            asyncio.create_task(self._for_ever(self._dispatch)),
            asyncio.create_task(self._for_ever(self._flush)),
        ]
        self.wake()

    async def _take_up_later(self, job: Job) -> None:
        await hold_back(self._store, job)
        now = self._store.get(job.id)
        if now and now.status is Status.PROCESSING:
            self._open(now)
            self.wake()

    def _give_up(self, job: Job) -> None:
        """End a job with which the server dies, and without which it lives."""
        self._data.discard_job(job.id)
        with contextlib.suppress(DiskFull):  # then the next start ends it
            changes = {"error_code": "attempts_exhausted", "finished_at": now_ms()}
            self._endings.settle(job, Status.FAILED, **changes)

    async def stop(self) -> None:
        """Kill every group and leave the jobs as they are; nothing counts as an attempt."""
        for loop in self._loops:
            loop.cancel()
        tasks = [task for run in self.runs.values() for task in run.tasks()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._loops, *tasks, return_exceptions=True)
        await asyncio.gather(*(slot.empty() for slot in self.slots))
        self._progress.save(self.runs.values())

    def wake(self) -> None:
        self._changed.set()

    @staticmethod
    async def _for_ever(step: Callable[[], Awaitable[None]]) -> None:
        """Do a step again and again, whatever goes wrong in it: without it nothing is drawn."""
        while True:
            try:
                await step()
            except Exception:
                _LOG.exception("dispatcher.broken")
                await asyncio.sleep(_BACK_OFF_S)

    # The order of work

    async def _dispatch(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._health.next_look_s):
                await self._changed.wait()
        self._changed.clear()
        if self._health.problems() or (not self.runs and self._health.wants_another_look):
            await self._health.probe()
        if not self._health.problems():
            await self._fill_slots()

    async def _fill_slots(self) -> None:
        for slot in self.slots:
            if not slot.is_free:
                continue
            run = await self._next_run()
            if run is None or not run.wants_slot:
                return  # whatever changed meanwhile has woken us again
            slot.is_free = False
            run.holders += 1
            hold = asyncio.create_task(self._hold(slot, run))
            run.holds.add(hold)

    async def _next_run(self) -> Run | None:
        """The first job that has no slot; when none waits, the first that can use a second."""
        waiting = [run for run in self.runs.values() if run.wants_slot and run.holders == 0]
        first = min(waiting, key=lambda run: run.turn, default=None)
        queued = await asyncio.to_thread(self._store.next_queued)
        if queued and (first is None or (queued.turn, queued.id) < first.turn):
            return await self._begin(queued) or first
        if first:
            return first
        sharing = [run for run in self.runs.values() if run.wants_slot]
        return min(sharing, key=lambda run: run.turn, default=None)

    async def _begin(self, job: Job) -> Run | None:
        """Move a queued job to processing; None when it was cancelled meanwhile."""
        await run_in_thread(
            self._endings.settle,
            job,
            Status.PROCESSING,
            stage=Stage.ANALYSING,
            started_at=now_ms(),
            **self._machine(),
        )
        begun = self._store.get(job.id)
        # From here on to the end of _open nothing else runs: a cancel finds the run, or was seen.
        return self._open(begun) if begun and begun.status is Status.PROCESSING else None

    def _machine(self) -> dict[str, object]:
        """What a job is drawn and encoded with, fixed when it begins."""
        return {
            "renderer": self._health.renderer,
            "software": bool(self._health.software),
            "encoder": self._health.encoder,
            "encoder_fallback": self._health.encoder_fallback,
            "threads": encoder_threads(len(self.slots), processors.available()),
        }

    def _open(self, job: Job) -> Run:
        clock = SlotClock(job.slot_ms / 1000)
        run = Run(job, self._data.job(job.id), self._data.features_of(job), clock)
        self.runs[job.id] = run
        return run

    # Work for a run

    async def _hold(self, slot: LocalSlot, run: Run) -> None:
        """One slot works for one run: cut it if need be, then draw one segment."""
        segment: plan.Segment | None = None
        try:
            with run.clock:
                if run.sound is None:
                    run.sound = asyncio.create_task(self._guard(run, self._pipeline.make_sound))
                if not run.is_cut:
                    await self._pipeline.analyse(run)
                    await run_in_thread(self._set_machine, run)
                    await self._pipeline.look_for_flashes(run, slot)
                    await run_in_thread(self._cut, run)
                segment = run.take()
                if segment:
                    run.drawing_since = run.drawing_since or time.monotonic()
                    self.wake()  # another slot may share the run now
                    await self._pipeline.draw(run, slot, segment)
        except asyncio.CancelledError:
            await slot.empty_of(run.job.id)
            raise
        except Exception as error:
            await self._end_badly(run, error)
        finally:
            if segment:
                run.give_back(segment)
            run.holders -= 1
            task = asyncio.current_task()
            run.holds -= {task} if task else set()
            slot.is_free = True
            if run.is_drawn and run.ending is None and not run.closing:
                run.ending = asyncio.create_task(self._guard(run, self._endings.finish))
            self.wake()

    def _set_machine(self, run: Run) -> None:
        if run.job.renderer != self._health.renderer:  # begun on another machine, or another driver
            self._store.update(run.job.id, **self._machine())
            run.job = self._store.get(run.job.id) or run.job
        run.flashes = plan.flashes_path(run.job, run.folder, self._health.machine)

    def _cut(self, run: Run) -> None:
        run.lay_out(plan.cut(run.job, self._config.segment_sec, self._health.machine))
        self._store.update(run.job.id, stage=Stage.RENDERING)

    async def _guard(self, run: Run, step: Callable[[Run], Awaitable[None]]) -> None:
        """Do a step that holds no slot; its failure ends the job."""
        try:
            await step(run)
        except Exception as error:
            await self._end_badly(run, error)

    async def _end_badly(self, run: Run, error: Exception) -> None:
        """Fail the run, or redo it with another encoder; never raises."""
        facts = {"job": run.job.id, "request": run.job.request_id}
        try:
            if isinstance(error, EncoderGone):
                await self._fall_back(run)
                return
            if isinstance(error, Damaged):
                log_event(_LOG, logging.WARNING, "job.damaged", **facts, files=str(error))
                await make_again(run, error.paths)
                self.wake()
                return
            if isinstance(error, GpuGone):  # it goes on when the GPU is back, or at the next start
                log_event(_LOG, logging.WARNING, "job.waits_for_gpu", **facts)
                return
            if not isinstance(error, RunFailed):
                _LOG.error("run.broken", exc_info=error, extra={"facts": facts})
            code = "storage_full" if isinstance(error, DiskFull) else "internal"
            failure = error if isinstance(error, RunFailed) else RunFailed(code)
            await self._endings.fail(run, failure)
        except Exception:
            # The table cannot be written: hold on to the slot for a while, then try again.
            _LOG.exception("run.unsettled", extra={"facts": facts})
            await asyncio.sleep(_BACK_OFF_S)
            run.sound = run.ending = None
        self._health.probe()  # perhaps the machine, not the job, is at fault

    async def _fall_back(self, run: Run) -> None:
        """NVENC failed in mid-job: every segment is redone with x264."""
        others = [task for task in run.holds if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for segment in run.segments:
            discard(segment.path(run.folder))
        self._store.forget_tasks(run.job.id, "segment-")
        self._store.update(run.job.id, encoder="x264", encoder_fallback="nvenc")
        run.job = self._store.get(run.job.id) or run.job
        run.drawing.clear()
        self._cut(run)
        log_event(_LOG, logging.WARNING, "job.encoder_fallback", job=run.job.id, encoder="x264")
        self._health.probe()

    # Progress

    async def _flush(self) -> None:
        await asyncio.sleep(_FLUSH_S)
        for run in self.runs.values():
            run.clock.move_on()
        await asyncio.to_thread(self._progress.save, list(self.runs.values()))
