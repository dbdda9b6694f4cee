"""The worker as a program: its lines, its end, its children."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.process import sandbox
from server.protocol.tasks import AnyTask, CompileEffect, Probe
from server.protocol.wire.lines import write_task
from tests.harness.limits import HANG_S
from tests.harness.processes import Process, descendants, living
from tests.harness.rendering import MakeTask, effect_of
from tests.render.drawing import SHOW

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "server.worker.program"]
ENDLESS = """/*{}*/
void main() { gl_FragColor = vec4(fract(TIME), isf_FragNormCoord, 1.0); }
"""


class Worker:
    """A worker process under test."""

    def __init__(self, command: list[str] = COMMAND) -> None:
        self.popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=sandbox.environment(),
            start_new_session=True,
        )

    def send(self, task: bytes | AnyTask) -> None:
        assert self.popen.stdin
        self.popen.stdin.write(task if isinstance(task, bytes) else write_task(task))
        self.popen.stdin.flush()

    def event(self) -> dict[str, Any]:
        assert self.popen.stdout
        event: dict[str, Any] = json.loads(self.popen.stdout.readline())
        return event

    def until(self, *names: str) -> dict[str, Any]:
        deadline = time.monotonic() + HANG_S
        while (event := self.event())["event"] not in names:
            assert time.monotonic() < deadline, event
        return event

    def end(self) -> tuple[int, bytes, bytes]:
        """Close its input; return its exit status and its remaining output."""
        out, err = self.popen.communicate(timeout=HANG_S)
        return self.popen.returncode, out, err


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.popen.kill()
    worker.popen.communicate(timeout=HANG_S)


def _gone(processes: list[Process], within_s: float = 10.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        now = living()
        if not any(p.pid in now and now[p.pid].age_ticks == p.age_ticks for p in processes):
            return True
        time.sleep(0.02)
    return False


def _wait_for(find: Callable[[], list[Process]], within_s: float = 20.0) -> list[Process]:
    deadline = time.monotonic() + within_s
    while not (processes := find()):
        assert time.monotonic() < deadline, "it did not start"
        time.sleep(0.02)
    return processes


def test_two_tasks_in_a_row_then_the_end(worker: Worker, make_task: MakeTask) -> None:
    assert worker.event() == {"event": "started"}
    for first in (0, 5):
        worker.send(make_task(SHOW, first=first, last=first + 5))
        assert worker.event() == {"event": "stage_entered", "stage": "compile"}
        done = worker.until("done", "failed")
        assert done["event"] == "done", done
        assert done["result"]["frames"] == 5
    assert worker.end() == (0, b"", b"")


UNASSIGNED = """/*{}*/
void unset(out float a) { if (TIME < -1.0) a = 1.0; }
void main() {
    vec4 sum; mat3 m; float list[4], a, b;
    for (int i = 0; i < 3; i++) sum += vec4(m[i], list[i]);
    unset(a);
    gl_FragColor = abs(sum + a + b * 2.0);
}
"""


@pytest.mark.fault("G07")
def test_variables_without_a_value_are_zero(worker: Worker) -> None:
    worker.send(CompileEffect(effects=(effect_of(UNASSIGNED),), size=(64, 36)))
    done = worker.until("done", "failed")
    assert done["event"] == "done", done
    if "Mesa" in done["result"]["renderer"] or done["result"]["software"]:
        assert done["result"]["blank"]


def test_a_bad_line_fails_and_the_next_is_performed(worker: Worker, make_task: MakeTask) -> None:
    worker.until("started")
    for line in (b"{nonsense\n", b"[]\n", b'{"task": "sing"}\n', b'{"task": ["probe"]}\n'):
        worker.send(line)
        failed = worker.event()
        assert (failed["event"], failed["code"]) == ("failed", "internal")
        assert failed["detail"]
    worker.send(b'{"task": "draw_segment"}\n')
    failed = worker.event()
    assert (failed["code"], "scene must be given" in failed["detail"]) == ("internal", True)
    worker.send(make_task(SHOW, last=2))
    assert worker.until("done", "failed")["event"] == "done"


@pytest.mark.fault("L05")
def test_an_endless_line_is_refused_whole(worker: Worker) -> None:
    worker.until("started")
    worker.send(b'{"task": "' + b"x" * (9 << 20) + b'"}\n{"task": "sing"}\n')
    assert "is incomplete or exceeds" in worker.event()["detail"]
    assert "“sing” is not a task" in worker.event()["detail"]


def test_an_incomplete_line_is_not_performed(worker: Worker) -> None:
    worker.until("started")
    worker.send(b'{"task": "probe"}')
    assert worker.end()[0] == 0


def test_prints_do_not_break_the_protocol(make_task: MakeTask) -> None:
    stray = """
