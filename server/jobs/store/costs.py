"""The statements of the table of costs: slot seconds a frame, by chain and size."""

from server.jobs.store.sqlite import Connection, Database

MAX_COSTS = 1000


class CostStore:
    """Costs of frames, for estimates of the remaining time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, effect: str, pixels: int, slot_s_per_frame: float) -> None:
        """Add a job's cost per frame to the average of its chain and size, with weight 1/3."""

        def insert(db: Connection) -> None:
            sql = """INSERT INTO cost VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
                     slot_s_per_frame = slot_s_per_frame * 2 / 3 + excluded.slot_s_per_frame / 3"""
            db.execute(sql, (effect, pixels, slot_s_per_frame))
            old = "SELECT rowid FROM cost ORDER BY rowid DESC LIMIT -1 OFFSET ?"
            db.execute(f"DELETE FROM cost WHERE rowid IN ({old})", (MAX_COSTS,))  # noqa: S608

        await self._database.write(insert)

    async def all(self) -> list[tuple[str, int, float]]:
        """Return (effect, pixels a frame, slot seconds a frame) of every pair seen so far."""
        rows = await self._database.fetch("SELECT * FROM cost")
        return [(row[0], row[1], row[2]) for row in rows]
