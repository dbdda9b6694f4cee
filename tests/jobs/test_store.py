import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.jobs.job_object import JobView, job_to_json
from server.jobs.model.job import FINAL, TRANSITIONS, Job, Stage, Status
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.migrations import MIGRATIONS, SCHEMA_VERSION
from server.jobs.store.store import Store
from server.jobs.store.tasks import HELD_BACK, POINTS_PER_CRASH
from server.jobs.store.validations import MAX_VALIDATIONS
from server.messages import message
from tests.jobs.conftest import MakeJob


async def test_a_job_comes_back_as_it_was_put(store: Store, make_job: MakeJob) -> None:
    job = make_job("one", title="Тема — «один»", start="1.5")
    await store.jobs.add(job, bound=10)
    assert await store.jobs.get("one") == job
    assert await store.jobs.get("two") is None


async def test_the_bound_holds_when_many_add_at_once(store: Store, make_job: MakeJob) -> None:
    adding = [store.jobs.add(make_job(), bound=20) for _ in range(30)]
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert await store.jobs.count(Status.QUEUED) == 20
    refused = [error.code for error in outcomes if isinstance(error, ToqiboxError)]
    assert refused == ["queue_full"] * 10


async def test_only_queued_jobs_count_towards_the_bound(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=1)
    await store.jobs.transition("one", Status.PROCESSING)
    await store.jobs.add(make_job("two"), bound=1)
    assert await store.jobs.count(Status.QUEUED) == 1


async def test_premium_overtakes_by_its_head_start_and_no_more(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("old free", turn=100 + 600), bound=9)
    await store.jobs.add(make_job("new free", turn=400 + 600), bound=9)
    await store.jobs.add(make_job("premium", turn=800), bound=9)
    order = [job.id for job in await store.jobs.list_by_status(Status.QUEUED)]
    assert order == ["old free", "premium", "new free"]
    first = await store.jobs.next_queued()
    assert first is not None
    assert first.id == "old free"
    last = await store.jobs.get("new free")
    assert last is not None
    assert await store.jobs.queue_position(last) == 3
    assert await store.jobs.workloads_ahead(last) == [last.spec.workload] * 2


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("to", Status)
async def test_only_the_moves_of_the_table_happen(
    store: Store, make_job: MakeJob, before: Status, to: Status
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.update("one", status=before)
    moved = await store.jobs.transition("one", to)
    if to in TRANSITIONS[before]:
        assert moved is not None
        assert moved.status is to
    else:
        assert moved is None
        job = await store.jobs.get("one")
        assert job is not None
        assert job.status is before


def test_final_states_have_no_way_out() -> None:
    assert set(FINAL) == {Status.COMPLETED, Status.FAILED, Status.CANCELLED}


async def test_progress_never_decreases(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.transition("one", Status.PROCESSING, stage=Stage.RENDERING)
    await store.jobs.save_progress("one", 40, 36, 100)
    await store.jobs.save_progress("one", 20, 18, 200)
    job = await store.jobs.get("one")
    assert job is not None
    assert (job.progress, job.frames_done, job.slot_ms) == (40, 36, 100)
    await store.jobs.save_progress("one", 20, 18, 9000)
    job = await store.jobs.get("one")
    assert job is not None
    assert (job.progress, job.frames_done, job.slot_ms) == (40, 18, 9000)


async def test_attempts_and_interruptions_are_counted_separately(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "segment-0")
    assert await store.tasks.stop("one", "segment-0", counts=True) == 1
    await store.tasks.start("one", "segment-0")
    assert await store.tasks.stop("one", "segment-0", counts=False) == 1
    assert await store.tasks.mark_interrupted() == {"one": 0}
    for times in (1, 2, 3):
        await store.tasks.start("one", "segment-0")
        assert await store.tasks.mark_interrupted() == {"one": times * POINTS_PER_CRASH}
    await store.tasks.finish("one", "segment-1", {})
    assert await store.tasks.mark_interrupted() == {"one": 0}
    job = await store.jobs.get("one")
    assert job is not None
    assert job.attempt == 2


async def test_a_death_with_several_jobs_at_work_blames_each_less(
    store: Store, make_job: MakeJob
) -> None:
    for job in ("one", "two"):
        await store.jobs.add(make_job(job), bound=9)
    for times in (1, 2, 3):
        await store.tasks.start("one", "segment-0")
        await store.tasks.start("one", "sound")
        await store.tasks.start("two", "segment-0")
        assert await store.tasks.mark_interrupted() == {"one": times, "two": times}
    await store.tasks.start("one", "segment-0")
    assert await store.tasks.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}
    assert await store.tasks.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}


