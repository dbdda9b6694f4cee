"""The work of queued jobs, kept in memory: it never changes, and every status of a job reads it."""

from collections.abc import Sequence

from server.jobs.model.spec import Workload
from server.jobs.store.sqlite import Connection

_MAX_KNOWN = 10_000
_BATCH = 500
"""Parameters of one statement; SQLite allows at least 999."""


class WorkloadCache:
    """Reads the work of jobs from their specs, of each job once.

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
        sql = f"""SELECT id, (SELECT group_concat(json_extract(value, '$.id'), '+')
                              FROM json_each(spec, '$.effects')),
                         json_extract(spec, '$.width') * json_extract(spec, '$.height'),
                         json_extract(spec, '$.frames'), json_extract(spec, '$.fps')
                  FROM job WHERE id IN ({marks})"""  # noqa: S608 - marks only
        for job_id, *values in db.execute(sql, tuple(ids)):
            self._known[job_id] = Workload(*values)
