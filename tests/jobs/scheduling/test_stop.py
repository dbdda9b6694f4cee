"""A dispatcher that is stopped: it leaves its jobs to the next start, unchanged."""

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from server.jobs.model.job import LIVE, Job, Status
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig


def _without_progress(job: Job) -> Job:
    return replace(job, progress=0, frames_done=0, slot_ms=0, version=0)


@pytest.mark.fault("H03")
@pytest.mark.parametrize(
    "name", ["analyse", "limit_flashes", "encode_audio", "draw_segment", "mux"]
)
async def test_a_job_continues_after_its_finished_steps(
    open_rig: OpenRig, make_job: MakeJob, name: str
) -> None:
    rig = open_rig()
    rig.workers.hold(name)
    await rig.submit(make_job("one"), make_job("two"))
    await rig.start()
    (call,) = await rig.workers.next(name)
    if name == "draw_segment":
        call.finish()
        (call,) = await rig.workers.next(name)
        call.report_frames(10)
    if name in ("encode_audio", "mux"):
        await until(lambda: rig.active("one").completion_task)
    before = await rig.job("one")
    await rig.dispatcher.stop()
    assert call.is_cancelled
    after = await rig.job("one")
    assert after.status is Status.PROCESSING
    assert _without_progress(after) == _without_progress(before)
    assert (await rig.job("two")).status in LIVE
    done = {call.task.name for call in rig.workers.calls if not call.is_cancelled}
    await rig.close()

    rig = open_rig()
    await rig.start()
    one, two = await rig.ended("one"), await rig.ended("two")
    assert (one.status, one.attempt) == (Status.COMPLETED, 1)
    assert (two.status, two.attempt) == (Status.COMPLETED, 1)
    again = {call.task.name for call in rig.workers.calls if call.job_id == "one"}
    repeated = {"draw_segment"} | ({"draw_frames"} if name == "analyse" else set())
    assert again & done <= repeated, "of finished tasks, only the other segments run"
    if name == "draw_segment":
        assert after.frames_done == 30
        assert rig.segments("one") == [30, 60]
    if name == "mux":
        assert again == {"mux"}


async def test_a_stop_blames_no_job(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment", "encode_audio")
    await rig.submit(make_job("one"))
    await rig.start()
    await rig.workers.next("draw_segment", 2)
    await rig.workers.next("encode_audio")
    await rig.dispatcher.stop()
    assert await rig.store.tasks.mark_interrupted() == {"one": 0}


@pytest.mark.parametrize("code", [None, "render_timeout"])
async def test_a_stop_waits_for_the_end_of_a_job(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, code: str | None
) -> None:
    """The job is completed, or fails; its features are just being looked up."""
    is_ending = asyncio.Event()

    async def wait(*_arguments: object) -> bool:
        is_ending.set()
        return await asyncio.Future()

    monkeypatch.setattr(rig.store.jobs, "uses_audio", wait)
    rig.workers.fail("draw_segment", *([code] if code else []))
    await rig.submit(make_job("one"))
    await until(is_ending.is_set)
    await rig.dispatcher.stop()
    assert not _tasks()


async def test_a_stop_waits_for_the_files_of_a_failed_job(
    rig: Rig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_ending = threading.Event()

    def discard_slowly(_job_id: str) -> None:
        is_ending.set()
        time.sleep(0.02)

    monkeypatch.setattr(rig.data, "discard_job", discard_slowly)
    rig.workers.fail("draw_segment", "render_timeout")
    await rig.submit(make_job("one"))
    await until(is_ending.is_set)
    await rig.dispatcher.stop()
    assert not _tasks()


def _tasks() -> list[str]:
    """Return the tasks of the dispatcher that are not done."""
    return [text for text in map(repr, asyncio.all_tasks()) if "Dispatcher" in text]


async def test_a_stop_ends_the_pause_after_a_failure(
    open_rig: OpenRig, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.scheduling.dispatcher._BACK_OFF_S", 60.0)
    rig = open_rig()
    transition, refused = rig.store.jobs.transition, asyncio.Event()

    async def refuse(job_id: str, to: Status, **columns: Any) -> Job | None:
        if to is Status.FAILED:
            refused.set()
            raise OSError("by the test")
        return await transition(job_id, to, **columns)

    monkeypatch.setattr(rig.store.jobs, "transition", refuse)
    rig.workers.fail("draw_segment", "render_timeout")
    await rig.submit(make_job("one"))
    await rig.start()
    await until(refused.is_set)
    await rig.close()
    rig = open_rig()
    await rig.start()
    assert (await rig.ended("one")).status is Status.COMPLETED


@pytest.mark.fault("H06")
async def test_a_drain_lets_running_segments_end_and_begins_no_other(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one", frames=90), make_job("two", frames=30))
    await rig.start()
    calls = await rig.workers.next("draw_segment", 2)
    draining = asyncio.create_task(rig.dispatcher.drain(3600))
    await asyncio.sleep(0)
    for call in calls:
        assert not draining.done()
        call.finish()
    await draining
    assert len(rig.workers.given("draw_segment")) == 2
    assert (await rig.job("one")).status is Status.PROCESSING
    assert (await rig.job("two")).status is Status.COMPLETED, "it had only to be muxed"
    await rig.submit(make_job("three"))
    rig.dispatcher.wake()
    await asyncio.sleep(0.01)
    assert (await rig.job("three")).status is Status.QUEUED
    await rig.close()

    rig = open_rig(slots=2)
    await rig.start()
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert (await rig.ended("three")).status is Status.COMPLETED
    assert sorted(rig.segments("one")) == [30, 60], "the finished segment is not drawn again"


async def test_a_drain_ends_in_time(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig()
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    await rig.dispatcher.drain(0.05)
    assert not call.answer.done()
    await rig.dispatcher.stop()
    assert call.is_cancelled
    assert await rig.store.tasks.mark_interrupted() == {"one": 0}
