"""Reports of a task's progress."""

import time
from collections.abc import Callable

from server.protocol.wire.events import Event, FramesDone, StageEntered

_FRAMES_EVERY_S = 0.25


class ProgressReporter:
    """Sends the progress of one task.

    Args:
        send: writes one event.
    """

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._last = float("-inf")

    def stage(self, name: str) -> None:
        """Report that a stage was entered or makes progress."""
        self._send(StageEntered(stage=name))

    def frames(self, done: int) -> None:
        """Report that `done` frames were passed to the encoder; about four times a second."""
        now = time.monotonic()
        if now - self._last >= _FRAMES_EVERY_S:
            self._last = now
            self._send(FramesDone(done=done))
