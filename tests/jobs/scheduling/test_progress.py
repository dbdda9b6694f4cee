"""Progress of jobs: of all their steps, in the table by the percent, and it never decreases."""

import time

import pytest

from server.jobs.model.job import Status
from server.jobs.model.job_events import JobChange
from server.jobs.model.work.estimate import Step
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import GPU, OpenRig, Rig


def _percent(rig: Rig, frames: int) -> int:
    """Return the progress of the job while it is drawn."""
    active = rig.active("one")
    before = {Step.ANALYSIS: 1.0, Step.START: 1.0}
    share = active._estimate.share_done({**before, Step.DRAWING: frames / active.job.spec.frames})
    return int(99 * share)


async def _saved(rig: Rig) -> int:
    """Save the progress some seconds later; return that of the job in the table."""
    rig.active("one").clock.spent_s += 6.0
    await rig.dispatcher._progress.save(list(rig.dispatcher.active_jobs.values()))
    return (await rig.job("one")).progress


async def _next_change(rig: Rig, change: JobChange) -> JobChange:
    await until(lambda: rig.changes[-1].version > change.version)
    return rig.changes[-1]


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
    assert await _saved(rig) == _percent(rig, 60)
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    assert (job.progress, job.frames_done) == (100, 90)


@pytest.mark.parametrize("step", ["analyse", "draw_segment", "limit_flashes", "mux"])
async def test_progress_and_estimate_move_within_each_step(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A step that takes ever longer moves on, never beyond its own share."""
    rig.workers.hold(step)
    await rig.submit(make_job("one", fps=10))
    await rig.workers.next(step)
    active = rig.active("one")
    begun = time.monotonic()
    seen = []
    for elapsed_s in (0.05, 0.3, 1.0, 3.0, 3600.0):
        monkeypatch.setattr(time, "monotonic", lambda now=begun + elapsed_s: now)
        seen.append((active._estimate.share_done(active._steps_done), active.seconds_left(0.1, 1)))
    monkeypatch.undo()
    shares, left = [share for share, _ in seen], [seconds for _, seconds in seen]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[1] < shares[-1] <= 1
    assert active.percent_done < 100
    assert left == sorted(left, reverse=True)
    assert 0 <= left[-1] < left[0]
    rig.workers.release(step)
    assert (await rig.ended("one")).progress == 100


async def test_progress_does_not_fall_with_a_worker_that_ends(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    """Progress that a client has seen, and that is not in the table yet, counts too."""
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    first, second = await rig.workers.next("draw_segment", 2)
    first.report_frames(30)
    second.report_frames(29)
    active = rig.active("one")
    assert active.percent_done == (reached := _percent(rig, 59)) > _percent(rig, 30)
    second.fail("worker_crashed")
    await until(lambda: len(rig.workers.given("draw_segment")) == 3)
    assert (active.frames_done, active.percent_done) == (30, reached)
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).progress == 100


async def test_progress_continues_after_a_restart(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig()
    await rig.start()
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    call.finish()
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(20)
    before = await _saved(rig)
    assert before == _percent(rig, 50)
    await rig.close()
    rig = open_rig()
    rig.workers.hold("draw_segment")
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    assert (await rig.job("one")).progress == before
    call.report_frames(25)
    assert await _saved(rig) == _percent(rig, 55)
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).progress == 100


async def test_the_cost_of_a_frame_is_that_of_the_job_itself_once_it_is_known(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    pace, begun = rig.active("one").pace, time.monotonic()
    for frames, elapsed_s in ((2, 5.0), (6, 7.0), (12, 10.0)):
        monkeypatch.setattr(time, "monotonic", lambda now=begun + elapsed_s: now)
        call.report_frames(frames)
        assert pace.frame_s == (None if frames < 12 else pytest.approx(0.5))
    monkeypatch.undo()
    call.finish()
    await rig.workers.next("draw_segment")
    assert pace.frame_s == pytest.approx(pace.slot_s / 30)
    rig.workers.release("draw_segment")
    await rig.ended("one")


async def test_a_retry_does_not_decrease_progress(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", width=1280, height=720))
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(20)
    progress = await _saved(rig)
    assert progress == _percent(rig, 20)
    call.fail("worker_crashed")
    (call,) = await rig.workers.next("draw_segment")
    assert rig.active("one").frames_done == 0
    assert await _saved(rig) == progress
    call.report_frames(25)
    assert await _saved(rig) == _percent(rig, 25) > progress
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).progress == 100


@pytest.mark.fault("L02")
async def test_a_fallback_does_not_decrease_progress(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (late,) = await rig.workers.next("draw_segment")
    late.finish()
    (call,) = await rig.workers.next("draw_segment")
    call.report_frames(29)
    progress = await _saved(rig)
    assert progress == _percent(rig, 59)
    call.fail("encoder_failed")
    await rig.workers.next("draw_segment")
    late.report_frames(30)  # of a segment that is drawn again
    assert rig.active("one").frames_done <= 30
    assert await _saved(rig) == progress
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
    change = rig.changes[-1]
    call.report_frames(9)
    # The start of the task may be saved first.
    while (job := await rig.job("one")).frames_done != 9:
        change = await _next_change(rig, change)
    await until(lambda: rig.changes[-1].version == job.version)
    change = rig.changes[-1]
    assert job.progress == _percent(rig, 9)
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
    progress = await _saved(rig)
    await rig.cancel("one")
    active.finished = {0, 1, 2}
    await rig.dispatcher._progress.save([active])
    job = await rig.job("one")
    assert (job.status, job.progress) == (Status.CANCELLED, progress)
