"""A job table that cannot be written, at each write of a job."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from server.jobs.model.job import Job, Status
from server.jobs.store.database.sqlite import DiskFull
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import GPU, OpenRig, Rig

_BACK_OFFS = {"job.finalize_failed", "dispatcher.step_failed", "job.cleanup_failed"}
"""Log events after which the dispatcher waits, or has nothing more to write."""


class _FullDisk:
    """Errors of the writes from a number on.

    Args:
        first: the number of the first write that fails.
        lasts: returns whether the disk is still full.
        spares_reserve: True lets the writes succeed that may take the reserve.
    """

    def __init__(self, first: int, lasts: Callable[[], bool], *, spares_reserve: bool) -> None:
        self._first = first
        self._lasts = lasts
        self._spares_reserve = spares_reserve
        self.failures = 0

    def __call__(self, number: int, reserve: bool) -> DiskFull | None:
        if number < self._first or (reserve and self._spares_reserve):
            return None
        if self.failures and not self._lasts():
            return None
        self.failures += 1
        return DiskFull("by the test")


async def _run_on_full_disk(rig: Rig, job: Job, disk: _FullDisk) -> Status:
    """Run a job; return its status at the end."""
    await rig.submit(job)
    rig.fail_writes(disk)  # the dispatcher has not seen the job yet
    ended = await rig.ended(job.id)
    await rig.all_free()
    rig.fail_writes(lambda *_: None)
    if ended.status is Status.FAILED:
        assert ended.error_code == "storage_full"
        assert not rig.folder(job.id).exists()
    return ended.status


@pytest.mark.fault("I02", "I03")
@pytest.mark.parametrize("spares_reserve", [True, False])
async def test_a_full_disk_at_any_write_ends_the_job(
    open_rig: OpenRig, make_job: MakeJob, *, spares_reserve: bool
) -> None:
    rig = open_rig(slots=2)
    await rig.start()
    statuses = []
    for first in itertools.count():
        disk = _FullDisk(first, lambda: False, spares_reserve=spares_reserve)
        job = make_job(f"job-{first}", frames=30, audio=f"{first:064}")
        statuses.append(await _run_on_full_disk(rig, job, disk))
        if not disk.failures:
            break
    # Each of five tasks is saved when it starts and when it ends; the rest may take the reserve.
    assert statuses.count(Status.FAILED) >= 10
    assert statuses[-1] is Status.COMPLETED


@pytest.mark.fault("I02")
async def test_a_job_ends_once_a_full_disk_without_reserve_has_space_again(
    open_rig: OpenRig, make_job: MakeJob, caplog: pytest.LogCaptureFixture
) -> None:
    def is_noticed() -> bool:
        messages = {record.getMessage() for record in list(caplog.records)}
        return bool(messages & _BACK_OFFS)

    rig = open_rig(slots=2)
    await rig.start()
    for first in itertools.count():
        disk = _FullDisk(first, lambda: not is_noticed(), spares_reserve=False)
        job = make_job(f"job-{first}", frames=30, audio=f"{first:064}")
        caplog.clear()
        await _run_on_full_disk(rig, job, disk)
        assert "job.crashed" not in caplog.text
        assert not [r for r in caplog.records if "finalize" in r.getMessage() and r.exc_info]
        if not disk.failures:
            break
    assert first > 10


async def _refuse(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, *statuses: Status, times: int = 1
) -> list[Status]:
    """Let the next transitions to `statuses` fail `times` times each; return a list of them."""
    transition = rig.store.jobs.transition
    refused: list[Status] = []

    async def refuse(job_id: str, to: Status, **columns: Any) -> Job | None:
        if to in statuses and refused.count(to) < times:
            refused.append(to)
            raise OSError("by the test")
        return await transition(job_id, to, **columns)

    monkeypatch.setattr(rig.store.jobs, "transition", refuse)
    return refused


async def test_a_failure_that_cannot_be_written_is_written_later(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await _refuse(rig, monkeypatch, Status.FAILED, times=2)
    rig.workers.fail("draw_segment", *["worker_crashed"] * 5)
    await rig.submit(make_job("one"))
    job = await rig.ended("one")
    assert refused == [Status.FAILED] * 2
    assert (job.status, job.error_code) == (Status.FAILED, "worker_crashed")
    assert rig.segments("one") == [0] * 5


@pytest.mark.fault("L03")
async def test_a_video_that_cannot_be_published_is_joined_again(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await _refuse(rig, monkeypatch, Status.COMPLETED, Status.FAILED)
    await rig.submit(make_job("one"))
    job = await rig.ended("one")
    assert refused == [Status.COMPLETED, Status.FAILED]
    assert job.status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60]
    assert len(rig.workers.given("mux")) == 2
    assert len(rig.workers.given("encode_audio")) == 1


async def test_a_segment_that_cannot_be_failed_leaves_the_audio_running(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await _refuse(rig, monkeypatch, Status.FAILED)
    rig.workers.hold("encode_audio")
    rig.workers.fail("draw_segment", *["worker_crashed"] * 3)
    await rig.submit(make_job("one"))
    (audio,) = await rig.workers.next("encode_audio")
    await until(lambda: len(rig.segments("one")) == 5)
    assert refused
    assert rig.workers.given("encode_audio") == [audio]
    assert not audio.is_cancelled
    rig.workers.release("encode_audio")
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_audio_that_cannot_be_failed_is_encoded_again_before_the_end(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The completion waits for the audio: a mux without it would cost an attempt."""
    refused = await _refuse(rig, monkeypatch, Status.FAILED)
    rig.workers.hold("encode_audio")
    await rig.submit(make_job("one"))
    for _ in range(3):
        (audio,) = await rig.workers.next("encode_audio")
        await until(lambda: rig.active("one").completion_task)
        audio.fail("encoder_failed")
    await until(lambda: len(rig.workers.given("encode_audio")) == 4)
    assert refused
    assert not rig.workers.given("mux")
    rig.workers.release("encode_audio")
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert len(rig.workers.given("mux")) == 1
    assert rig.segments("one") == [0, 30, 60]


