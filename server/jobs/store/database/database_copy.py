"""A copy of the job table of a server that may be running, as of one moment."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from server.files.disk import sync_path
from server.jobs.store.database.migrations import SCHEMA_VERSION

_TIMEOUT_S = 30.0


class SchemaError(Exception):
    """A job table cannot be used; the message says why."""


@dataclass(frozen=True)
class CopiedJob:
    """A job with files, as a copy of the table lists it."""

    id: str
    is_live: bool
    """True if it is queued or processed; else its video can be downloaded."""


def copy_database(source: Path, target: Path) -> list[CopiedJob]:
    """Copy a job table by SQLite's online backup, and return the jobs that own files.

    The copy is one durable file. No task counts as running in it: a server that starts with it
    has not crashed.

    Args:
        source: may be in use by a server.
        target: replaced if it exists.

    Raises:
        SchemaError: `source` is not a job table, or one of a newer server; the disk is full.
    """
    target.unlink(missing_ok=True)
    try:
        with (
            closing(
                sqlite3.connect(f"{source.as_uri()}?mode=rw", timeout=_TIMEOUT_S, uri=True)
            ) as original,
            closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            original.backup(copy)
            _check_version(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # without it, a log is part of the copy
            copy.execute("UPDATE task SET running = 0")
            rows = copy.execute(
                """SELECT id, status <> 'completed' FROM job WHERE
                   status IN ('queued', 'processing') OR (status = 'completed' AND NOT removed)"""
            ).fetchall()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise SchemaError(f"{target} cannot be written: the disk is full") from error
        raise SchemaError(f"{source} cannot be read as a job table: {error}") from error
    os.chmod(target, 0o600)
    sync_path(target)
    return [CopiedJob(job_id, bool(is_live)) for job_id, is_live in rows]


def check_schema(path: Path) -> None:
    """Check that this version of the server can use a job table that no server has open.

    Raises:
        SchemaError: it is damaged, or of a newer server.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            _check_version(database)
            (result,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise SchemaError(f"{path} cannot be read as a job table: {error}") from error
    if result != "ok":
        raise SchemaError(f"{path} is damaged: {result}")


def _check_version(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise SchemaError(
            f"the job table has version {version}, this program knows {SCHEMA_VERSION}: "
            "use that of the newer server"
        )
