"""SQLite file of the job table: opened, migrated, and written in transactions.

One connection writes, by one thread at a time, and another reads: in WAL mode a reader never waits
for the writer. `synchronous=FULL` makes a commit survive a loss of power, and so an accepted job
(SQLite documentation, PRAGMA synchronous).
"""

import asyncio
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from server.concurrency import uninterrupted, wait_for_end
from server.files.disk import is_disk_full
from server.jobs.store.database.migrations import MIGRATIONS, SCHEMA_VERSION

T = TypeVar("T")
Row = sqlite3.Row
Connection = sqlite3.Connection
_AMBIGUOUS_CODES = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Primary result codes that mean a full disk for auxiliary files, or another error."""
_MAX_KEPT_LOG_BYTES = 8_000_000
"""Size to which the log is cut, once a long reader, such as a backup, has let it grow."""
_PROBE_BYTES = 65_536
"""More than SQLite allocates at once: a block of the index of its log has 32 kB."""


class DiskFull(Exception):
    """The table cannot be written because the disk or a quota is full."""


class Database:
    """Two connections to one SQLite file.

    Args:
        path: the database file, made when it is missing.
        release: frees disk space on a full disk; returns False if there was none to free. Used when
            the file is opened, and by writes that may take the reserve.

    Raises:
        RuntimeError: the file cannot be opened, or was written by a newer version of the server.
    """

    def __init__(self, path: Path, release: Callable[[], bool] = lambda: False) -> None:
        self.release = release
        self.failures = 0
        """Writes that have failed; such a one may have changed the tables nevertheless."""
        self.is_new = False
        """True if the table has just been created."""
        self._folder = path.parent
        try:
            self._open(path)
        except (sqlite3.Error, DiskFull) as error:
            if not self._is_full(error) or not release():
                raise self._opening_error(error) from error
            self._reopen(path)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-read")

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
            raise self._opening_error(error) from error

    def _opening_error(self, error: sqlite3.Error | DiskFull) -> RuntimeError:
        advice = "; the disk of the data folder is full: free some space"
        why = _describe(error) + (advice if self._is_full(error) else "")
        return RuntimeError(f"the job table cannot be opened: {why}")

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
        """Wait for the calls that are under way and close both connections."""
        self._reading.shutdown()
        self._writing.shutdown()
        self._reader.close()
        self._writer.close()

    async def fetch(self, sql: str, *values: object) -> list[Row]:
        """Return the rows of a query."""
        return await self._run(self._reading, lambda: self._reader.execute(sql, values).fetchall())

    async def read(self, act: Callable[[Connection], T]) -> T:
        """Call `act`, which sees the tables as of one moment, and return what it returns."""

        def read() -> T:
            self._reader.execute("BEGIN")
            try:
                return act(self._reader)
            finally:
                self._reader.execute("ROLLBACK")

        return await self._run(self._reading, read)

    async def write(
        self,
        act: Callable[[Connection], T],
        *,
        reserve: bool = False,
        then: Callable[[T], None] = lambda _result: None,
    ) -> T:
        """Call `act` in a transaction and return what it returns.

        A cancelled caller waits for the end of the transaction.

        Args:
            act: called with the connection, in the writing thread; perhaps twice.
            reserve: True lets it take the reserve of a full disk: for what ends or removes jobs,
                and for a start.
            then: called on the event loop with the result after the commit, even if the caller
                was cancelled.

        Raises:
            DiskFull: nothing was written.
        """

        async def commit() -> T:
            try:
                result = await self._run(self._writing, lambda: self._write(act, reserve=reserve))
            except (sqlite3.Error, DiskFull):
                self.failures += 1
                raise
            then(result)
            return result

        return await uninterrupted(commit())

    @staticmethod
    async def _run(executor: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await wait_for_end(asyncio.get_running_loop().run_in_executor(executor, call))

    def _write(self, act: Callable[[Connection], T], *, reserve: bool) -> T:
        try:
            with self._transaction() as db:
                return act(db)
        except DiskFull:
            if not reserve or not self.release():
                raise
        with self._transaction() as db:
            return act(db)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that is committed at the end of the block.

        Raises:
            DiskFull: nothing was written.
        """
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


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"journal_size_limit={_MAX_KEPT_LOG_BYTES}",
        ):
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
