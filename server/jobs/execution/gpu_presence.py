"""The GPU of this process: whether it is still there, and when to end because it is not.

A container can lose its GPU for good while it runs: the card falls off the bus, the driver is
updated under it, or the host takes the device's permission away. Only a new process, often only a
new container, gets it back; so the server ends and leaves that to what supervises it.
"""

import asyncio
import logging
from typing import Any

from server.logging_json import log_event

_LOG = logging.getLogger(__name__)


class GpuLostError(Exception):
    """The GPU that the process began with stayed away."""


class GpuMonitor:
    """Follows what each probe finds of OpenGL.

    Args:
        grace_s: seconds from the first probe that misses the GPU to the end of the process.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._gone_at: float | None = None
        self._renderer: str | None = None
        self.lost = asyncio.Event()
        """Set when the GPU has been away for as long as is waited for it."""

    @property
    def was_seen(self) -> bool:
        """Whether any probe of this process found a GPU."""
        return self._renderer is not None

    @property
    def is_gone(self) -> bool:
        """Whether a GPU was found before and was not by the last probe."""
        return self._gone_at is not None

    @property
    def problem(self) -> str:
        """The sentence that says which GPU is gone and what follows."""
        return (
            f"the GPU is gone: {self._renderer}; "
            f"without it the server ends after GPU_LOST_SEC={self._grace_s:g}"
        )

    def observe(self, gl: dict[str, Any], at_s: float) -> None:
        """Take in what a probe that ended at `at_s` (monotonic seconds) says of OpenGL."""
        if gl.get("ok") and not gl.get("software"):
            if self.is_gone:
                log_event(_LOG, logging.INFO, "gpu.back", renderer=gl["renderer"])
            self._renderer, self._gone_at = str(gl["renderer"]), None
        elif self.was_seen and self._gone_at is None:
            self._gone_at = at_s
            facts = {"renderer": self._renderer, "now": gl.get("renderer") or gl.get("error")}
            log_event(_LOG, logging.ERROR, "gpu.gone", **facts, endsAfterSec=self._grace_s)
        elif self._gone_at is not None and at_s - self._gone_at >= self._grace_s:
            self.lost.set()

    def next_probe_s(self, at_s: float, max_s: float) -> float:
        """Seconds from `at_s` to the next probe that is worth making, `max_s` at most."""
        if self._gone_at is None:
            return max_s
        return min(max_s, max(0.1, self._gone_at + self._grace_s - at_s))
