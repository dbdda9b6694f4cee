"""Several GPUs: two logical devices of Mesa, and reports of GPUs that this machine lacks."""

import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Config, ConfigError
from server.jobs.execution.gpus import find_gpu_problems
from server.protocol.results.machine import EncoderReport, GlReport, GpuReport, ProbeReport
from tests.harness import media
from tests.harness.gpus import TwoDevices
from tests.harness.server import Server, eventually

L4 = GlReport(ok=True, renderer="NVIDIA L4", version="4.6", software=False)
OPEN = {"nvenc": EncoderReport(ok=True)}
REPORT = ProbeReport(
    gl=L4, encoders=OPEN, gpus=tuple(GpuReport(index=i, gl=L4, encoders=OPEN) for i in (3, 5))
)


def test_slots_alternate_between_the_gpus() -> None:
    config = Config.from_env({"GPUS": "0, 2", "MAX_PARALLEL_EXPORTS": "2"})
    assert config.slot_gpus == [0, 2, 0, 2]
    assert Config().slot_gpus == [None, None]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"GPUS": "0,0"}, "indices that differ"),
        ({"GPUS": "all"}, "comma-separated indices of GPUs such as 0,1"),
        ({"GPUS": "0", "EGL_DEVICE": "0"}, "exclude each other"),
    ],
)
def test_invalid_gpus_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Config.from_env(settings)


@pytest.mark.parametrize(
    ("gpu", "problem"),
    [
        (GpuReport(index=5, gl=L4, encoders=OPEN), None),
        (GpuReport(index=5, gl=GlReport(error="gone")), "no GL context: gone"),
        (GpuReport(index=5, gl=replace(L4, renderer="NVIDIA T4"), encoders=OPEN), "one model"),
        (
            GpuReport(index=5, gl=L4, encoders={"nvenc": EncoderReport(why="no session")}),
            "nvenc does not open: no session",
        ),
    ],
)
def test_gpus_must_be_alike(gpu: GpuReport, problem: str | None) -> None:
    problems = find_gpu_problems(replace(REPORT, gpus=(REPORT.gpus[0], gpu)))
    assert (problem or "") in problems.get(5, "")
    assert bool(problems) == (problem is not None)


def _drawn_by(server: Server, job_id: str) -> Counter[int]:
    """Return how many segments of a job each GPU has drawn."""
    with sqlite3.connect(server.data / "jobs.db") as table:
        rows = table.execute(
            "SELECT json_extract(result, '$.gpu') FROM task"
            " WHERE job_id = ? AND name GLOB 'draw_segment-*'",
            (job_id,),
        )
        return Counter(gpu for (gpu,) in rows)


@pytest.mark.slow
def test_a_job_is_drawn_on_two_gpus_and_goes_on_without_one_that_is_lost(tmp_path: Path) -> None:
    devices = TwoDevices(tmp_path)
    track, photo = media.wav(4), media.photo()
    settings = {
        **devices.settings,
        "GPUS": "0,1,5",
        "MAX_PARALLEL_EXPORTS": "1",
        "SEGMENT_SEC": "0.5",
        "RESULT_TTL_SEC": "600",
    }
    with Server(tmp_path / "data", **settings) as server:
        gpus = server.client.call("GET", "/ready").json["gpus"]
        assert [gpu["index"] for gpu in gpus] == [0, 1, 5]
        assert [gpu["problem"] is None for gpu in gpus] == [True, True, False]
        assert "GPU 5 does not exist" in gpus[2]["problem"]
        job_id = server.client.submit(track, photo, effect="plain")
        server.client.completed(job_id)
        assert set(_drawn_by(server, job_id)) == {0, 1}
        video = server.client.download(job_id, tmp_path / "two.mp4").read_bytes()

        devices.lose_second()
        job_id = server.client.submit(track, photo, effect="plain")
        server.client.completed(job_id)
        assert set(_drawn_by(server, job_id)) == {0}
        assert "task.failed" not in server.log.read_text()
        assert server.client.download(job_id, tmp_path / "one.mp4").read_bytes() == video
        gpus = server.client.call("GET", "/ready").json["gpus"]
        assert "GPU 1 does not exist" in gpus[1]["problem"]
        assert eventually(lambda: "job.waits_for_gpu" in server.log.read_text())
