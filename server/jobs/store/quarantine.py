"""The statements of the table of quarantine: sources that hung or ended a worker."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.jobs.store.database.sqlite import Connection, Database

MAX_QUARANTINED = 10_000


class QuarantinedSource(NamedTuple):
    """Source that is refused, or chain with its params."""

    digest: str
    code: str
    """Of the error that it caused."""
    added_at: int
    """In milliseconds."""


class QuarantineStore:
    """Digests of the sources that are refused; the newest as far as there is room.

    Those that could not be written, to a full disk, are refused until the server ends.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unwritten: dict[str, QuarantinedSource] = {}
        """By digest; they are written with the next one."""

    async def add(self, digest: str, code: str, now: int) -> None:
        """Refuse a source from now on.

        Args:
            digest: of the source, or of several together.
            code: error that it caused.
            now: in milliseconds.

        Raises:
            DiskFull: it was not written.
        """
        self._unwritten.pop(digest, None)
        self._unwritten[digest] = QuarantinedSource(digest, code, now)
        if len(self._unwritten) > MAX_QUARANTINED:
            del self._unwritten[next(iter(self._unwritten))]
        written = [*self._unwritten.values()]

        def insert(db: Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?)", written)
            order = "ORDER BY added_at DESC, rowid DESC LIMIT -1 OFFSET ?"
            old = f"SELECT rowid FROM quarantine {order}"  # noqa: S608
            db.execute(f"DELETE FROM quarantine WHERE rowid IN ({old})", (MAX_QUARANTINED,))  # noqa: S608

        await self._database.write(
            insert, then=lambda _: self._forget(row.digest for row in written)
        )

    def _forget(self, digests: Iterable[str]) -> None:
        """Remove what is in the table now, or accepted again, from memory."""
        for digest in digests:
            self._unwritten.pop(digest, None)

    async def list_all(self) -> list[QuarantinedSource]:
        """Return what is refused, the newest first."""
        order = "ORDER BY added_at DESC, rowid DESC"
        rows = await self._database.fetch(f"SELECT digest, code, added_at FROM quarantine {order}")  # noqa: S608
        return [QuarantinedSource(*row) for row in rows]

    async def remove(self, digests: Iterable[str]) -> None:
        """Accept sources again.

        Raises:
            DiskFull: nothing was changed.
        """
        accepted = tuple(digests)

        def delete(db: Connection) -> None:
            db.executemany(
                "DELETE FROM quarantine WHERE digest = ?", [(digest,) for digest in accepted]
            )

        await self._database.write(delete, then=lambda _: self._forget(accepted))

    async def holds_any(self, digests: Sequence[str]) -> bool:
        """Return whether one of the digests is refused."""
        if not digests:
            return False
        if any(digest in self._unwritten for digest in digests):
            return True
        places = ", ".join("?" * len(digests))
        sql = f"SELECT 1 FROM quarantine WHERE digest IN ({places}) LIMIT 1"  # noqa: S608
        return bool(await self._database.fetch(sql, *digests))
