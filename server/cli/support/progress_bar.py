"""The progress bar of a job: stage, percentage, frames per second, time left."""

import shutil
import time
from typing import Any, TextIO

from server.terminal import printable

_WIDTH = 16  # the whole line fits into 80 columns


class ProgressBar:
    """One line that is redrawn on a terminal; elsewhere a line is written for each stage."""

    def __init__(self, stream: TextIO, *, show: bool = True) -> None:
        self._stream = stream
        self._show = show
        self._live = show and stream.isatty()
        self._stage: str | None = None
        self._started: tuple[float, int] | None = None
        self._drawn = False

    def print_line(self, text: str) -> None:
        """Print a line above the bar."""
        if self._show:
            self._clear()
            self._stream.write(printable(text) + "\n")
            self._stream.flush()

    def update(self, job: dict[str, Any]) -> None:
        """Show the current job object of the HTTP API."""
        if not self._show:
            return
        stage = job["stage"] or job["status"]
        if stage != self._stage and not self._live:
            self._stream.write(f"{stage}\n")
            self._stream.flush()
        self._stage = stage
        if self._live:
            self._clear()
            columns = shutil.get_terminal_size().columns
            self._stream.write(self._line(job, stage)[: columns - 1])  # a wrapped line stays
            self._stream.flush()
            self._drawn = True

    def _line(self, job: dict[str, Any], stage: str) -> str:
        filled = _WIDTH * job["progress"] // 100
        bar = "█" * filled + "·" * (_WIDTH - filled)
        done, total = job["frames"]["done"], job["frames"]["total"]
        parts = [f"{stage:<10} {bar} {job['progress']:3d} %", f"{done}/{total} frames"]
        rate = self._rate(done)
        if rate:
            parts.append(f"{rate:.1f} frames/s")
            seconds_left = (
                job["etaSeconds"] if job["etaSeconds"] is not None else (total - done) / rate
            )
            parts.append(f"{_clock(seconds_left)} left")
        return "  ".join(parts)

    def _rate(self, done: int) -> float | None:
        """Return the frames per second since the first update with frames."""
        now = time.monotonic()
        if done == 0 or self._started is None:
            self._started = (now, done)
            return None
        started, first_frame = self._started
        return (
            (done - first_frame) / (now - started) if done > first_frame and now > started else None
        )

    def end(self) -> None:
        """Clear the bar."""
        self._clear()

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._drawn = False


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"