async def test_a_death_while_a_job_is_held_back_clears_it(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    for _ in range(3):
        await store.tasks.start("one", "segment-0")
        suspected = await store.tasks.mark_interrupted()
    assert suspected == {"one": 3 * POINTS_PER_CRASH}
    await store.tasks.start("one", HELD_BACK)
    await store.tasks.stop("one", HELD_BACK, counts=False)
    assert await store.tasks.mark_interrupted() == suspected, (
        "a server that was stopped says nothing"
    )
    await store.tasks.start("one", HELD_BACK)
    assert await store.tasks.mark_interrupted() == {"one": 0}
    await store.tasks.start("one", "segment-0")
    assert await store.tasks.mark_interrupted() == {"one": POINTS_PER_CRASH}


async def test_results_of_tasks_are_kept(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "segment-0")
    await store.tasks.start("one", "sound")
    await store.tasks.finish("one", "segment-0", {"frames": 3})
    assert await store.tasks.results("one") == {"segment-0": {"frames": 3}}
    await store.tasks.delete("one", "segment-")
    assert await store.tasks.results("one") == {}


async def test_pace_follows_what_is_measured(store: Store) -> None:
    await store.costs.record("spin", 100, 3.0)
    assert await store.costs.all() == [("spin", 100, 3.0)]
    await store.costs.record("spin", 100, 0.0)
    assert await store.costs.all() == [("spin", 100, 2.0)]


def test_a_table_of_a_newer_server_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "jobs.db").close()
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(RuntimeError, match="newer server"):
        Store(tmp_path / "jobs.db")


async def test_a_table_of_the_first_version_is_opened_with_its_jobs(
    tmp_path: Path, make_job: MakeJob
) -> None:
    job = make_job("old")
    spec = json.loads(job.spec.to_json())
    del spec["photo2"]
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.executescript(f"BEGIN;{MIGRATIONS[0]};PRAGMA user_version = 1;COMMIT")
        sql = "INSERT INTO job (id, status, plan, spec, turn, created_at, request_id)"
        row = ("old", "queued", "free", json.dumps(spec), job.turn, job.created_at, "r")
        db.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.close()
    store = Store(tmp_path / "jobs.db")
    assert await store.jobs.get("old") == job
    assert await store.validations.load() == {}
    store.close()


async def test_validations_are_stored_by_source_and_driver(store: Store) -> None:
    bad = ValidationResult(
        "shader_rejected", ({"line": None, "message": "сломан"},), "signal SIGSEGV"
    )
    await store.validations.save({("a", "one"): ValidationResult(blank=True), ("a", "two"): bad}, 1)
    await store.validations.save({("a", "one"): ValidationResult()}, 2)
    assert await store.validations.load() == {("a", "one"): ValidationResult(), ("a", "two"): bad}


async def test_the_oldest_validations_are_deleted_over_the_limit(store: Store) -> None:
    await store.validations.save({("first", ""): ValidationResult()}, 1)
    await store.validations.save(
        {(f"{n}", ""): ValidationResult() for n in range(MAX_VALIDATIONS)}, 2
    )
    kept = await store.validations.load()
    assert len(kept) == MAX_VALIDATIONS
    assert ("first", "") not in kept


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
        job = Job.new(f"{{count:06d}}", "free", spec, turn=count, created_at=0, request_id="")
        await store.jobs.add(job, 10**9)
        print(count, flush=True)

asyncio.run(add_for_ever())
"""


def test_what_was_committed_survives_kill(tmp_path: Path, make_job: MakeJob) -> None:
    """Eight writers are killed in the middle of their work; no printed job may be missing."""
    root = str(Path(__file__).parents[2])
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


async def test_audio_is_in_use_at_the_requested_tempo(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("heard"), bound=9)
    await store.jobs.add(make_job("given", tempo=87.5), bound=9)
    assert await store.jobs.uses_audio("a" * 64, None)
    assert await store.jobs.uses_audio("a" * 64, 87.5)
    assert not await store.jobs.uses_audio("a" * 64, 175.0)
    assert not await store.jobs.uses_audio("b" * 64, None)
    await store.jobs.transition("given", Status.CANCELLED)
    assert not await store.jobs.uses_audio("a" * 64, 87.5)


async def test_the_error_of_a_failed_job_is_a_sentence(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), 99)
    values = {"why": message("no_sound").to_json()}
    await store.jobs.transition(
        "one", Status.FAILED, error_code="undecodable_audio", error_values=values
    )
    job = await store.jobs.get("one")
    assert job is not None
    seen = job_to_json(JobView(job=job, language="ru", position=None, eta_s=None, frames_done=0))
    assert seen["error"].endswith(": в нём нет звука.")
