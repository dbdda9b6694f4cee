"""Gauges of the state of the server, from the snapshot of a scrape."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from server import __version__
from server.jobs.model.job import Status, now_ms
from server.jobs.service import Service
from server.metrics.snapshot import Snapshot


class HttpState(NamedTuple):
    """Work of the HTTP server at one moment."""

    uploads: Mapping[str, tuple[int, int]]
    """Numbers of uploads that are read or prepared, and that wait, by their kind."""
    event_streams: int


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"toqibox_{name}", meaning, value=value)


def _by_label(
    name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"toqibox_{name}", meaning, labels=(label,))
    for value in values:
        family.add_metric((value[0],), value[1])
    return family


class StateCollector(Collector):
    """Turns the snapshot, and what can be read without waiting, into metrics.

    Args:
        service: the jobs.
        snapshot: returns what was read last.
        http_state: returns the work of the HTTP server now.
    """

    def __init__(
        self,
        service: Service,
        snapshot: Callable[[], Snapshot],
        http_state: Callable[[], HttpState],
    ) -> None:
        self._service = service
        self._snapshot = snapshot
        self._http_state = http_state

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge."""
        snapshot = self._snapshot()
        yield from self._machine()
        yield from self._slots()
        yield from self._disk()
        yield from _http(self._http_state())
        parts = [(part, float(is_read)) for part, is_read in snapshot.is_complete.items()]
        meaning = "1 if the part was read in time for this scrape; else its metrics are absent"
        yield _by_label("scrape_complete", meaning, "part", parts)
        yield from self._queue(snapshot)
        yield from _webhooks(snapshot)
        if snapshot.is_ready is not None:
            meaning = "1 if a job accepted now could succeed, as /ready responds"
            yield _gauge("ready", meaning, snapshot.is_ready)
        yield from _children(snapshot)
        if snapshot.folders is not None:
            meaning = "Disk space of the parts of the data folder, measured at most once a minute"
            yield _by_label("data_folder_bytes", meaning, "folder", snapshot.folders.items())
        yield from collect_gpus(snapshot)

    def _machine(self) -> Iterator[Metric]:
        machine = self._service.machine
        yield InfoMetricFamily(
            "toqibox_server",
            "Version, renderer and encoder of the server",
            {
                "version": __version__,
                "renderer": machine.renderer,
                "encoder": machine.encoder or "none",
            },
        )
        software = 1.0 if machine.software else 0.0
        yield _gauge("software_rendering", "1 if no GPU draws", software)
        yield _gauge("draining", "1 once the server stops", self._service.draining)

    def _slots(self) -> Iterator[Metric]:
        slots, machine = self._service.dispatcher.slots, self._service.machine
        yield _gauge("slots", "Render slots", len(slots))
        busy = sum(not slot.is_free for slot in slots)
        yield _gauge("slots_busy", "Render slots that work for a job", busy)
        usable = sum(machine.can_use(slot.gpu) for slot in slots)
        yield _gauge("slots_usable", "Render slots whose GPU can be used", usable)

    def _disk(self) -> Iterator[Metric]:
        usage = shutil.disk_usage(self._service.data.root)
        yield _gauge("disk_size_bytes", "Size of the disk of the data folder", usage.total)
        yield _gauge("disk_free_bytes", "Disk space that the server may use", usage.free)
        reserve = self._service.config.min_free_mb * 1_000_000
        yield _gauge("disk_min_free_bytes", "MIN_FREE_MB: below it jobs are refused", reserve)

    def _queue(self, snapshot: Snapshot) -> Iterator[Metric]:
        config = self._service.config
        yield _gauge("queue_limit", "MAX_QUEUED_EXPORTS", config.max_queued_exports)
        if snapshot.jobs is None:
            return
        meaning = {
            Status.QUEUED: ("queue_jobs", "Jobs that wait, by plan"),
            Status.PROCESSING: ("processing_jobs", "Jobs that are processed, by plan"),
        }
        for status, (name, text) in meaning.items():
            counts = dict.fromkeys(config.plans, 0)
            counts |= {jobs.plan: jobs.count for jobs in snapshot.jobs if jobs.status is status}
            yield _by_label(name, text, "plan", counts.items())
        waiting = [jobs.oldest_ms for jobs in snapshot.jobs if jobs.status is Status.QUEUED]
        age_s = _age_s(min(waiting, default=None))
        yield _gauge("queue_oldest_seconds", "Age of the oldest job that waits; 0 if none", age_s)


def _age_s(since_ms: int | None) -> float:
    return 0.0 if since_ms is None else max(0, now_ms() - since_ms) / 1000


def _webhooks(snapshot: Snapshot) -> Iterator[Metric]:
    pending = snapshot.webhooks
    if pending is None:
        return
    yield _gauge("webhooks_pending", "Webhooks that are to be delivered", pending.count)
    meaning = "Webhooks to be delivered of which an attempt has failed"
    yield _gauge("webhooks_retried", meaning, pending.retried)
    meaning = "Age of the oldest webhook that is to be delivered; 0 if none"
    yield _gauge("webhooks_oldest_seconds", meaning, _age_s(pending.oldest_ms))


def _http(state: HttpState) -> Iterator[Metric]:
    active = [(kind, counts[0]) for kind, counts in state.uploads.items()]
    yield _by_label("uploads_active", "Uploads that are read or prepared", "kind", active)
    waiting = [(kind, counts[1]) for kind, counts in state.uploads.items()]
    yield _by_label("uploads_waiting", "Uploads that wait, unread", "kind", waiting)
    yield _gauge("event_streams", "Event streams that are open", state.event_streams)


def _children(snapshot: Snapshot) -> Iterator[Metric]:
    if snapshot.children is None:
        return
    counts = [(kind, children.count) for kind, children in snapshot.children.items()]
    yield _by_label("child_processes", "Processes of the server by kind", "kind", counts)
    memory = [(kind, children.memory_bytes) for kind, children in snapshot.children.items()]
    meaning = "Memory of the processes, each with its share of what is shared (PSS)"
    yield _by_label("child_memory_bytes", meaning, "kind", memory)


def collect_gpus(snapshot: Snapshot) -> Iterator[Metric]:
    """Yield the load of each GPU; nothing where there is none to measure."""
    if not snapshot.gpus:
        return
    labels = ("gpu", "name")
    used = GaugeMetricFamily("toqibox_gpu_memory_used_bytes", "GPU memory in use", labels=labels)
    total = GaugeMetricFamily("toqibox_gpu_memory_bytes", "Size of the GPU memory", labels=labels)
    meaning = "Share of time in which the GPU worked, 0 to 1"
    busy = GaugeMetricFamily("toqibox_gpu_utilisation", meaning, labels=labels)
    for gpu in snapshot.gpus:
        values = (str(gpu.index), gpu.name)
        used.add_metric(values, gpu.memory_used_bytes)
        total.add_metric(values, gpu.memory_total_bytes)
        if gpu.utilisation is not None:
            busy.add_metric(values, gpu.utilisation)
    yield from (used, total, busy)
