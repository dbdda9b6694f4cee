"""The dispatcher with a faulty ffmpeg: a substitute on PATH; everything else is real."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from server.jobs.scheduling.blame import HOLD_BACK_AT
from server.jobs.store.tasks import POINTS_PER_CRASH
from tests.harness import media
from tests.harness.server import Server, eventually

STAND_IN = """#!/bin/sh
for word; do case "$word" in file:*) out=$word ;; esac; done
case "$*" in
{cases}
esac
exec {ffmpeg} "$@"
"""
NVENC_FAILS_IN_A_JOB = """
*256x144*h264_nvenc*) exec {ffmpeg} -v error -f rawvideo -pix_fmt nv12 -s 256x144 -r 30 -i pipe:0 \\
    -c:v libx264 -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 \\
    -f mp4 -y "$out" ;;
*h264_nvenc*) echo "No capable devices found" >&2; exit 1 ;;
"""
AUDIO_FAILS_LATE = '*" aac "*) sleep 1; echo "Conversion failed" >&2; exit 1 ;;'


def _path(folder: Path, cases: str) -> str:
    """Return a PATH whose ffmpeg handles `cases` and forwards the rest to the real one."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg
    folder.mkdir()
    script = folder / "ffmpeg"
    script.write_text(STAND_IN.format(cases=cases.format(ffmpeg=ffmpeg), ffmpeg=ffmpeg))
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.slow
@pytest.mark.fault("F08")
def test_a_hardware_encoder_that_fails_in_a_job_is_replaced_and_reported(tmp_path: Path) -> None:
    path = _path(tmp_path / "bin", NVENC_FAILS_IN_A_JOB)
    with Server(tmp_path / "data", PATH=path) as server:
        ready = server.client.call("GET", "/ready").json
        assert ready["encoder"] == "nvenc"
        job = server.client.submit(media.wav(1.5), media.photo(), effect="plain")
        done = server.client.completed(job)
        assert done["report"]["encoder"] == "x264"
        assert done["report"]["encoderFallback"] == "nvenc"
        assert done["report"]["check"]["frames"] == 45
        assert '"job.encoder_fallback"' in server.log.read_text()


@pytest.mark.slow
def test_an_encoder_that_must_be_used_is_not_replaced(tmp_path: Path) -> None:
    path = _path(tmp_path / "bin", NVENC_FAILS_IN_A_JOB)
    with Server(tmp_path / "data", PATH=path, ENCODER="nvenc") as server:
        job = server.client.submit(media.wav(0.5), media.photo(), effect="plain")
        failed = server.client.wait(job)
        assert (failed["status"], failed["code"]) == ("failed", "encoder_failed")
        assert failed["attempt"] == 3


@pytest.mark.slow
def test_audio_that_fails_while_everything_waits_for_it_ends_the_job(tmp_path: Path) -> None:
    path = _path(tmp_path / "bin", AUDIO_FAILS_LATE)
    with Server(tmp_path / "data", PATH=path) as server:
        jobs = [server.client.submit(media.wav(0.2), media.photo(), effect="plain") for _ in "12"]
        for job in jobs:
            failed = server.client.wait(job)
            assert (failed["status"], failed["code"]) == ("failed", "encoder_failed")
        assert eventually(lambda: not server.descendants("worker"))
        assert eventually(lambda: not server.left_on_disk()), server.left_on_disk()
        assert '"job.crashed"' not in server.log.read_text()


def _kill_in_work(server: Server, job: str) -> None:
    server.client.wait(job, stage="rendering")
    assert eventually(lambda: server.client.job(job)["frames"]["done"] > 0)
    server.kill()


def _blame(server: Server, points: int) -> None:
    table = sqlite3.connect(server.data / "jobs.db")
    with table:
        table.execute("UPDATE task SET interruptions = ? WHERE running", (points,))
    table.close()


@pytest.mark.slow
def test_a_job_is_not_failed_by_crashes_that_occur_without_it(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", SEGMENT_SEC="60")
    with server:
        job = server.client.submit(media.wav(20), media.photo(), effect="plain")
        _kill_in_work(server, job)
        _blame(server, HOLD_BACK_AT - POINTS_PER_CRASH)
        server.start()
        assert '"job.held_back"' in server.log.read_text()
        assert server.client.job(job)["status"] == "processing"
        assert not server.descendants("ffmpeg")
        server.kill()
        server.start()
        server.client.wait(job, stage="rendering")
        assert eventually(lambda: server.client.job(job)["frames"]["done"] > 0)


@pytest.mark.slow
@pytest.mark.fault("H10")
def test_a_job_with_which_alone_the_server_crashes_fails(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", SEGMENT_SEC="60")
    with server:
        job = server.client.submit(media.wav(20), media.photo(), effect="plain")
        _kill_in_work(server, job)
        _blame(server, HOLD_BACK_AT)
        server.start()
        failed = server.client.wait(job)
        assert (failed["status"], failed["code"]) == ("failed", "attempts_exhausted")
        assert failed["finishedAt"]
        other = server.client.submit(media.wav(0.2), media.photo(), effect="plain")
        server.client.completed(other)
        assert not (server.data / "jobs" / job).exists()
