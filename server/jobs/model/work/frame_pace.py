"""Measured cost of a frame of a running job."""

import time
from dataclasses import dataclass, field

_MIN_FRAMES = 8
"""Fewer frames are not a measurement."""


@dataclass
class _Running:
    """Reports of a running segment: frames and time of the first one and of the last one."""

    first: int
    first_at: float
    last: int
    last_at: float


@dataclass
class FramePace:
    """Frames that were drawn since the server started, and the slot seconds spent on them.

    Two slots count twice.
    """

    frames: int = 0
    """Frames of finished segments."""
    slot_s: float = 0.0
    _running: dict[int, _Running] = field(default_factory=dict)

    def report(self, index: int, done: int) -> None:
        """Note that a running segment has passed `done` frames to its encoder."""
        now = time.monotonic()
        running = self._running.setdefault(index, _Running(done, now, done, now))
        running.last, running.last_at = done, now

    def discard(self, index: int) -> None:
        """Forget the reports of a segment that is not drawn any more."""
        self._running.pop(index, None)

    def finish(self, index: int, frames: int, slot_s: float) -> None:
        """Count a segment that is finished."""
        self.discard(index)
        self.frames += frames
        self.slot_s += slot_s

    @property
    def frame_s(self) -> float | None:
        """Slot seconds of a frame; None before enough frames are drawn."""
        running = self._running.values()
        frames = self.frames + sum(one.last - one.first for one in running)
        slot_s = self.slot_s + sum(one.last_at - one.first_at for one in running)
        return slot_s / frames if frames >= _MIN_FRAMES else None
