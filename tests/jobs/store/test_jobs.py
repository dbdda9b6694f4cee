"""Contract of every job store: jobs."""

import asyncio
import json
from typing import Any

import pytest

from server.errors import ToqiboxError
from server.jobs.model.job import TRANSITIONS, Stage, Status
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.spec import Spec
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob
from tests.jobs.store.conftest import OpenStore


async def test_a_job_is_read_as_it_was_stored(store: Store, make_job: MakeJob) -> None:
    job = make_job("one", title="Тема — «один»", start="1.5")
    await store.jobs.add(job, bound=10)
    assert await store.jobs.get("one") == job
    assert await store.jobs.get("two") is None


@pytest.mark.fault("J02")
async def test_the_limit_holds_with_concurrent_additions(store: Store, make_job: MakeJob) -> None:
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


@pytest.mark.fault("J07")
async def test_premium_overtakes_by_its_head_start_and_no_more(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("old free", queue_key=100 + 600), bound=9)
    await store.jobs.add(make_job("new free", queue_key=400 + 600), bound=9)
    await store.jobs.add(make_job("premium", queue_key=800), bound=9)
    order = [job.id for job in await store.jobs.list_by_status(Status.QUEUED)]
    assert order == ["old free", "premium", "new free"]
    first = await store.jobs.next_queued()
    assert first is not None
    assert first.id == "old free"
    last = await store.jobs.get("new free")
    assert last is not None
    snapshot = await store.jobs.snapshot(last.id)
    assert snapshot is not None
    assert snapshot.queue.count_ahead(last) == 2
    assert snapshot.queue.workloads == [last.spec.workload] * 3


