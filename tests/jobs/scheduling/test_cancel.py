"""Jobs that a client cancels at any time; slots and files must be free afterwards."""

from typing import Any

import pytest

from server.jobs.model.job import Job, Status
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig

_STEPS = ("analyse", "draw_frames", "limit_flashes", "draw_segment", "encode_audio", "mux")


async def _assert_cancelled(rig: Rig, make_job: MakeJob, job_id: str) -> None:
    """Assert that nothing of the job is left, and that the next one is completed."""
    assert (await rig.job(job_id)).status is Status.CANCELLED
    assert job_id not in rig.dispatcher.active_jobs
    assert not rig.folder(job_id).exists()
    await rig.all_free()
    assert all(slot.job_id != job_id for slot in rig.slots), "its worker must have ended"
    assert not [call for call in rig.workers.calls if not call.answer.done()]
    calls = len([call for call in rig.workers.calls if call.job_id == job_id])
    rig.workers.release(*_STEPS)
    await rig.submit(make_job("next"))
    assert (await rig.ended("next")).status is Status.COMPLETED
    assert len([call for call in rig.workers.calls if call.job_id == job_id]) == calls


@pytest.mark.parametrize("name", _STEPS)
async def test_a_job_is_cancelled_in_each_step(rig: Rig, make_job: MakeJob, name: str) -> None:
    rig.workers.hold(name)
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next(name)
    await rig.cancel("one")
    assert call.is_cancelled
    await _assert_cancelled(rig, make_job, "one")


async def test_a_job_that_two_slots_draw_is_cancelled(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment", "encode_audio")
    await rig.submit(make_job("one"))
    await rig.start()
    calls = [*await rig.workers.next("draw_segment", 2), *await rig.workers.next("encode_audio")]
    await rig.cancel("one")
    assert all(call.is_cancelled for call in calls)
    await _assert_cancelled(rig, make_job, "one")


@pytest.mark.parametrize("is_started", [False, True])
async def test_a_job_is_cancelled_while_it_starts(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, *, is_started: bool
) -> None:
    transition = rig.store.jobs.transition

    async def cancel_meanwhile(job_id: str, to: Status, **columns: Any) -> Job | None:
        if (job_id, to) != ("one", Status.PROCESSING):
            return await transition(job_id, to, **columns)
        if not is_started:
            await rig.cancel(job_id)
        job = await transition(job_id, to, **columns)
        if is_started:
            await rig.cancel(job_id)
        return job

    monkeypatch.setattr(rig.store.jobs, "transition", cancel_meanwhile)
    await rig.submit(make_job("one"), make_job("two"))
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert not [call for call in rig.workers.calls if call.job_id == "one"]
    await _assert_cancelled(rig, make_job, "one")


async def test_a_job_is_cancelled_between_its_selection_and_its_start(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = open_rig()
    next_queued = rig.store.jobs.next_queued

    async def cancel_meanwhile() -> Job | None:
        job = await next_queued()
        if job and job.id == "one":
            await rig.cancel(job.id)
        return job

    monkeypatch.setattr(rig.store.jobs, "next_queued", cancel_meanwhile)
    await rig.submit(make_job("one"), make_job("two"))
    await rig.start()
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert not [call for call in rig.workers.calls if call.job_id == "one"]
    await _assert_cancelled(rig, make_job, "one")


async def test_a_job_that_cannot_be_started_stays_in_the_queue(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    transition, errors = rig.store.jobs.transition, [OSError("by the test")]

    async def fail_once(job_id: str, to: Status, **columns: Any) -> Job | None:
        if errors:
            assert job_id in rig.dispatcher.active_jobs
            raise errors.pop()
        assert to is not Status.PROCESSING or len(rig.dispatcher.active_jobs) == 1
        return await transition(job_id, to, **columns)

    monkeypatch.setattr(rig.store.jobs, "transition", fail_once)
    await rig.submit(make_job("one"))
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_slot_is_free_after_a_cancel_before_its_task_has_begun(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig()
    await rig.machine.probe()
    await rig.submit(make_job("one"))
    await rig.dispatcher._fill_slots()
    assert not rig.slots_are_free()
    await rig.dispatcher.abort("one")
    assert rig.slots_are_free()
    assert rig.dispatcher.active_jobs == {}


async def test_a_queued_job_is_cancelled(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig()
    await rig.submit(make_job("one"))
    await rig.cancel("one")
    await rig.start()
    await _assert_cancelled(rig, make_job, "one")


async def test_a_cancel_during_a_pause_after_a_failure(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job's failure cannot be written; its slot waits, and a client cancels the job."""
    monkeypatch.setattr("server.jobs.scheduling.dispatcher._BACK_OFF_S", 60.0)
    transition, failed = rig.store.jobs.transition, []

    async def refuse_failure(job_id: str, to: Status, **columns: Any) -> Job | None:
        if to is Status.FAILED:
            failed.append(job_id)
            raise OSError("by the test")
        return await transition(job_id, to, **columns)

    monkeypatch.setattr(rig.store.jobs, "transition", refuse_failure)
    rig.workers.fail("draw_segment", "render_timeout")
    rig.workers.hold("encode_audio")
    await rig.submit(make_job("one"))
    await rig.workers.next("encode_audio")
    await until(lambda: failed)
    await rig.cancel("one")
    await _assert_cancelled(rig, make_job, "one")
