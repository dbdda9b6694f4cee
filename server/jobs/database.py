"""The file of the job table: opened, brought up to date, and written in transactions.

Written through one connection by one thread, read through another: in WAL mode a reader never
waits for the writer. `synchronous=FULL` makes a commit survive a loss of power, so an accepted job
does (SQLite documentation, PRAGMA synchronous).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from server.jobs.tables import SCRIPTS, VERSION

F = TypeVar("F", bound=Callable[..., Any])
Row = sqlite3.Row
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Primary result codes of a disk without room: for the file itself, and for those beside it."""


class DiskFull(Exception):
    """The table could not be written, most likely because the disk is full."""


class Database:
    """Two connections to one SQLite file.

    Args:
        path: the database file, made when it is missing.
        release: frees some room on a full disk and says whether there was any to free; see
            `with_reserve`.

    Raises:
        RuntimeError: the file cannot be opened, or a newer version of the server wrote it.
    """

    def __init__(self, path: Path, release: Callable[[], bool] = lambda: False) -> None:
        self.release = release
        self.is_new = False
        """Whether the table was made just now."""
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        try:
            self._open(path)
        except (sqlite3.OperationalError, DiskFull) as error:
            if not release():
                raise RuntimeError(f"the job table cannot be opened: {error}") from error
            self._open_again(path)
        except sqlite3.Error as error:
            raise RuntimeError(f"the job table cannot be opened: {error}") from error

    def _open(self, path: Path) -> None:
        self._writer = _connect(path)
        try:
            self._migrate()
            self._reader = _connect(path)
        except BaseException:
            self._writer.close()
            raise

    def _open_again(self, path: Path) -> None:
        try:
            self._open(path)
        except (sqlite3.Error, DiskFull) as error:
            raise RuntimeError(f"the job table cannot be opened: {error}") from error

    def _migrate(self) -> None:
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:  # nothing is written: the disk may be full
            return
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise RuntimeError(
                    f"the job table has version {version}, this server knows {VERSION}: "
                    "start the newer server again, or use another DATA_DIR"
                )
            for script in SCRIPTS[version:]:
                for statement in script.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
            self.is_new = version == 0

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end of the block.

        Raises:
            DiskFull: nothing of it was written.
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
                if isinstance(error, sqlite3.OperationalError) and _is_full(error):
                    raise DiskFull(str(error)) from error
                raise

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._read_lock:
            return self._reader.execute(sql, values).fetchall()


def with_reserve(method: F) -> F:
    """Let a method of one transaction be done again, once, where the disk was full.

    For what must be possible on a full disk: whatever ends or removes jobs, and a start.
    """

    @wraps(method)
    def act(database: Database, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(database, *args, **kwargs)
        except DiskFull:
            if not database.release():
                raise
        return method(database, *args, **kwargs)

    return cast(F, act)


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


def _is_full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in _NO_ROOM
