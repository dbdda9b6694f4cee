"""`make demo` from start to end with a small video, and its failures."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from server.demo import video
from server.demo.__main__ import mismatches
from tests.harness.limits import HANG_S

COMMAND = [sys.executable, "-m", "server.demo"]


def _run(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PLANS": "free=36", **settings}
    return subprocess.run(
        COMMAND, cwd=folder, env=environment, capture_output=True, text=True, timeout=HANG_S,
        check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_demo_ends_with_a_video_that_moves_with_the_beat(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    info = video.read(tmp_path / "demo.mp4")
    assert (info.width, info.height, info.fps, info.frames) == (64, 36, Fraction(30), 615)
    assert "moov before mdat" in done.stdout
    assert "in the 100 ms after a kick" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["demo.mp4"]


@pytest.mark.slow
def test_an_invalid_setting_is_reported(tmp_path: Path) -> None:
    done = _run(tmp_path, SEGMENT_SEC="never")
    assert done.returncode == 1
    assert "SEGMENT_SEC='never' is not valid" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_missing_ffmpeg_is_reported(tmp_path: Path) -> None:
    done = _run(tmp_path, PATH="/nonexistent")
    assert done.returncode == 1
    assert "ffmpeg is not installed" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_mismatches_are_reported() -> None:
    info = video.VideoInfo(
        bytes=1, width=64, height=36, codec="h264", pixel_format="yuv420p", frames=59,
        fps=Fraction(30), video_s=2.0, colour=("bt709", "bt709", "bt709", "tv"),
        audio_codec="aac", audio_rate=48_000, audio_channels=2, audio_s=1.9, moov_first=True,
    )  # fmt: skip
    job = {"resolution": {"width": 64, "height": 36}, "fps": 30, "frames": {"total": 60}}
    problems = mismatches(info, job, video.BeatMotion(after=1.0, elsewhere=1.0))
    assert [problem.split(":")[0] for problem in problems] == [
        "the number of frames",
        "the audio lasts 1.900 s, the video 2.000 s",
        "the motion after a kick is only 1.00 times that elsewhere",
    ]
