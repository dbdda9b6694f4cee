"""Dispatcher: assigns free slots to jobs in their order and drives every active job."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from server.concurrency import wait_for_tasks
from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.slot import Slot
from server.jobs.execution.worker_process import RunTask, run_task
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.model.work.slot_clock import SlotClock
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.blame import hold_back, sort_interrupted
from server.jobs.scheduling.completion import JobCompleter
from server.jobs.scheduling.damage import redo_damaged
from server.jobs.scheduling.encoder_fallback import fall_back_encoder
from server.jobs.scheduling.pipeline import AudioMissing, Pipeline
from server.jobs.scheduling.progress import Progress
from server.jobs.scheduling.retries import (
    EncoderUnavailable,
    GpuUnavailable,
    InputsDamaged,
    failure_of,
)
from server.jobs.scheduling.steps import JobTasks
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_FLUSH_S = 0.5
_BACK_OFF_S = 5.0
"""Pause after an unexpected failure, such as a job table that cannot be written."""


class Dispatcher:
    """Assigns slots to jobs once started; `wake` notifies it of changes.

    Args:
        config: the settings.
        store: of jobs.
        data: the folders of jobs.
        machine: the last probe.
        slots: render the segments.
        run_task: runs the tasks that use no slot.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        data: DataFolder,
        machine: MachineProbe,
        slots: Sequence[Slot],
        run_task: RunTask = run_task,
    ) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._machine = machine
        self._progress = Progress(store)
        tasks = JobTasks(config, store, machine, run_task)
        self._pipeline = Pipeline(config, store, machine, tasks, len(slots))
        self.slots = slots
        self._wake_event = asyncio.Event()
        self.active_jobs: dict[str, ActiveJob] = {}
        shared = (self._pipeline, self.slots, self.active_jobs)
        self._completer = JobCompleter(config, store, data, *shared)
        self._loops: list[asyncio.Task[None]] = []
        self._is_draining = False

    async def start(self) -> None:
        """Resume the jobs of an earlier server, then work until stopped."""
        left = await sort_interrupted(self._store)
        for job in left.crashing:
            await self._completer.fail_crashing(job)
        for job in left.resumed:
            self._activate(job)
        self._loops = [
            *(asyncio.create_task(self._resume_later(job)) for job in left.suspected),
            asyncio.create_task(self._run_forever(self._dispatch)),
            asyncio.create_task(self._run_forever(self._flush)),
        ]
        self.wake()

    async def _resume_later(self, job: Job) -> None:
        await hold_back(self._store, job)
        await self._run_until_done(partial(self._resume, job))

    async def _resume(self, job: Job) -> None:
        """Continue a job that was held back, unless it has ended meanwhile."""
        active = self._activate(job)  # before its row is read, so that a cancel finds it
        active.is_paused = True
        now = None
        try:
            now = await self._store.jobs.get(job.id)
        finally:
            if now is None or now.is_final:
                self.active_jobs.pop(job.id, None)
        active.job, active.is_paused = now or job, False
        self.wake()

    async def drain(self, timeout_s: float) -> None:
        """Assign no slot any more, and wait for the running tasks, at most `timeout_s`."""
        self._is_draining = True
        jobs = self.active_jobs.values()
        await wait_for_tasks(lambda: [task for job in jobs for task in job.tasks()], timeout_s)

    async def stop(self) -> None:
        """Kill all workers and leave the jobs unchanged; nothing counts as an attempt."""
        for loop in self._loops:
            loop.cancel()
        tasks = [task for active in self.active_jobs.values() for task in active.tasks()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._loops, *tasks, return_exceptions=True)
        await asyncio.gather(*(slot.stop_worker() for slot in self.slots))
        await self._progress.save(list(self.active_jobs.values()))

    def wake(self) -> None:
        """Look for work at once."""
        self._wake_event.set()

    async def abort(self, job_id: str) -> None:
        """Kill the tasks of a job whose row is final, and remove its files."""
        await self._completer.abort(job_id)
        self.wake()

    async def _run_forever(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step forever, even after errors: without it no job makes progress."""
        while True:
            await self._run_until_done(step)

    async def _run_until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step after errors, with pauses."""
        while True:
            try:
                return await step()
            except Exception:
                _LOG.exception("dispatcher.step_failed")
                await asyncio.sleep(_BACK_OFF_S)
                self.wake()

    # The order of work

    async def _dispatch(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._machine.next_probe_s):
                await self._wake_event.wait()
        self._wake_event.clear()
        if self._machine.problems() or (not self.active_jobs and self._machine.reprobe_due):
            await self._machine.probe()
        elif self._machine.gpu_problems and self._machine.reprobe_due:
            self._machine.probe()  # not awaited: the other GPUs go on
        if not self._machine.problems():
            await self._fill_slots()

    async def _fill_slots(self) -> None:
        for slot in self.slots:
            if self._is_draining or not slot.is_free or not self._machine.can_use(slot.gpu):
                continue
            active = await self._next_active()
            if active is None or not active.wants_slot:
                return  # any change meanwhile has set the wake event again
            slot.is_free = False
            active.active_slots += 1
            with active.context():
                task = asyncio.create_task(self._work_on(slot, active))
            active.slot_tasks.add(task)
            # A task that is cancelled before it begins never runs its own code.
            task.add_done_callback(partial(self._release, slot, active))

    async def _next_active(self) -> ActiveJob | None:
        """Return the first job without a slot; if none waits, the first that can share one more."""
        waiting = [
            active
            for active in self.active_jobs.values()
            if active.wants_slot and active.active_slots == 0
        ]
        first = min(waiting, key=lambda active: active.queue_key, default=None)
        queued = await self._store.jobs.next_queued()
        if queued and (first is None or (queued.queue_key, queued.id) < first.queue_key):
            return await self._start_job(queued) or first
        if first:
            return first
        sharing = [active for active in self.active_jobs.values() if active.wants_slot]
        return min(sharing, key=lambda active: active.queue_key, default=None)

    async def _start_job(self, job: Job) -> ActiveJob | None:
        """Start a queued job; return None if it was cancelled meanwhile."""
        active = self._activate(job)  # before it begins, so that a cancel finds it
        started = None
        try:
            queued = await self._store.jobs.count(Status.QUEUED)
            alone = len(self.active_jobs) == 1 and queued == 1
            started = await self._completer.transition(
                job,
                Status.PROCESSING,
                started_at=now_ms(),
                **self._pipeline.columns_at_start(job, alone=alone),
            )
        finally:
            if started is None or active.is_closing:
                self.active_jobs.pop(job.id, None)
        active.job = started or job
        return None if started is None or active.is_closing else active

    def _activate(self, job: Job) -> ActiveJob:
        folder, features = self._data.job_folder(job.id), self._data.features_folder(job.spec)
        clock = SlotClock(job.slot_ms / 1000)
        return self.active_jobs.setdefault(job.id, ActiveJob(job, folder, features, clock))

    # Work for an active job

    async def _work_on(self, slot: Slot, active: ActiveJob) -> None:
        """Work for one job in one slot: prepare it, render one segment, and check the last one."""
        try:
            with active.clock:
                await self._pipeline.prepare(active, slot)
                # Not before: the first frame waits for the analysis, and nothing for the audio.
                if active.audio_task is None:
                    encoding = self._run_without_slot(active, self._pipeline.run_alongside)
                    active.audio_task = asyncio.create_task(encoding)
                if active.assign_segment(slot.index):
                    self.wake()  # another slot may share the job now
                    await self._pipeline.render_segment(active, slot)
                await self._pipeline.check(active, slot)
        except asyncio.CancelledError:
            await slot.stop_worker_of(active.job.id)
            raise
        except Exception as error:
            await self._handle_failure(active, error)
        finally:
            active.release_slot(slot.index)
            task = asyncio.current_task()
            if task:
                self._release(slot, active, task)
            if active.is_finished and active.completion_task is None and not active.is_closing:
                completion = self._run_without_slot(active, self._completer.complete)
                active.completion_task = asyncio.create_task(completion)

    def _release(self, slot: Slot, active: ActiveJob, task: "asyncio.Task[None]") -> None:
        """Free the slot of a task that ends, once."""
        if task in active.slot_tasks:
            active.slot_tasks.discard(task)
            active.active_slots -= 1
            slot.is_free = True
            self.wake()

    async def _run_without_slot(
        self, active: ActiveJob, work: Callable[[ActiveJob], Awaitable[None]]
    ) -> None:
        """Do work that uses no slot; its failure ends the job."""
        try:
            await work(active)
        except Exception as error:
            await self._handle_failure(active, error)

    async def _handle_failure(self, active: ActiveJob, error: Exception) -> None:
        """Fail the job, or retry what can be retried; never raises."""
        facts = {"job": active.job.id, "request": active.job.request_id}
        try:
            if isinstance(error, EncoderUnavailable):
                await fall_back_encoder(self._store, self._pipeline, active)
                self._machine.probe()
                return
            if isinstance(error, InputsDamaged):
                log_event(_LOG, logging.WARNING, "job.damaged", **facts, files=str(error))
                await redo_damaged(active, error.paths)
                self.wake()
                return
            if isinstance(error, AudioMissing):  # the next slot starts it and the completion again
                active.forget_current_task()
                self.wake()
                return
            if isinstance(error, GpuUnavailable):  # it resumes on another GPU, or when it is back
                log_event(_LOG, logging.WARNING, "job.waits_for_gpu", **facts)
                return
            await self._completer.fail(active, failure_of(error, **facts))
        except Exception as unwritten:
            # The table cannot be written: keep the slot for a while, then try again.
            trace = None if isinstance(unwritten, DiskFull) else unwritten
            facts["detail"] = str(unwritten)
            _LOG.error("job.finalize_failed", exc_info=trace, extra={"facts": facts})
            await asyncio.sleep(_BACK_OFF_S)
            active.forget_current_task()
            self.wake()
        self._machine.probe()  # the machine may be the cause rather than the job

    async def _flush(self) -> None:
        await asyncio.sleep(_FLUSH_S)
        for active in self.active_jobs.values():
            active.clock.tick()
        await self._progress.save(list(self.active_jobs.values()))
