"""A full disk: the server still starts, deletes and reports its errors, on a real file system."""

import logging
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.model.work.slot_clock import SlotClock
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.progress import Progress
from server.jobs.service import Service
from server.jobs.storage.data_folder import DataFolder, read_address, write_address
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.protocol.results.machine import ProbeReport
from tests.harness.disks import fill, small_disk
from tests.jobs.conftest import MakeJob


@pytest.fixture(autouse=True)
def no_wait_for_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a service start without waiting for a probe."""
    monkeypatch.setattr("server.jobs.service._FIRST_PROBE_S", 0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 12) as disk:
        yield disk


def _service(disk: Path) -> Service:
    return Service(Config(data_dir=disk / "data", max_parallel_exports=0), Library((BUILT_IN,)))


async def _put(service: Service, job: Job, **columns: object) -> None:
    await service.store.jobs.add(job, 99)
    folder = service.data.job_folder(job.id)
    folder.mkdir()
    (folder / "video.mp4").write_bytes(os.urandom(20_000))
    await service.store.jobs.update(job.id, **columns)


def _die(service: Service) -> None:
    """Leave everything as after a SIGKILL: the lock is released, ballast and table remain."""
    service.data.close()


@pytest.mark.slow
@pytest.mark.fault("I03")
async def test_a_restart_works_and_so_does_delete(disk: Path, make_job: MakeJob) -> None:
    first = _service(disk)
    first.data.reserve_ballast()
    await _put(first, make_job("running"), status=Status.PROCESSING)
    await first.store.tasks.start("running", "draw_segment-0")
    await _put(first, make_job("done"), status=Status.COMPLETED, expires_at=now_ms() + 60_000)
    await _put(first, make_job("old"), status=Status.COMPLETED, expires_at=now_ms() - 1)
    fill(disk)
    with pytest.raises(ToqiboxError) as refused:
        await first.store.jobs.add(make_job("new"), 99)
    assert refused.value.code == "storage_full"
    assert (disk / "data" / "ballast").exists()  # a new job does not touch it
    _die(first)

    second = _service(disk)
    try:
        second.machine.report = ProbeReport()
        await second.start()
        assert set(second.dispatcher.active_jobs) == {"running"}
        fill(disk)
        for job_id in ("done", "running"):
            job = await second.cancel(job_id, "r")
            assert job is not None
            assert not second.data.job_folder(job_id).exists()
            fill(disk)
        assert await second.store.jobs.count(Status.CANCELLED) == 1
        assert await second.store.jobs.ids_with_files() == set()
    finally:
        await second.stop()


@pytest.mark.slow
async def test_a_restart_and_a_delete_work_without_reserve(disk: Path, make_job: MakeJob) -> None:
    first = _service(disk)
    await _put(first, make_job("running"), status=Status.PROCESSING)
    await first.store.tasks.start("running", "draw_segment-0")
    await _put(first, make_job("done"), status=Status.COMPLETED, expires_at=now_ms() + 60_000)
    fill(disk)
    _die(first)
    second = _service(disk)
    try:
        second.machine.report = ProbeReport()
        await second.start()
        for job_id in ("done", "running"):
            await second.cancel(job_id, "r")
            fill(disk)
        assert await second.store.jobs.ids_with_files() == set()
    finally:
        await second.stop()


def test_the_table_opens_where_not_even_its_side_files_have_room(disk: Path) -> None:
    data = DataFolder(disk / "data")
    Store(data.database).close()  # SQLite removes them when it is closed
    data.reserve_ballast()
    fill(disk)
    with pytest.raises(RuntimeError, match="cannot be opened"):
        Store(data.database)
    store = Store(data.database, data.release_ballast)
    store.close()
    data.close()


@pytest.mark.fault("I03")
async def test_a_commit_that_fails_leaves_no_transaction_open(
    disk: Path, make_job: MakeJob
) -> None:
    data = DataFolder(disk / "data")
    store = Store(data.database)
    await store.jobs.add(make_job("one"), 99)
    fill(disk)
    for _ in range(3):
        with pytest.raises(DiskFull):
            await store.jobs.update("one", report={"much": "x" * 100_000})
    (disk / "filler").unlink()
    await store.jobs.update("one", progress=7)
    job = await store.jobs.get("one")
    assert job is not None
    assert (job.progress, job.report) == (7, None)
    store.close()
    data.close()


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Limit the files of this process to `size` bytes: a write fails with EFBIG."""
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_another_error_of_the_disk_is_not_a_full_disk(
    tmp_path: Path, make_job: MakeJob
) -> None:
    data = DataFolder(tmp_path / "data")
    store = Store(data.database, data.release_ballast)
    await store.jobs.add(make_job("one"), 99)
    data.reserve_ballast()
    with _largest_file(200_000), pytest.raises(sqlite3.OperationalError) as failed:
        await store.jobs.update("one", report={"much": "x" * 400_000})
    assert failed.value.__notes__ == ["disk I/O error (SQLITE_IOERR_WRITE)"]
    assert (data.root / "ballast").exists()
    await store.jobs.update("one", progress=7)
    store.close()
    data.close()


async def test_progress_that_cannot_be_saved_is_one_line_a_minute(
    disk: Path, make_job: MakeJob, caplog: pytest.LogCaptureFixture
) -> None:
    data = DataFolder(disk / "data")
    store = Store(data.database)
    runs = []
    for name in ("one", "two"):
        job = make_job(name)
        await store.jobs.add(job, 99)
        await store.jobs.update(name, status=Status.PROCESSING)
        run = ActiveJob(job, data.job_folder(name), data.features_folder(job.spec), SlotClock(6.0))
        run.drawing[0] = 45
        runs.append(run)
    fill(disk)
    caplog.set_level(logging.INFO)
    progress = Progress(store)
    for _ in range(3):
        await progress.save(runs)
    lines = [
        r.__dict__["facts"] for r in caplog.records if r.getMessage() == "progress.save_failed"
    ]
    assert [line["jobs"] for line in lines] == [["one", "two"]]
    assert "SQLITE_FULL" in lines[0]["why"]
    (disk / "filler").unlink()
    await progress.save(runs)
    saved = [await store.jobs.get(name) for name in ("one", "two")]
    assert [job.frames_done for job in saved if job] == [45, 45]
    store.close()
    data.close()


def test_a_start_without_any_space_says_that_the_disk_is_full(disk: Path) -> None:
    data = DataFolder(disk / "data")
    Store(data.database).close()
    fill(disk)
    with pytest.raises(RuntimeError, match="the disk of the data folder is full: free some space"):
        Store(data.database)
    data.close()


def test_the_ballast_is_complete_or_missing(disk: Path) -> None:
    data = DataFolder(disk / "data")
    fill(disk)
    data.reserve_ballast()
    assert not (disk / "data" / "ballast").exists()
    assert not data.release_ballast()
    (disk / "filler").unlink()
    data.reserve_ballast()
    held = data.free_mb()
    assert data.release_ballast()
    assert data.free_mb() >= held + 3
    data.close()


def test_an_address_is_written_over_the_one_before(disk: Path) -> None:
    data = DataFolder(disk / "data")
    write_address(data.root, "http://127.0.0.1:31234")
    fill(disk)
    write_address(data.root, "http://127.0.0.1:80")
    assert (data.root / "address").read_text() == "http://127.0.0.1:80\n"
    data.close()
    assert read_address(data.root) is None
