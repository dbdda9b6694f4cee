"""Kept uploads: what is found, what goes when, and what is never lost or left."""

import os
import threading
from pathlib import Path

import pytest

from server.access.principal import EVERYBODY
from server.errors import ToqiboxError
from server.jobs.storage.data_folder import new_id
from server.jobs.storage.kept_uploads import KeptUpload, KeptUploads


@pytest.fixture
def uploads(tmp_path: Path) -> KeptUploads:
    return KeptUploads(tmp_path / "uploads", ttl_s=100, limit_bytes=2500)


def spooled(tmp_path: Path, name: str = "audio", size: int = 1000) -> Path:
    folder = tmp_path / new_id()
    folder.mkdir()
    (folder / name).write_bytes(bytes(size))
    (folder / "scratch.wav").write_bytes(b"left by a task")
    return folder


def used_ago(uploads: KeptUploads, upload: KeptUpload, seconds: float) -> None:
    """Set the last use of an upload to some time ago."""
    about = upload.path.with_name("about.json")
    at = about.stat().st_mtime - seconds
    os.utime(about, (at, at))


def code(uploads: KeptUploads, upload_id: str, kind: str = "track") -> str:
    """Return the error of an id; empty for an upload that is kept."""
    try:
        uploads.of(EVERYBODY).get(kind, upload_id)
    except ToqiboxError as error:
        return error.code
    return ""


def test_only_the_file_and_its_facts_are_kept(uploads: KeptUploads, tmp_path: Path) -> None:
    folder = spooled(tmp_path)
    kept = uploads.keep("track", folder, {"seconds": 2.5}, "")
    assert not folder.exists()
    assert {path.name for path in kept.path.parent.iterdir()} == {"audio", "about.json"}
    again = KeptUploads(tmp_path / "uploads", 100, 2500).of(EVERYBODY).get("track", kept.id)
    assert (again.path, again.bytes, again.facts) == (kept.path, 1000, {"seconds": 2.5})
    assert kept.id == folder.name


def test_equal_files_have_different_ids(uploads: KeptUploads, tmp_path: Path) -> None:
    first, second = (uploads.keep("track", spooled(tmp_path), {}, "") for _ in range(2))
    assert first.id != second.id


def test_an_id_is_unknown_expired_or_of_another_kind(uploads: KeptUploads, tmp_path: Path) -> None:
    kept = uploads.keep("track", spooled(tmp_path), {}, "")
    assert code(uploads, new_id()) == "not_found"
    assert code(uploads, kept.id, "photo") == "not_found"
    used_ago(uploads, kept, 101)
    assert code(uploads, kept.id) == "upload_expired"
    uploads.sweep()
    assert not kept.path.exists()
    assert code(uploads, kept.id) == "upload_expired"


def test_a_use_postpones_the_end_and_a_link_outlives_it(
    uploads: KeptUploads, tmp_path: Path
) -> None:
    kept = uploads.keep("track", spooled(tmp_path), {}, "")
    used_ago(uploads, kept, 90)
    uploads.of(EVERYBODY).link("track", kept.id, tmp_path / "linked")
    assert uploads.of(EVERYBODY).get("track", kept.id).used_at > kept.used_at - 10
    uploads.of(EVERYBODY).remove("track", kept.id)
    uploads.of(EVERYBODY).remove("track", kept.id)  # can be repeated
    assert (tmp_path / "linked").read_bytes() == bytes(1000)
    with pytest.raises(ToqiboxError, match="no longer kept"):
        uploads.of(EVERYBODY).link("track", kept.id, tmp_path / "second")


def test_those_unused_for_the_longest_time_make_room(uploads: KeptUploads, tmp_path: Path) -> None:
    first, second = (uploads.keep("track", spooled(tmp_path), {}, "") for _ in range(2))
    used_ago(uploads, first, 5)
    used_ago(uploads, second, 9)
    third = uploads.keep("photo", spooled(tmp_path, "photo"), {}, "")
    assert [code(uploads, upload.id) for upload in (first, second)] == ["", "upload_expired"]
    assert code(uploads, third.id, "photo") == ""
    with pytest.raises(ToqiboxError, match="UPLOADS_KEPT_MB"):
        uploads.keep("track", spooled(tmp_path, size=2501), {}, "")


def test_a_removal_that_was_cut_off_is_finished(uploads: KeptUploads, tmp_path: Path) -> None:
    kept = uploads.keep("track", spooled(tmp_path), {}, "")
    (tmp_path / "uploads" / f"{kept.id}.gone").touch()  # killed before the folder was removed
    assert code(uploads, kept.id) == "upload_expired"
    uploads.sweep()
    assert not kept.path.exists()


@pytest.mark.slow
def test_the_limit_holds_for_many_at_a_time(uploads: KeptUploads, tmp_path: Path) -> None:
    folders = [spooled(tmp_path) for _ in range(200)]
    threads = [threading.Thread(target=uploads.keep, args=("track", f, {}, "")) for f in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(code(uploads, folder.name) == "" for folder in folders) == 2
