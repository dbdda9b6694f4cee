"""The statements of the job table."""

from dataclasses import dataclass
from typing import Any

from server.access.api_key import NO_LIMITS, KeyLimits
from server.errors import ToqiboxError
from server.jobs.model.idempotent_request import IdempotentRequest
from server.jobs.model.job import TRANSITIONS, Job, Status
from server.jobs.model.job_cursor import JobCursor
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.retry_after import BUSY_S, DISK_FULL_S
from server.jobs.store.database.sqlite import Connection, Database, DiskFull, Row
from server.jobs.store.job_rows import column_values, first_job, insert_job, read_job
from server.jobs.store.owner_limits import check_owner, owned_by
from server.jobs.store.snapshots import JobSnapshot, JobSnapshots
from server.jobs.store.webhooks import insert_webhook

_LIVE = "status IN ('queued', 'processing')"


@dataclass(frozen=True)
class LiveJobs:
    """The jobs of one plan that wait, or that are processed."""

    status: Status
    plan: str
    count: int
    oldest_ms: int
    """Time at which the oldest of them was accepted."""


class JobStore:
    """Jobs from their acceptance until long after their files are removed.

    Each change of a row increases its version and is published to the listeners.
    """

    def __init__(self, database: Database, events: JobEvents) -> None:
        self._database = database
        self._events = events
        self._snapshots = JobSnapshots(database, events)

    async def add(
        self,
        job: Job,
        bound: int,
        idempotent: IdempotentRequest | None = None,
        limits: KeyLimits = NO_LIMITS,
    ) -> None:
        """Insert `job` unless the queue is full or its owner has too many; in one transaction.

        Args:
            job: the job.
            bound: maximum number of queued jobs.
            idempotent: its request, stored in the same transaction, if it has a key; an earlier
                request of the key, which has expired, is replaced.
            limits: of its owner.

        Raises:
            ToqiboxError: queue_full, too_many_jobs, unauthenticated for a token that has been
                used, or storage_full when the disk is.
        """
        change = JobChange(job.id, 0, Status.QUEUED, is_transition=True)

        try:
            added = await self._database.write(
                lambda db: insert_job(db, job, idempotent, limits, bound),
                then=lambda added: self._events.publish(change) if added else None,
            )
        except DiskFull as error:
            raise ToqiboxError(
                "storage_full", detail=str(error), retry_after=DISK_FULL_S
            ) from error
        if not added:
            raise ToqiboxError("queue_full", retry_after=BUSY_S)

    async def check_owner(self, owner: str, limits: KeyLimits, now: int) -> None:
        """Refuse a job of `owner` that `add` would refuse.

        Raises:
            ToqiboxError: too_many_jobs, or unauthenticated for a token that has been used.
        """
        if owner:
            await self._database.read(lambda db: check_owner(db, owner, limits, now))

    async def get(self, job_id: str) -> Job | None:
        """Return a job by its id, None if there is none."""
        return first_job(await self._database.fetch("SELECT * FROM job WHERE id = ?", job_id))

    async def list_by_status(self, *statuses: Status) -> list[Job]:
        """Return the jobs in any of `statuses`, in the order of work."""
        marks = ",".join("?" * len(statuses))
        sql = f"SELECT * FROM job WHERE status IN ({marks}) ORDER BY queue_key, id"  # noqa: S608 - marks only
        return [read_job(row) for row in await self._database.fetch(sql, *statuses)]

    async def next_queued(self) -> Job | None:
        """Return the queued job that is first in the order of work."""
        sql = "SELECT * FROM job WHERE status = 'queued' ORDER BY queue_key, id LIMIT 1"
        return first_job(await self._database.fetch(sql))

    async def ids_with_files(self) -> set[str]:
        """Return the ids of jobs that own a folder: live ones, and completed ones with files."""
        sql = f"SELECT id FROM job WHERE {_LIVE} OR (status = 'completed' AND NOT removed)"  # noqa: S608
        return {row["id"] for row in await self._database.fetch(sql)}

    async def known_ids(self) -> set[str]:
        """Return the ids of all jobs in the table."""
        return {row["id"] for row in await self._database.fetch("SELECT id FROM job")}

    async def list_expired(self, now: int) -> list[Job]:
        """Return the completed jobs whose files are to be removed by `now`, in milliseconds."""
        sql = """SELECT * FROM job WHERE status = 'completed' AND NOT removed
                 AND expires_at <= ?"""
        return [read_job(row) for row in await self._database.fetch(sql, now)]

    async def list_recent(self, limit: int) -> list[Job]:
        """Return at most `limit` jobs, the newest first."""
        sql = "SELECT * FROM job ORDER BY created_at DESC, id LIMIT ?"
        return [read_job(row) for row in await self._database.fetch(sql, limit)]

    async def summarise_live(self) -> list["LiveJobs"]:
        """Return the number of live jobs and the oldest, by status and plan."""
        sql = f"""SELECT status, plan, count(*), min(created_at) FROM job WHERE {_LIVE}
                  GROUP BY status, plan"""  # noqa: S608
        rows = await self._database.fetch(sql)
        return [LiveJobs(Status(row[0]), row[1], row[2], row[3]) for row in rows]

    async def list_page(
        self, owner: str, limit: int, *, status: Status | None, after: JobCursor | None
    ) -> list[Job]:
        """Return at most `limit` jobs of `owner` and its tokens, the newest first.

        Args:
            owner: of the jobs.
            limit: maximum number.
            status: of the jobs; None for any.
            after: the job before the first one; None from the newest one.
        """
        # A condition on a parameter that may be null would keep SQLite from using the index.
        conditions = [owned_by(owner)]
        conditions += ["status = ?2"] if status else []
        conditions += ["(created_at, id) < (?3, ?4)"] if after else []
        sql = f"""SELECT * FROM job WHERE {" AND ".join(conditions)}
                  ORDER BY created_at DESC, id DESC LIMIT ?5"""  # noqa: S608
        created_at, job_id = after or (0, "")
        rows = await self._database.fetch(sql, owner, status, created_at, job_id, limit)
        return [read_job(row) for row in rows]

    async def count(self, status: Status) -> int:
        """Return how many jobs have a status."""
        sql = "SELECT count(*) FROM job WHERE status = ?"
        return int((await self._database.fetch(sql, status))[0][0])

    async def snapshot(self, job_id: str) -> JobSnapshot | None:
        """Return a job with the queue, from memory if neither has changed; None if unknown."""
        return await self._snapshots.read(job_id)

    async def transition(self, job_id: str, to: Status, **columns: Any) -> Job | None:
        """Move a job to `to` and set `columns`.

        Returns:
            The job as it is now; None when it had left the states before `to`.
        """
        before = [status for status, after in TRANSITIONS.items() if to in after]
        marks = ",".join("?" * len(before))
        changes = {"status": to, **columns}
        sql = f"""UPDATE job SET {_assignments(changes)}
                  WHERE id = ? AND status IN ({marks}) RETURNING *"""  # noqa: S608 - marks and names
        values = (*column_values(changes), job_id, *before)
        return await self._change(sql, values, is_transition=True)

    async def update(self, job_id: str, **columns: Any) -> Job | None:
        """Set `columns` of a job; returns it as it is now, None if there is none."""
        sql = f"UPDATE job SET {_assignments(columns)} WHERE id = ? RETURNING *"  # noqa: S608
        return await self._change(sql, (*column_values(columns), job_id))

    async def _change(
        self, sql: str, values: tuple[Any, ...], *, is_transition: bool = False
    ) -> Job | None:
        """Run a statement that returns the changed row, and publish the change.

        The webhook of a job that it ends is stored in the same transaction.
        """

        def publish(job: Job | None) -> None:
            if job:
                self._events.publish(JobChange(job.id, job.version, job.status, is_transition))

        def change(db: Connection) -> Job | None:
            job = first_job(db.execute(sql, values).fetchall())
            if job and is_transition and job.is_final and job.webhook:
                insert_webhook(db, job)
            return job

        return await self._database.write(change, reserve=True, then=publish)

    async def save_progress(
        self, job_id: str, progress: int, frames_done: int, slot_ms: int
    ) -> None:
        """Save progress, which never falls, by the percent; and slot time, by 5 s."""
        sql = """UPDATE job SET progress = max(progress, ?2), frames_done = ?3, slot_ms = ?4,
                 version = version + 1 WHERE id = ?1 AND status = 'processing'
                 AND (progress < ?2 OR slot_ms < ?4 - 5000) RETURNING version"""
        values = (job_id, progress, frames_done, slot_ms)

        def publish(rows: list[Row]) -> None:
            for row in rows:
                self._events.publish(JobChange(job_id, int(row[0]), Status.PROCESSING))

        await self._database.write(lambda db: db.execute(sql, values).fetchall(), then=publish)

    async def uses_audio(self, sha256: str, tempo: float | None) -> bool:
        """Return whether a live job is made from the audio with this hash, at this tempo."""
        sql = f"""SELECT 1 FROM job WHERE {_LIVE} AND json_extract(spec, '$.sound') = ?
                  AND json_extract(spec, '$.tempo') IS ? LIMIT 1"""  # noqa: S608
        return bool(await self._database.fetch(sql, sha256, tempo))

    async def prune(self, finished_before: int) -> int:
        """Delete the rows of jobs that ended before a time in milliseconds; returns how many."""

        def delete(db: Connection) -> int:
            sql = "DELETE FROM job WHERE finished_at < ? AND coalesce(expires_at, 0) < ?"
            return db.execute(sql, (finished_before, finished_before)).rowcount

        return await self._database.write(
            delete, reserve=True, then=lambda _: self._snapshots.clear()
        )


def _assignments(columns: dict[str, Any]) -> str:
    return ", ".join(["version = version + 1", *(f"{name} = ?" for name in columns)])
