"""The monotonic clock of the test's process, as a process sees it that was stopped for a while."""

import asyncio
import time

import pytest


class Clock:
    """Moves `time.monotonic`, which the event loop reads too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        monotonic = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + self._ahead)

    async def pause(self, seconds: float) -> None:
        """Advance the clock, as a SIGSTOP of so many seconds would, and run the expired timers."""
        await asyncio.sleep(0)  # tasks reach their wait before
        self._ahead += seconds
        for _ in range(3):
            await asyncio.sleep(0)
