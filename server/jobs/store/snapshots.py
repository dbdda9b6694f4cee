"""Jobs and the queue in memory, each until it changes: the states of jobs are read all the time."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from server.jobs.model.job import Job, Status
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.requested_effect import CUSTOM
from server.jobs.model.spec import Spec, Workload
from server.jobs.store.database.sqlite import Connection, Database
from server.jobs.store.job_rows import read_job

_MAX_KNOWN = 10_000
_BATCH = 500
"""Parameters of one statement; SQLite allows at least 999."""
_MAX_JOBS, _MAX_CHARACTERS = 2000, 8_000_000
"""Jobs in memory, and the characters of their specs, which hold the sources of effects."""


class Queue:
    """The queued jobs in the order of work, as of one moment.

    Args:
        keys: the queue key and the id of each.
        workloads: the work of each.
    """

    def __init__(self, keys: Sequence[tuple[int, str]], workloads: Sequence[Workload]) -> None:
        self._keys = keys
        self.workloads = workloads

    def count_ahead(self, job: Job) -> int:
        """Return the number of queued jobs that come before a job, which need not be queued."""
        return bisect_left(self._keys, (job.queue_key, job.id))


class JobSnapshot(NamedTuple):
    """A job and the queue, as of one moment."""

    job: Job
    queue: Queue


class JobSnapshots:
    """Snapshots of jobs, read from the table only after a change of the job or of the queue.

    Every change of a row is published after its commit and before the caller of the change goes
    on: a client whose request has changed a job never reads an earlier state of it. All methods
    are called on the event loop.

    Args:
        database: has the table.
        events: publishes the changes; this is their first listener.
    """

    def __init__(self, database: Database, events: JobEvents) -> None:
        self._database = database
        self._workloads = _WorkloadCache()
        self._jobs: dict[str, tuple[Job, int]] = {}
        """Jobs and the characters of their specs, those that were read last at the end."""
        self._characters = 0
        self._queue: Queue | None = None
        self._changes = 0
        self._failures = database.failures
        events.subscribe(self._on_change)

    async def read(self, job_id: str) -> JobSnapshot | None:
        """Return a job and the queue; None if there is no such job."""
        if self._failures != self._database.failures:  # it may have changed the table or not
            self._failures = self._database.failures
            self.clear()
        known = self._jobs.pop(job_id, None)
        if known is not None:
            self._jobs[job_id] = known
            if self._queue is not None:
                return JobSnapshot(known[0], self._queue)
        changes, spec = self._changes, known[0].spec if known else None
        job, characters, queue = await self._database.read(
            lambda db: self._read_table(db, job_id, spec)
        )
        if changes == self._changes:
            self._queue = queue
            if job is not None:
                self._keep(job, characters)
        return JobSnapshot(job, queue) if job is not None else None

    def clear(self) -> None:
        """Read everything again: rows were changed or deleted without an event."""
        self._changes += 1
        self._jobs.clear()
        self._characters = 0
        self._queue = None

    def _on_change(self, change: JobChange) -> None:
        self._changes += 1
        self._drop(change.job_id)
        if change.is_transition or change.status is not Status.PROCESSING:
            self._queue = None

    def _keep(self, job: Job, characters: int) -> None:
        self._drop(job.id)
        self._jobs[job.id] = (job, characters)
        self._characters += characters
        while len(self._jobs) > _MAX_JOBS or self._characters > _MAX_CHARACTERS:
            self._drop(next(iter(self._jobs)))

    def _drop(self, job_id: str) -> None:
        dropped = self._jobs.pop(job_id, None)
        if dropped is not None:
            self._characters -= dropped[1]

    def _read_table(
        self, db: Connection, job_id: str, spec: Spec | None
    ) -> tuple[Job | None, int, Queue]:
        """Return a job, the characters of its spec, and the queue."""
        rows = db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchall()
        job = read_job(rows[0], spec) if rows else None
        waiting = "SELECT queue_key, id FROM job WHERE status = 'queued' ORDER BY queue_key, id"
        keys = [(row[0], row[1]) for row in db.execute(waiting)]
        queue = Queue(keys, self._workloads.read(db, [key[1] for key in keys]))
        return job, len(rows[0]["spec"]) if rows else 0, queue


class _WorkloadCache:
    """Reads the work of jobs from their specs, of each job once: it never changes.

    A spec holds the source of its effects: to read that of a whole queue takes milliseconds.
    """

    def __init__(self) -> None:
        self._known: dict[str, Workload] = {}

    def read(self, db: Connection, ids: Sequence[str]) -> list[Workload]:
        """Return the work of jobs that are in the table; called by one thread at a time."""
        unknown = [job_id for job_id in ids if job_id not in self._known]
        if unknown and len(self._known) + len(unknown) > _MAX_KNOWN:
            self._known.clear()
            unknown = list(ids)
        for first in range(0, len(unknown), _BATCH):
            self._learn(db, unknown[first : first + _BATCH])
        return [self._known[job_id] for job_id in ids]

    def _learn(self, db: Connection, ids: Sequence[str]) -> None:
        marks = ",".join("?" * len(ids))
        # The label of each effect: see Spec.labels.
        sql = f"""SELECT id, (SELECT group_concat(CASE WHEN json_extract(value, '$.custom')
                                                  THEN '{CUSTOM}'
                                                  ELSE json_extract(value, '$.id') END, '+')
                              FROM json_each(spec, '$.effects')),
                         json_extract(spec, '$.width') * json_extract(spec, '$.height'),
                         json_extract(spec, '$.frames'), json_extract(spec, '$.fps')
                  FROM job WHERE id IN ({marks})"""  # noqa: S608 - marks and a constant
        for job_id, *values in db.execute(sql, tuple(ids)):
            self._known[job_id] = Workload(*values)
