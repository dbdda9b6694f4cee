"""The steps of a job, in their order.

    encode audio ─────────────────────────────────────────────┐
    analyse → pin the machine → limit flashes → split → segments → join

The audio is encoded in parallel with all others. `Preparation.steps` come before the first
segment; segments are rendered as slots are free; `JobCompleter.complete` joins them.
"""

from server import processors
from server.concurrency import run_in_thread
from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.slot import Slot
from server.jobs.model.job import Stage
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.steps import Pipeline
from server.jobs.store.store import Store


class Preparation:
    """Prepares a job for its segments.

    Args:
        config: the settings.
        store: of jobs.
        machine: the last probe.
        pipeline: runs the tasks.
        slots: the number of slots, which share the processors.
    """

    def __init__(
        self, config: Config, store: Store, machine: MachineProbe, pipeline: Pipeline, slots: int
    ) -> None:
        self._config = config
        self._store = store
        self._machine = machine
        self._slots = slots
        self.steps = (
            pipeline.analyse,
            self.pin_machine,
            pipeline.limit_flashes,
            self.split,
        )

    async def run(self, active: ActiveJob, slot: Slot) -> None:
        """Do the steps in their order, those that draw in `slot`."""
        for step in self.steps:
            await step(active, slot)

    def machine_columns(self) -> dict[str, object]:
        """Return the renderer and encoder of a job, fixed when it starts."""
        return {
            "renderer": self._machine.renderer,
            "software": bool(self._machine.software),
            "encoder": self._machine.encoder,
            "encoder_fallback": self._machine.encoder_fallback,
            "threads": plan.encoder_threads(self._slots, processors.available()),
        }

    async def pin_machine(self, active: ActiveJob, _slot: Slot | None) -> None:
        """Fix the renderer and encoder of a job, and where its gain map is."""
        if active.job.renderer != self._machine.renderer:  # another machine or driver
            columns = self.machine_columns()
            active.job = await self._store.jobs.update(active.job.id, **columns) or active.job
        active.flashes = plan.flashes_path(active.job, active.folder, self._machine.fingerprint)

    async def split(self, active: ActiveJob, _slot: Slot | None) -> None:
        """Split a job into segments; those that are on disk already are finished."""
        segment_s, machine = self._config.segment_sec, self._machine.fingerprint
        segments = await run_in_thread(plan.split, active.job, segment_s, machine)
        await run_in_thread(active.set_segments, segments)
        await self._store.jobs.update(active.job.id, stage=Stage.RENDERING)
