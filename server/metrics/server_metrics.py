"""All metrics of a server: what is counted as it happens, and what is read for a scrape."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from server.concurrency import run_in_thread
from server.jobs.execution.worker_process import TaskError, Timeouts
from server.jobs.service import Service
from server.metrics.child_processes import read_children
from server.metrics.folder_sizes import measure_folders
from server.metrics.http_counters import HttpCounters
from server.metrics.job_counters import JobCounters
from server.metrics.loop_lag import LoopLag
from server.metrics.snapshot import Snapshot
from server.metrics.snapshot_part import SnapshotPart
from server.metrics.state_collector import HttpState, StateCollector
from server.process.sandbox import Limits
from server.protocol.results.machine import GpuLoad
from server.protocol.tasks import MeasureGpus

_LOG = logging.getLogger(__name__)
_FOLDERS_INTERVAL_S = 60.0
_GPU_INTERVAL_S = 10.0
_GPU_TIMEOUTS = Timeouts(idle_s=20, total_s=20)
_GPU_LIMITS = Limits(niceness=2)


class ServerMetrics:
    """Metrics of one server, in a registry of its own.

    Args:
        service: the jobs.
        is_ready: returns whether a job accepted now could succeed.
        http_state: returns the work of the HTTP server now.
        cache_s: seconds for which scrapes get the same page, however many there are.
    """

    def __init__(
        self,
        service: Service,
        is_ready: Callable[[], Awaitable[bool]],
        http_state: Callable[[], HttpState],
        cache_s: float,
    ) -> None:
        self._service = service
        disable_created_metrics()  # type: ignore[no-untyped-call]  # series that nothing reads
        self._registry = CollectorRegistry()
        self.http = HttpCounters(self._registry)
        dispatcher = service.dispatcher
        self._jobs = JobCounters(
            self._registry, service.config, service.store, service.events, dispatcher.active_jobs
        )
        self._lag = LoopLag(self._registry)
        self._parts = {
            "jobs": SnapshotPart(service.store.jobs.summarise_live, cache_s),
            "webhooks": SnapshotPart(service.store.webhooks.summarise_pending, cache_s),
            "is_ready": SnapshotPart(is_ready, cache_s),
            "children": SnapshotPart(lambda: run_in_thread(read_children), cache_s),
            "folders": SnapshotPart(
                lambda: run_in_thread(measure_folders, service.data), _FOLDERS_INTERVAL_S
            ),
            "gpus": SnapshotPart(self._measure_gpus, _GPU_INTERVAL_S),
        }
        self._snapshot = Snapshot()
        self._cache_s = cache_s
        self._pages: dict[str, bytes] = {}
        self._expires_at = 0.0
        self._lock = asyncio.Lock()
        ProcessCollector(registry=self._registry)
        self._registry.register(StateCollector(service, lambda: self._snapshot, http_state))
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to count and measure."""
        self._tasks = [asyncio.create_task(part.run()) for part in (self._jobs, self._lag)]

    async def stop(self) -> None:
        """End all tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(part.close() for part in self._parts.values()))

    async def render(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics, and their content type.

        Args:
            accept: the header Accept, which may ask for OpenMetrics.
        """
        encode, content_type = choose_encoder(accept)
        async with self._lock:
            if time.monotonic() >= self._expires_at:
                self._pages.clear()
                await self._read_snapshot()
                self._expires_at = time.monotonic() + self._cache_s
            if content_type not in self._pages:
                self._pages[content_type] = encode(self._registry)
            return self._pages[content_type], content_type

    async def _read_snapshot(self) -> None:
        complete = await asyncio.gather(*(part.refresh() for part in self._parts.values()))
        values = {name: part.value for name, part in self._parts.items()}
        self._snapshot = Snapshot(
            **values, is_complete=dict(zip(self._parts, complete, strict=True))
        )

    async def _measure_gpus(self) -> tuple[GpuLoad, ...]:
        """Measure the GPUs in a worker, since a driver may hang; nothing on a software renderer."""
        machine = self._service.machine
        if machine.software is not False or self._service.draining:
            return ()
        try:
            loads = await machine.run_task(MeasureGpus(), _GPU_TIMEOUTS, _GPU_LIMITS)
        except TaskError as error:
            _LOG.warning("metrics.read_failed", extra={"facts": {"why": str(error)}})
            return ()
        return loads.gpus
