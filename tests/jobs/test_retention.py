import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import Library
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.retention import purge
from server.jobs.service import Service
from server.jobs.storage.data_folder import (
    FEATURES_VERSION,
    DataFolder,
    DataFolderError,
    new_id,
    read_address,
    write_address,
)
from server.jobs.store.store import Store
from tests.harness.slots import until
from tests.jobs.conftest import MakeJob


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    data = DataFolder(tmp_path / "data")
    yield data
    data.close()


async def _on_disk(store: Store, data: DataFolder, job: Job, *names: str) -> Path:
    await store.jobs.add(job, 99)
    folder = data.job_folder(job.id)
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    return folder


def _with_an_old_table(data: DataFolder) -> Store:
    """Open a table that existed before this start."""
    Store(data.database).close()
    return Store(data.database)


async def test_with_a_new_database_nothing_is_lost(
    data: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    for name, file in (("done", "video.mp4"), ("waiting", "sound.wav")):
        (data.jobs / name).mkdir()
        (data.jobs / name / file).write_text(name)
    store = Store(data.database)
    caplog.set_level(logging.INFO)
    await purge(store, data, at_start=True)
    assert not list(data.jobs.iterdir())
    assert (data.unknown / "done" / "video.mp4").read_text() == "done"
    assert (data.unknown / "waiting" / "sound.wav").read_text() == "waiting"
    facts = next(
        r.__dict__["facts"] for r in caplog.records if r.getMessage() == "jobs.quarantined"
    )
    assert (facts["count"], sorted(facts["jobs"])) == (2, ["done", "waiting"])
    (data.jobs / "done").mkdir()
    (data.jobs / "done" / "video.mp4").write_text("another")
    await purge(store, data, at_start=True)
    assert (data.unknown / "done" / "video.mp4").read_text() == "done"
    assert (data.unknown / "done-2" / "video.mp4").read_text() == "another"
    store.close()


async def test_a_folder_that_cannot_be_set_aside_stays(
    data: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    store = _with_an_old_table(data)
    caplog.set_level(logging.INFO)
    data.unknown.touch()  # no folder can be made here
    for name, file in (("done", "video.mp4"), ("torn", "sound.wav")):
        (data.jobs / name).mkdir()
        (data.jobs / name / file).touch()
    await purge(store, data, at_start=True)
    assert [path.name for path in data.jobs.iterdir()] == ["done"]
    facts = next(
        r.__dict__["facts"] for r in caplog.records if r.getMessage() == "jobs.quarantine_failed"
    )
    assert facts["jobs"] == ["done"]
    assert "File exists" in facts["why"]
    store.close()


@pytest.mark.slow
@pytest.mark.fault("H13")
async def test_a_purge_that_fails_does_not_stop_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.service._FIRST_PROBE_S", 0)
    service = Service(Config(data_dir=tmp_path / "data", max_parallel_exports=0), Library())
    service.data.spool.rmdir()
    try:
        await service.start()
    finally:
        await service.stop()
    assert "purge.failed" in caplog.text


@pytest.mark.fault("L03")
async def test_a_video_that_an_old_copy_of_the_table_does_not_know_is_not_lost(
    data: DataFolder,
) -> None:
    store = _with_an_old_table(data)
    for name, file in (("done", "video.mp4"), ("torn", "sound.wav")):
        (data.jobs / name).mkdir()
        (data.jobs / name / file).touch()
    await purge(store, data, at_start=True)
    assert [path.name for path in data.unknown.iterdir()] == ["done"]
    assert not list(data.jobs.iterdir())
    store.close()


@pytest.mark.fault("I10")
async def test_files_without_a_job_are_removed_at_start(
    data: DataFolder, make_job: MakeJob
) -> None:
    store = _with_an_old_table(data)
    live = await _on_disk(
        store, data, make_job("live"), "sound.wav", "0000-x.mp4", "0001-x.mp4.part"
    )
    done = await _on_disk(store, data, make_job("done"), "video.mp4", "poster.jpg", "sound.wav")
    await store.jobs.update("done", status=Status.COMPLETED, expires_at=now_ms() + 100_000)
    gone = await _on_disk(store, data, make_job("gone"), "sound.wav")
    await store.jobs.update("gone", status=Status.CANCELLED)
    (data.jobs / "nobody").mkdir()
    (data.spool / "upload").mkdir()
    (data.features / f"{'a' * 64}-v{FEATURES_VERSION}").mkdir()
    (data.features / f"{'a' * 64}-174bpm-v{FEATURES_VERSION}").mkdir()
    (data.features / f"{'c' * 64}.npy").touch()
    await purge(store, data, at_start=True)
    assert sorted(path.name for path in live.iterdir()) == ["0000-x.mp4", "sound.wav"]
    assert sorted(path.name for path in done.iterdir()) == ["poster.jpg", "video.mp4"]
    assert not gone.exists()
    assert sorted(path.name for path in data.jobs.iterdir()) == ["done", "live"]
    assert not list(data.spool.iterdir())
    assert [path.name for path in data.features.iterdir()] == [f"{'a' * 64}-v{FEATURES_VERSION}"]
    assert not data.unknown.exists()
    store.close()


async def test_the_hourly_purge_keeps_files_of_running_jobs(
    store: Store, data: DataFolder, make_job: MakeJob
) -> None:
    live = await _on_disk(store, data, make_job("live"), "0001-x.mp4.part")
    fresh, old = data.spool / "fresh", data.spool / "old"
    fresh.mkdir()
    old.mkdir()
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    await purge(store, data, at_start=False)
    assert list(live.iterdir())
    assert fresh.exists()
    assert not old.exists()


@pytest.mark.fault("I09", "K03")
async def test_results_expire_and_rows_stay(
    store: Store, data: DataFolder, make_job: MakeJob
) -> None:
    folder = await _on_disk(store, data, make_job("old"), "video.mp4")
    await store.jobs.update(
        "old", status=Status.COMPLETED, finished_at=now_ms(), expires_at=now_ms() - 1
    )
    await purge(store, data, at_start=False)
    assert not folder.exists()
    job = await store.jobs.get("old")
    assert job is not None
    assert (job.status, job.removed) == (Status.COMPLETED, True)


async def test_rows_are_removed_a_month_later(
    store: Store, data: DataFolder, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("old"), 99)
    month_ago = now_ms() - 31 * 86_400_000
    await store.jobs.update("old", status=Status.FAILED, finished_at=month_ago)
    await purge(store, data, at_start=False)
    assert await store.jobs.get("old") is None


@pytest.mark.fault("H16")
def test_a_second_server_is_refused(data: DataFolder) -> None:
    with pytest.raises(DataFolderError, match="another server is using"):
        DataFolder(data.root)


def test_the_address_is_only_known_while_a_server_uses_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "data"
    assert read_address(root) is None
    code = (
        "import sys; from pathlib import Path\n"
        "from server.jobs.storage.data_folder import DataFolder\n"
        f"data = DataFolder(Path({str(root)!r})); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        write_address(root, "http://127.0.0.1:1")
        assert read_address(root) == "http://127.0.0.1:1"
        holder.kill()
    assert read_address(root) is None


def test_an_unusable_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="DATA_DIR"):
        DataFolder(tmp_path / "file" / "data")


def test_ids_are_unguessable_and_fit_the_routes() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {22}


@pytest.mark.fault("K01")
async def test_a_purge_leaves_what_is_being_accepted(data: DataFolder, make_job: MakeJob) -> None:
    """Even if its folder seems to be old, because the clock was set."""
    store = _with_an_old_table(data)
    reading, accepted = data.new_spool(), data.new_spool()
    job = make_job("new")
    data.in_use.add(job.id)
    data.adopt(accepted, job.id)
    data.release(accepted)
    left = data.spool / "left"
    left.mkdir()
    for folder in (reading, data.job_folder(job.id), left):
        os.utime(folder, (0, 0))
    await purge(store, data, at_start=False)
    assert list(data.spool.iterdir()) == [reading]
    assert data.job_folder(job.id).exists()
    await store.jobs.add(job, 99)
    data.in_use.discard(job.id)
    data.release(reading)
    await purge(store, data, at_start=False)
    assert not list(data.spool.iterdir())
    assert data.job_folder(job.id).exists()
    store.close()


async def test_a_stop_waits_for_a_purge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it would use a table that is closed."""
    monkeypatch.setattr("server.jobs.retention._INTERVAL_S", 0.0)
    service = Service(Config(data_dir=tmp_path), Library(()))
    begun: list[bool] = []
    ends: list[str] = []

    async def purge_slowly(*_: object, at_start: bool) -> None:
        begun.append(at_start)
        try:
            if not at_start:
                await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            await service.store.jobs.known_ids()
            ends.append("at start" if at_start else "later")

    monkeypatch.setattr("server.jobs.retention.purge", purge_slowly)
    monkeypatch.setattr(service.machine, "probe", _nothing)
    await service.start()
    await until(lambda: begun == [True, False])
    await service.stop()
    assert ends == ["at start", "later"]


async def _nothing() -> None:
    """Probe nothing."""
