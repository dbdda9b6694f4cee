"""The order of work, and slots that share a job."""

from decimal import Decimal

import pytest

from server.jobs.model.job import Stage, Status
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig

SEGMENT, OPENING = "draw_segment", "draw_frames"


@pytest.mark.fault("H11")
async def test_a_job_runs_through_its_steps(rig: Rig, make_job: MakeJob) -> None:
    await rig.submit(make_job("one"))
    job = await rig.ended("one")
    assert (job.status, job.progress, job.frames_done, job.attempt) == (
        Status.COMPLETED,
        100,
        90,
        1,
    )
    names = [call.task.name for call in rig.workers.calls]
    alongside = ("encode_audio", OPENING)
    assert [name for name in names if name not in alongside] == [
        "analyse",
        SEGMENT,
        SEGMENT,
        SEGMENT,
        "limit_flashes",
        "mux",
    ]
    assert [names.count(name) for name in alongside] == [1, 1]
    assert rig.segments("one") == [0, 30, 60]
    assert job.report is not None
    assert job.report["seconds"]["render"] == 1.5
    assert job.report["encoder"] == "x264"
    assert sorted(path.name for path in rig.folder("one").iterdir()) == ["poster.jpg", "video.mp4"]
    assert not rig.data.features_folder(job.spec).exists()
    assert rig.slots[0].job_id is None, "its worker must have ended"


@pytest.mark.fault("J07")
async def test_jobs_are_taken_in_the_order_of_their_turn(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("first", queue_key=1, frames=30))
    await rig.workers.next(SEGMENT)
    await rig.submit(
        make_job("old free", queue_key=100 + 600, frames=30),
        make_job("new free", queue_key=400 + 600, frames=30),
        make_job("premium", queue_key=800, frames=30),
    )
    rig.workers.release(SEGMENT)
    for job_id in ("first", "old free", "premium", "new free"):
        await rig.ended(job_id)
    order = [call.job_id for call in rig.workers.given(SEGMENT)]
    assert order == ["first", "old free", "premium", "new free"]


async def test_a_job_with_an_earlier_turn_waits_for_the_segment_that_is_drawn_alone(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("free", queue_key=700))
    (drawn,) = await rig.workers.next(SEGMENT)
    await rig.submit(make_job("premium", queue_key=100))
    rig.workers.release(SEGMENT)
    await rig.ended("premium")
    await rig.ended("free")
    order = [call.job_id for call in rig.workers.given(SEGMENT)]
    assert order == ["free", *["premium"] * 3, "free", "free"]
    assert not drawn.is_cancelled


async def test_a_free_slot_begins_a_job_before_it_joins_one(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("one"), make_job("two"))
    await rig.start()
    calls = await rig.workers.next(SEGMENT, 2)
    assert {call.job_id for call in calls} == {"one", "two"}
    assert {call.slot for call in calls} == {0, 1}
    rig.workers.release(SEGMENT)
    await rig.ended("one")
    await rig.ended("two")


async def test_a_slot_of_a_job_that_two_draw_goes_to_the_next_job(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("one", frames=150))
    await rig.start()
    first, _ = await rig.workers.next(SEGMENT, 2)
    await rig.submit(make_job("two"))
    first.finish()
    calls = await rig.workers.next(SEGMENT, 2)
    assert [call.job_id for call in calls] == ["one", "two"]
    rig.workers.release(SEGMENT)
    await rig.ended("one")
    await rig.ended("two")


async def test_a_second_slot_joins_a_job_whose_segments_wait(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("one"))
    await rig.start()
    first, second = await rig.workers.next(SEGMENT, 2)
    assert (first.first, second.first) == (0, 30)
    assert {first.slot, second.slot} == {0, 1}
    assert rig.active("one").active_slots == 2
    rig.workers.release(SEGMENT)
    job = await rig.ended("one")
    assert job.status is Status.COMPLETED
    assert sorted(rig.segments("one")) == [0, 30, 60]


