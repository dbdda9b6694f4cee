"""An encoder that fails in the middle of a job, and a GPU that is lost."""

from decimal import Decimal
from typing import Any

import pytest

from server.jobs.model.job import Status
from server.protocol.tasks import DrawSegment, Mux
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import GPU, SOFTWARE, OpenRig

HEVC: dict[str, Any] = {
    **GPU,
    "encoders": {**GPU["encoders"], "hevc_nvenc": {"ok": True}, "x265": {"ok": True}},
}
LOST = {**SOFTWARE, "gl": {"ok": False, "error": "no device"}}


async def test_every_segment_is_encoded_again_with_the_fallback(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    assert call.encoder == "nvenc"
    call.finish()
    (call,) = await rig.workers.next("draw_segment")
    call.fail("encoder_failed")
    await until(lambda: rig.workers.waiting("draw_segment"))
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    calls = rig.workers.given("draw_segment")
    assert [(call.first, call.encoder) for call in calls] == [
        (0, "nvenc"),
        (30, "nvenc"),
        (0, "x264"),
        (30, "x264"),
        (60, "x264"),
    ]
    assert (job.status, job.encoder, job.encoder_fallback) == (Status.COMPLETED, "x264", "nvenc")
    assert job.report is not None
    assert job.report["encoderFallback"] == "nvenc"
    assert job.report["seconds"]["render"] == 1.5, "only the segments of the video count"


async def test_no_slot_takes_the_job_while_its_segments_are_replaced(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=3, machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", frames=150))
    await rig.start()
    first, *others = await rig.workers.next("draw_segment", 3)
    given = len(rig.workers.given("draw_segment"))
    delete, seen = rig.store.tasks.delete, []

    async def delete_slowly(job_id: str, prefix: str) -> None:
        for _ in range(3):
            rig.dispatcher.wake()
            await rig.store.jobs.next_queued()
        seen.append((len(rig.workers.given("draw_segment")), rig.active("one").active_slots))
        await delete(job_id, prefix)

    rig.store.tasks.delete = delete_slowly  # type: ignore[method-assign]
    first.fail("encoder_failed")
    calls = await rig.workers.next("draw_segment", 3)
    assert seen == [(given, 1)]
    assert all(call.is_cancelled for call in others)
    assert {call.encoder for call in calls} == {"x264"}
    assert sorted(call.first for call in calls) == [0, 30, 60]
    rig.workers.release("draw_segment")
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_two_slots_whose_encoder_fails_at_once_fall_back_once(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2, machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    for call in await rig.workers.next("draw_segment", 2):
        call.fail("encoder_stalled")
    await rig.workers.next("draw_segment", 2)
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    assert (job.status, job.encoder) == (Status.COMPLETED, "x264")
    encoders = [call.encoder for call in rig.workers.given("draw_segment")]
    assert encoders == ["nvenc"] * 2 + ["x264"] * 3


async def test_the_fallback_has_three_attempts_and_no_fallback(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.fail("draw_segment", *["encoder_failed"] * 4)
    await rig.submit(make_job("one"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.status, job.error_code, job.encoder) == (Status.FAILED, "encoder_failed", "x264")
    assert [call.encoder for call in rig.workers.given("draw_segment")] == ["nvenc", *["x264"] * 3]


async def test_a_required_encoder_is_not_replaced(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(machine=GPU, encoder="nvenc")
    rig.workers.fail("draw_segment", *["encoder_failed"] * 3)
    await rig.submit(make_job("one"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.error_code, job.encoder, job.attempt) == ("encoder_failed", "nvenc", 3)


@pytest.mark.parametrize("encoder", ["auto", "nvenc"])
async def test_a_codec_has_its_own_encoder_and_fallback(
    open_rig: OpenRig, make_job: MakeJob, encoder: str
) -> None:
    rig = open_rig(machine=HEVC, encoder=encoder)
    rig.workers.fail("draw_segment", "encoder_failed")
    await rig.submit(make_job("one", frames=30, codec="hevc", quality="draft"))
    await rig.start()
    job = await rig.ended("one")
    tasks = [call.task for call in rig.workers.given("draw_segment")]
    assert [(task.encoder, task.quality) for task in tasks if isinstance(task, DrawSegment)] == [
        ("hevc_nvenc", "draft"),
        ("x265", "draft"),
    ]
    assert [
        call.task.encoder for call in rig.workers.given("mux") if isinstance(call.task, Mux)
    ] == ["x265"]
    assert (job.status, job.encoder_fallback) == (Status.COMPLETED, "hevc_nvenc")


async def test_a_job_whose_codec_is_not_offered_any_more_fails(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    await rig.submit(make_job("one", codec="hevc"), make_job("two"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.status, job.error_code) == (Status.FAILED, "encoder_failed")
    assert not rig.folder("one").exists()
    assert (await rig.ended("two")).status is Status.COMPLETED


async def test_the_encoder_of_the_audio_does_not_replace_that_of_the_video(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.fail("encode_audio", "encoder_failed", "encoder_failed")
    await rig.submit(make_job("one"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.status, job.encoder) == (Status.COMPLETED, "nvenc")
    assert rig.segments("one") == [0, 30, 60]
    assert len(rig.workers.given("encode_audio")) == 3


@pytest.mark.fault("G14")
async def test_a_job_waits_while_its_gpu_is_lost(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    call.finish()
    (call,) = await rig.workers.next("draw_segment")
    rig.workers.machine = LOST
    call.fail("gpu_unavailable")
    await rig.all_free()
    for _ in range(3):
        rig.dispatcher.wake()
        await rig.store.jobs.next_queued()
    assert rig.segments("one") == [0, 30]
    job = await rig.job("one")
    assert (job.status, job.attempt) == (Status.PROCESSING, 1)
    rig.workers.machine = GPU
    rig.workers.release("draw_segment")
    rig.dispatcher.wake()
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)
    assert rig.segments("one") == [0, 30, 30, 60]


async def test_a_failure_with_the_gpu_present_counts(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.fail("draw_segment", *["worker_crashed"] * 3)
    await rig.submit(make_job("one"))
    await rig.start()
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.FAILED, 3)


async def test_a_job_that_is_resumed_on_another_machine_begins_again(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    call.finish()
    await rig.workers.next("draw_segment")
    await rig.close()
    rig = open_rig(machine=SOFTWARE, segment_sec=Decimal(1))
    await rig.start()
    job = await rig.ended("one")
    assert (job.renderer, job.encoder, job.software) == ("llvmpipe", "x264", True)
    assert rig.segments("one") == [0, 30, 60]
