"""SQLite alone: versions of its file, and writes that survive a crash."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest

from server.jobs.model.job import Job, Status
from server.jobs.store.database.migrations import MIGRATIONS, SCHEMA_VERSION
from server.jobs.store.database.sqlite import _MAX_KEPT_LOG_BYTES
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob


@pytest.mark.fault("H15")
def test_a_table_of_a_newer_server_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "jobs.db").close()
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(RuntimeError, match="newer server"):
        Store(tmp_path / "jobs.db")


@pytest.mark.fault("H15")
async def test_a_table_of_the_first_version_is_opened_with_its_jobs(
    tmp_path: Path, make_job: MakeJob
) -> None:
    job = make_job("old")
    spec = json.loads(job.spec.to_json())
    del spec["photo2"]
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.executescript(f"BEGIN;{MIGRATIONS[0]};PRAGMA user_version = 1;COMMIT")
        sql = "INSERT INTO job (id, status, plan, spec, turn, created_at, request_id)"
        row = ("old", "queued", "free", json.dumps(spec), job.queue_key, job.created_at, "r")
        db.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.close()
    store = Store(tmp_path / "jobs.db")
    assert await store.jobs.get("old") == job
    assert await store.validations.load() == {}
    store.close()


@pytest.mark.fault("H15")
async def test_the_tasks_of_older_tables_get_the_names_of_today(tmp_path: Path) -> None:
    """Results, failures and a job that is held back survive the new names."""
    before = ("analyse", "sound", "flashes", "join", "held", "segment-0", "segment-10")
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        script = ";".join(MIGRATIONS[:2])
        db.executescript(f"BEGIN;{script};PRAGMA user_version = 2;COMMIT")
        sql = "INSERT INTO job (id, status, plan, spec, turn, created_at, request_id)"
        db.execute(f"{sql} VALUES ('one', 'processing', 'free', '{{}}', 1, 1, 'r')")
        task = (
            "INSERT INTO task (job_id, name, failures, running, result) VALUES ('one', ?, ?, ?, ?)"
        )
        for failures, name in enumerate(before):
            db.execute(task, (name, failures, name == "held", json.dumps({"wall": failures})))
    db.close()
    store = Store(tmp_path / "jobs.db")
    after = (*("analyse", "encode_audio", "limit_flashes", "mux", "held_back"),
             *("draw_segment-0", "draw_segment-10"))  # fmt: skip
    results = await store.tasks.results("one")
    assert {name: result.wall_s for name, result in results.items()} == {
        name: at for at, name in enumerate(after)
    }
    assert await store.tasks.stop("one", "draw_segment-10", counts=True) == 7
    assert await store.tasks.mark_interrupted() == {"one": 0}
    store.close()


_ADD_FOR_EVER = """
import asyncio, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from server.jobs.model.job import Job
from server.jobs.model.spec import Spec
from server.jobs.store.store import Store

async def add_for_ever():
    spec = Spec.from_json({spec!r})
    store = Store(Path({path!r}))
    for count in range(1_000_000):
        job = Job.new(f"{{count:06d}}", "free", spec, queue_key=count, created_at=0, request_id="")
        await store.jobs.add(job, 10**9)
        print(count, flush=True)

asyncio.run(add_for_ever())
"""


@pytest.mark.slow
@pytest.mark.fault("H01", "I13")
def test_committed_changes_survive_a_kill(tmp_path: Path, make_job: MakeJob) -> None:
    """Eight writers are killed in the middle of their work; no printed job may be missing."""
    root = str(Path(__file__).parents[4])
    for round_number in range(8):
        path = tmp_path / f"{round_number}.db"
        code = _ADD_FOR_EVER.format(root=root, spec=make_job().spec.to_json(), path=str(path))
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(3 + round_number):
                last = int(child.stdout.readline())
            child.kill()
            printed = child.stdout.read().split()
            last = int(printed[-1]) if printed else last
        kept, count = asyncio.run(_kept_and_counted(path, f"{last:06d}"))
        assert kept is not None
        assert count in (last + 1, last + 2)


async def _kept_and_counted(path: Path, job_id: str) -> tuple[Job | None, int]:
    store = Store(path)
    try:
        return await store.jobs.get(job_id), await store.jobs.count(Status.QUEUED)
    finally:
        store.close()


async def test_a_cancelled_write_has_ended(tmp_path: Path, make_job: MakeJob) -> None:
    store = Store(tmp_path / "jobs.db")
    task = asyncio.create_task(store.jobs.add(make_job("one"), bound=9))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.jobs.count(Status.QUEUED) == 1
    store.close()


def _open_quickly(path: Path) -> Store:
    """Open a store whose commits do not wait for the disk: nothing here loses power."""
    store = Store(path)
    store._database._writer.execute("PRAGMA synchronous=OFF")
    return store


@pytest.mark.fault("I15")
async def test_the_log_shrinks_after_a_long_reader(tmp_path: Path, make_job: MakeJob) -> None:
    """A backup reads the table for as long as it takes; until then the log cannot be used again."""
    store, log = _open_quickly(tmp_path / "jobs.db"), tmp_path / "jobs.db-wal"
    await store.jobs.add(make_job("one"), 9)

    async def update(count: int) -> None:
        for number in range(count):
            await store.jobs.update("one", report={"text": token_hex(10_000), "number": number})

    await update(400)
    assert log.stat().st_size < _MAX_KEPT_LOG_BYTES, "without a reader it is used again"
    reader = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM job").fetchone() == (1,)
    await update(600)
    assert log.stat().st_size > _MAX_KEPT_LOG_BYTES
    reader.close()
    await update(3)
    assert log.stat().st_size <= _MAX_KEPT_LOG_BYTES
    job = await store.jobs.get("one")
    assert job is not None
    assert job.report is not None
    assert job.report["number"] == 2
    store.close()


@pytest.mark.fault("L01")
async def test_one_of_many_claims_of_two_processes_wins(tmp_path: Path, make_job: MakeJob) -> None:
    """Two stores of one table stand for two processes."""
    stores = [_open_quickly(tmp_path / "jobs.db") for _ in range(2)]
    for number in range(20):
        name = f"job-{number}"
        await stores[0].jobs.add(make_job(name), 99)
        claims = [store.jobs.transition(name, Status.PROCESSING) for store in stores * 5]
        won = [job for job in await asyncio.gather(*claims) if job is not None]
        assert [job.id for job in won] == [name]
    for store in stores:
        store.close()
