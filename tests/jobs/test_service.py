"""Descriptions of jobs for clients, from the table and from memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import Library
from server.jobs.model.job import Status
from server.jobs.model.work.slot_clock import SlotClock
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.plan import Segment
from server.jobs.service import Service
from tests.jobs.conftest import MakeJob


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    service = Service(Config(data_dir=tmp_path), Library(()))
    yield service
    await service.stop()


async def test_a_description_is_of_one_moment(service: Service, make_job: MakeJob) -> None:
    """The description is current even if the row of the caller is not."""
    first, second = make_job(), make_job()
    for job in (first, second):
        await service.store.jobs.add(job, 99)
    shown = await service.describe(second, "en")
    assert (shown["status"], shown["queuePosition"]) == ("queued", 2)
    await service.store.jobs.transition(second.id, Status.PROCESSING, frames_done=9, progress=9)
    shown = await service.describe(second, "en")
    assert (shown["status"], shown["queuePosition"]) == ("processing", None)
    assert (shown["frames"]["done"], shown["progress"]) == (9, 9)
    accepted = await service.describe(second, "en", as_accepted=True)
    assert (accepted["status"], accepted["queuePosition"]) == ("queued", 2)
    assert accepted["frames"]["done"] == 0
    await service.store.jobs.transition(first.id, Status.CANCELLED)
    assert (await service.describe(first, "en"))["status"] == "cancelled"


async def test_frames_and_progress_of_a_processing_job_agree(
    service: Service, make_job: MakeJob, tmp_path: Path
) -> None:
    job = make_job()
    await service.store.jobs.add(job, 99)
    active = ActiveJob(job, tmp_path, tmp_path, SlotClock())
    active.set_segments([Segment(0, 0, 90, "key")])
    active.drawing[0] = 45
    service.dispatcher.active_jobs[job.id] = active
    shown = await service.describe(job, "en")
    assert (shown["status"], shown["frames"]["done"], shown["progress"]) == ("queued", 0, 0)
    await service.store.jobs.transition(job.id, Status.PROCESSING)
    shown = await service.describe(job, "en")
    assert (shown["frames"]["done"], shown["progress"]) == (45, active.percent_done)
    assert 0 < shown["progress"] < 99


async def test_there_is_an_estimate_before_any_job_has_finished(
    service: Service, make_job: MakeJob, tmp_path: Path
) -> None:
    first, second = make_job(), make_job()
    for job in (first, second):
        await service.store.jobs.add(job, 99)
    alone, behind = [(await service.describe(job, "en"))["etaSeconds"] for job in (first, second)]
    assert 1 <= alone <= behind
    service.dispatcher.active_jobs[first.id] = ActiveJob(first, tmp_path, tmp_path, SlotClock())
    await service.store.jobs.transition(first.id, Status.PROCESSING)
    assert (await service.describe(first, "en"))["etaSeconds"] >= 1
    await service.store.jobs.transition(first.id, Status.CANCELLED)
    assert (await service.describe(first, "en"))["etaSeconds"] is None


async def test_a_server_is_busy_while_a_client_waits_for_a_worker(
    service: Service, make_job: MakeJob, tmp_path: Path
) -> None:
    parts = (service.upload_intake, service.cuts, service.validations.custom)
    for part in parts:
        assert not service.is_busy()
        async with part._queue.acquire():
            assert service.is_busy(), type(part).__name__
    service.intake._accepting = 1
    assert service.is_busy()
    service.intake._accepting = 0
    job = make_job()
    service.dispatcher.active_jobs[job.id] = ActiveJob(job, tmp_path, tmp_path, SlotClock())
    assert service.is_busy()
    del service.dispatcher.active_jobs[job.id]
    assert not service.is_busy()


async def test_the_work_before_a_job_names_the_whole_chain(
    service: Service, make_job: MakeJob
) -> None:
    effects = make_job().spec.effects * 2
    first, second = make_job(effects=effects), make_job()
    for job in (first, second):
        await service.store.jobs.add(job, 99)
    snapshot = await service.store.jobs.snapshot(second.id)
    assert snapshot is not None
    assert snapshot.queue.count_ahead(second) == 1
    assert snapshot.queue.workloads == [first.spec.workload, second.spec.workload]
    assert snapshot.queue.workloads[0].effect == "breathe+breathe"


@pytest.mark.parametrize("is_drawn", [True, False])
async def test_thumbnails_are_drawn_in_advance_unless_a_setting_forbids_it(
    tmp_path: Path, *, is_drawn: bool
) -> None:
    service = Service(Config(data_dir=tmp_path, idle_thumbnails=is_drawn), Library(()))
    try:
        service.watch_effects()
        watchers = (service.validations._watcher, service.thumbnails._watcher)
        assert [watcher is not None for watcher in watchers] == [True, is_drawn]
    finally:
        await service.stop()
