"""Clock of the time in which slots work for a job."""

import time
from dataclasses import dataclass

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