@pytest.mark.parametrize("known", [2, 100])
async def test_the_work_ahead_is_that_of_the_jobs_that_wait(
    store: Store, make_job: MakeJob, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.store.snapshots._MAX_KNOWN", known)
    jobs = []
    for number in range(4):
        jobs.append(make_job(str(number), queue_key=number + 1, frames=10 + number))
        await store.jobs.add(jobs[-1], bound=9)
    for left in (jobs, jobs[1:], jobs[2:]):
        snapshot = await store.jobs.snapshot(jobs[3].id)
        assert snapshot is not None
        assert snapshot.job == jobs[3]
        assert snapshot.queue.count_ahead(jobs[3]) == len(left) - 1
        frames = [work.frames for work in snapshot.queue.workloads]
        assert frames == [job.spec.frames for job in left]
        await store.jobs.transition(left[0].id, Status.CANCELLED)


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


async def test_audio_is_in_use_at_the_requested_tempo(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("heard"), bound=9)
    await store.jobs.add(make_job("given", tempo=87.5), bound=9)
    assert await store.jobs.uses_audio("a" * 64, None)
    assert await store.jobs.uses_audio("a" * 64, 87.5)
    assert not await store.jobs.uses_audio("a" * 64, 175.0)
    assert not await store.jobs.uses_audio("b" * 64, None)
    await store.jobs.transition("given", Status.CANCELLED)
    assert not await store.jobs.uses_audio("a" * 64, 87.5)


async def test_jobs_are_kept_when_the_store_is_reopened(
    open_store: OpenStore, make_job: MakeJob
) -> None:
    store = open_store()
    job = make_job("one")
    await store.jobs.add(job, bound=9)
    store.close()
    assert await open_store().jobs.get("one") == job


async def test_a_job_keeps_every_value(store: Store, make_job: MakeJob) -> None:
    values: dict[str, Any] = {
        "stage": Stage.RENDERING,
        "started_at": 5,
        "finished_at": 6,
        "expires_at": 7,
        "frames_done": 8,
        "attempt": 2,
        "slot_ms": 9,
        "encoder": "x264",
        "threads": 3,
        "renderer": "llvmpipe",
        "software": True,
        "encoder_fallback": "nvenc",
        "error_code": "internal",
        "error_values": {"why": "«ой»"},
        "diagnostics": [{"line": 3, "message": "oops"}],
        "report": {"seconds": {"render": 0.5}},
        "removed": True,
    }
    await store.jobs.add(make_job("one"), bound=9)
    updated = await store.jobs.update("one", **values)
    assert updated is not None
    assert {name: getattr(updated, name) for name in values} == values
    assert await store.jobs.get("one") == updated


async def test_a_missing_job_is_not_changed(store: Store) -> None:
    assert await store.jobs.update("one", frames_done=3) is None
    assert await store.jobs.transition("one", Status.PROCESSING) is None
    assert await store.jobs.next_queued() is None
    assert await store.jobs.list_by_status(*Status) == []


@pytest.mark.fault("L01")
async def test_one_of_two_transitions_at_a_time_happens(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    ends = (Status.CANCELLED, Status.FAILED)
    moved = await asyncio.gather(*(store.jobs.transition("one", to) for to in ends))
    (job,) = [job for job in moved if job is not None]
    assert await store.jobs.get("one") == job


async def test_progress_is_saved_while_a_job_is_processed_alone(
    store: Store, make_job: MakeJob
) -> None:
    job = make_job("one")
    await store.jobs.add(job, bound=9)
    await store.jobs.save_progress("one", 40, 36, 100)
    assert await store.jobs.get("one") == job
    await store.jobs.transition("one", Status.PROCESSING)
    ended = await store.jobs.transition("one", Status.COMPLETED, progress=100)
    await store.jobs.save_progress("one", 40, 36, 9000)
    assert await store.jobs.get("one") == ended


async def test_listeners_are_notified_of_every_change(
    open_store: OpenStore, make_job: MakeJob
) -> None:
    events = JobEvents()
    changes: list[JobChange] = []
    store = open_store(events)
    end = events.subscribe(changes.append)
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.transition("one", Status.PROCESSING)
    await store.jobs.save_progress("one", 40, 36, 100)
    await store.jobs.save_progress("one", 40, 36, 100)  # nothing new
    await store.jobs.update("one", stage=Stage.JOINING)
    await store.jobs.transition("one", Status.COMPLETED)
    assert await store.jobs.transition("one", Status.CANCELLED) is None
    assert [(change.version, change.status) for change in changes] == [
        (0, Status.QUEUED),
        (1, Status.PROCESSING),
        (2, Status.PROCESSING),
        (3, Status.PROCESSING),
        (4, Status.COMPLETED),
    ]
    job = await store.jobs.get("one")
    assert job is not None
    assert job.version == 4
    end()
    await store.jobs.update("one", removed=1)
    assert len(changes) == 5


async def test_jobs_are_listed_by_their_pending_work(store: Store, make_job: MakeJob) -> None:
    for job_id in ("queued", "processing", "done", "expired", "removed", "failed"):
        await store.jobs.add(make_job(job_id), bound=9)
    await store.jobs.update("processing", status=Status.PROCESSING)
    await store.jobs.update("done", status=Status.COMPLETED, finished_at=100, expires_at=300)
    await store.jobs.update("expired", status=Status.COMPLETED, finished_at=50, expires_at=200)
    removed = {"status": Status.COMPLETED, "finished_at": 10, "expires_at": 20, "removed": 1}
    await store.jobs.update("removed", **removed)
    await store.jobs.update("failed", status=Status.FAILED, finished_at=10)
    everything = {"queued", "processing", "done", "expired", "removed", "failed"}
    assert await store.jobs.known_ids() == everything
    assert await store.jobs.ids_with_files() == {"queued", "processing", "done", "expired"}
    assert [job.id for job in await store.jobs.list_expired(200)] == ["expired"]
    assert [job.id for job in await store.jobs.list_recent(2)] == ["failed", "removed"]
    listed = await store.jobs.list_by_status(Status.QUEUED, Status.PROCESSING)
    assert [job.id for job in listed] == ["queued", "processing"]
    assert await store.jobs.prune(150) == 2
    assert await store.jobs.known_ids() == everything - {"removed", "failed"}


def test_a_spec_without_codec_and_quality_has_those_of_its_time(make_job: MakeJob) -> None:
    stored = json.loads(make_job("one", codec="hevc", quality="high").spec.to_json())
    assert (stored.pop("codec"), stored.pop("quality")) == ("hevc", "high")
    spec = Spec.from_json(json.dumps(stored))
    assert (spec.codec, spec.quality) == ("h264", "standard")
