"""Contract of every job store: snapshots of jobs, which are read all the time."""

import asyncio
import sqlite3

import pytest

from server.jobs.model.job import Stage, Status
from server.jobs.store.snapshots import JobSnapshot
from server.jobs.store.store import Store
from server.protocol.scene import EffectInstance
from tests.jobs.conftest import MakeJob
from tests.jobs.store.conftest import OpenStore


async def _read(store: Store, job_id: str) -> JobSnapshot:
    snapshot = await store.jobs.snapshot(job_id)
    assert snapshot is not None
    return snapshot


async def test_the_table_is_read_again_after_a_change_alone(
    store: Store, make_job: MakeJob
) -> None:
    for job_id in ("one", "two"):
        await store.jobs.add(make_job(job_id), bound=9)
    one, two = await _read(store, "one"), await _read(store, "two")
    assert (await _read(store, "one")).job is one.job
    assert (await _read(store, "one")).queue is two.queue
    await store.jobs.transition("one", Status.PROCESSING)
    changed = await _read(store, "one")
    assert changed.job.status is Status.PROCESSING
    assert changed.job.spec is not one.job.spec
    assert (await _read(store, "two")).queue.count_ahead(two.job) == 0
    await store.jobs.save_progress("one", 40, 36, 100)
    progressed = await _read(store, "one")
    assert progressed.job == await store.jobs.get("one")
    assert (progressed.job.progress, progressed.job.version) == (40, changed.job.version + 1)


async def test_the_work_of_a_job_is_that_of_its_spec(store: Store, make_job: MakeJob) -> None:
    library = EffectInstance(id="spin", file="spin.fs", source="")
    custom = EffectInstance(id="custom-4f1c9a2b7d10", file="source", source="", custom=True)
    chains = [(library,), (custom,), (custom, library, custom)]
    jobs = [make_job(effects=effects, frames=30 + at) for at, effects in enumerate(chains)]
    for job in jobs:
        await store.jobs.add(job, bound=9)
    queue = (await _read(store, jobs[-1].id)).queue
    assert queue.workloads == [job.spec.workload for job in jobs]
    assert [work.effect for work in queue.workloads] == ["spin", "custom", "custom+spin+custom"]


@pytest.mark.parametrize("status", Status)
async def test_a_snapshot_is_the_row_after_every_change(
    store: Store, make_job: MakeJob, status: Status
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "analyse")
    for columns in ({"status": status}, {"stage": Stage.JOINING}, {"removed": 1}, {"owner": "k"}):
        await _read(store, "one")
        await store.jobs.update("one", **columns)
        assert (await _read(store, "one")).job == await store.jobs.get("one")
        await store.tasks.start("one", "analyse")
        assert (await _read(store, "one")).job == await store.jobs.get("one")


async def test_a_job_that_is_unknown_may_be_accepted_later(store: Store, make_job: MakeJob) -> None:
    assert await store.jobs.snapshot("one") is None
    await store.jobs.add(make_job("one"), bound=9)
    assert (await _read(store, "one")).job.id == "one"


async def test_a_job_whose_row_is_deleted_is_unknown(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.transition("one", Status.CANCELLED, finished_at=1)
    await _read(store, "one")
    assert await store.jobs.prune(finished_before=2) == 1
    assert await store.jobs.snapshot("one") is None


async def test_versions_never_fall_while_jobs_change(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 2000 and (not seen or seen[-1] < 60):
            seen.append((await _read(store, "one")).job.version)
            await asyncio.sleep(0)

    async def change() -> None:
        for number in range(60):
            changed = await store.jobs.update("one", frames_done=number)
            assert changed is not None
            assert (await _read(store, "one")).job == changed

    await asyncio.gather(read(), read(), change())
    assert seen == sorted(seen)


async def test_a_failed_write_may_have_changed_the_table(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    before = await _read(store, "one")
    with pytest.raises(sqlite3.OperationalError):
        await store.jobs.update("one", unknown_column=1)
    after = await _read(store, "one")
    assert after.job == before.job
    assert after.job is not before.job


@pytest.mark.parametrize(("jobs", "characters"), [(2, 10**9), (10**9, 1500)])
async def test_memory_is_limited(
    store: Store,
    make_job: MakeJob,
    jobs: int,
    characters: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.jobs.store.snapshots._MAX_JOBS", jobs)
    monkeypatch.setattr("server.jobs.store.snapshots._MAX_CHARACTERS", characters)
    made = [make_job(str(number)) for number in range(3)]
    assert 3 * len(made[0].spec.to_json()) > 1500 > 2 * len(made[0].spec.to_json())
    for job in made:
        await store.jobs.add(job, bound=9)
    first = [(await _read(store, job.id)).job for job in made]
    again = [(await _read(store, job.id)).job for job in reversed(made)][::-1]
    assert again == first
    assert [one is other for one, other in zip(first, again, strict=True)] == [False, True, True]


async def test_a_store_that_is_opened_again_has_the_rows(
    open_store: OpenStore, make_job: MakeJob
) -> None:
    store = open_store()
    await store.jobs.add(make_job("one"), bound=9)
    await _read(store, "one")
    await store.jobs.transition("one", Status.CANCELLED, finished_at=1)
    store.close()
    assert (await _read(open_store(), "one")).job.status is Status.CANCELLED
