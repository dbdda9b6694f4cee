"""The job store, by aggregate."""

from collections.abc import Callable
from pathlib import Path

from server.jobs.model.job_events import JobEvents
from server.jobs.store.costs import CostStore
from server.jobs.store.database.sqlite import Database
from server.jobs.store.idempotency import IdempotencyStore
from server.jobs.store.jobs import JobStore
from server.jobs.store.quarantine import QuarantineStore
from server.jobs.store.results import ResultStore
from server.jobs.store.tasks import TaskStore
from server.jobs.store.validations import ValidationStore
from server.jobs.store.webhooks import WebhookStore


class Store:
    """Jobs, their results, tasks and idempotency keys, costs of frames, and validations of effects.

    Every method of its parts is one transaction. Those that end or remove jobs may take the
    reserve of a full disk; the others raise DiskFull.

    Args:
        path: the database file, made when it is missing.
        release: frees disk space on a full disk; returns False if there was none to free.
        events: publishes every change of a job.

    Raises:
        RuntimeError: the file cannot be opened, or a newer version of the server wrote it.
    """

    def __init__(
        self,
        path: Path,
        release: Callable[[], bool] = lambda: False,
        events: JobEvents | None = None,
    ) -> None:
        self._database = Database(path, release)
        self.is_new = self._database.is_new
        """True when the database was made just now."""
        events = events or JobEvents()
        self.jobs = JobStore(self._database, events)
        self.tasks = TaskStore(self._database, events)
        self.results = ResultStore(self._database, events)
        self.idempotency = IdempotencyStore(self._database)
        self.costs = CostStore(self._database)
        self.validations = ValidationStore(self._database)
        self.quarantine = QuarantineStore(self._database)
        self.webhooks = WebhookStore(self._database)

    def close(self) -> None:
        """Close the database; calls that are under way must have ended."""
        self._database.close()
