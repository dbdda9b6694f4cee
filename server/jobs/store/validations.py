"""The statements of the table of validations, by effect and driver."""

from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.database.sqlite import Connection, Database

MAX_VALIDATIONS = 10_000


class ValidationStore:
    """Results of validating effects, by (source, driver)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, results: dict[tuple[str, str], ValidationResult], now: int) -> None:
        """Save results, and of all of them the newest as far as there is room.

        Args:
            results: by (source, driver).
            now: in milliseconds.
        """
        rows = [(*key, result.to_json(), now) for key, result in results.items()]

        def insert(db: Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO validation VALUES (?, ?, ?, ?)", rows)
            order = "ORDER BY validated_at DESC, rowid DESC LIMIT -1 OFFSET ?"
            old = f"SELECT rowid FROM validation {order}"  # noqa: S608
            db.execute(f"DELETE FROM validation WHERE rowid IN ({old})", (MAX_VALIDATIONS,))  # noqa: S608

        await self._database.write(insert)

    async def load(self) -> dict[tuple[str, str], ValidationResult]:
        """Return every result by (source, driver)."""
        rows = await self._database.fetch("SELECT source, driver, result FROM validation")
        return {(row[0], row[1]): ValidationResult.from_json(row[2]) for row in rows}
