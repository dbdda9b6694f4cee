"""The whole data folder of version 0.1.0 is taken up: its table, its files, its unfinished jobs."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from server.media.tracks import aac_encoder
from tests.harness import media
from tests.harness.server import Server

TABLE = Path(__file__).parents[1] / "data" / "jobs" / "0.1.0.sql"
SAMPLES, FRAMES, FPS = 12_800, 8, 30


def _id(status: str) -> str:
    """Return the id of the job that was left in `status`."""
    return f"{status}-{'A' * 22}"[:22]


def _write_uploads(folder: Path) -> None:
    """Write a prepared track and photo in the formats of 0.1.0."""
    folder.mkdir(parents=True)
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 3, 2, 48_000, 384_000, 8, 32, 0)
    fact = struct.pack("<4sII", b"fact", 4, SAMPLES)
    data = b"".join(struct.pack("<ff", *(0.2 * (-1) ** (at // 50),) * 2) for at in range(SAMPLES))
    chunks = b"WAVE" + form + fact + struct.pack("<4sI", b"data", len(data)) + data
    (folder / "sound.wav").write_bytes(struct.pack("<4sI", b"RIFF", len(chunks)) + chunks)
    pixels = bytes((200, 100, 50, 255)) * (8 * 6)
    (folder / "photo.rgba").write_bytes(struct.pack("<8sII", b"TOQIRGBA", 8, 6) + pixels)


def _write_data_folder(root: Path) -> None:
    for name in ("queued", "processing"):
        _write_uploads(root / "jobs" / _id(name))
    running = root / "jobs" / _id("processing")
    aac_encoder.encode(running / "sound.wav", FRAMES, FPS, running / "sound.m4a", lambda: None)
    done = root / "jobs" / _id("completed")
    done.mkdir()
    (done / "video.mp4").write_bytes(b"video")
    (done / "poster.jpg").write_bytes(b"poster")
    for name in ("spool", "features"):
        (root / name).mkdir()
    (root / "ballast").write_bytes(bytes(100))
    (root / "lock").touch()
    with closing(sqlite3.connect(root / "jobs.db")) as table:
        table.executescript(TABLE.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.fault("L08")
def test_the_data_folder_of_0_1_0_is_taken_up(tmp_path: Path) -> None:
    _write_data_folder(tmp_path / "data")
    (tmp_path / "shaders").mkdir()
    with Server(tmp_path / "data", SHADERS_DIR=str(tmp_path / "shaders")) as server:
        client = server.client
        assert client.download(_id("completed"), tmp_path / "done.mp4").read_bytes() == b"video"
        done = client.job(_id("completed"))
        assert (done["status"], done["report"]["seconds"]["join"]) == ("completed", 1.1)
        assert (done["effect"], done["fps"], done["tempo"]) == ("dim", 30, None)
        failed = client.job(_id("failed"))
        assert (failed["status"], failed["code"]) == ("failed", "undecodable_audio")
        assert client.job(_id("cancelled"))["status"] == "cancelled"
        for name in ("processing", "queued"):
            job = client.completed(_id(name))
            assert job["report"]["check"]["frames"] == FRAMES
            video = client.download(_id(name), tmp_path / f"{name}.mp4")
            assert len(media.frame_hashes(video)) == FRAMES
            assert sorted(path.name for path in (server.data / "jobs" / _id(name)).iterdir()) == [
                "poster.jpg",
                "video.mp4",
            ]
        with closing(sqlite3.connect(server.data / "jobs.db")) as table:
            sql = "SELECT name, starts FROM task WHERE job_id = ?"
            starts = dict(table.execute(sql, (_id("processing"),)))
        assert starts["encode_audio"] == 1, "the audio of the old server is used"
        assert starts.keys() >= {"analyse", "limit_flashes", "draw_segment-0", "mux"}, starts
        assert not {"sound", "flashes", "segment-0", "join"} & starts.keys()
