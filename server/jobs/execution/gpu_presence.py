"""Presence of the GPU of this process, and the end of the process once the GPU is lost.

A container can lose its GPU permanently while it runs: the card falls off the bus, the driver is
updated, or the host revokes the device's permission. Only a new process, often only a new
container, gets it back; so the server ends and leaves the restart to its supervisor.
"""

import asyncio
import logging

from server.logging_json import log_event
from server.protocol.results.machine import GlReport

_LOG = logging.getLogger(__name__)


class GpuLostError(Exception):
    """The GPU that the process started with stayed lost."""


class GpuMonitor:
    """Tracks the presence of the GPU over all probes.

    Args:
        grace_s: seconds from the first probe without the GPU to the end of the process.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._gone_at: float | None = None
        self._renderer: str | None = None
        self.lost = asyncio.Event()
        """Set once the GPU has been lost for the grace period."""

    @property
    def was_seen(self) -> bool:
        """True if any probe of this process had a GPU."""
        return self._renderer is not None

    @property
    def is_gone(self) -> bool:
        """True if an earlier probe had a GPU and the last one did not."""
        return self._gone_at is not None

    @property
    def problem(self) -> str:
        """Sentence about the lost GPU and the consequence."""
        return (
            f"the GPU is lost: {self._renderer}; "
            f"without it the server ends after GPU_LOST_SEC={self._grace_s:g}"
        )

    def observe(self, gl: GlReport, at_s: float) -> None:
        """Record the OpenGL part of a probe that ended at `at_s` (monotonic seconds)."""
        if gl.ok and not gl.software:
            if self.is_gone:
                log_event(_LOG, logging.INFO, "gpu.recovered", renderer=gl.renderer)
            self._renderer, self._gone_at = gl.renderer, None
        elif self.was_seen and self._gone_at is None:
            self._gone_at = at_s
            facts = {"renderer": self._renderer, "now": gl.renderer or gl.error}
            log_event(_LOG, logging.ERROR, "gpu.lost", **facts, endsAfterSec=self._grace_s)
        elif self._gone_at is not None and at_s - self._gone_at >= self._grace_s:
            self.lost.set()

    def next_probe_s(self, at_s: float, max_s: float) -> float:
        """Return the seconds from `at_s` to the next useful probe, at most `max_s`."""
        if self._gone_at is None:
            return max_s
        return min(max_s, max(0.1, self._gone_at + self._grace_s - at_s))
