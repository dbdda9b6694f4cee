"""Processes are sandboxed and limited, and end with the block that started them."""

import os
import signal
import time
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.media import ffmpeg
from server.process import sandbox


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_version_is_read() -> None:
    assert ffmpeg.version()[0].isdigit() or ffmpeg.version().startswith("n")


@pytest.mark.fault("F08")
def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ffmpeg.MediaError, match="ffmpeg is not installed"):
        ffmpeg.version()


@pytest.mark.fault("F08")
@pytest.mark.parametrize(
    ("mode", "content", "why"),
    [
        (0o644, "#!/bin/sh\n", "ffmpeg is not installed"),
        (0o755, "no program", "rc "),
        (0o755, "#!/bin/sh\nexit 127\n", "rc 127"),
    ],
    ids=["not executable", "no program", "broken"],
)
def test_a_program_that_cannot_run_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int, content: str, why: str
) -> None:
    (tmp_path / "ffmpeg").write_text(content)
    (tmp_path / "ffmpeg").chmod(mode)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ffmpeg.MediaError, match=why):
        ffmpeg.version()


def test_an_exception_kills_and_reaps() -> None:
    pids = []

    def fail() -> None:
        with ffmpeg.Process(["sleep", "60"]) as process:
            pids.append(process.pid)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _is_gone(pids[0])


@pytest.mark.fault("K06")
def test_waiting_has_a_limit() -> None:
    start = time.monotonic()
    with pytest.raises(ffmpeg.MediaError, match="still running"):
        ffmpeg.run(["sleep", "60"], limit_s=0.2)
    assert time.monotonic() - start < 20


def test_a_silent_process_is_killed() -> None:
    with pytest.raises(ffmpeg.MediaError, match="no output"):
        ffmpeg.run(["sleep", "60"], limit_s=0.2, stdout_bytes=10)


@pytest.mark.fault("F02")
def test_endless_messages_block_nothing_and_are_bounded() -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 3"
    outcome = ffmpeg.run(["sh", "-c", script], limit_s=20)
    assert outcome.rc != 0
    assert outcome.messages.startswith("xxx")
    assert len(outcome.messages) <= 64 * 1024


def test_endless_output_is_refused() -> None:
    with pytest.raises(ffmpeg.MediaError, match="more than"):
        ffmpeg.run(["cat", "/dev/zero"], stdout_bytes=1000)


@pytest.mark.fault("F13")
def test_a_process_is_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFREPORT", "file=/tmp/x")
    script = "env; ulimit -n; ulimit -v; grep NoNewPrivs /proc/self/status"
    limits = sandbox.Limits(memory_bytes=1 << 30, open_files=77)
    output = ffmpeg.run(["sh", "-c", script], limits, stdout_bytes=10_000).stdout.decode()
    assert "FFREPORT" not in output
    assert "\n77\n1048576\nNoNewPrivs:\t1\n" in output


def test_a_crash_is_reported_by_its_signal() -> None:
    outcome = ffmpeg.run(["sh", "-c", "kill -SEGV $$"])
    assert outcome.rc == -11
    with pytest.raises(ffmpeg.MediaError):
        outcome.raise_for_status()


def test_a_full_disk_is_reported_by_its_code() -> None:
    outcome = ffmpeg.run(["sh", "-c", "echo 'x: No space left on device' >&2; exit 1"])
    with pytest.raises(ToqiboxError) as caught:
        outcome.raise_for_status("encoder_failed")
    assert caught.value.code == "storage_full"


def test_processor_time_is_counted() -> None:
    outcome = ffmpeg.run(["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"])
    assert outcome.raise_for_status().cpu_s > 0.01


@pytest.mark.fault("C11", "F12")
def test_paths_cannot_become_options_or_protocols(tmp_path: Path) -> None:
    argv = ffmpeg.output(ffmpeg.input_file(Path("-f")).audio, Path("http:x"))
    assert f"file:{os.getcwd()}/-f" in argv
    assert f"file:{os.getcwd()}/http:x" in argv


@pytest.mark.parametrize(
    "script",
    [
        "trap 'kill -9 $$' XCPU; while :; do :; done",
        "trap 'exit 255' XCPU; while :; do :; done",
    ],
    ids=["ended by SIGKILL", "ends itself"],
)
def test_the_cpu_limit_is_distinguished_from_an_external_kill(script: str) -> None:
    limits = sandbox.Limits(cpu_s=1)
    assert ffmpeg.run(["bash", "-c", script], limits).rc == -signal.SIGXCPU
    with ffmpeg.Process(["sleep", "60"], limits) as process:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(10).rc == -signal.SIGKILL
