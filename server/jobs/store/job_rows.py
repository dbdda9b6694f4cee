"""Rows of the job table: a job to columns, and columns to a job."""

import json
from dataclasses import fields
from typing import Any

from server.access.api_key import KeyLimits
from server.jobs.model.idempotent_request import IdempotentRequest
from server.jobs.model.job import Job, Stage, Status
from server.jobs.model.spec import Spec
from server.jobs.store.database.sqlite import Connection, Row
from server.jobs.store.owner_limits import check_owner

_JSON = ("error_values", "diagnostics", "report")
_FLAGS = ("removed", "software", "cached")
_UNLIMITED = 2**62


def insert_job(
    db: Connection,
    job: Job,
    idempotent: IdempotentRequest | None,
    limits: KeyLimits,
    max_queued: int = _UNLIMITED,
) -> bool:
    """Insert a job and the request that made it; return False if too many are queued.

    Args:
        db: within a transaction.
        job: the job.
        idempotent: its request, if it has a key; an earlier one of the key, which has expired, is
            replaced.
        limits: of its owner.
        max_queued: maximum number of queued jobs.

    Raises:
        ToqiboxError: see check_owner.
    """
    check_owner(db, job.owner, limits, job.created_at)
    row = {field.name: getattr(job, field.name) for field in fields(Job)}
    row["spec"] = job.spec.to_json()
    sql = f"""INSERT INTO job ({", ".join(row)}) SELECT {", ".join("?" * len(row))}
              WHERE (SELECT count(*) FROM job WHERE status = 'queued') < ?"""  # noqa: S608 - names
    inserted = db.execute(sql, (*column_values(row), max_queued)).rowcount
    if inserted and idempotent:
        request = (idempotent.owner, idempotent.key, idempotent.fingerprint)
        replace = "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)"
        db.execute(replace, (*request, job.id, job.created_at))
    return bool(inserted)


def column_values(columns: dict[str, Any]) -> list[Any]:
    """Return the values of columns as the database stores them."""
    return [
        json.dumps(value, default=str) if name in _JSON and value is not None else value
        for name, value in columns.items()
    ]


def first_job(rows: list[Row]) -> Job | None:
    """Return the job of the first row; None without a row."""
    return read_job(rows[0]) if rows else None


def read_job(row: Row, spec: Spec | None = None) -> Job:
    """Return the job of a row; its spec never changes: `spec` is it, if it is known."""
    values = dict(row)
    values["status"] = Status(values["status"])
    values["stage"] = Stage(values["stage"]) if values["stage"] else None
    values["spec"] = spec or Spec.from_json(values["spec"])
    for name in _FLAGS:
        values[name] = bool(values[name])
    for name in _JSON:
        values[name] = json.loads(values[name]) if values[name] else None
    values["error_values"] = values["error_values"] or {}
    return Job(**values)
