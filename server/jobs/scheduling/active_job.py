"""A run: one processing job in memory, from its first slot to its published video."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from server.jobs.model.job import Job
from server.jobs.scheduling.plan import Segment

_MAX_STEP_S = 5.0
"""Ten times as long as the dispatcher takes from one moving on of the clocks to the next."""


@dataclass
class SlotClock:
    """Wall time in which at least one slot worked for the job, seconds.

    It has to be moved on now and then: of a longer time between, such as a pause of this process
    (SIGSTOP, a frozen container), only the first seconds count.
    """

    spent_s: float = 0.0
    _active_slots: int = 0
    _since: float = 0.0

    def __enter__(self) -> "SlotClock":
        if self._active_slots == 0:
            self._since = time.monotonic()
        self._active_slots += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._active_slots -= 1
        if self._active_slots == 0:
            self.spent_s += self._step_s()

    @property
    def total_s(self) -> float:
        return self.spent_s + (self._step_s() if self._active_slots else 0.0)

    def tick(self) -> None:
        """Count the time since this was last done."""
        if self._active_slots:
            self.spent_s += self._step_s()
            self._since = time.monotonic()

    def _step_s(self) -> float:
        return min(time.monotonic() - self._since, _MAX_STEP_S)


@dataclass
class ActiveJob:
    """What is known of a processing job beyond its row: its cut and who draws what."""

    job: Job
    folder: Path
    features: Path
    clock: SlotClock
    flashes: Path | None = None
    """Where it is kept how far frames are dimmed; None where they are not."""
    segments: list[Segment] = field(default_factory=list)
    pending: list[Segment] = field(default_factory=list)
    drawing: dict[int, int] = field(default_factory=dict)
    """Segment index → frames written so far."""
    finished: set[int] = field(default_factory=set)
    active_slots: int = 0
    """Slots that work for the job now."""
    slot_tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    audio_task: "asyncio.Task[None] | None" = None
    completion_task: "asyncio.Task[None] | None" = None
    is_closing: bool = False
    """Its row is final: no slot may take it up again."""
    drawn_frames: int = 0
    """Frames drawn since this start of the server, for the pace."""
    slot_s: float = 0.0
    """Slot seconds they took; two slots count twice."""
    drawing_since: float | None = None

    @property
    def queue_key(self) -> tuple[int, str]:
        return (self.job.turn, self.job.id)

    @property
    def is_split(self) -> bool:
        return bool(self.segments)

    @property
    def wants_slot(self) -> bool:
        """Whether a free slot could work for the job."""
        if self.completion_task or self.is_closing:
            return False
        if not self.is_split:
            return self.active_slots == 0
        if self.is_drawn:  # its ending could not be settled: whoever takes it begins it again
            return self.active_slots == 0
        return bool(self.pending) and not (self.job.spec.sequential and self.drawing)

    @property
    def is_drawn(self) -> bool:
        return self.is_split and len(self.finished) == len(self.segments)

    @property
    def frames_done(self) -> int:
        done = sum(segment.frames for segment in self.segments if segment.index in self.finished)
        return done + sum(self.drawing.values())

    def set_segments(self, segments: list[Segment]) -> None:
        """Take a cut; segments whose files are on disk are finished already."""
        sequential = self.job.spec.sequential
        self.segments = segments
        self.finished = {
            segment.index
            for segment in segments
            if segment.path(self.folder).exists()
            and (not sequential or segment.state_path(self.folder).exists())
        }
        self.pending = [segment for segment in segments if segment.index not in self.finished]

    def next_segment(self) -> Segment | None:
        """The next segment to draw, in order; the caller must give it back or finish it."""
        if not self.wants_slot or not self.pending:
            return None
        segment = self.pending.pop(0)
        self.drawing[segment.index] = 0
        return segment

    def release_segment(self, segment: Segment) -> None:
        """A segment was not drawn: it is the first to be taken again."""
        if self.drawing.pop(segment.index, None) is not None:
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def invalidate_segment(self, segment: Segment) -> None:
        """A finished segment is no longer on disk: it has to be drawn again."""
        if segment.index in self.finished:
            self.finished.discard(segment.index)
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def finish_segment(self, segment: Segment, slot_s: float) -> None:
        """A segment is on disk."""
        self.drawing.pop(segment.index, None)
        self.finished.add(segment.index)
        self.drawn_frames += segment.frames
        self.slot_s += slot_s

    def previous_segment(self, segment: Segment) -> Segment | None:
        return self.segments[segment.index - 1] if segment.index else None

    def tasks(self) -> list["asyncio.Task[None]"]:
        """Everything that works for the job, except the caller itself."""
        everyone = [*self.slot_tasks, self.audio_task, self.completion_task]
        return [task for task in everyone if task and task is not asyncio.current_task()]
