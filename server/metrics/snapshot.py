"""The state of the server at the moment of a scrape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.jobs.store.jobs import LiveJobs
from server.jobs.store.webhooks import PendingWebhooks
from server.metrics.child_processes import ChildProcesses
from server.protocol.results.machine import GpuLoad


@dataclass
class Snapshot:
    """Values that were read for a scrape; None was not read in time: its metrics are absent."""

    jobs: Sequence[LiveJobs] | None = None
    webhooks: PendingWebhooks | None = None
    is_ready: bool | None = None
    children: Mapping[str, ChildProcesses] | None = None
    folders: Mapping[str, int] | None = None
    """Allocated bytes of the parts of the data folder."""
    gpus: Sequence[GpuLoad] | None = None
    """Empty without a GPU or its driver."""
    is_complete: dict[str, bool] = field(default_factory=dict)
    """By part: False if it was not read in time."""