import os, subprocess, sys
from server.worker import program, registry
from server.worker.tasks import probe
from server.protocol.results.media import EncodedAudio
def noisy(task, progress):
    print("stray", flush=True)
    os.write(1, b'{"event": "done"}\\n')
    subprocess.run(["sh", "-c", "echo from a child"])
    progress.stage("quiet")
    listed = subprocess.run(["ls", "/proc/self/fd"], capture_output=True)
    return EncodedAudio(seconds=len(listed.stdout.split()))
probe.run = noisy
sys.exit(program.main())
"""
    worker = Worker([sys.executable, "-c", stray])
    worker.until("started")
    worker.send(Probe())
    assert worker.event() == {"event": "stage_entered", "stage": "quiet"}
    result = worker.event()["result"]
    # 0 to 2, and the folder that ls reads: the child does not inherit the events' descriptor.
    assert result["seconds"] == 4
    code, out, err = worker.end()
    assert (code, out) == (0, b"")
    assert b"stray" in err
    assert b"from a child" in err


def test_a_compile_error_is_reported(worker: Worker, make_task: MakeTask) -> None:
    worker.send(make_task("/*{}*/\n\nvoid main() { gl_FragColor = vec4(x); }\n"))
    failed = worker.until("done", "failed")
    assert failed["code"] == "shader_compile_failed"
    assert failed["values"] == {"name": "test"}
    assert failed["diagnostics"][0]["line"] == 3
    assert failed["diagnostics"][0]["file"] == "test.fs"


def test_the_probe_tries_every_encoder(worker: Worker, tmp_path: Path) -> None:
    worker.send(Probe(encoders=("x264",), folder=tmp_path))
    result = worker.until("done")["result"]
    assert result["gl"]["ok"], result
    assert result["gl"]["renderer"]
    assert result["gl"]["devices"][0]["index"] == 0
    assert result["ffmpeg"]["ok"]
    assert result["encoders"] == {"x264": {"ok": True, "why": None}}
    worker.send(Probe(egl_device=63))
    gl = worker.until("done")["result"]["gl"]
    assert not gl["ok"]
    assert "device 63" in gl["error"]


def _start_drawing(worker: Worker, make_task: MakeTask) -> list[Process]:
    """Start a segment that takes minutes; return the processes of the worker, itself included."""
    worker.send(make_task(ENDLESS, frames=1_000_000, last=1_000_000))
    worker.until("frames_done")
    encoders = _wait_for(lambda: [p for p in descendants(worker.popen.pid) if p.kind == "ffmpeg"])
    return [*encoders, living()[worker.popen.pid]]


@pytest.mark.fault("H17")
def test_a_killed_worker_ends_ffmpeg(worker: Worker, make_task: MakeTask, tmp_path: Path) -> None:
    processes = _start_drawing(worker, make_task)
    assert {process.group for process in processes} == {worker.popen.pid}
    os.killpg(worker.popen.pid, signal.SIGKILL)
    worker.popen.communicate(timeout=HANG_S)
    assert _gone(processes)
    assert not (tmp_path / "segment.mp4").exists()


@pytest.mark.fault("H04")
def test_a_killed_parent_ends_both(make_task: MakeTask) -> None:
    parent = """
import subprocess, sys
from server.process import sandbox
command = sandbox.command([sys.executable, "-m", "server.worker.program"])
child = subprocess.Popen(command, env=sandbox.environment(), start_new_session=True)
child.wait()
"""
    worker = Worker([sys.executable, "-c", parent])
    worker.until("started")
    processes = _start_drawing(worker, make_task)
    processes += descendants(worker.popen.pid)
    assert {"worker", "ffmpeg"} <= {process.kind for process in processes}
    worker.popen.kill()
    worker.popen.communicate(timeout=HANG_S)
    assert _gone(processes)


@pytest.mark.fault("F04")
def test_a_killed_encoder_fails_only_its_task(worker: Worker, make_task: MakeTask) -> None:
    for process in _start_drawing(worker, make_task):
        if process.kind == "ffmpeg":
            process.kill()
    failed = worker.until("done", "failed")
    assert failed["code"] == "encoder_failed"
    worker.send(make_task(SHOW, last=2))
    assert worker.until("done", "failed")["event"] == "done"
