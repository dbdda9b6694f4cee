"""The steps of a job, in their order, with the stage that a client sees during each.

                              encode audio ────────────────┐
analyse → pin the machine → split → segments → limit flashes → mux
open the scene ┘                       └── dimmed ──┘
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from server.concurrency import run_in_thread
from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.slot import Slot
from server.jobs.model.job import Job, Stage
from server.jobs.reuse.result_key import result_key
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.division import Share, divide
from server.jobs.scheduling.retries import JobFailed
from server.jobs.scheduling.steps import JobTasks
from server.jobs.store.store import Store
from server.process import processors


class Place(Enum):
    """Place of a step among the others, in a slot or without one."""

    ALONGSIDE = auto()
    """Once, in no slot, in parallel with the segments and what follows, but not with `AFTER`."""
    BEFORE = auto()
    """Once, in the first slot of the job."""
    SEGMENT = auto()
    """For each segment, in as many slots as are free."""
    DRAWN = auto()
    """In one slot, whenever all segments are on disk; may replace some, which are rendered next."""
    AFTER = auto()
    """Once, in no slot, when all segments and the steps `ALONGSIDE` are done."""


class AudioMissing(Exception):
    """The audio is not encoded: its failure could not be saved, so that it is tried again."""


@dataclass(frozen=True)
class JobStep:
    """A step of every job."""

    place: Place
    stage: Stage | None
    """Stage of the job from this step on; None leaves it as it is."""
    run: Callable[[ActiveJob, Slot | None], Awaitable[None]]
    """Does the step, in the slot that it is given. What is on disk is not done again."""


class Pipeline:
    """Drives a job through its steps.

    Args:
        config: the settings.
        store: of jobs.
        machine: the last probe.
        tasks: runs the tasks of the steps.
        slots: the number of slots, which share the processors.
    """

    def __init__(
        self, config: Config, store: Store, machine: MachineProbe, tasks: JobTasks, slots: int
    ) -> None:
        self._config = config
        self._store = store
        self._machine = machine
        self._slots = slots
        self.steps: tuple[JobStep, ...] = (
            JobStep(Place.ALONGSIDE, None, tasks.encode_audio),
            JobStep(Place.BEFORE, Stage.ANALYSING, tasks.analyse),
            JobStep(Place.BEFORE, Stage.ANALYSING, self.pin_machine),
            JobStep(Place.BEFORE, Stage.RENDERING, self.split),
            JobStep(Place.SEGMENT, Stage.RENDERING, tasks.render_segment),
            JobStep(Place.DRAWN, Stage.RENDERING, tasks.limit_flashes),
            JobStep(Place.AFTER, Stage.JOINING, tasks.mux),
        )
        """All steps, in their order."""

    async def run_alongside(self, active: ActiveJob) -> None:
        """Do the steps in parallel with the others."""
        await self._run(Place.ALONGSIDE, active)

    async def prepare(self, active: ActiveJob, slot: Slot) -> None:
        """Do the steps before the segments, unless they are done."""
        if not active.is_split:
            await self._run(Place.BEFORE, active, slot)

    async def render_segment(self, active: ActiveJob, slot: Slot) -> None:
        """Do the steps of the segment that is assigned to `slot`."""
        await self._run(Place.SEGMENT, active, slot)

    async def check(self, active: ActiveJob, slot: Slot) -> None:
        """Do the steps that check the segments, if all are on disk."""
        if active.is_to_be_counted:
            await self._run(Place.DRAWN, active, slot)

    async def finish(self, active: ActiveJob) -> None:
        """Do the steps after the segments, once those alongside are done.

        Raises:
            AudioMissing: they have to be started again.
        """
        while active.audio_task and not active.audio_task.done():
            # Shielded: if the audio task fails, it cancels the other tasks of the job itself.
            await asyncio.shield(active.audio_task)
        if active.audio_task is None:
            raise AudioMissing
        await self._run(Place.AFTER, active)

    async def _run(self, place: Place, active: ActiveJob, slot: Slot | None = None) -> None:
        for step in self.steps:
            if step.place is place:
                if step.stage is not None:
                    await self._enter(active, step.stage)
                await step.run(active, slot)

    async def _enter(self, active: ActiveJob, stage: Stage) -> None:
        """Write the stage of a job if it changes."""
        if active.job.stage is not stage:
            active.job = await self._store.jobs.update(active.job.id, stage=stage) or active.job

    def columns_at_start(self, job: Job, *, alone: bool) -> dict[str, object]:
        """Return the columns of a job that its start sets: its stage, machine and division.

        `alone` is True if no other job is being processed or waits.
        """
        stage = next(step.stage for step in self.steps if step.stage is not None)
        return {"stage": stage, **self._machine_columns(job, alone=alone)}

    def _machine_columns(self, job: Job, *, alone: bool) -> dict[str, object]:
        encoder = self._machine.encoder_of(job.spec.codec)
        spec, longest_s = job.spec, self._config.segment_sec
        share = Share(slots=self._slots, cores=processors.available(), alone=alone)
        division = divide(spec.frames, spec.fps, longest_s, share, sequential=spec.sequential)
        return {
            "renderer": self._machine.renderer,
            "software": bool(self._machine.software),
            "encoder": encoder.name,
            "encoder_fallback": encoder.replaces,
            "segment_frames": division.segment_frames,
            "threads": division.threads,
        }

    async def pin_machine(self, active: ActiveJob, _slot: Slot | None = None) -> None:
        """Fix the renderer and encoder of a job.

        Raises:
            JobFailed: its codec was offered when it was accepted, but no encoder opens now.
        """
        job = active.job
        # Another machine or driver, an encoder that did not open, or a job of an earlier version.
        if job.renderer != self._machine.renderer or None in (job.encoder, job.segment_frames):
            if job.segment_frames is None:  # an earlier version has divided it otherwise
                await self._store.tasks.delete(job.id, plan.SEGMENT_PREFIX)
            columns = self._machine_columns(job, alone=False)
            active.job = await self._store.jobs.update(job.id, **columns) or job
        if active.job.encoder is None:
            detail = f"no encoder of {job.spec.codec} opens any more"
            raise JobFailed("encoder_failed", detail=detail)

    async def split(self, active: ActiveJob, _slot: Slot | None = None) -> None:
        """Split a job into segments; those that are on disk already are finished."""
        job, fingerprint = active.job, self._machine.fingerprint
        segments = await run_in_thread(plan.split, job, fingerprint)
        if job.encoder is not None:
            active.result_key = result_key(job.spec, job.plan, fingerprint, job.encoder)
        await run_in_thread(active.set_segments, segments)
