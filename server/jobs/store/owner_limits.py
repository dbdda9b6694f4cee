"""The limits of an owner of jobs, checked in the transaction that adds one."""

from server.access.api_key import KeyLimits
from server.errors import ToqiboxError
from server.jobs.model.retry_after import BUSY_S
from server.jobs.store.database.sqlite import Connection
from server.messages import message

_DAY_MS = 86_400_000


_OF_KEY = "substr(owner, 1, instr(owner || '.', '.') - 1) = ?1"
"""Condition on the jobs of a key and its tokens, as the index job_by_key has it."""
_DELEGATED = "owner = ?1 AND instr(owner, '.') > 0"
"""Condition on the job of a token, as the index job_by_token has it."""


def owned_by(owner: str) -> str:
    """Return the condition on the jobs that belong to `owner`, parameter 1."""
    return _DELEGATED if "." in owner else _OF_KEY


def check_owner(db: Connection, owner: str, limits: KeyLimits, now: int) -> None:
    """Refuse another job of a token that has one, or of a key that has as many as it may.

    Args:
        db: within a transaction.
        owner: of the job, as in Job.
        limits: of its key.
        now: in milliseconds.

    Raises:
        ToqiboxError: unauthenticated for the token, too_many_jobs for the key.
    """
    key_id, _, token_id = owner.partition(".")
    if token_id and db.execute(f"SELECT 1 FROM job WHERE {_DELEGATED}", (owner,)).fetchone():  # noqa: S608
        raise ToqiboxError("unauthenticated", why=message("token_used"))
    if limits.queued_jobs is not None:
        sql = f"SELECT count(*) FROM job WHERE {_OF_KEY} AND status = 'queued'"  # noqa: S608
        if db.execute(sql, (key_id,)).fetchone()[0] >= limits.queued_jobs:
            reason = message("queued_jobs", limit=limits.queued_jobs)
            raise ToqiboxError("too_many_jobs", reason=reason, retry_after=BUSY_S)
    if limits.exports_per_day is not None:
        # The oldest of the last jobs that fill the limit: once it is a day old, there is room.
        sql = f"""SELECT created_at FROM job WHERE {_OF_KEY} AND created_at > ?2
                  ORDER BY created_at DESC LIMIT 1 OFFSET ?3"""  # noqa: S608
        since = now - _DAY_MS
        row = db.execute(sql, (key_id, since, limits.exports_per_day - 1)).fetchone()
        if row is not None:
            wait_s = -(-(row[0] - since) // 1000)
            reason = message("exports_per_day", limit=limits.exports_per_day)
            raise ToqiboxError("too_many_jobs", reason=reason, retry_after=wait_s)
