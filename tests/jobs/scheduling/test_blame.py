"""Jobs that were processed when the server crashed: resumed, held back, or failed."""

import asyncio
from functools import partial
from typing import Any

import pytest

from server.jobs.model.job import Job, Status
from server.jobs.scheduling import blame
from server.jobs.store.tasks import HELD_BACK
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig


async def _crash(rig: Rig, job: Job, times: int) -> None:
    """Leave a job as if the server had crashed so often while it ran, the last time just now."""
    await rig.submit(job)
    await rig.store.jobs.transition(job.id, Status.PROCESSING)
    for _ in range(times - 1):
        await rig.store.tasks.start(job.id, "draw_segment-0")
        await rig.store.tasks.mark_interrupted()
    await rig.store.tasks.start(job.id, "draw_segment-0")


def _hold_for(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let suspected jobs be held back so long."""
    held = partial(blame.hold_back, hold_s=seconds)
    monkeypatch.setattr("server.jobs.scheduling.dispatcher.hold_back", held)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_job_is_resumed_after_a_crash(
    open_rig: OpenRig, make_job: MakeJob, times: int
) -> None:
    rig = open_rig()
    await _crash(rig, make_job("one"), times)
    await rig.start()
    assert list(rig.dispatcher.active_jobs) == ["one"]
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_suspected_job_is_held_back_while_others_run(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold_for(monkeypatch, 60.0)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    await rig.submit(make_job("two"))
    await rig.start()
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert not [call for call in rig.workers.calls if call.job_id == "one"]
    assert (await rig.job("one")).status is Status.PROCESSING
    assert rig.dispatcher.active_jobs == {}


async def test_a_suspected_job_is_resumed_after_the_wait(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold_for(monkeypatch, 0.01)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    await rig.start()
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_job_is_resumed_after_the_wait_though_the_table_fails(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row cannot be read twice, and that it is held back cannot be written."""
    _hold_for(monkeypatch, 0.01)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    get: Any = rig.store.jobs.get
    start: Any = rig.store.tasks.start
    failures = [OSError("by the test"), OSError("by the test")]

    async def fail_twice(job_id: str) -> Job | None:
        if failures:
            raise failures.pop()
        job: Job | None = await get(job_id)
        return job

    async def refuse_mark(job_id: str, name: str) -> None:
        if name == HELD_BACK:
            raise OSError("by the test")
        await start(job_id, name)

    monkeypatch.setattr(rig.store.jobs, "get", fail_twice)
    monkeypatch.setattr(rig.store.tasks, "start", refuse_mark)
    await rig.start()
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert not failures


@pytest.mark.fault("H10")
async def test_a_job_that_crashes_the_server_again_fails(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig()
    await _crash(rig, make_job("one"), 4)
    await rig.submit(make_job("two"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.status, job.error_code) == (Status.FAILED, "attempts_exhausted")
    assert job.finished_at is not None
    assert not rig.folder("one").exists()
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert not [call for call in rig.workers.calls if call.job_id == "one"]


async def test_a_stop_while_a_job_is_held_back_does_not_clear_it(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold_for(monkeypatch, 60.0)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    await rig.start()
    await _held(rig)
    await rig.close()
    rig = open_rig()
    left = await blame.sort_interrupted(rig.store)
    assert [job.id for job in left.suspected] == ["one"]


async def test_a_crash_while_a_job_is_held_back_clears_it(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    await blame.sort_interrupted(rig.store)
    await rig.store.tasks.start("one", HELD_BACK)
    left = await blame.sort_interrupted(rig.store)
    assert [job.id for job in left.resumed] == ["one"]


async def _held(rig: Rig) -> None:
    """Wait until the job is held back."""
    fetch = rig.store._database.fetch
    sql = "SELECT 1 FROM task WHERE name = ? AND running"
    async with asyncio.timeout(5):
        while not await fetch(sql, HELD_BACK):
            pass


async def test_a_job_is_cancelled_while_it_is_held_back(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold_for(monkeypatch, 0.05)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    await rig.start()
    await _held(rig)
    await rig.cancel("one")
    await until(rig.dispatcher._loops[0].done)
    assert rig.dispatcher.active_jobs == {}
    assert not rig.workers.calls


async def test_a_job_is_cancelled_while_it_is_resumed(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hold_for(monkeypatch, 0.0)
    rig = open_rig()
    await _crash(rig, make_job("one"), 3)
    get: Any = rig.store.jobs.get

    async def cancel_meanwhile(job_id: str) -> Job | None:
        job: Job | None = await get(job_id)
        rig.dispatcher.wake()
        await rig.cancel(job_id)
        return job

    monkeypatch.setattr(rig.store.jobs, "get", cancel_meanwhile)
    await rig.start()
    await until(rig.dispatcher._loops[0].done)
    monkeypatch.setattr(rig.store.jobs, "get", get)
    await rig.submit(make_job("two"))
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert not [call for call in rig.workers.calls if call.job_id == "one"]
    assert not rig.folder("one").exists()
