"""Metrics of jobs and their tasks, counted from the events of the store."""

import asyncio
import logging
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram

from server.config import Config
from server.jobs.model.job import FINAL, Job, Status
from server.jobs.model.job_events import JobChange, JobEvents, TaskEnd
from server.jobs.model.spec import Spec
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.retries import JOB_CODES
from server.jobs.store.store import Store
from server.protocol.results.drawing import DrawnSegment
from server.protocol.tasks import TASKS, Analyse, DrawSegment, EncodeAudio, LimitFlashes, Mux

_LOG = logging.getLogger(__name__)
_BUCKETS_S = (1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
_TASK_STAGES = {
    Analyse.name: "analyse",
    EncodeAudio.name: "audio",
    LimitFlashes.name: "flashes",
    Mux.name: "join",
}
"""Stages that are one task, by its name."""
_DRAWING_STAGES = ("compile", "render", "readback", "encode", "flashes")
"""Stages of a segment: the fields of SegmentTimes."""
_JOB_TASKS = (*_TASK_STAGES, DrawSegment.name)
"""The tasks of jobs, by name."""
CHAIN, OTHER = "chain", "other"
"""Labels of several effects, and of those above the maximum."""
MAX_EFFECTS = 256
"""Maximum number of effects with a label of their own."""


class JobCounters:
    """Counters and histograms of jobs since the start of the server.

    Args:
        registry: takes the metrics.
        config: the settings.
        store: of jobs.
        events: of the store.
        active_jobs: the jobs that are processed, by id.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        config: Config,
        store: Store,
        events: JobEvents,
        active_jobs: Mapping[str, ActiveJob],
    ) -> None:
        self._store = store
        self._active_jobs = active_jobs
        self._effects: set[str] = set()
        self._transitions: asyncio.Queue[JobChange] = asyncio.Queue()

        def counter(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(f"toqibox_{name}", meaning, labels, registry=registry)

        def histogram(name: str, meaning: str) -> Histogram:
            return Histogram(f"toqibox_{name}", meaning, buckets=_BUCKETS_S, registry=registry)

        self._accepted = counter("jobs_accepted", "Jobs that were accepted, by plan", "plan")
        self._finished = counter("jobs_finished", "Jobs that have ended, by status", "status")
        self._reused = counter(
            "results_reused", "Jobs that were completed with the video of an earlier one"
        )
        self._failures = counter("job_failures", "Jobs that failed, by error code", "code")
        self._wait = histogram("job_wait_seconds", "Time in the queue of jobs that have begun")
        self._duration = histogram(
            "job_duration_seconds", "Time from the begin to the end of completed jobs"
        )
        self._video = counter("video_seconds", "Duration of the videos of completed jobs")
        self._stages = counter(
            "stage_seconds",
            "Time of tasks that succeeded, by stage; encode: processor time of ffmpeg",
            "stage",
        )
        by_effect = ("effect", "preset", "renderer")
        self._frames = counter(
            "frames_drawn", "Frames of finished segments, by what drew them", *by_effect
        )
        self._drawing = counter(
            "drawing_seconds", "Slot time of finished segments, by what drew them", *by_effect
        )
        self._task_failures = counter(
            "task_failures", "Attempts of tasks that failed, by task", "task"
        )
        self._show_zeros(config)
        events.subscribe(self._on_change)
        events.subscribe_tasks(self._on_task)

    def _show_zeros(self, config: Config) -> None:
        """Make the series with known labels: a rate needs the value before the first event."""
        for plan in config.plans:
            self._accepted.labels(plan)
        for status in FINAL:
            self._finished.labels(status.value)
        for code in JOB_CODES:
            self._failures.labels(code)
        for task in _JOB_TASKS:
            self._task_failures.labels(task)
        for stage in (*_TASK_STAGES.values(), *_DRAWING_STAGES):
            self._stages.labels(stage)

    def _on_change(self, change: JobChange) -> None:
        if change.is_transition:
            self._transitions.put_nowait(change)

    async def run(self) -> None:
        """Count the transitions of jobs, as their rows are read, until cancelled."""
        while True:
            change = await self._transitions.get()
            try:
                job = await self._store.jobs.get(change.job_id)
                if job is not None:
                    self._count(job, change.status)
            except Exception:
                _LOG.exception("metrics.job_not_counted", extra={"facts": {"job": change.job_id}})

    def _count(self, job: Job, status: Status) -> None:
        if status is Status.QUEUED:
            self._accepted.labels(job.plan).inc()
        elif status is Status.PROCESSING and job.started_at is not None:
            self._wait.observe((job.started_at - job.created_at) / 1000)
        elif status in FINAL:
            self._finished.labels(status.value).inc()
        if status is Status.COMPLETED and job.cached:
            self._reused.inc()
        if status is Status.FAILED:
            self._failures.labels(job.error_code or "internal").inc()
        if status is Status.COMPLETED and job.started_at and job.finished_at:
            self._duration.observe((job.finished_at - job.started_at) / 1000)
            self._video.inc(job.spec.frames / job.spec.fps)

    def _on_task(self, end: TaskEnd) -> None:
        kind = end.name.split("-")[0]
        if end.result is None:
            self._task_failures.labels(kind if kind in TASKS else OTHER).inc()
        elif isinstance(end.result, DrawnSegment):
            self._count_segment(end.job_id, end.result, end.wall_s)
        elif kind in _TASK_STAGES:
            self._stages.labels(_TASK_STAGES[kind]).inc(end.wall_s)

    def _count_segment(self, job_id: str, segment: DrawnSegment, wall_s: float) -> None:
        for stage in _DRAWING_STAGES:
            self._stages.labels(stage).inc(getattr(segment.seconds, stage))
        active = self._active_jobs.get(job_id)
        if active is not None:
            spec = active.job.spec
            labels = (self._effect_label(spec), spec.preset or "", segment.renderer)
            self._frames.labels(*labels).inc(segment.frames)
            self._drawing.labels(*labels).inc(wall_s)

    def _effect_label(self, spec: Spec) -> str:
        """Return the label of a chain; the number of labels is bounded."""
        if len(spec.labels) != 1:
            return CHAIN
        if len(self._effects) < MAX_EFFECTS:
            self._effects.add(spec.labels[0])
        return spec.labels[0] if spec.labels[0] in self._effects else OTHER
