"""The statements of the task table: attempts and results of a job's tasks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from server.jobs.model.job import Status
from server.jobs.model.job_events import JobChange, JobEvents, TaskEnd
from server.jobs.store.database.sqlite import Connection, Database, Row
from server.protocol.codec import from_stored, to_json
from server.protocol.results.task_result import TaskResult

POINTS_PER_CRASH = 3
"""Points of blame for a crash of the server while a single job ran."""
HELD_BACK = "held_back"
"""Name of the task that marks a job that is held back; see blame.py."""

_WALL = "wall"
_Result = TypeVar("_Result", bound=TaskResult)


@dataclass(frozen=True)
class StoredResult:
    """Result of a task, perhaps of another version of the server."""

    values: Mapping[str, Any]

    @property
    def wall_s(self) -> float:
        """Wall-clock seconds of the task; 0 if they are unknown."""
        return float(self.values.get(_WALL) or 0.0)

    def read(self, kind: type[_Result]) -> _Result:
        """Return the result; what is missing or invalid is empty."""
        return from_stored(kind, self.values)


class TaskStore:
    """Tasks of jobs by name: running, failures and results."""

    def __init__(self, database: Database, events: JobEvents) -> None:
        self._database = database
        self._events = events

    async def start(self, job_id: str, name: str) -> None:
        """Save that a task runs; its job's attempt follows the failures of the task."""

        def insert(db: Connection) -> list[Row]:
            sql = """INSERT INTO task (job_id, name, starts, running) VALUES (?, ?, 1, 1)
                     ON CONFLICT DO UPDATE SET starts = starts + 1, running = 1"""
            db.execute(sql, (job_id, name))
            sql = """UPDATE job SET version = version + 1, attempt = max(attempt,
                     (SELECT failures + 1 FROM task WHERE job_id = ?1 AND name = ?2))
                     WHERE id = ?1 RETURNING version, status"""
            return db.execute(sql, (job_id, name)).fetchall()

        def publish(rows: list[Row]) -> None:
            for row in rows:
                change = JobChange(job_id, int(row["version"]), Status(row["status"]))
                self._events.publish(change)

        await self._database.write(insert, then=publish)

    async def finish(self, job_id: str, name: str, result: TaskResult, wall_s: float) -> None:
        """Save the result of a task; the count of crashes in a row starts again.

        Args:
            job_id: the job.
            name: the task.
            result: its result.
            wall_s: its wall-clock seconds.
        """
        stored = {**to_json(result), _WALL: wall_s}

        def update(db: Connection) -> None:
            done = "UPDATE task SET running = 0, result = ? WHERE job_id = ? AND name = ?"
            db.execute(done, (json.dumps(stored), job_id, name))
            db.execute("UPDATE task SET interruptions = 0 WHERE job_id = ?", (job_id,))

        end = TaskEnd(job_id, name, result, wall_s)
        await self._database.write(update, then=lambda _: self._events.publish_task(end))

    async def stop(self, job_id: str, name: str, *, counts: bool) -> int:
        """Save that a task ended without a result.

        Args:
            job_id: the job.
            name: the task.
            counts: True for a failure of the task, False for an end that is not its fault.

        Returns:
            The failures that the task has now.
        """
        sql = """UPDATE task SET running = 0, failures = failures + ?
                 WHERE job_id = ? AND name = ? RETURNING failures"""
        values = (int(counts), job_id, name)

        def publish(rows: list[Row]) -> None:
            if rows and counts:
                self._events.publish_task(TaskEnd(job_id, name, None))

        rows = await self._database.write(
            lambda db: db.execute(sql, values).fetchall(), reserve=True, then=publish
        )
        return int(rows[0][0]) if rows else 0

    async def results(self, job_id: str) -> dict[str, StoredResult]:
        """Return the results of the finished tasks of a job, by name."""
        sql = "SELECT name, result FROM task WHERE job_id = ? AND result IS NOT NULL"
        rows = await self._database.fetch(sql, job_id)
        return {row["name"]: StoredResult(json.loads(row["result"])) for row in rows}

    async def delete(self, job_id: str, prefix: str) -> None:
        """Delete the tasks of a job whose name starts with `prefix`."""
        sql = "DELETE FROM task WHERE job_id = ? AND substr(name, 1, ?) = ?"
        values = (job_id, len(prefix), prefix)
        await self._database.write(lambda db: db.execute(sql, values))

    async def mark_interrupted(self) -> dict[str, int]:
        """Count the tasks that ran when the server died; to be called once at start.

        Returns:
            job id → points of blame for deaths in a row: POINTS_PER_CRASH for one at which no other
            job ran, 1 for one at which others ran too. None are left to a job that was held back.
        """

        def count(db: Connection) -> dict[str, int]:
            cleared = """UPDATE task SET interruptions = 0, running = 0 WHERE job_id IN
                         (SELECT job_id FROM task WHERE name = ? AND running)"""
            db.execute(cleared, (HELD_BACK,))
            at_work = "SELECT count(DISTINCT job_id) FROM task WHERE running"
            points = POINTS_PER_CRASH if db.execute(at_work).fetchone()[0] == 1 else 1
            sql = "UPDATE task SET interruptions = interruptions + ?, running = 0 WHERE running"
            db.execute(sql, (points,))
            sql = "SELECT job_id, max(interruptions) FROM task GROUP BY job_id"
            return {row[0]: row[1] for row in db.execute(sql)}

        return await self._database.write(count, reserve=True)
