"""Statements of the job table."""

import json
from typing import Any

from server.errors import ToqiboxError
from server.jobs.model.job import TRANSITIONS, Job, Stage, Status
from server.jobs.model.retry_after import BUSY_S, DISK_FULL_S
from server.jobs.model.spec import Spec, Workload
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.database import Database, DiskFull, Row, with_reserve

MAX_COSTS, MAX_VALIDATIONS = 1000, 10_000
_JSON = ("error_values", "diagnostics", "report")
POINTS_PER_CRASH = 3
"""Points for a crash of the server during which a single job was processing."""
HELD_BACK = "held"
"""Name of the pseudo-task while a job is held back; see blame.py."""


class Store(Database):
    """Job table as a set of named statements; every method is one transaction.

    Methods that end or remove jobs may use the reserve on a full disk; the others raise DiskFull.
    """

    # Jobs

    def add(self, job: Job, bound: int) -> None:
        """Insert `job` unless `bound` jobs are queued, in one statement.

        Raises:
            ToqiboxError: queue_full or storage_full.
        """
        sql = """INSERT INTO job (id, status, plan, spec, turn, created_at, request_id)
                 SELECT ?, 'queued', ?, ?, ?, ?, ?
                 WHERE (SELECT count(*) FROM job WHERE status = 'queued') < ?"""
        row = (job.id, job.plan, job.spec.to_json(), job.turn, job.created_at, job.request_id)
        try:
            with self._transaction() as db:
                added = db.execute(sql, (*row, bound)).rowcount
        except DiskFull as error:
            raise ToqiboxError(
                "storage_full", detail=str(error), retry_after=DISK_FULL_S
            ) from error
        if not added:
            raise ToqiboxError("queue_full", retry_after=BUSY_S)

    def get(self, job_id: str) -> Job | None:
        rows = self._rows("SELECT * FROM job WHERE id = ?", job_id)
        return _job(rows[0]) if rows else None

    def list_by_status(self, *statuses: Status) -> list[Job]:
        """Return the jobs with any of `statuses`, in queue order."""
        marks = ",".join("?" * len(statuses))
        sql = f"SELECT * FROM job WHERE status IN ({marks}) ORDER BY turn, id"  # noqa: S608 - marks only
        return [_job(row) for row in self._rows(sql, *statuses)]

    def next_queued(self) -> Job | None:
        """Return the first queued job."""
        rows = self._rows("SELECT * FROM job WHERE status = 'queued' ORDER BY turn, id LIMIT 1")
        return _job(rows[0]) if rows else None

    def ids_with_files(self) -> set[str]:
        """Return the ids of jobs that own a folder: live ones, and completed ones with files."""
        sql = """SELECT id FROM job WHERE status IN ('queued', 'processing')
                 OR (status = 'completed' AND NOT removed)"""
        return {row["id"] for row in self._rows(sql)}

    def known_ids(self) -> set[str]:
        """Return the ids of all jobs."""
        return {row["id"] for row in self._rows("SELECT id FROM job")}

    def list_expired(self, now: int) -> list[Job]:
        """Return the completed jobs whose files have expired but are not removed."""
        sql = """SELECT * FROM job WHERE status = 'completed' AND NOT removed
                 AND expires_at <= ?"""
        return [_job(row) for row in self._rows(sql, now)]

    def list_recent(self, limit: int) -> list[Job]:
        """Return the newest jobs, newest first."""
        rows = self._rows("SELECT * FROM job ORDER BY created_at DESC, id LIMIT ?", limit)
        return [_job(row) for row in rows]

    def count(self, status: Status) -> int:
        return int(self._rows("SELECT count(*) FROM job WHERE status = ?", status)[0][0])

    def workloads_ahead(self, job: Job) -> list[Workload]:
        """Return the workloads of the queued jobs ahead of `job`."""
        sql = """SELECT json_extract(spec, '$.effects[#-1].id'),
                        json_extract(spec, '$.width') * json_extract(spec, '$.height'),
                        json_extract(spec, '$.frames')
                 FROM job WHERE status = 'queued' AND (turn, id) < (?, ?)"""
        return [Workload(*row) for row in self._rows(sql, job.turn, job.id)]

    def queue_position(self, job: Job) -> int:
        """Return the position in the queue, 1 for the next job."""
        sql = "SELECT count(*) FROM job WHERE status = 'queued' AND (turn, id) < (?, ?)"
        return int(self._rows(sql, job.turn, job.id)[0][0]) + 1

    @with_reserve
    def transition(self, job_id: str, to: Status, **columns: Any) -> Job | None:
        """Change the status to `to` and set `columns`; None if the transition is not allowed."""
        before = [status for status, after in TRANSITIONS.items() if to in after]
        marks = ",".join("?" * len(before))
        changes = {"status": to, **columns}
        with self._transaction() as db:
            updated = db.execute(
                f"UPDATE job SET {_assignments(changes)} WHERE id = ? AND status IN ({marks})"  # noqa: S608
                " RETURNING *",
                (*_values(changes), job_id, *before),
            ).fetchall()
        return _job(updated[0]) if updated else None

    @with_reserve
    def update(self, job_id: str, **columns: Any) -> None:
        """Set `columns` of a job without a transition."""
        with self._transaction() as db:
            db.execute(
                f"UPDATE job SET {_assignments(columns)} WHERE id = ?",  # noqa: S608
                (*_values(columns), job_id),
            )

    def save_progress(self, job_id: str, progress: int, frames_done: int, slot_ms: int) -> None:
        """Save progress, which never decreases, in steps of 1 %, and slot time in steps of 5 s."""
        sql = """UPDATE job SET progress = max(progress, ?2), frames_done = ?3, slot_ms = ?4
                 WHERE id = ?1 AND status = 'processing'
                 AND (progress < ?2 OR slot_ms < ?4 - 5000)"""
        with self._transaction() as db:
            db.execute(sql, (job_id, progress, frames_done, slot_ms))

    def uses_audio(self, sound: str, tempo: float | None) -> bool:
        """Return whether a live job uses the track with this hash at this tempo."""
        sql = """SELECT 1 FROM job WHERE status IN ('queued', 'processing')
                 AND json_extract(spec, '$.sound') = ?
                 AND json_extract(spec, '$.tempo') IS ? LIMIT 1"""
        return bool(self._rows(sql, sound, tempo))

    @with_reserve
    def prune(self, finished_before: int) -> int:
        """Delete the rows of jobs that ended before the given time; return their number."""
        with self._transaction() as db:
            sql = "DELETE FROM job WHERE finished_at < ? AND coalesce(expires_at, 0) < ?"
            return db.execute(sql, (finished_before, finished_before)).rowcount

    # Tasks of a job

    def start_task(self, job_id: str, name: str) -> None:
        sql = """INSERT INTO task (job_id, name, starts, running) VALUES (?, ?, 1, 1)
                 ON CONFLICT DO UPDATE SET starts = starts + 1, running = 1"""
        with self._transaction() as db:
            db.execute(sql, (job_id, name))
            sql = """UPDATE job SET attempt = max(attempt, (SELECT failures + 1 FROM task
                     WHERE job_id = ?1 AND name = ?2)) WHERE id = ?1"""
            db.execute(sql, (job_id, name))

    def finish_task(self, job_id: str, name: str, result: dict[str, Any]) -> None:
        """Save the result of a task and reset the job's count of interruptions in a row."""
        with self._transaction() as db:
            done = "UPDATE task SET running = 0, result = ? WHERE job_id = ? AND name = ?"
            db.execute(done, (json.dumps(result), job_id, name))
            db.execute("UPDATE task SET interruptions = 0 WHERE job_id = ?", (job_id,))

    @with_reserve
    def stop_task(self, job_id: str, name: str, *, counts: bool) -> int:
        """End a task without a result; return its failures, including this one if it counts."""
        sql = """UPDATE task SET running = 0, failures = failures + ?
                 WHERE job_id = ? AND name = ? RETURNING failures"""
        with self._transaction() as db:
            rows = db.execute(sql, (int(counts), job_id, name)).fetchall()
        return int(rows[0][0]) if rows else 0

    def task_results(self, job_id: str) -> dict[str, dict[str, Any]]:
        """Return the results of the finished tasks of a job by name."""
        sql = "SELECT name, result FROM task WHERE job_id = ? AND result IS NOT NULL"
        return {row["name"]: json.loads(row["result"]) for row in self._rows(sql, job_id)}

    def delete_tasks(self, job_id: str, prefix: str) -> None:
        """Delete the tasks whose names start with `prefix`."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM task WHERE job_id = ? AND substr(name, 1, ?) = ?",
                (job_id, len(prefix), prefix),
            )

    @with_reserve
    def mark_interrupted(self) -> dict[str, int]:
        """Count the tasks that were running when the server died; called once at start.

        Returns:
            Points by job id for crashes in a row: POINTS_PER_CRASH if no other job was running, 1
            if others were. A job that was held back during a crash has none.
        """
        with self._transaction() as db:
            cleared = """UPDATE task SET interruptions = 0, running = 0 WHERE job_id IN
                         (SELECT job_id FROM task WHERE name = ? AND running)"""
            db.execute(cleared, (HELD_BACK,))
            at_work = "SELECT count(DISTINCT job_id) FROM task WHERE running"
            points = POINTS_PER_CRASH if db.execute(at_work).fetchone()[0] == 1 else 1
            sql = "UPDATE task SET interruptions = interruptions + ?, running = 0 WHERE running"
            db.execute(sql, (points,))
            sql = "SELECT job_id, max(interruptions) FROM task GROUP BY job_id"
            return {row[0]: row[1] for row in db.execute(sql)}

    # Costs of frames

    def record_cost(self, effect: str, pixels: int, slot_s_per_frame: float) -> None:
        """Update the moving average of the cost per frame of a chain and size, by a third."""
        old = "SELECT rowid FROM pace ORDER BY rowid DESC LIMIT -1 OFFSET ?"
        sql = """INSERT INTO pace VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
                 slot_s_per_frame = slot_s_per_frame * 2 / 3 + excluded.slot_s_per_frame / 3"""
        with self._transaction() as db:
            db.execute(sql, (effect, pixels, slot_s_per_frame))
            db.execute(f"DELETE FROM pace WHERE rowid IN ({old})", (MAX_COSTS,))  # noqa: S608

    def costs(self) -> list[tuple[str, int, float]]:
        """Return effect, pixels per frame and slot seconds per frame of every recorded pair."""
        return [(row[0], row[1], row[2]) for row in self._rows("SELECT * FROM pace")]

    # Validation results of effects

    def save_validations(self, results: dict[tuple[str, str], ValidationResult], now: int) -> None:
        """Save results by (source, driver); only the newest are kept."""
        rows = [(*key, result.to_json(), now) for key, result in results.items()]
        old = "SELECT rowid FROM verdict ORDER BY judged_at DESC, rowid DESC LIMIT -1 OFFSET ?"
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)", rows)
            db.execute(f"DELETE FROM verdict WHERE rowid IN ({old})", (MAX_VALIDATIONS,))  # noqa: S608

    def load_validations(self) -> dict[tuple[str, str], ValidationResult]:
        """Return every validation result by (source, driver)."""
        rows = self._rows("SELECT source, driver, found FROM verdict")
        return {(row[0], row[1]): ValidationResult.from_json(row[2]) for row in rows}


def _assignments(columns: dict[str, Any]) -> str:
    return ", ".join(f"{name} = ?" for name in columns)


def _values(columns: dict[str, Any]) -> list[Any]:
    return [
        json.dumps(value, default=str) if name in _JSON and value is not None else value
        for name, value in columns.items()
    ]


def _job(row: Row) -> Job:
    values = dict(row)
    values["status"] = Status(values["status"])
    values["stage"] = Stage(values["stage"]) if values["stage"] else None
    values["spec"] = Spec.from_json(values["spec"])
    values["removed"] = bool(values["removed"])
    values["software"] = bool(values["software"])
    for name in _JSON:
        values[name] = json.loads(values[name]) if values[name] else None
    values["error_values"] = values["error_values"] or {}
    return Job(**values)
