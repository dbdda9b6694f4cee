"""Measurement of the time spent on drawing.

Draws are asynchronous. On a software renderer the timer waits for them, since the frame is read
next anyway; on hardware that would stall the pipeline, so it reads the device's own timer some
frames later.
"""

import time
from collections.abc import Callable

from server.render.gl.context import Context
from server.render.output.readback import DEPTH


class DrawTimer:
    """Sums the time that frames take to draw."""

    def __init__(self, context: Context) -> None:
        self.seconds = 0.0
        self._context = context
        # One more than the frames in flight, so that the oldest is done when it is read.
        self._timers = [] if context.software else [context.timer() for _ in range(DEPTH + 1)]
        self._pending = 0
        self._next = 0

    def time(self, draw: Callable[[], bool]) -> bool:
        """Call `draw`, measure the time of its draws, and return its result."""
        if not self._timers:
            start = time.perf_counter()
            drawn = draw()
            self._context.finish()
            self.seconds += time.perf_counter() - start
            return drawn
        if self._pending == len(self._timers):
            self._collect_oldest()
        timer = self._timers[self._next]
        self._next = (self._next + 1) % len(self._timers)
        self._pending += 1
        with timer:
            return draw()

    def take_seconds(self) -> float:
        """Return the seconds since the last call of `take_seconds`."""
        while self._pending:
            self._collect_oldest()
        seconds, self.seconds = self.seconds, 0.0
        return seconds

    def _collect_oldest(self) -> None:
        oldest = self._timers[(self._next - self._pending) % len(self._timers)]
        self.seconds += oldest.elapsed * 1e-9
        self._pending -= 1
