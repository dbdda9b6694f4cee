"""Lag of the event loop: how much later than planned it resumes a task."""

import asyncio
import time

from prometheus_client import CollectorRegistry, Histogram

_INTERVAL_S = 0.25
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class LoopLag:
    """Measures the lag in a task of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Histogram(
            "toqibox_event_loop_lag_seconds",
            "Delay of a task of the event loop, measured four times a second",
            buckets=_BUCKETS_S,
            registry=registry,
        )

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = time.monotonic() + _INTERVAL_S
            await asyncio.sleep(_INTERVAL_S)
            self._lag.observe(max(0.0, time.monotonic() - due))
