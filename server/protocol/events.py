"""What a task is given and gives: its line, its result, and a way to say that it gets on."""

import time
from typing import Any, Protocol

Task = dict[str, Any]
"""A task line as it was read: see worker.py."""
Result = dict[str, Any]
"""What the event ``done`` carries."""

_FRAMES_EVERY_S = 0.25


class SendEvent(Protocol):
    """Writes one event."""

    def __call__(self, event: str, **values: object) -> None:
        """Write `event` with its values."""
        ...


class ProgressReporter:
    """How a task tells that it gets on."""

    def __init__(self, send: SendEvent) -> None:
        self._send = send
        self._last = float("-inf")

    def stage(self, name: str) -> None:
        """A stage was entered."""
        self._send("stage", stage=name)

    def frames(self, done: int) -> None:
        """`done` frames were handed to the encoder; passed on about four times a second."""
        now = time.monotonic()
        if now - self._last >= _FRAMES_EVERY_S:
            self._last = now
            self._send("frames", done=done)
