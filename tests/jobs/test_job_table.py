import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.jobs.job_object import JobView, job_to_json
from server.jobs.model.job import FINAL, TRANSITIONS, Job, Stage, Status
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.job_table import HELD_BACK, MAX_VALIDATIONS, POINTS_PER_CRASH, Store
from server.jobs.store.migrations import MIGRATIONS, SCHEMA_VERSION
from server.messages import message
from tests.jobs.conftest import MakeJob


def test_a_job_comes_back_as_it_was_put(store: Store, make_job: MakeJob) -> None:
    job = make_job("one", title="Тема — «один»", start="1.5")
    store.add(job, bound=10)
    assert store.get("one") == job
    assert store.get("two") is None


def test_the_bound_holds_when_many_add_at_once(store: Store, make_job: MakeJob) -> None:
    jobs = [make_job() for _ in range(30)]
    refused: list[str] = []

    def add(job: Job) -> None:
        try:
            store.add(job, bound=20)
        except ToqiboxError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=add, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count(Status.QUEUED) == 20
    assert refused == ["queue_full"] * 10


def test_only_queued_jobs_count_towards_the_bound(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), bound=1)
    store.transition("one", Status.PROCESSING)
    store.add(make_job("two"), bound=1)
    assert store.count(Status.QUEUED) == 1


def test_premium_overtakes_by_its_head_start_and_no_more(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("old free", turn=100 + 600), bound=9)
    store.add(make_job("new free", turn=400 + 600), bound=9)
    store.add(make_job("premium", turn=800), bound=9)
    order = [job.id for job in store.list_by_status(Status.QUEUED)]
    assert order == ["old free", "premium", "new free"]
    first = store.next_queued()
    assert first is not None
    assert first.id == "old free"
    last = store.get("new free")
    assert last is not None
    assert store.queue_position(last) == 3
    assert store.workloads_ahead(last) == [last.spec.workload] * 2


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("to", Status)
def test_only_the_moves_of_the_table_happen(
    store: Store, make_job: MakeJob, before: Status, to: Status
) -> None:
    store.add(make_job("one"), bound=9)
    store.update("one", status=before)
    moved = store.transition("one", to)
    if to in TRANSITIONS[before]:
        assert moved is not None
        assert moved.status is to
    else:
        assert moved is None
        job = store.get("one")
        assert job is not None
        assert job.status is before


def test_final_states_have_no_way_out() -> None:
    assert set(FINAL) == {Status.COMPLETED, Status.FAILED, Status.CANCELLED}


def test_progress_never_falls(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), bound=9)
    store.transition("one", Status.PROCESSING, stage=Stage.RENDERING)
    store.save_progress("one", 40, 36, 100)
    store.save_progress("one", 20, 18, 200)
    job = store.get("one")
    assert job is not None
    assert (job.progress, job.frames_done, job.slot_ms) == (40, 36, 100)
    store.save_progress("one", 20, 18, 9000)
    job = store.get("one")
    assert job is not None
    assert (job.progress, job.frames_done, job.slot_ms) == (40, 18, 9000)


def test_attempts_and_interruptions_are_counted_apart(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), bound=9)
    store.start_task("one", "segment-0")
    assert store.stop_task("one", "segment-0", counts=True) == 1
    store.start_task("one", "segment-0")
    assert store.stop_task("one", "segment-0", counts=False) == 1
    assert store.mark_interrupted() == {"one": 0}
    for times in (1, 2, 3):
        store.start_task("one", "segment-0")
        assert store.mark_interrupted() == {"one": times * POINTS_PER_CRASH}
    store.finish_task("one", "segment-1", {})
    assert store.mark_interrupted() == {"one": 0}
    job = store.get("one")
    assert job is not None
    assert job.attempt == 2


def test_a_death_with_several_jobs_at_work_blames_each_less(
    store: Store, make_job: MakeJob
) -> None:
    for job in ("one", "two"):
        store.add(make_job(job), bound=9)
    for times in (1, 2, 3):
        store.start_task("one", "segment-0")
        store.start_task("one", "sound")
        store.start_task("two", "segment-0")
        assert store.mark_interrupted() == {"one": times, "two": times}
    store.start_task("one", "segment-0")
    assert store.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}
    assert store.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}


