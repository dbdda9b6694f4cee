"""Estimates of the time until a job ends, with what the slots do now."""

from collections.abc import Sequence
from itertools import accumulate

from server.jobs import eta
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.job import Status
from server.jobs.model.work.frame_costs import FrameCost
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.dispatcher import Dispatcher
from server.jobs.scheduling.division import max_slots
from server.jobs.store.snapshots import JobSnapshot, Queue
from server.process import processors


class WaitEstimates:
    """Estimates for any job; what they share is computed once for all jobs.

    Args:
        dispatcher: has the slots and the jobs that are processed.
        machine: has the renderer.
    """

    def __init__(self, dispatcher: Dispatcher, machine: MachineProbe) -> None:
        self._dispatcher = dispatcher
        self._machine = machine
        self._processors = processors.available()  # takes milliseconds: once
        self._model: eta.CostModel | None = None
        self._queue: Queue | None = None
        self._queue_s: Sequence[float] = ()
        """Seconds of the work ahead of each place in `_queue`, by `_model`."""

    def seconds(self, snapshot: JobSnapshot, costs: Sequence[FrameCost]) -> int | None:
        """Estimate the seconds to the end of a job; None if no slot can ever work for it.

        Args:
            snapshot: of the job, which has not ended.
            costs: that were measured.
        """
        job, queue = snapshot
        slots, active_jobs = len(self._dispatcher.slots), self._dispatcher.active_jobs
        model = self._update(queue, costs, slots)
        slots_each = slots // max(1, len(active_jobs))

        def seconds_left(active: ActiveJob) -> float:
            working = max(active.active_slots, min(slots_each, active.max_slots))
            return active.seconds_left(model.frame_s(active.job.spec.workload), working)

        if job.status is Status.PROCESSING and job.id in active_jobs:
            return max(1, round(seconds_left(active_jobs[job.id])))
        before = [
            seconds_left(active)
            for active in active_jobs.values()
            if active.job.status is Status.PROCESSING
        ]
        ahead = queue.count_ahead(job)
        if ahead:
            before.append(self._queue_s[ahead])
        own_slots = 1 if before else max(1, min(slots, max_slots(job.spec)))
        return eta.estimate_wait_s(before, model.job_s(job.spec.workload, own_slots), slots)

    def _update(self, queue: Queue, costs: Sequence[FrameCost], slots: int) -> eta.CostModel:
        """Return the model of these costs, and sum up the work of the queue by it."""
        model, software = self._model, bool(self._machine.software)
        if model is None or model.costs is not costs or model.software != software:
            model = eta.CostModel(costs, software, self._processors / max(1, slots))
            self._model, self._queue = model, None
        if self._queue is not queue:
            seconds = map(model.job_s, queue.workloads)
            self._queue, self._queue_s = queue, [*accumulate(seconds, initial=0.0)]
        return model
