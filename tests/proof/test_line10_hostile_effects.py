"""Line 10: an effect that hangs or crashes is refused, or fails its own job and nothing else."""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.processes import Process
from tests.harness.server import SMALL, Server, eventually
from tests.proof.conftest import FULL, Figure, StartServer

pytestmark = pytest.mark.line(10)

_HEADER = '/*{"ISFVSN": "2", "CREDIT": "test", "INPUTS": []}*/\n'
MACRO_BOMB = (
    _HEADER
    + "#define A0 x = x * 1.0001 + 0.1;\n"
    + "".join(f"#define A{n} {' '.join([f'A{n - 1}'] * 10)}\n" for n in range(1, 9))
    + "void main() { float x = 0.0; A8 gl_FragColor = vec4(x); }\n"
)
"""Ten to the eighth statements out of a few hundred bytes: the compiler does not return."""
LATE = (
    _HEADER
    + "#define S x = sin(x * 1.7 + 0.1);\n#define T S S S S S S S S S S S S S S S S S S S S\n"
    + "void main() { float x = 0.1; if (RENDERSIZE.x > 100.0) for (int i = 0; i < 60000; i++) {\n"
    + "T T T T T T T T T T } gl_FragColor = vec4(x); }\n"
)
"""Compiles and draws when it is validated, and draws for minutes in a job of another size. (Mesa's
software renderer leaves a loop after 65,535 iterations; the body has to be long.)"""
LARGER = "premium"
"""The plan whose frames are larger than those of a validation."""


def _server(start_server: StartServer, folder: Path, **settings: str) -> Server:
    shaders = folder / "shaders"
    shaders.mkdir()
    (shaders / "bomb.fs").write_text(MACRO_BOMB)
    (shaders / "late.fs").write_text(LATE)
    folders = f"{shaders}:{SMALL['SHADERS_DIR']}"
    return start_server(SHADERS_DIR=folders, **settings)


def _other_job_is_untouched(server: Server, other: str) -> None:
    done = server.client.completed(other)
    assert done["attempt"] == 1
    assert server.client.call("GET", "/health").status == 200


def _validating(server: Server) -> list[int]:
    """Return the processes that validate an effect."""
    workers = server.descendants("worker")
    return [worker.pid for worker in workers if worker.command.split()[-1] == "compile_effect"]


def _drawing(server: Server, job: str) -> list[Process]:
    """Return the workers that draw a job: those whose ffmpeg writes into its folder."""
    drawing = {p.parent for p in server.descendants("ffmpeg") if job in p.command}
    workers = [p for p in server.descendants("worker") if p.command.split()[-1] == "draw_segment"]
    return [worker for worker in workers if worker.pid in drawing]


@pytest.mark.fault("G02")
def test_a_macro_bomb_is_refused_within_its_limit_and_no_job_notices(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = _server(start_server, tmp_path, SEGMENT_SEC="4")
    other = server.client.submit(media.wav(8), media.photo(), effect="plain")
    for _ in range(2):  # the second one gets the cached result of the first one
        refused = server.client.export(media.wav(1), media.photo(), effect="bomb")
        assert (refused.status, refused.json["code"]) == (422, "shader_rejected")
        assert (refused.json["field"], refused.json["retryable"]) == ("effect", False)
        assert "crashes" in refused.json["diagnostics"][0]["message"]
        assert not _validating(server)
    figure(f"{refused.status} {refused.json['code']}")
    _other_job_is_untouched(server, other)
    listed = server.client.call("GET", "/effects?all=1").json["effects"]
    assert {entry["id"]: entry.get("code") for entry in listed}["bomb"] == "shader_rejected"


@pytest.mark.fault("G01", "G17", "G22", "H09", "J13")
def test_an_effect_that_hangs_stalls_only_its_own_job(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    # One thread to draw with: the hanging effect must not take the other job's processor too.
    server = _server(start_server, tmp_path, STALL_TIMEOUT_MS="1250", LP_NUM_THREADS="1")
    late = server.client.submit(media.wav(1), media.photo(), effect="late", plan=LARGER)
    other = server.client.submit(media.wav(2), media.photo(), effect="plain")
    assert eventually(lambda: server.client.job(late)["attempt"] > 1)
    # The first attempt hung in the driver. When small the others are paused, which is as silent.
    while (failed := server.client.job(late))["status"] == "processing":
        for worker in [] if FULL else _drawing(server, late):
            with suppress(ProcessLookupError):
                worker.pause()
        time.sleep(0.05)
    _other_job_is_untouched(server, other)
    figure(f"status {failed['status']}, code {failed['code']}, {failed['attempt']} attempts")
    assert (failed["status"], failed["code"]) == ("failed", "render_stalled")
    assert failed["attempt"] == 3
    assert failed["report"]["renderer"]
    assert eventually(lambda: not server.descendants("worker"))


@pytest.mark.fault("G15")
def test_a_crash_while_drawing_fails_only_its_own_job(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    """Send SIGSEGV while the driver draws, like a crash of the driver itself."""
    server = _server(start_server, tmp_path, SEGMENT_SEC="4")
    more = {
        "plan": LARGER,
        "allowFlashing": "true",
    }  # or it would crash during the analysis of flashes
    late = server.client.submit(media.wav(1), media.photo(), effect="late", **more)
    other = server.client.submit(media.wav(8), media.photo(), effect="plain")
    pause = threading.Event()
    killed: set[int] = set()

    def crash_renderer() -> None:
        while len(killed) < 3:
            for pid in {worker.pid for worker in _drawing(server, late)} - killed:
                if _cpu_s(pid) > 1:
                    killed.add(pid)
                    os.kill(pid, signal.SIGSEGV)
            pause.wait(0.1)

    crasher = threading.Thread(target=crash_renderer, daemon=True)
    crasher.start()
    failed = server.client.wait(late)
    crasher.join(10)
    _other_job_is_untouched(server, other)
    figure(f"SIGSEGV sent while drawing, {len(killed)} times; code {failed['code']}")
    assert (failed["status"], failed["code"]) == ("failed", "worker_crashed")


@pytest.mark.fault("F11")
def test_a_job_that_takes_too_long_in_its_slots_ends(
    start_server: StartServer, figure: Figure
) -> None:
    server = start_server(EXPORT_TIMEOUT_MS="1500", PLANS="free=360")
    long = server.client.submit(media.wav(30), media.photo())
    failed = server.client.wait(long)
    figure(f"code {failed['code']} after {failed['finishedAt'] - failed['startedAt']} ms")
    assert (failed["status"], failed["code"]) == ("failed", "render_timeout")
    assert eventually(lambda: not server.descendants("worker"))
    assert eventually(lambda: not server.left_on_disk())


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.fault("G10")
def test_an_effect_that_does_not_compile_has_the_line_of_its_error(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = _server(start_server, tmp_path)
    text = _HEADER + "void main() {\n    gl_FragColor = vec4(speed);\n}\n"
    (tmp_path / "shaders" / "wrong.fs").write_text(text)
    refused = server.client.export(media.wav(0.3), media.photo(), effect="wrong")
    assert (refused.status, refused.json["code"]) == (422, "shader_compile_failed")
    first = refused.json["diagnostics"][0]
    figure(f"{refused.json['code']} at {first['file']}:{first['line']}")
    assert (first["file"], first["line"], first["severity"]) == ("wrong.fs", 3, "error")
    assert "speed" in first["message"]
    assert "speed" in first["source"]
