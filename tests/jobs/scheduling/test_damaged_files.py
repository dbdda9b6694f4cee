"""Files that a job keeps for its later tasks are damaged on disk and written again."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.server import SMALL, Server, eventually

WAITING = """#!/bin/sh
case "$*" in
{pattern}) while [ ! -e {go} ]; do sleep 0.05; done ;;
esac
exec {ffmpeg} "$@"
"""
TRAIL = Path(__file__).parents[2] / "data" / "jobs" / "trail.fs"
AUDIO = '*" aac "*'
JOIN = "*video.mp4.list*"


def _settings(folder: Path, pattern: str) -> dict[str, str]:
    """Return settings of a server whose ffmpeg waits for the file `go` if its command matches."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg
    for name in ("bin", "shaders"):
        (folder / name).mkdir()
    script = folder / "bin" / "ffmpeg"
    script.write_text(WAITING.format(pattern=pattern, go=folder / "go", ffmpeg=ffmpeg))
    script.chmod(0o755)
    shutil.copy(TRAIL, folder / "shaders")
    return {
        "PATH": f"{script.parent}:{os.environ['PATH']}",
        "SHADERS_DIR": f"{folder / 'shaders'}:{SMALL['SHADERS_DIR']}",
        "SEGMENT_SEC": "0.4",
    }


def _flip(path: Path) -> None:
    """Change one bit in the middle of a file, as a bad disk does."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _draws(server: Server) -> bool:
    return any(
        "draw_segment" in process.command.split() for process in server.descendants("worker")
    )


def _hashes(server: Server, job: str, to: Path) -> list[str]:
    server.client.completed(job)
    return media.frame_hashes(server.client.download(job, to))


def _starts(server: Server, job: str) -> dict[str, int]:
    table = sqlite3.connect(f"file:{server.data / 'jobs.db'}?mode=ro", uri=True)
    try:
        return dict(table.execute("SELECT name, starts FROM task WHERE job_id = ?", (job,)))
    finally:
        table.close()


@pytest.mark.slow
@pytest.mark.fault("I06", "I07")
def test_files_damaged_while_a_job_is_drawn_are_made_again(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **_settings(tmp_path, AUDIO)) as server:
        job = server.client.submit(media.wav(1.2), media.photo(), effect="trail")
        folder = server.data / "jobs" / job
        assert eventually(lambda: len(list(folder.glob("*.mp4"))) == 3)
        assert eventually(lambda: not _draws(server))
        first, second, third = sorted(folder.glob("*.mp4"))
        _cut(first)
        third.unlink()
        _flip(second.with_suffix(".state"))
        features = next((server.data / "features").iterdir())
        _cut(features / "spectra.npy")
        _flip(features / "track.npz")
        (tmp_path / "go").touch()
        disturbed = _hashes(server, job, tmp_path / "disturbed.mp4")
        assert len(disturbed) == 36
        assert '"job.damaged"' in server.log.read_text()
        other = server.client.submit(media.wav(1.2), media.photo(), effect="trail")
        assert _hashes(server, other, tmp_path / "undisturbed.mp4") == disturbed


@pytest.mark.slow
@pytest.mark.fault("I07")
def test_only_files_damaged_between_two_starts_are_made_again(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **_settings(tmp_path, JOIN)) as server:
        job = server.client.submit(media.wav(1.2), media.photo(), effect="plain")
        folder = server.data / "jobs" / job
        assert eventually((folder / "video.mp4.list").exists)
        server.kill()
        _flip(sorted(folder.glob("0*.mp4"))[1])
        _flip(sorted(folder.glob("0*.cells"))[2])
        next(folder.glob("limit_flashes-*.npz")).unlink()
        _cut(folder / "sound.m4a")
        (tmp_path / "go").touch()
        server.start()
        server.client.completed(job)
        starts = _starts(server, job)
        drawn = {name: count for name, count in starts.items() if name.startswith("draw_segment-")}
        assert drawn == {"draw_segment-0": 1, "draw_segment-1": 2, "draw_segment-2": 2}
        assert starts["encode_audio"] == 2


@pytest.mark.slow
@pytest.mark.fault("I07")
@pytest.mark.parametrize("damage", [_flip, _cut], ids=["flipped", "cut"])
def test_an_upload_that_is_damaged_once_it_was_accepted_becomes_no_video(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    server = Server(tmp_path / "data", MAX_PARALLEL_EXPORTS="0")
    with server:
        sound, photo, other = (
            server.client.submit(media.wav(0.2), media.photo(), effect="plain") for _ in range(3)
        )
        server.kill()
        damage(server.data / "jobs" / sound / "sound.wav")
        damage(server.data / "jobs" / photo / "photo.rgba")
        server.settings["MAX_PARALLEL_EXPORTS"] = "2"
        server.start()
        server.client.completed(other)
        for job in (sound, photo):
            failed = server.client.wait(job)
            assert (failed["status"], failed["code"]) == ("failed", "render_failed")
    log = server.log.read_text()
    assert "damaged on disk: sound.wav" in log
    assert "damaged on disk: photo.rgba" in log
