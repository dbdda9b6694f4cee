"""The statements of the table of costs: slot seconds a frame, by chain and size."""

from collections.abc import Sequence

from server.jobs.model.work.frame_costs import FrameCost
from server.jobs.store.database.sqlite import Connection, Database

MAX_COSTS = 1000


class CostStore:
    """Costs of frames, for estimates of the remaining time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: list[FrameCost] | None = None
        """All costs, until one changes: the state of every job is estimated with them."""
        self._changes = 0

    async def record(self, effect: str, pixels: int, slot_s_per_frame: float) -> None:
        """Add a job's cost per frame to the average of its chain and size, with weight 1/3."""

        def insert(db: Connection) -> None:
            sql = """INSERT INTO cost VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
                     slot_s_per_frame = slot_s_per_frame * 2 / 3 + excluded.slot_s_per_frame / 3"""
            db.execute(sql, (effect, pixels, slot_s_per_frame))
            old = "SELECT rowid FROM cost ORDER BY rowid DESC LIMIT -1 OFFSET ?"
            db.execute(f"DELETE FROM cost WHERE rowid IN ({old})", (MAX_COSTS,))  # noqa: S608

        await self._database.write(insert, then=lambda _: self._forget())

    def _forget(self) -> None:
        self._changes += 1
        self._known = None

    async def all(self) -> Sequence[FrameCost]:
        """Return the costs of every pair seen so far: the same object until one changes."""
        if self._known is None:
            changes = self._changes
            rows = await self._database.fetch("SELECT * FROM cost")
            costs = [(row[0], row[1], row[2]) for row in rows]
            if changes != self._changes:
                return costs
            self._known = costs
        return self._known
