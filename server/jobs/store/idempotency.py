"""The statements of the table of idempotency keys; JobStore.add inserts its rows."""

from server.jobs.model.idempotent_request import AcceptedRequest
from server.jobs.store.database.sqlite import Connection, Database


class IdempotencyStore:
    """Accepted requests by (owner, key)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner: str, key: str, since: int) -> AcceptedRequest | None:
        """Return the request of a key; None if none was accepted since a time in milliseconds."""
        sql = """SELECT fingerprint, job_id FROM idempotency
                 WHERE owner = ? AND key = ? AND created_at > ?"""
        rows = await self._database.fetch(sql, owner, key, since)
        return AcceptedRequest(*rows[0]) if rows else None

    async def prune(self, before: int) -> None:
        """Delete the keys of requests accepted until a time in milliseconds."""

        def delete(db: Connection) -> None:
            db.execute("DELETE FROM idempotency WHERE created_at <= ?", (before,))

        await self._database.write(delete, reserve=True)
