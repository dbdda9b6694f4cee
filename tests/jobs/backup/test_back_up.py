"""Backup and restore: the copied table and files belong together."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.jobs.backup.back_up import back_up
from server.jobs.backup.manifest import NAME, BackupError, Manifest
from server.jobs.backup.restore import restore
from server.jobs.model.job import Status, now_ms
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.database.database_copy import copy_database
from server.jobs.store.database.migrations import SCHEMA_VERSION
from server.jobs.store.store import Store
from server.protocol import file_names
from tests.harness.disks import fill, small_disk
from tests.jobs.conftest import MakeJob

LIVE_FILES = (file_names.AUDIO, file_names.PHOTO, "files/asset.png")


class Running:
    """A data folder whose table is open, as that of a running server is."""

    def __init__(self, root: Path, make_job: MakeJob) -> None:
        self.data = DataFolder(root)
        self.store = Store(self.data.database)
        self._make_job = make_job

    async def add(self, job_id: str) -> None:
        for name in LIVE_FILES:
            self.write(job_id, name)
        await self.store.jobs.add(self._make_job(job_id), bound=99)

    def write(self, job_id: str, name: str) -> None:
        path = self.data.job_folder(job_id) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{job_id} {name}")

    async def begin(self, job_id: str) -> None:
        await self.store.jobs.transition(job_id, Status.PROCESSING)
        await self.store.tasks.start(job_id, "analyse")

    async def complete(self, job_id: str) -> None:
        self.write(job_id, file_names.VIDEO)
        await self.store.jobs.transition(
            job_id, Status.COMPLETED, finished_at=now_ms(), expires_at=now_ms() + 60_000
        )
        for name in LIVE_FILES:
            (self.data.job_folder(job_id) / name).unlink()

    def close(self) -> None:
        self.store.close()
        self.data.close()


@pytest.fixture
async def running(tmp_path: Path, make_job: MakeJob) -> Running:
    """A folder with a queued, a processing, a completed and a cancelled job."""
    running = Running(tmp_path / "data", make_job)
    for job_id in ("queued", "processing", "completed", "cancelled"):
        await running.add(job_id)
    await running.begin("processing")
    running.write("processing", "0000-key.mp4")
    running.write("processing", "0001-key.mp4.part")
    await running.begin("completed")
    await running.complete("completed")
    await running.store.jobs.transition("cancelled", Status.CANCELLED)
    return running


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _open_to_others(root: Path) -> list[Path]:
    return [path for path in [root, *root.rglob("*")] if path.stat().st_mode & 0o077]


@pytest.mark.fault("I14")
async def test_a_backup_of_a_running_server_is_restored(running: Running, tmp_path: Path) -> None:
    (running.data.root / "tracks").mkdir()
    (running.data.root / "tracks" / "one.flac").write_text("a kept upload")
    (running.data.root / "link").symlink_to("/etc/passwd")
    (running.data.root / "link_secrets").write_text("a secret")
    (running.data.root / "link_secrets.part").write_text("another")
    backup = tmp_path / "backup"
    manifest = await asyncio.to_thread(back_up, running.data.root, backup)
    await running.store.jobs.transition("queued", Status.CANCELLED)
    running.close()
    expected = {
        *(f"jobs/{job}/{name}" for job in ("queued", "processing") for name in LIVE_FILES),
        "jobs/processing/0000-key.mp4", "jobs/completed/video.mp4", "tracks/one.flac", "jobs.db",
        "link_secrets",
    }  # fmt: skip
    assert _files(backup) == {*expected, NAME}
    assert {file.path for file in manifest.files} == expected
    assert manifest.jobs == 3
    assert _names(tmp_path) == {"backup", "data"}
    assert _open_to_others(backup) == []

    restored = tmp_path / "restored"
    restore(backup, restored)
    assert _files(restored) >= expected
    for name in expected - {"jobs.db"}:
        assert (restored / name).read_bytes() == (backup / name).read_bytes()
    store = Store(restored / "jobs.db")
    try:
        jobs = {job.id: job.status for job in await store.jobs.list_recent(9)}
        assert jobs == {
            "queued": Status.QUEUED, "processing": Status.PROCESSING,
            "completed": Status.COMPLETED, "cancelled": Status.CANCELLED,
        }  # fmt: skip
        assert await store.tasks.mark_interrupted() == {"processing": 0, "completed": 0}
    finally:
        store.close()


@pytest.mark.fault("I14")
async def test_jobs_that_end_during_the_copy_are_complete_in_it(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inputs of a job go, a new job comes, a video expires after the table was copied."""
    loop = asyncio.get_running_loop()
    copies = 0

    async def change() -> None:
        await running.complete("processing")
        await running.add("new")
        running.data.discard_job("completed")
        await running.store.jobs.update("completed", removed=1)

    def copy_then_change(source: Path, target: Path) -> object:
        nonlocal copies
        copies += 1
        jobs = copy_database(source, target)
        if copies == 1:
            asyncio.run_coroutine_threadsafe(change(), loop).result()
        return jobs

    monkeypatch.setattr("server.jobs.backup.back_up.copy_database", copy_then_change)
    backup = tmp_path / "backup"
    await asyncio.to_thread(back_up, running.data.root, backup)
    running.close()
    assert copies == 2
    with closing(sqlite3.connect(backup / "jobs.db")) as database:
        rows = dict(database.execute("SELECT id, status FROM job WHERE NOT removed"))
    assert rows == {
        "queued": "queued", "processing": "completed", "new": "queued", "cancelled": "cancelled",
    }  # fmt: skip
    assert (backup / "jobs/processing/video.mp4").exists()
    assert all((backup / "jobs/new" / name).exists() for name in LIVE_FILES)
    assert not (backup / "jobs/completed").exists()


