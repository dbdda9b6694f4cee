"""A job whose frames would flash, through the whole server: limited, killed and resumed."""

import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.harness import media
from tests.harness.server import SMALL, Server, eventually

STROBE = """/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT", "INPUTS": []}*/
void main() { gl_FragColor = vec4(vec3(mod(float(FRAMEINDEX), 6.0) < 3.0 ? 0.8 : 0.2), 1.0); }
"""
"""Five flashes a second at 30 frames a second."""


def _running(server: Server) -> list[str]:
    """Return the running tasks of the job table."""
    table = sqlite3.connect(f"file:{server.data / 'jobs.db'}?mode=ro", uri=True)
    try:
        return [str(row[0]) for row in table.execute("SELECT name FROM task WHERE running")]
    finally:
        table.close()


def _levels(server: Server, job: str, folder: Path) -> NDArray[np.float64]:
    """Return the mean brightness of every frame, 0 to 255."""
    frames = media.frames(server.client.download(job, folder / "video.mp4"), 64, 36)
    means: NDArray[np.float64] = frames.mean(axis=(1, 2, 3))
    return means


@pytest.mark.slow
def test_a_strobe_is_limited_unless_it_is_allowed_whatever_is_killed(tmp_path: Path) -> None:
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    (shaders / "strobe.fs").write_text(STROBE)
    folders = f"{shaders}:{SMALL['SHADERS_DIR']}"
    with Server(tmp_path / "data", SHADERS_DIR=folders) as server:
        track, photo = media.wav(2), media.photo()
        fields = {"effect": "strobe", "fps": "30"}
        allowed = server.client.submit(track, photo, allowFlashing="true", **fields)
        done = server.client.completed(allowed)
        report = {"allowed": True, "limited": [], "perSecond": None, "excessive": []}
        assert done["report"]["flashes"] == report
        assert done["report"]["seconds"]["flashes"] == 0
        assert np.ptp(_levels(server, allowed, tmp_path)[30:60]) > 140

        job = server.client.submit(track, photo, **fields)
        dimming = re.compile("draw_segment-0-.*")
        assert eventually(lambda: any(map(dimming.match, _running(server))), every_s=0.01)
        server.kill()
        assert eventually(lambda: not server.left_running())
        server.start()
        assert eventually(lambda: _kill_worker(server), every_s=0.01)
        done = server.client.completed(job)
        assert done["attempt"] == 2
        assert done["frames"] == {"done": 60, "total": 60}
        assert done["report"]["seconds"]["flashes"] > 0
        flashes = done["report"]["flashes"]
        assert not flashes["allowed"]
        (limited,) = flashes["limited"]
        assert limited == {"from": pytest.approx(0, abs=0.1), "to": 2.0, "perSecond": 5.0}
        assert flashes["perSecond"] <= 3
        assert flashes["excessive"] == []
        # 0.2 is left as it is, 0.8 becomes what is less than a flash above it.
        levels = _levels(server, job, tmp_path)[30:60]
        assert levels.min() == pytest.approx(51, abs=2)
        assert 80 < levels.max() < 100
        assert eventually(lambda: not server.left_on_disk()), server.left_on_disk()


def _kill_worker(server: Server) -> bool:
    return any(
        worker.kill() for worker in server.descendants("worker") if "segment" in worker.command
    )
