"""Line 10: an effect that hangs or crashes the compiler fails its own job and nothing else."""

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.server import SMALL, Server, eventually
from tests.proof.conftest import Figure, StartServer

pytestmark = pytest.mark.line(10)

_HEADER = '/*{"ISFVSN": "2", "CREDIT": "test", "INPUTS": []}*/\n'
MACRO_BOMB = (
    _HEADER
    + "#define A0 x = x * 1.0001 + 0.1;\n"
    + "".join(f"#define A{n} {' '.join([f'A{n - 1}'] * 10)}\n" for n in range(1, 9))
    + "void main() { float x = 0.0; A8 gl_FragColor = vec4(x); }\n"
)
"""Ten to the eighth statements out of a few hundred bytes: the compiler does not come back."""


def _server(start_server: StartServer, folder: Path, **settings: str) -> Server:
    shaders = folder / "shaders"
    shaders.mkdir()
    (shaders / "bomb.fs").write_text(MACRO_BOMB)
    folders = f"{shaders}:{SMALL['SHADERS_DIR']}"
    return start_server(SHADERS_DIR=folders, **settings)


def _other_job_is_untouched(server: Server, job: str, other: str) -> None:
    done = server.client.completed(other)
    assert done["attempt"] == 1
    assert server.client.job(job)["jobId"] == job
    assert server.client.call("GET", "/health").status == 200


@pytest.mark.timeout(120)
def test_a_macro_bomb_stalls_only_its_own_job(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = _server(start_server, tmp_path, STALL_TIMEOUT_MS="500")
    bomb = server.client.submit(media.wav(1), media.photo(), effect="bomb")
    other = server.client.submit(media.wav(4), media.photo())
    failed = server.client.wait(bomb)
    _other_job_is_untouched(server, bomb, other)
    figure(f"status {failed['status']}, code {failed['code']}, {failed['attempt']} attempts")
    assert (failed["status"], failed["code"]) == ("failed", "render_stalled")
    assert failed["attempt"] == 3
    assert failed["report"]["renderer"]
    assert eventually(lambda: not server.descendants("worker"), within_s=5)


@pytest.mark.timeout(120)
def test_a_crash_while_compiling_fails_only_its_own_job(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    """SIGSEGV is sent while the driver compiles: what a driver's own crash looks like."""
    server = _server(start_server, tmp_path)
    bomb = server.client.submit(media.wav(1), media.photo(), effect="bomb")
    other = server.client.submit(media.wav(20), media.photo(), effect="plain")
    pause = threading.Event()
    killed: set[int] = set()

    def crash_compiler() -> None:
        """The bomb's worker is the one that burns processor time without an ffmpeg."""
        while len(killed) < 3:
            for worker in server.descendants("worker"):
                busy = worker.command.split()[-1] == "segment" and _cpu_s(worker.pid) > 1.5
                fed = any(p.parent == worker.pid for p in server.descendants("ffmpeg"))
                if busy and not fed and worker.pid not in killed:
                    killed.add(worker.pid)
                    os.kill(worker.pid, signal.SIGSEGV)
            pause.wait(0.1)

    crasher = threading.Thread(target=crash_compiler, daemon=True)
    crasher.start()
    failed = server.client.wait(bomb, patience_s=90)
    crasher.join(10)
    _other_job_is_untouched(server, bomb, other)
    figure(f"SIGSEGV sent while compiling, {len(killed)} times; code {failed['code']}")
    assert (failed["status"], failed["code"]) == ("failed", "worker_crashed")


def test_a_job_that_takes_too_long_in_its_slots_ends(
    start_server: StartServer, figure: Figure
) -> None:
    server = start_server(EXPORT_TIMEOUT_MS="1500", PLANS="free=360")
    long = server.client.submit(media.wav(120), media.photo())
    failed = server.client.wait(long)
    figure(f"code {failed['code']} after {failed['finishedAt'] - failed['startedAt']} ms")
    assert (failed["status"], failed["code"]) == ("failed", "render_timeout")
    assert eventually(lambda: not server.descendants("worker"), within_s=5)
    assert eventually(lambda: not server.left_on_disk(), within_s=5)


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_an_effect_that_does_not_compile_says_where(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = _server(start_server, tmp_path)
    text = _HEADER + "void main() {\n    gl_FragColor = vec4(speed);\n}\n"
    (tmp_path / "shaders" / "wrong.fs").write_text(text)
    job = server.client.submit(media.wav(0.3), media.photo(), effect="wrong")
    failed = server.client.wait(job)
    figure(
        f"{failed['code']} at {failed['diagnostics'][0]['file']}:{failed['diagnostics'][0]['line']}"
    )
    assert failed["code"] == "shader_compile_failed"
    assert failed["attempt"] == 1
    first = failed["diagnostics"][0]
    assert (first["file"], first["line"], first["severity"]) == ("wrong.fs", 3, "error")
    assert "speed" in first["message"]
    assert "speed" in first["source"]
