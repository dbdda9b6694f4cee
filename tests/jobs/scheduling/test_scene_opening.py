"""Scenes that are opened while their track is analysed."""

import asyncio
from dataclasses import replace

import pytest

from server.jobs.model.job import Status
from server.protocol import file_names
from server.protocol.tasks import DrawFrames, DrawSegment
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import OpenRig, Rig

SEGMENT, OPENING = "draw_segment", "draw_frames"


async def test_the_scene_is_opened_while_the_track_is_analysed(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("analyse", OPENING, SEGMENT)
    await rig.submit(make_job("one", frames=30))
    (analysis,) = await rig.workers.next("analyse")
    (opening,) = await rig.workers.next(OPENING)
    assert rig.data.features_folder((await rig.job("one")).spec).is_dir()
    assert opening.slot == 0
    analysis.finish()
    await asyncio.sleep(0.01)
    assert not rig.workers.given(SEGMENT), "its worker is busy"
    opening.finish()
    (segment,) = await rig.workers.next(SEGMENT)
    assert isinstance(opening.task, DrawFrames)
    assert isinstance(segment.task, DrawSegment)
    assert opening.task.scene == segment.task.scene
    assert not opening.task.frames
    segment.finish()
    rig.workers.release(OPENING)
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_scene_that_is_being_opened_holds_back_no_other_job_of_the_track(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("analyse", OPENING, SEGMENT)
    await rig.submit(make_job("one", frames=30), make_job("two", frames=30))
    await rig.start()
    (analysis,) = await rig.workers.next("analyse")
    (opening,) = await rig.workers.next(OPENING)
    await until(lambda: len(rig.dispatcher.active_jobs) == 2)
    analysis.finish()
    (segment,) = await rig.workers.next(SEGMENT)
    assert {opening.job_id, segment.job_id} == {"one", "two"}
    rig.workers.release(OPENING, SEGMENT)
    for job_id in ("one", "two"):
        assert (await rig.ended(job_id)).status is Status.COMPLETED


@pytest.mark.parametrize("code", ["worker_crashed", "shader_compile_failed", "render_stalled"])
async def test_a_scene_that_cannot_be_opened_early_is_no_attempt(
    rig: Rig, make_job: MakeJob, code: str
) -> None:
    rig.workers.fail(OPENING, code)
    await rig.submit(make_job("one", frames=30))
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)


async def test_a_failed_analysis_ends_the_opening_of_the_scene(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("analyse", OPENING)
    await rig.submit(make_job("one", frames=30))
    await rig.workers.next(OPENING)
    for _ in range(3):
        (analysis,) = await rig.workers.next("analyse")
        analysis.fail("worker_crashed")
        await until(analysis.answer.done)
    assert (await rig.ended("one")).status is Status.FAILED
    assert [call.is_cancelled for call in rig.workers.given(OPENING)] == [True]


@pytest.mark.parametrize("why", ["custom", "analysed"])
async def test_a_scene_is_not_opened_early(rig: Rig, make_job: MakeJob, why: str) -> None:
    """A source of a client may hang, and is drawn once; without an analysis nothing is gained."""
    job = make_job("one", frames=30)
    if why == "custom":
        effects = tuple(replace(effect, custom=True) for effect in job.spec.effects)
        job = replace(job, spec=replace(job.spec, effects=effects))
    else:
        folder = rig.data.features_folder(job.spec)
        folder.mkdir()
        for name in (file_names.SPECTRA, file_names.LEVELS, file_names.TRACK):
            for path in file_names.sealed(folder / name):
                path.touch()
    await rig.submit(job)
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert not rig.workers.given(OPENING)