async def test_a_second_slot_does_not_join_a_sequential_job(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold(SEGMENT)
    await rig.submit(make_job("one", sequential=True))
    await rig.start()
    for first in (0, 30, 60):
        (call,) = await rig.workers.next(SEGMENT)
        for _ in range(3):  # another slot looks for work
            rig.dispatcher.wake()
            await rig.store.jobs.next_queued()
        assert [other.first for other in rig.workers.waiting(SEGMENT)] == [first]
        states = [path for path in call.task.inputs() if path.suffix == ".state"]
        assert len(states) == (first > 0)
        call.finish()
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_jobs_with_the_same_audio_share_its_analysis(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("analyse", "mux")
    await rig.submit(make_job("one"), make_job("two"))
    await rig.start()
    await rig.workers.next("analyse")
    await until(lambda: len(rig.dispatcher.active_jobs) == 2)
    rig.workers.release("analyse")
    first, second = await rig.workers.next("mux", 2)
    assert len(rig.workers.given("analyse")) == 1
    features = rig.data.features_folder((await rig.job("one")).spec)
    first.finish()
    await rig.ended(first.job_id)
    assert features.exists(), "the other job needs it"
    second.finish()
    await rig.ended(second.job_id)
    assert not features.exists()


async def test_the_stages_of_a_job_follow_its_steps(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("analyse", SEGMENT, "mux")
    await rig.submit(make_job("one"))
    for name, stage in (
        ("analyse", Stage.ANALYSING),
        (SEGMENT, Stage.RENDERING),
        ("mux", Stage.JOINING),
    ):
        await rig.workers.next(name)
        assert (await rig.job("one")).stage is stage
        rig.workers.release(name)
    await rig.ended("one")


async def test_without_slots_jobs_wait(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(slots=0)
    await rig.start()
    await rig.submit(make_job("one"))
    rig.dispatcher.wake()
    await rig.store.jobs.next_queued()
    assert rig.dispatcher.active_jobs == {}
    assert (await rig.job("one")).status is Status.QUEUED


async def test_a_short_job_is_cut_for_all_slots(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(slots=2, segment_sec=Decimal(10))
    rig.workers.hold(SEGMENT)
    await rig.start()
    await rig.submit(make_job("one", frames=240))
    calls = await rig.workers.next(SEGMENT, 2)
    assert [(call.first, call.job_id) for call in calls] == [(0, "one"), (120, "one")]
    rig.workers.release(SEGMENT)
    await rig.ended("one")


async def test_a_job_stays_divided_as_it_began(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.process.processors.available", lambda: 8)
    rig = open_rig(slots=2, segment_sec=Decimal(10))
    rig.workers.hold(SEGMENT)
    await rig.start()
    await rig.submit(make_job("one", frames=240), make_job("sequential", sequential=True))
    # Both are analysed at the same time, so either may be the first.
    (segment,) = [
        call
        for call in await rig.workers.next(SEGMENT, 2)
        if call.job_id == rig.active("one").job.id
    ]
    segment.finish()
    await until(lambda: rig.active("one").finished)
    await rig.close()

    rig = open_rig(slots=1, segment_sec=Decimal(1))
    await rig.start()
    one, _ = await rig.ended("one"), await rig.ended("sequential")
    assert rig.segments("one") == [120]
    assert (one.segment_frames, one.threads) == (120, 4)


@pytest.mark.parametrize(("others", "threads"), [(0, 8), (1, 4)])
async def test_a_job_that_uses_one_slot_has_the_idle_processors(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, others: int, threads: int
) -> None:
    monkeypatch.setattr("server.process.processors.available", lambda: 8)
    rig = open_rig(slots=2)
    jobs = [make_job(f"other {number}") for number in range(others)]
    await rig.submit(make_job("one", sequential=True), *jobs)
    await rig.start()
    assert (await rig.ended("one")).threads == threads
    for job in jobs:
        await rig.ended(job.id)
