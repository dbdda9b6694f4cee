"""Attempts of tasks, and errors that another attempt would only repeat."""

import pytest

from server.jobs.model.job import Status
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import Rig

NAMES = ["analyse", "limit_flashes", "encode_audio", "draw_segment", "mux"]


@pytest.mark.fault("F03")
@pytest.mark.parametrize("name", NAMES)
async def test_a_task_may_fail_twice(rig: Rig, make_job: MakeJob, name: str) -> None:
    rig.workers.fail(name, "worker_crashed", "render_stalled")
    await rig.submit(make_job("one", frames=30))
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 3)
    assert len(rig.workers.given(name)) == 3


@pytest.mark.fault("H10")
@pytest.mark.parametrize("name", NAMES)
async def test_a_task_that_fails_three_times_fails_its_job(
    rig: Rig, make_job: MakeJob, name: str
) -> None:
    rig.workers.fail(name, *["worker_crashed"] * 3)
    await rig.submit(make_job("one", frames=30), make_job("two", frames=30, audio="d" * 64))
    job = await rig.ended("one")
    assert (job.status, job.error_code, job.attempt) == (Status.FAILED, "worker_crashed", 3)
    assert job.finished_at is not None
    assert job.report is not None
    assert job.report["renderer"] == "llvmpipe"
    assert not rig.folder("one").exists()
    assert not rig.data.features_folder(job.spec).exists()
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert len(rig.workers.given(name)) == 4


@pytest.mark.parametrize("code", ["shader_compile_failed", "render_timeout"])
async def test_some_errors_are_not_retried(rig: Rig, make_job: MakeJob, code: str) -> None:
    rig.workers.fail("draw_segment", code)
    await rig.submit(make_job("one"))
    job = await rig.ended("one")
    assert (job.status, job.error_code, job.attempt) == (Status.FAILED, code, 1)
    assert rig.segments("one") == [0]


async def test_an_error_about_a_file_is_not_the_code_of_a_job(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.fail("analyse", *["undecodable_audio"] * 3)
    await rig.submit(make_job("one"))
    assert (await rig.ended("one")).error_code == "render_failed"


async def test_failures_of_each_segment_count_separately(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", frames=60))
    for first in (0, 0, 0, 30, 30, 30):
        (call,) = await rig.workers.next("draw_segment")
        assert call.first == first
        if rig.segments("one").count(first) < 3:
            call.fail("worker_crashed")
        else:
            call.finish()
    assert (await rig.ended("one")).status is Status.COMPLETED


@pytest.mark.fault("F11")
async def test_a_job_whose_slot_time_is_used_up_fails(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    (call,) = await rig.workers.next("draw_segment")
    rig.active("one").clock.spent_s = 4000.0
    call.finish()
    job = await rig.ended("one")
    assert (job.status, job.error_code) == (Status.FAILED, "render_timeout")
    assert rig.segments("one") == [0]


async def test_audio_that_fails_ends_the_segments_of_its_job(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("draw_segment", "encode_audio")
    await rig.submit(make_job("one"))
    (segment,) = await rig.workers.next("draw_segment")
    for _ in range(3):
        (audio,) = await rig.workers.next("encode_audio")
        audio.fail("encoder_failed")
    job = await rig.ended("one")
    assert (job.status, job.error_code) == (Status.FAILED, "encoder_failed")
    assert segment.is_cancelled
    await rig.all_free()


async def test_audio_that_fails_while_the_end_waits_for_it_fails_the_job(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.hold("encode_audio")
    await rig.submit(make_job("one", frames=30))
    await rig.workers.next("encode_audio")
    await rig.all_free()
    for _ in range(3):
        (audio,) = await rig.workers.next("encode_audio")
        assert rig.active("one").completion_task is not None
        audio.fail("encoder_failed")
    assert (await rig.ended("one")).error_code == "encoder_failed"
    assert not rig.workers.given("mux")


@pytest.mark.fault("H13")
async def test_an_error_of_the_server_fails_the_job_and_no_other(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_arguments: object) -> None:
        raise ValueError("oops")

    with monkeypatch.context() as patch:
        patch.setattr("server.jobs.scheduling.plan.split", crash)
        await rig.submit(make_job("one"))
        job = await rig.ended("one")
    assert (job.status, job.error_code) == (Status.FAILED, "internal")
    assert "job.crashed" in caplog.text
    await rig.submit(make_job("two"))
    assert (await rig.ended("two")).status is Status.COMPLETED
