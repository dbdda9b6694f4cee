"""The statements of the webhook tables: the outbox, and the log of deliveries."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from server.jobs.model.job import Job, now_ms
from server.jobs.model.webhook import Webhook, WebhookAttempt, canonical_host, new_webhook_id
from server.jobs.store.database.sqlite import Connection, Database


def insert_webhook(db: Connection, job: Job) -> None:
    """Insert the webhook of a job that has just ended, in the transaction that ends it."""
    assert job.webhook is not None
    sql = """INSERT INTO webhook (id, job_id, url, host, owner, event, created_at, next_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"""
    values = (job.webhook, canonical_host(job.webhook), job.owner.partition(".")[0])
    db.execute(sql, (new_webhook_id(), job.id, *values, job.status.value, now_ms()))


@dataclass(frozen=True)
class PendingWebhooks:
    """The webhooks that have not been delivered and will be tried again."""

    count: int
    retried: int
    """Those of which an attempt has failed."""
    oldest_ms: int | None
    """Time at which the job of the oldest ended; None if there is none."""


class WebhookStore:
    """Webhooks of ended jobs, until the row of the job is deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_due(self, now: int, limit_each: int) -> list[Webhook]:
        """Return webhooks whose next attempt is due by `now`, the earliest first.

        However many one party has, it hides none of another, and one of its hosts none of another.

        Args:
            now: the time.
            limit_each: maximum number of each party (Webhook.party), of each host as many.
        """
        columns = ", ".join(Webhook.__dataclass_fields__)
        party = "iif(owner = '', host, owner)"
        # The place of each among those to its host, and by these among those of its party.
        sql = f"""SELECT {columns} FROM (
                   SELECT *, row_number() OVER (PARTITION BY {party} ORDER BY place, next_at, id)
                     AS turn FROM (
                     SELECT *, row_number() OVER (PARTITION BY {party}, host ORDER BY next_at, id)
                       AS place FROM webhook WHERE next_at <= ?))
                 WHERE turn <= ? ORDER BY next_at, id"""  # noqa: S608 - names of columns
        return [Webhook(**dict(row)) for row in await self._database.fetch(sql, now, limit_each)]

    async def next_at(self, after: int) -> int | None:
        """Return the time of the first attempt later than `after`; None if there is none."""
        sql = "SELECT min(next_at) FROM webhook WHERE next_at > ?"
        value = (await self._database.fetch(sql, after))[0][0]
        return None if value is None else int(value)

    async def summarise_pending(self) -> PendingWebhooks:
        """Return the numbers of webhooks that are to be delivered."""
        sql = """SELECT count(*), total(attempts > 0), min(created_at) FROM webhook
                 WHERE next_at IS NOT NULL"""
        (row,) = await self._database.fetch(sql)
        return PendingWebhooks(int(row[0]), int(row[1]), row[2])

    async def record(
        self, webhook: Webhook, attempt: WebhookAttempt, *, next_at: int | None
    ) -> None:
        """Save an attempt; one without an error has delivered the webhook.

        Args:
            next_at: time of the next attempt; None if there is none.
        """
        delivered_at = attempt.at + attempt.duration_ms if attempt.error is None else None
        values = (webhook.id, attempt.number, attempt.at, attempt.duration_ms)

        def save(db: Connection) -> None:
            sql = "INSERT OR REPLACE INTO webhook_attempt VALUES (?, ?, ?, ?, ?, ?)"
            db.execute(sql, (*values, attempt.status, attempt.error))
            sql = "UPDATE webhook SET attempts = ?, next_at = ?, delivered_at = ? WHERE id = ?"
            db.execute(sql, (attempt.number, next_at, delivered_at, webhook.id))

        await self._database.write(save, reserve=True)

    async def list_recent(self, limit: int, job_id: str | None = None) -> list[Webhook]:
        """Return at most `limit` webhooks, the newest first, of one job or of all."""
        sql = """SELECT * FROM webhook WHERE ?1 IS NULL OR job_id = ?1
                 ORDER BY created_at DESC, id LIMIT ?2"""
        return [Webhook(**dict(row)) for row in await self._database.fetch(sql, job_id, limit)]

    async def of_jobs(self, job_ids: Collection[str]) -> dict[str, Webhook]:
        """Return the webhooks of jobs by the id of the job; a job that goes on has none."""
        sql = "SELECT * FROM webhook WHERE job_id IN (SELECT value FROM json_each(?))"
        rows = await self._database.fetch(sql, json.dumps(list(job_ids)))
        return {row["job_id"]: Webhook(**dict(row)) for row in rows}

    async def list_attempts(self, webhook_id: str) -> list[WebhookAttempt]:
        """Return the attempts of a webhook in order."""
        sql = """SELECT number, at, duration_ms, status, error FROM webhook_attempt
                 WHERE webhook_id = ? ORDER BY number"""
        return [WebhookAttempt(**dict(row)) for row in await self._database.fetch(sql, webhook_id)]
