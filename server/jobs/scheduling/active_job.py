"""State of a processing job in memory, from its first slot to its published video."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.jobs.model.flash_rounds import FlashRounds
from server.jobs.model.job import Job
from server.jobs.scheduling.plan import Segment, limits_flashes

_MAX_STEP_S = 5.0
"""Ten times the interval in which the dispatcher ticks the clocks."""


@dataclass
class SlotClock:
    """Wall-clock seconds in which at least one slot worked for the job.

    It has to be ticked regularly: of a longer interval, such as a pause of this process (SIGSTOP,
    a frozen container), only the first seconds count.
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
        """Count the time since the last tick."""
        if self._active_slots:
            self.spent_s += self._step_s()
            self._since = time.monotonic()

    def _step_s(self) -> float:
        return min(time.monotonic() - self._since, _MAX_STEP_S)


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
    drawn_frames: int = 0
    """Frames rendered since the start of the server, for the cost per frame."""
    slot_s: float = 0.0
    """Slot seconds spent on them; two slots count twice."""
    drawing_since: float | None = None
    render_s: float = 0.0
    """Seconds from the first segment to the end of the last one so far."""

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

    def set_segments(self, segments: list[Segment]) -> None:
        """Set the segments as they are drawn first; see `dim_segments`."""
        self.undimmed, self.flashes = segments, FlashRounds()
        self._replace_segments(segments)

    def dim_segments(self, gains: Sequence[str | None]) -> None:
        """Dim the segments by gains of these hashes."""
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
        was_drawn = self.drawing.pop(segment.index, None) is not None
        if was_drawn and segment in self.segments:
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def invalidate_segment(self, segment: Segment) -> None:
        """Mark a finished segment as missing on disk, so that it is rendered again."""
        if segment in self.segments and segment.index in self.finished:
            self.finished.discard(segment.index)
            self.pending = sorted([*self.pending, segment], key=lambda other: other.index)

    def finish_segment(self, segment: Segment, slot_s: float) -> None:
        """Mark a segment as written to disk."""
        self.drawing.pop(segment.index, None)
        self.finished.add(segment.index)
        self.drawn_frames += segment.frames
        self.slot_s += slot_s
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
