"""Files of a job that are damaged on disk: only the tasks that wrote them run again."""

import pytest

from server.jobs.model.job import Stage, Status
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig


async def test_a_damaged_segment_alone_is_drawn_again(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("mux")
    await rig.submit(make_job("one"))
    (mux,) = await rig.workers.next("mux")
    damaged = rig.active("one").segments[1].path(rig.folder("one"))
    mux.fail("render_failed", [damaged])
    rig.workers.hold("draw_segment")
    await rig.workers.next("draw_segment")
    assert not damaged.exists()
    assert (await rig.job("one")).stage is Stage.RENDERING
    rig.workers.release("draw_segment", "mux")
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 2)
    assert rig.segments("one") == [0, 30, 60, 30]
    assert [
        len(rig.workers.given(name)) for name in ("analyse", "limit_flashes", "encode_audio")
    ] == [1, 1, 1]
    assert len(rig.workers.given("mux")) == 2


async def test_damaged_audio_alone_is_encoded_again(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("mux")
    await rig.submit(make_job("one"))
    (mux,) = await rig.workers.next("mux")
    mux.fail("render_failed", [rig.folder("one") / "sound.m4a"])
    rig.workers.release("mux")
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60]
    assert len(rig.workers.given("encode_audio")) == 2


async def test_a_damaged_state_has_its_segment_drawn_before_the_next(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", sequential=True))
    (call,) = await rig.workers.next("draw_segment")
    call.finish()
    (call,) = await rig.workers.next("draw_segment")
    call.fail("render_failed", [path for path in call.task.inputs() if path.suffix == ".state"])
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 0, 30, 60]


async def test_damaged_features_are_computed_again_by_both_slots_together(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    first, second = await rig.workers.next("draw_segment", 2)
    first.finish()
    (third,) = [call for call in await rig.workers.next("draw_segment", 2) if call is not second]
    rig.workers.hold("analyse")
    spectra = rig.active("one").features / "spectra.npy"
    for call in (second, third):
        call.fail("render_failed", [spectra])
    (analyse,) = await rig.workers.next("analyse")
    assert not rig.workers.waiting("draw_segment")
    assert not rig.active("one").is_split
    analyse.finish()
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert sorted(rig.segments("one")) == [0, 30, 30, 60, 60], "the first is on disk"
    assert len(rig.workers.given("analyse")) == 2


async def test_the_other_slot_is_stopped_while_features_are_damaged(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    first, second = await rig.workers.next("draw_segment", 2)
    first.fail("render_failed", [rig.active("one").features / "track.npz"])
    await rig.workers.next("draw_segment", 2)
    assert second.is_cancelled
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).status is Status.COMPLETED


@pytest.mark.fault("I07")
async def test_repeated_damage_fails_the_job(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("mux")
    await rig.submit(make_job("one"))
    for _ in range(3):
        (mux,) = await rig.workers.next("mux")
        mux.fail("render_failed", [rig.active("one").segments[0].path(rig.folder("one"))])
    job = await rig.ended("one")
    assert (job.status, job.error_code, job.attempt) == (Status.FAILED, "render_failed", 3)
    assert rig.segments("one") == [0, 30, 60, 0, 0]
