"""Progress of jobs: in the table by the percent, and it never decreases."""

import pytest

from server.jobs.model.job import Status
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import GPU, OpenRig, Rig


async def _saved(rig: Rig) -> int:
    """Save the progress some seconds later; return that of the job in the table."""
    rig.active("one").clock.spent_s += 6.0
    await rig.dispatcher._progress.save(list(rig.dispatcher.active_jobs.values()))
    return (await rig.job("one")).progress


async def test_frames_of_all_slots_count(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    first, second = await rig.workers.next("draw_segment", 2)
    first.report_frames(10)
    second.report_frames(12)
    assert rig.active("one").frames_done == 22
    second.report_frames(1000)
    assert rig.active("one").frames_done == 40, "no more than its segment has"
    first.finish()
    await until(lambda: rig.active("one").frames_done == 60)
    first.report_frames(30)
    assert rig.active("one").frames_done == 60, "a finished segment counts once"
    assert await _saved(rig) == 66
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    assert (job.progress, job.frames_done) == (100, 90)


async def test_a_retry_does_not_decrease_progress(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(20)
    assert await _saved(rig) == 22
    call.fail("worker_crashed")
    (call,) = await rig.workers.next("draw_segment")
    assert rig.active("one").frames_done == 0
    assert await _saved(rig) == 22
    call.report_frames(25)
    assert await _saved(rig) == 27
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).progress == 100


async def test_a_fallback_does_not_decrease_progress(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (late,) = await rig.workers.next("draw_segment")
    late.finish()
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(29)
    assert await _saved(rig) == 64
    call.fail("encoder_failed")
    await rig.workers.next("draw_segment")
    late.report_frames(30)  # of a segment that is drawn again
    assert rig.active("one").frames_done <= 30
    assert await _saved(rig) == 64
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).progress == 100


async def test_progress_is_saved_and_published_while_a_job_runs(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.scheduling.dispatcher._FLUSH_S", 0.005)
    rig = open_rig()
    await rig.start()
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    before = rig.changes[-1].version
    call.report_frames(9)
    await until(lambda: rig.changes[-1].version > before)
    change = rig.changes[-1]
    job = await rig.job("one")
    assert (job.progress, job.frames_done, job.version) == (9, 9, change.version)
    assert change.status is Status.PROCESSING
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    versions = [change.version for change in rig.changes]
    assert versions == sorted(versions)


async def test_jobs_that_ended_keep_their_progress(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(20)
    active = rig.active("one")
    await _saved(rig)
    await rig.cancel("one")
    active.finished = {0, 1, 2}
    await rig.dispatcher._progress.save([active])
    job = await rig.job("one")
    assert (job.status, job.progress) == (Status.CANCELLED, 22)
