"""State of a processing job in memory, from its first slot to its published video."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from server.jobs.model.flash_rounds import FlashRounds
from server.jobs.model.job import Job
from server.jobs.model.work.estimate import Step, WorkEstimate
from server.jobs.model.work.frame_costs import guess_frame_s
from server.jobs.model.work.frame_pace import FramePace
from server.jobs.model.work.slot_clock import SlotClock
from server.jobs.scheduling.division import max_slots
from server.jobs.scheduling.plan import Segment, limits_flashes
from server.logging_json import log_context
from server.process import processors
from server.tracing import spans


@dataclass
class ActiveJob:
    """State of a processing job beyond its row: its segments and the tasks that work on it."""

    job: Job
    folder: Path
    features: Path
    clock: SlotClock
    undimmed: list[Segment] = field(default_factory=list)
    """The segments as they are drawn first."""
    segments: list[Segment] = field(default_factory=list)
    """The segments of the video: some of them dimmed, once flashes are counted."""
    result_key: str | None = None
    """Key of its video, set with the segments."""
    flashes: FlashRounds = field(default_factory=FlashRounds)
    pending: list[Segment] = field(default_factory=list)
    drawing: dict[int, int] = field(default_factory=dict)
    """Segment index → frames written so far."""
    assigned: dict[int, Segment] = field(default_factory=dict)
    """Slot index → the segment that it renders."""
    finished: set[int] = field(default_factory=set)
    active_slots: int = 0
    """Number of slots that work for the job now."""
    slot_tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    audio_task: "asyncio.Task[None] | None" = None
    completion_task: "asyncio.Task[None] | None" = None
    is_closing: bool = False
    """True once its row is final: no slot may continue it."""
    is_paused: bool = False
    """No slot may take it up while its segments are replaced."""
    pace: FramePace = field(default_factory=FramePace)
    """Cost of its frames."""
    begun: dict[Step, float] = field(default_factory=dict)
    """Monotonic times at which its steps began."""
    drawing_since: float | None = None
    render_s: float = 0.0
    """Seconds from the first segment to the end of the last one so far."""
    _reached_percent: int = 0
    """Percentage that was reached before frames were lost: clients may have seen it."""

    @contextmanager
    def context(self) -> Iterator[None]:
        """Log and trace what is done in the block, and in the tasks that it creates, as its own."""
        job = self.job
        facts = {"job": job.id, "request": job.request_id, "trace": spans.trace_id(job.trace)}
        with log_context(**facts), spans.continue_trace(job.trace, {"toqibox.job.id": job.id}):
            yield

    @property
    def queue_key(self) -> tuple[int, str]:
        return (self.job.queue_key, self.job.id)

    @property
    def is_split(self) -> bool:
        return bool(self.segments)

    @property
    def wants_slot(self) -> bool:
        """True if a free slot could work for the job."""
        if self.completion_task or self.is_closing or self.is_paused:
            return False
        if not self.is_split:
            return self.active_slots == 0
        if self.is_drawn:  # to count its flashes, or to start a completion again that failed
            return self.active_slots == 0
        return bool(self.pending) and not (self._is_drawn_in_order and self.drawing)

    @property
    def _is_drawn_in_order(self) -> bool:
        """True if a segment needs the state of the one before; dimmed segments have it already."""
        return self.job.spec.sequential and self.flashes.gains is None

    @property
    def is_drawn(self) -> bool:
        """True if all segments are on disk."""
        return self.is_split and len(self.finished) == len(self.segments)

    @property
    def is_finished(self) -> bool:
        """True if all segments are on disk, and none has to be dimmed any more."""
        return self.is_drawn and not self.is_to_be_counted

    @property
    def is_to_be_counted(self) -> bool:
        """True if all segments are on disk, and it is unknown whether they flash too much."""
        limited = limits_flashes(self.job.spec)
        return self.is_drawn and limited and not self.flashes.is_complete

    @property
    def frames_done(self) -> int:
        """Frames that were drawn at least once."""
        return self.job.spec.frames if self.flashes.gains else self._frames_on_disk

    @property
    def frames_left(self) -> int:
        """Frames that have to be drawn, for the first time or again."""
        return self.job.spec.frames - self._frames_on_disk

    @property
    def _frames_on_disk(self) -> int:
        done = sum(segment.frames for segment in self.segments if segment.index in self.finished)
        return done + sum(self.drawing.values())

    @property
    def max_slots(self) -> int:
        """Maximum number of slots that could draw the rest of it at one time."""
        if not self.is_split or self._is_drawn_in_order:
            return max_slots(self.job.spec)
        return max(1, len(self.segments) - len(self.finished))

    # Progress

    def begin_step(self, step: Step) -> None:
        """Note that a step has begun, unless it had begun before."""
        self.begun.setdefault(step, time.monotonic())

    def begin_segment(self, segment: Segment) -> None:
        """Note that a segment is drawn from its first frame on."""
        self._keep_percent()
        self.drawing[segment.index] = 0
        self.pace.discard(segment.index)
        self.begin_step(Step.START)

    def report_frames(self, segment: Segment, done: int) -> None:
        """Note that a running segment has passed `done` frames to its encoder."""
        if segment.index in self.drawing:
            self.drawing[segment.index] = min(done, segment.frames)
            self.pace.report(segment.index, self.drawing[segment.index])

    @cached_property
    def _estimate(self) -> WorkEstimate:
        """Expected work, independent of measurements: the same after a restart."""
        spec, cores = self.job.spec, processors.available()
        work = spec.workload
        frame_s = guess_frame_s(work.effect, work.pixels, software=self.job.software, cores=cores)
        return WorkEstimate.of(work.frames, work.fps, frame_s, counts_flashes=limits_flashes(spec))

    @property
    def _steps_done(self) -> dict[Step, float]:
        """Share of each step that is done; of a step without a measure as much as its time says."""
        if not self.is_split:
            return {Step.ANALYSIS: self._timed_share(Step.ANALYSIS)}
        done = {Step.ANALYSIS: 1.0, Step.START: self._timed_share(Step.START)}
        if self.frames_done:
            done |= {Step.START: 1.0, Step.DRAWING: self.frames_done / self.job.spec.frames}
        if self.is_finished:
            done |= {Step.COUNT: 1.0, Step.MUX: self._timed_share(Step.MUX)}
        elif self.flashes.gains:
            done[Step.COUNT] = (1 + self._frames_on_disk / self.job.spec.frames) / 2
        elif self.is_drawn:
            done[Step.COUNT] = self._timed_share(Step.COUNT) / 2
        return done

    def _timed_share(self, step: Step) -> float:
        begun = self.begun.get(step)
        if begun is None:
            return 0.0
        return self._estimate.timed_share(step, time.monotonic() - begun)

    @property
    def percent_done(self) -> int:
        """Percentage of its work that is done; it never falls, and is 100 for completed jobs only.

        What a worker that ended had drawn is drawn again, and counts as done once it was.
        """
        return max(self._reached_percent, int(99 * self._estimate.share_done(self._steps_done)))

    def _keep_percent(self) -> None:
        """Keep the percentage from falling by the change that follows."""
        self._reached_percent = self.percent_done

    def seconds_left(self, frame_s: float, slots: int) -> float:
        """Estimate the seconds to its end.

        Args:
            frame_s: expected slot seconds of a frame; replaced by its own once they are known.
            slots: number of slots that will work for it.
        """
        drawing_s = self.frames_left * (self.pace.frame_s or frame_s) / max(1, slots)
        return drawing_s + self._estimate.left_s(self._steps_done)

    # Segments

    def set_segments(self, segments: list[Segment]) -> None:
        """Set the segments as they are drawn first; see `dim_segments`."""
        self._keep_percent()
        self.undimmed, self.flashes = segments, FlashRounds()
        self._replace_segments(segments)

    def dim_segments(self, gains: Sequence[str | None]) -> None:
        """Dim the segments by gains of these hashes."""
        self._keep_percent()
        pairs = zip(self.undimmed, gains, strict=True)
        self._replace_segments([segment.dimmed(digest) for segment, digest in pairs])

    def _replace_segments(self, segments: list[Segment]) -> None:
        """Set the segments; those whose files are on disk are finished already."""
        self.segments = segments
        self.finished = {
            segment.index
            for segment in segments
            if all(path.exists() for path in segment.files(self.folder, self.job.spec))
        }
        self.pending = [segment for segment in segments if segment.index not in self.finished]

    def next_segment(self) -> Segment | None:
        """Take the next segment in order; the caller must release or finish it."""
        if not self.wants_slot or not self.pending:
            return None
        segment = self.pending.pop(0)
        self.drawing[segment.index] = 0
        return segment

    def assign_segment(self, slot: int) -> bool:
        """Assign the next segment to a slot; return False if there is none for it."""
        segment = self.next_segment()
        if segment is None:
            return False
        self.assigned[slot] = segment
        self.drawing_since = self.drawing_since or time.monotonic()
        return True

    def release_slot(self, slot: int) -> None:
        """Put back the segment of a slot that works for the job no longer, unless it is done."""
        segment = self.assigned.pop(slot, None)
        if segment is not None:
            self.release_segment(segment)

    def release_segment(self, segment: Segment) -> None:
        """Put back a segment that was not rendered; it is the next to be taken."""
        self._keep_percent()
        was_drawn = self.drawing.pop(segment.index, None) is not None
        self.pace.discard(segment.index)
        if was_drawn and segment in self.segments:
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def invalidate_segment(self, segment: Segment) -> None:
        """Mark a finished segment as missing on disk, so that it is rendered again."""
        self._keep_percent()
        if segment in self.segments and segment.index in self.finished:
            self.finished.discard(segment.index)
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def finish_segment(self, segment: Segment, slot_s: float) -> None:
        """Mark a segment as written to disk."""
        self.drawing.pop(segment.index, None)
        self.finished.add(segment.index)
        self.pace.finish(segment.index, segment.frames, slot_s)
        if self.drawing_since is not None:
            self.render_s = time.monotonic() - self.drawing_since

    def previous_segment(self, segment: Segment) -> Segment | None:
        return self.segments[segment.index - 1] if segment.index else None

    def tasks(self) -> list["asyncio.Task[None]"]:
        """Return the tasks that work for the job, except the caller itself."""
        tasks_of_job = [*self.slot_tasks, self.audio_task, self.completion_task]
        return [task for task in tasks_of_job if task and task is not asyncio.current_task()]

    async def cancel_other_slots(self) -> None:
        """Cancel the slot tasks, except the caller itself, and wait for their end."""
        others = [task for task in self.slot_tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def forget_current_task(self) -> None:
        """Let the step of the calling task be started again; the other steps continue."""
        task = asyncio.current_task()
        if self.audio_task is task:
            self.audio_task = None
        if self.completion_task is task:
            self.completion_task = None