async def test_nothing_is_left_of_a_backup_that_fails(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    for target, message in (
        (tmp_path / "taken", "exists; name a new folder"),
        (running.data.root / "backup", "in the data folder"),
    ):
        with pytest.raises(BackupError, match=message):
            back_up(running.data.root, target)
    with pytest.raises(BackupError, match="no server has used"):
        back_up(tmp_path / "nowhere", tmp_path / "backup")

    def full(_root: Path, name: str, _target: Path) -> object:
        raise OSError(28, "No space left on device", name)

    monkeypatch.setattr("server.jobs.backup.file_copy.copy_file", full)
    before = _names(tmp_path)
    with pytest.raises(BackupError, match="No space left on device"):
        back_up(running.data.root, tmp_path / "backup")
    running.close()
    assert _names(tmp_path) == before


async def test_a_full_target_is_named(running: Running, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        fill(disk)
        with pytest.raises(BackupError, match=r"jobs\.db cannot be written: the disk is full"):
            back_up(running.data.root, disk / "backup")
        assert _names(disk) == {"filler"}


async def test_a_table_of_a_newer_server_is_neither_copied_nor_restored(
    running: Running, tmp_path: Path
) -> None:
    await asyncio.to_thread(back_up, running.data.root, tmp_path / "good")
    running.close()
    with closing(sqlite3.connect(running.data.database)) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(BackupError, match="use that of the newer server"):
        back_up(running.data.root, tmp_path / "newer")
    table = tmp_path / "good/jobs.db"
    with closing(sqlite3.connect(table)) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    manifest = Manifest.read(tmp_path / "good")
    _replace_hash(tmp_path / "good", manifest)
    with pytest.raises(BackupError, match="use that of the newer server"):
        restore(tmp_path / "good", tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def _replace_hash(folder: Path, manifest: Manifest) -> None:
    """Give the manifest the hash that the table has now."""
    from server.jobs.backup.file_copy import describe_file

    database = describe_file(folder, "jobs.db")
    files = tuple(database if file.path == "jobs.db" else file for file in manifest.files)
    Manifest(manifest.version, manifest.created_at, manifest.jobs, files).write(folder)


async def test_a_restore_needs_an_empty_folder_and_an_intact_backup(
    running: Running, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    await asyncio.to_thread(back_up, running.data.root, backup)
    with pytest.raises(BackupError, match="is not empty"):
        restore(backup, running.data.root)
    running.close()
    with pytest.raises(BackupError, match="is not a backup"):
        restore(tmp_path, tmp_path / "restored")
    (tmp_path / "volume" / "lost+found").mkdir(parents=True)
    restore(backup, tmp_path / "volume")

    video = backup / "jobs/completed/video.mp4"
    content = video.read_bytes()
    video.write_bytes(b"x" + content[1:])
    with pytest.raises(BackupError, match=r"video\.mp4 differs"):
        restore(backup, tmp_path / "damaged")
    assert not (tmp_path / "damaged" / "jobs.db").exists()
    video.write_bytes(content)
    values = json.loads((backup / NAME).read_text())
    values["files"][0]["path"] = "../outside"
    (backup / NAME).write_text(json.dumps(values))
    with pytest.raises(BackupError, match="damaged"):
        restore(backup, tmp_path / "outside")
