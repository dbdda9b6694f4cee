"""Results: the videos of completed jobs, by everything that determines them."""

from server.access.api_key import NO_LIMITS, KeyLimits
from server.errors import ToqiboxError
from server.jobs.model.idempotent_request import IdempotentRequest
from server.jobs.model.job import Job, Status
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.retry_after import DISK_FULL_S
from server.jobs.store.database.sqlite import Connection, Database, DiskFull
from server.jobs.store.job_rows import first_job, insert_job
from server.jobs.store.webhooks import insert_webhook


class ResultStore:
    """Finds completed jobs by their results, and adds jobs that share one."""

    def __init__(self, database: Database, events: JobEvents) -> None:
        self._database = database
        self._events = events

    async def find(self, key: str, owner: str, now: int) -> Job | None:
        """Return the completed job of `owner` with a result, of several the last to expire.

        Args:
            key: see result_key.
            owner: exactly as in Job: a token has no results of its key.
            now: time at which its files are still kept.
        """
        sql = """SELECT * FROM job WHERE result_key = ? AND owner = ? AND status = 'completed'
                 AND NOT removed AND expires_at > ? ORDER BY expires_at DESC, id LIMIT 1"""
        return first_job(await self._database.fetch(sql, key, owner, now))

    async def add(
        self,
        job: Job,
        idempotent: IdempotentRequest | None = None,
        limits: KeyLimits = NO_LIMITS,
    ) -> None:
        """Insert a completed job with its webhook, in one transaction.

        It is published as any job: accepted, then completed.

        Raises:
            ToqiboxError: too_many_jobs, unauthenticated for a token that has been used, or
                storage_full when the disk is.
        """
        changes = [
            JobChange(job.id, version, status, is_transition=True)
            for version, status in ((0, Status.QUEUED), (job.version, job.status))
        ]

        def insert(db: Connection) -> None:
            insert_job(db, job, idempotent, limits)
            if job.webhook:
                insert_webhook(db, job)

        def publish(_: None) -> None:
            for change in changes:
                self._events.publish(change)

        try:
            await self._database.write(insert, then=publish)
        except DiskFull as error:
            raise ToqiboxError(
                "storage_full", detail=str(error), retry_after=DISK_FULL_S
            ) from error