@pytest.mark.parametrize("name", ["delete", "update"])
async def test_an_encoder_is_replaced_once_the_table_can_be_written(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    rig = open_rig(slots=2, machine=GPU)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    await rig.workers.next("draw_segment", 2)
    aggregate = rig.store.tasks if name == "delete" else rig.store.jobs
    write, errors = getattr(aggregate, name), [OSError("by the test")]

    async def fail_once(*arguments: Any, **columns: Any) -> Any:
        if errors:
            raise errors.pop()
        return await write(*arguments, **columns)

    monkeypatch.setattr(aggregate, name, fail_once)
    rig.workers.waiting("draw_segment")[0].fail("encoder_failed")
    await until(lambda: not errors and rig.workers.waiting("draw_segment"))
    assert not rig.active("one").is_paused
    for call in rig.workers.waiting("draw_segment"):
        call.fail("encoder_failed")
    await until(lambda: any(call.encoder == "x264" for call in rig.workers.waiting("draw_segment")))
    rig.workers.release("draw_segment")
    job = await rig.ended("one")
    assert (job.status, job.encoder, job.encoder_fallback) == (Status.COMPLETED, "x264", "nvenc")
    drawn = [call.first for call in rig.workers.given("draw_segment") if call.encoder == "x264"]
    assert sorted(drawn) == [0, 30, 60]


async def test_costs_that_cannot_be_written_do_not_undo_a_video(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_arguments: object) -> None:
        raise DiskFull("by the test")

    monkeypatch.setattr(rig.store.costs, "record", fail)
    await rig.submit(make_job("one"))
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert (rig.folder("one") / "video.mp4").exists()
    assert "job.cleanup_failed" in caplog.text
    assert "job.crashed" not in caplog.text
