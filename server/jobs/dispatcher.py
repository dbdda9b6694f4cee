"""The dispatcher: gives free slots to jobs in their order, and brings every job to its end."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable
from typing import Any

from server.config import Config
from server.jobs import plan
from server.jobs.artifacts import DataFolder, discard
from server.jobs.health import Health
from server.jobs.job import Job, Stage, Status, now_ms, progress_of
from server.jobs.pipeline import EncoderGone, Pipeline, RunFailed
from server.jobs.run import Run, SlotClock
from server.jobs.slots import LocalSlot
from server.jobs.store import Store
from server.log import note

_LOG = logging.getLogger(__name__)
_FLUSH_S = 0.5
_REPROBE_S = 30.0
_INTERRUPTIONS = 3


def encoder_threads(slots: int) -> int:
    """Threads for each x264, so that all slots together use the cores once."""
    cores = len(os.sched_getaffinity(0))
    return max(1, min(16, cores // max(1, slots)))


class Dispatcher:
    """Runs by itself once started; `wake` tells it that something has changed."""

    def __init__(self, config: Config, store: Store, data: DataFolder, health: Health) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._health = health
        self._pipeline = Pipeline(config, store, data, health)
        self.slots = [LocalSlot(index) for index in range(config.max_parallel_exports)]
        self.runs: dict[str, Run] = {}
        self._changed = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    # Life

    def start(self) -> None:
        """Take up what an earlier server left, then work until stopped."""
        interrupted = self._store.interrupted()
        for job in self._store.with_status(Status.PROCESSING):
            if interrupted.get(job.id, 0) >= _INTERRUPTIONS:
                changes = {"error_code": "attempts_exhausted", "finished_at": now_ms()}
                self._settle(job, Status.FAILED, **changes)
                self._data.discard_job(job.id)
            else:
                self._open(job)
        self._loops = [
            asyncio.create_task(self._dispatch()),
            asyncio.create_task(self._flush()),
        ]
        self.wake()

    async def stop(self) -> None:
        """Kill every group and leave the jobs as they are; nothing counts as an attempt."""
        for loop in self._loops:
            loop.cancel()
        tasks = [task for run in self.runs.values() for task in run.tasks()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._loops, *tasks, return_exceptions=True)
        await asyncio.gather(*(slot.empty() for slot in self.slots))
        for run in self.runs.values():
            self._save_progress(run)

    def wake(self) -> None:
        self._changed.set()

    # The order of work

    async def _dispatch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_REPROBE_S):
                    await self._changed.wait()
            self._changed.clear()
            if self._health.problems():
                await self._health.probe()
            if not self._health.problems():
                await self._fill_slots()

    async def _fill_slots(self) -> None:
        for slot in self.slots:
            if not slot.is_free:
                continue
            run = await self._next_run()
            if run is None:
                return
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
            job = await asyncio.to_thread(self._begin, queued)
            return self._open(job) if job else first
        if first:
            return first
        sharing = [run for run in self.runs.values() if run.wants_slot]
        return min(sharing, key=lambda run: run.turn, default=None)

    def _begin(self, job: Job) -> Job | None:
        return self._settle(
            job,
            Status.PROCESSING,
            stage=Stage.ANALYSING,
            started_at=now_ms(),
            attempt=1,
            encoder=self._health.encoder,
            encoder_fallback=self._health.encoder_fallback,
            threads=encoder_threads(len(self.slots)),
        )

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
                    await asyncio.to_thread(self._cut, run)
                segment = run.take()
                if segment:
                    run.drawing_since = run.drawing_since or time.monotonic()
                    self.wake()  # another slot may share the run now
                    await self._pipeline.draw(run, slot, segment)
        except RunFailed as failure:
            await self._fail(run, failure)
        except EncoderGone:
            await self._fall_back(run)
        except asyncio.CancelledError:
            await slot.empty_of(run.job.id)
            raise
        except Exception:
            _LOG.exception("hold.broken", extra={"facts": {"job": run.job.id}})
            await self._fail(run, RunFailed("internal"))
        finally:
            if segment:
                run.give_back(segment)
            run.holders -= 1
            task = asyncio.current_task()
            run.holds -= {task} if task else set()
            slot.is_free = True
            if run.is_drawn and run.ending is None and run.job.id in self.runs:
                run.ending = asyncio.create_task(self._guard(run, self._finish))
            self.wake()

    def _cut(self, run: Run) -> None:
        segments = plan.cut(run.job, self._config.segment_sec, self._health.renderer)
        run.lay_out(segments)
        self._store.update(run.job.id, stage=Stage.RENDERING)

    async def _guard(self, run: Run, step: Callable[[Run], Any]) -> None:
        """Do a step that holds no slot; its failure ends the job."""
        try:
            await step(run)
        except RunFailed as failure:
            await self._fail(run, failure)
        except asyncio.CancelledError:
            raise
        except Exception:
            _LOG.exception("step.broken", extra={"facts": {"job": run.job.id}})
            await self._fail(run, RunFailed("internal"))

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
        job = self._store.get(run.job.id)
        if job:
            run.job = job
            run.drawing.clear()
            self._cut(run)
            note(_LOG, logging.WARNING, "job.encoder_fallback", job=job.id, encoder="x264")

    # Ends

    async def _finish(self, run: Run) -> None:
        await asyncio.gather(*(slot.empty_of(run.job.id) for slot in self.slots))
        report = await self._pipeline.join(run)
        finished = now_ms()
        expires = finished + self._config.result_ttl_sec * 1000
        changes = {
            "finished_at": finished,
            "expires_at": expires,
            "progress": 100,
            "report": report,
        }
        job = await asyncio.to_thread(
            self._settle, run.job, Status.COMPLETED, frames_done=run.job.spec.frames, **changes
        )
        if job:
            await asyncio.to_thread(self._data.keep_artifacts_only, job.id)
            self._learn(run)
        self._close(run)

    def _learn(self, run: Run) -> None:
        spec = run.job.spec
        if run.drawn_frames:
            pace = run.slot_s / run.drawn_frames
            self._store.learn(spec.effects[-1]["id"], spec.width * spec.height, pace)

    async def _fail(self, run: Run, failure: RunFailed) -> None:
        changes = {
            "error_code": failure.code,
            "error_values": failure.values,
            "diagnostics": failure.diagnostics,
            "finished_at": now_ms(),
        }
        await asyncio.to_thread(self._settle, run.job, Status.FAILED, **changes)
        await self.drop(run.job.id)
        self._health.probe()  # perhaps the machine, not the job, is at fault

    async def drop(self, job_id: str) -> None:
        """Kill all that works for a job whose row is final, and remove its files."""
        run = self.runs.get(job_id)
        if run:
            run.closing = True
            others = run.tasks()
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.gather(*(slot.empty_of(job_id) for slot in self.slots))
            self._close(run)
        await asyncio.to_thread(self._data.discard_job, job_id)

    def _close(self, run: Run) -> None:
        self.runs.pop(run.job.id, None)
        if not self._store.uses_sound(run.job.spec.sound):
            discard(run.features)
        self.wake()

    def _settle(self, job: Job, to: Status, **changes: Any) -> Job | None:
        """Move a job, and log it: the one line that every transition has."""
        moved = self._store.move(job.id, to, **changes)
        if moved:
            note(
                _LOG,
                logging.INFO if to is not Status.FAILED else logging.WARNING,
                "job.moved",
                job=job.id,
                request=job.request_id,
                to=to.value,
                **{"from": job.status.value},
                code=moved.error_code,
            )
        return moved

    # Progress

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_S)
            for run in list(self.runs.values()):
                await asyncio.to_thread(self._save_progress, run)

    def _save_progress(self, run: Run) -> None:
        done = run.frames_done
        progress = progress_of(done, run.job.spec.frames)
        self._store.advance(run.job.id, progress, done, round(run.clock.total_s * 1000))