def test_a_death_while_a_job_is_held_back_clears_it(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), bound=9)
    for _ in range(3):
        store.start_task("one", "segment-0")
        suspected = store.mark_interrupted()
    assert suspected == {"one": 3 * POINTS_PER_CRASH}
    store.start_task("one", HELD_BACK)
    store.stop_task("one", HELD_BACK, counts=False)
    assert store.mark_interrupted() == suspected, "a server that was stopped says nothing"
    store.start_task("one", HELD_BACK)
    assert store.mark_interrupted() == {"one": 0}
    store.start_task("one", "segment-0")
    assert store.mark_interrupted() == {"one": POINTS_PER_CRASH}


def test_results_of_tasks_are_kept(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), bound=9)
    store.start_task("one", "segment-0")
    store.start_task("one", "sound")
    store.finish_task("one", "segment-0", {"frames": 3})
    assert store.task_results("one") == {"segment-0": {"frames": 3}}
    store.delete_tasks("one", "segment-")
    assert store.task_results("one") == {}


def test_pace_follows_what_is_measured(store: Store) -> None:
    store.record_cost("spin", 100, 3.0)
    assert store.costs() == [("spin", 100, 3.0)]
    store.record_cost("spin", 100, 0.0)
    assert store.costs() == [("spin", 100, 2.0)]


def test_a_table_of_a_newer_server_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "jobs.db").close()
    with sqlite3.connect(tmp_path / "jobs.db") as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(RuntimeError, match="newer server"):
        Store(tmp_path / "jobs.db")


def test_a_table_of_the_first_version_is_opened_with_its_jobs(
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
    assert store.get("old") == job
    assert store.load_validations() == {}
    store.close()


def test_verdicts_are_kept_by_source_and_driver(store: Store) -> None:
    bad = ValidationResult(
        "shader_rejected", ({"line": None, "message": "сломан"},), "signal SIGSEGV"
    )
    store.save_validations({("a", "one"): ValidationResult(blank=True), ("a", "two"): bad}, 1)
    store.save_validations({("a", "one"): ValidationResult()}, 2)
    assert store.load_validations() == {("a", "one"): ValidationResult(), ("a", "two"): bad}


def test_the_oldest_verdicts_go_when_there_are_too_many(store: Store) -> None:
    store.save_validations({("first", ""): ValidationResult()}, 1)
    store.save_validations({(f"{n}", ""): ValidationResult() for n in range(MAX_VALIDATIONS)}, 2)
    kept = store.load_validations()
    assert len(kept) == MAX_VALIDATIONS
    assert ("first", "") not in kept


_ADD_FOR_EVER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from server.jobs.model.job import Job
from server.jobs.model.spec import Spec
from server.jobs.store.job_table import MAX_VALIDATIONS, Store
import json
spec = Spec.from_json({spec!r})
store = Store(Path({path!r}))
for count in range(1_000_000):
    job = Job.new(f"{{count:06d}}", "free", spec, turn=count, created_at=0, request_id="")
    store.add(job, 10**9)
    print(count, flush=True)
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
        store = Store(path)
        assert store.get(f"{last:06d}") is not None
        assert store.count(Status.QUEUED) in (last + 1, last + 2)
        store.close()


def test_a_sound_is_in_use_at_the_tempo_that_was_asked_for(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("heard"), bound=9)
    store.add(make_job("told", tempo=87.5), bound=9)
    assert store.uses_audio("a" * 64, None)
    assert store.uses_audio("a" * 64, 87.5)
    assert not store.uses_audio("a" * 64, 175.0)
    assert not store.uses_audio("b" * 64, None)
    store.transition("told", Status.CANCELLED)
    assert not store.uses_audio("a" * 64, 87.5)


def test_the_reason_of_a_failed_job_is_told_in_words(store: Store, make_job: MakeJob) -> None:
    store.add(make_job("one"), 99)
    values = {"why": message("no_sound").to_json()}
    store.transition("one", Status.FAILED, error_code="undecodable_audio", error_values=values)
    job = store.get("one")
    assert job is not None
    seen = job_to_json(JobView(job=job, language="ru", position=None, eta_s=None, frames_done=0))
    assert seen["error"].endswith(": в нём нет звука.")
