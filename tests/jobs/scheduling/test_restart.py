"""Restarts with many jobs, and jobs whose files have gone."""

import shutil
import time

import pytest

from server.jobs.model.job import Status
from server.jobs.scheduling.retries import JOB_CODES
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig


@pytest.mark.fault("J10", "J11")
async def test_a_full_queue_is_taken_up_in_its_order(open_rig: OpenRig, make_job: MakeJob) -> None:
    names = [f"job-{number:02}" for number in range(20)]
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    for number, name in enumerate(names):
        await rig.submit(make_job(name, frames=30, audio=f"{number:064}"))
    await rig.start()
    await rig.workers.next("draw_segment", 2)
    assert list(rig.dispatcher.active_jobs) == names[:2]
    await rig.close()

    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.start()
    begun: list[str] = []
    while len(begun) < len(names):
        calls = await rig.workers.next("draw_segment")
        assert len(calls) <= 2
        for call in calls:
            begun.append(call.job_id)
            call.finish()
    # Those that were interrupted come first, both at once; of two that are analysed at the same
    # time, either may be drawn first.
    assert (sorted(begun[:2]), sorted(begun)) == (names[:2], names)
    jobs = [await rig.ended(name) for name in names]
    assert {(job.status, job.attempt) for job in jobs} == {(Status.COMPLETED, 1)}
    begun_at = [job.started_at for job in jobs]
    assert None not in begun_at
    assert begun_at == sorted(begun_at, key=lambda time_ms: time_ms or 0)


@pytest.mark.fault("I06")
@pytest.mark.parametrize("step", ["queued", "analyse", "draw_segment", "limit_flashes", "mux"])
async def test_a_job_whose_folder_is_gone_fails_and_no_other(
    open_rig: OpenRig, make_job: MakeJob, step: str
) -> None:
    rig = open_rig()
    await rig.submit(make_job("one", frames=30), make_job("two", frames=30, audio="d" * 64))
    if step == "queued":
        shutil.rmtree(rig.folder("one"))
        await rig.start()
    else:
        rig.workers.hold(step)
        await rig.start()
        (call,) = await rig.workers.next(step)
        shutil.rmtree(rig.folder("one"))
        call.fail("render_failed")
        rig.workers.release(step)
    job = await rig.ended("one")
    assert job.status is Status.FAILED
    assert job.error_code in JOB_CODES
    assert not rig.folder("one").exists()
    assert (await rig.ended("two")).status is Status.COMPLETED


@pytest.mark.fault("K01")
@pytest.mark.parametrize("hours", [1, -1, 24 * 365 * 14, -24 * 365 * 56])
async def test_a_jump_of_the_clock_ends_no_job(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    rig = open_rig()
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", frames=30), make_job("two", frames=30, audio="d" * 64))
    await rig.start()
    await rig.workers.next("draw_segment")
    now, now_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: now() + hours * 3600)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + hours * 3600 * 10**9)
    rig.workers.release("draw_segment")
    for name in ("one", "two"):
        job = await rig.ended(name)
        assert (job.status, job.attempt) == (Status.COMPLETED, 1)
        assert job.expires_at is not None
        assert job.finished_at is not None
        assert job.expires_at > job.finished_at
        assert (rig.folder(name) / "video.mp4").exists()
