"""Line 13: a client's source that hangs ends its own job alone, and sees nothing of others."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.harness import media, videos
from tests.harness.server import Server, eventually
from tests.proof.conftest import Figure, StartServer
from tests.proof.test_line10_hostile_effects import LARGER, LATE
from tests.render.test_cleared_textures import LEAK

pytestmark = pytest.mark.line(13)


def custom(text: str) -> str:
    return json.dumps({"source": text})


def _marker(value: float) -> str:
    header = (
        '/*{"ISFVSN": "2", "INPUTS": [], "PASSES": [{"TARGET": "kept", "PERSISTENT": true}, {}]}*/'
    )
    return f"""{header}
void main() {{
    vec4 seen = IMG_THIS_PIXEL(kept);
    bool own = FRAMEINDEX == 0 ? seen == vec4(0.0) : abs(seen.r - {value}) < 0.01;
    vec4 next = own ? vec4(vec3({value}), 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
    gl_FragColor = PASSINDEX == 0 ? next : seen;
}}
"""


def test_a_source_that_hangs_fails_its_job_once_and_stays_refused(
    start_server: StartServer, figure: Figure
) -> None:
    settings = {"ALLOW_CUSTOM_SHADERS": "1", "LP_NUM_THREADS": "1"}
    server = start_server(STALL_TIMEOUT_MS="1250", **settings)
    late = server.client.submit(media.wav(1), media.photo(), effect=custom(LATE), plan=LARGER)
    other = server.client.submit(media.wav(1), media.photo(), effect="plain")
    failed = server.client.wait(late)
    figure(f"code {failed['code']}, {failed['attempt']} attempt")
    assert (failed["status"], failed["code"], failed["attempt"]) == ("failed", "shader_hang", 1)
    assert failed["retryable"] is False
    (entry,) = failed["diagnostics"]
    assert (entry["file"], "the longest loop" in entry["message"]) == ("source", True)
    assert server.client.completed(other)["attempt"] == 1
    assert eventually(lambda: not server.descendants("worker"))
    _is_refused(server)
    server.terminate()
    _is_refused(server.start())


def _is_refused(server: Server) -> None:
    refused = server.client.export(media.wav(0.2), media.photo(), effect=custom(LATE))
    assert (refused.status, refused.json["code"]) == (422, "shader_rejected")
    assert "until it is changed" in refused.json["error"]
    # The machine may be probed at any time.
    tasks = {worker.command.split()[-1] for worker in server.descendants("worker")}
    assert tasks <= {"probe"}


def test_sources_of_jobs_at_one_time_and_after_each_other_see_nothing_of_each_other(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = start_server(ALLOW_CUSTOM_SHADERS="1", MAX_PARALLEL_EXPORTS="2")
    values = {0.4: 102, 0.8: 204}
    texts = [*(_marker(value) for value in values), LEAK]
    jobs = [
        server.client.submit(media.wav(0.5), media.photo(), effect=custom(text), allowFlashing="1")
        for text in texts
    ]
    for job, level in zip(jobs, (*values.values(), 0), strict=True):
        server.client.completed(job)
        path = server.client.download(job, tmp_path / f"{level}.mp4")
        pixels = videos.frames(path, 64, 36)
        assert np.abs(pixels.astype(int) - level).max() <= 2
    assert not [path for path in (server.data / "shaders").rglob("*") if path.is_file()]
    figure(f"{len(jobs)} sources, two at a time")
