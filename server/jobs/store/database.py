"""SQLite file of the job table: opened, migrated, and written in transactions.

One connection writes, by one thread at a time, and another reads: in WAL mode a reader never waits
for the writer. `synchronous=FULL` makes a commit survive a loss of power, and so an accepted job
(SQLite documentation, PRAGMA synchronous).
"""

import os
import secrets
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from server.files.disk import is_disk_full
from server.jobs.store.migrations import MIGRATIONS, SCHEMA_VERSION

F = TypeVar("F", bound=Callable[..., Any])
Row = sqlite3.Row
_AMBIGUOUS_CODES = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Primary result codes that mean a full disk for auxiliary files, or another error."""
_PROBE_BYTES = 65_536
"""More than SQLite allocates at once: a block of the index of its log has 32 kB."""


class DiskFull(Exception):
    """The table cannot be written because the disk or a quota is full."""


class Database:
    """Two connections to one SQLite file.

    Args:
        path: database file, created if it is missing.
        release: frees reserved space on a full disk and returns whether there was any; see
            `with_reserve`.

    Raises:
        RuntimeError: the file cannot be opened, or was written by a newer version of the server.
    """

    def __init__(self, path: Path, release: Callable[[], bool] = lambda: False) -> None:
        self.release = release
        self.is_new = False
        """True if the table has just been created."""
        self._folder = path.parent
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        try:
            self._open(path)
        except (sqlite3.Error, DiskFull) as error:
            if not self._is_full(error) or not release():
                raise RuntimeError(f"the job table cannot be opened: {_describe(error)}") from error
            self._reopen(path)

    def _open(self, path: Path) -> None:
        self._writer = _connect(path)
        try:
            self._migrate()
            self._reader = _connect(path)
        except BaseException:
            self._writer.close()
            raise

    def _reopen(self, path: Path) -> None:
        try:
            self._open(path)
        except (sqlite3.Error, DiskFull) as error:
            raise RuntimeError(f"the job table cannot be opened: {_describe(error)}") from error

    def _migrate(self) -> None:
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:  # nothing is written: the disk may be full
            return
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise RuntimeError(
                    f"the job table has version {version}, this server knows {SCHEMA_VERSION}: "
                    "start the newer server again, or use another DATA_DIR"
                )
            for script in MIGRATIONS[version:]:
                for statement in script.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self.is_new = version == 0

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that is committed at the end of the block.

        Raises:
            DiskFull: nothing was written.
        """
        with self._write_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException as error:
                # A commit that fails may have ended the transaction, or not.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                if self._is_full(error):
                    raise DiskFull(_describe(error)) from error
                if isinstance(error, sqlite3.Error):
                    error.add_note(_describe(error))  # the message alone is "disk I/O error"
                raise

    def _is_full(self, error: BaseException) -> bool:
        """Distinguish a full disk from other errors; if the code is ambiguous, try to write."""
        if isinstance(error, DiskFull):
            return True
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code == sqlite3.SQLITE_FULL or (
            code in _AMBIGUOUS_CODES and not _can_write(self._folder)
        )

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._read_lock:
            return self._reader.execute(sql, values).fetchall()


def with_reserve(method: F) -> F:
    """Retry a method of one transaction once with released space if the disk is full.

    For methods that must succeed on a full disk: they end or remove jobs, or run at the start.
    """

    @wraps(method)
    def call(database: Database, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(database, *args, **kwargs)
        except DiskFull:
            if not database.release():
                raise
        return method(database, *args, **kwargs)

    return cast(F, call)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _describe(error: BaseException) -> str:
    """Return the message of an error with the extended result code of SQLite, if it has one."""
    name = getattr(error, "sqlite_errorname", None)
    return f"{error} ({name})" if name else str(error)


def _can_write(folder: Path) -> bool:
    """Write and sync a small file; return False if the disk or a quota is full."""
    try:
        # Random bytes: a compressing file system would need less space for others.
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            written = file.write(secrets.token_bytes(_PROBE_BYTES))
            os.fsync(file.fileno())
    except OSError as error:
        return not is_disk_full(error)
    return written == _PROBE_BYTES
