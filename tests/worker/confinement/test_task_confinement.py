"""A confined worker reaches the files of its task, and nothing else."""

import json
import os
import socket
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.worker_process import TaskError, Timeouts, run_task
from server.process import sandbox
from server.protocol.tasks import Prepare
from server.worker.confinement.task_confinement import landlock_abi
from tests.harness import media

WATCH = Timeouts(idle_s=60, total_s=60)
pytestmark = pytest.mark.skipif(landlock_abi() < 6, reason="this kernel has no Landlock of ABI 6")

_PROGRAM = """
import json, os, signal, socket, subprocess, sys
from pathlib import Path
from server.protocol.tasks import Mux
from server.worker.confinement import task_confinement as confinement
job, other, port, parent = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), os.getppid()
task = Mux(
    segments=(job / "0.mp4",), audio=job / "sound.m4a", out=job / "video.mp4",
    poster=job / "poster.jpg", frames=1, fps=24, size=(64, 36), encoder="x264", title=None,
    artist=None, loudest_s=0.0,
)
confinement.confine(task)
def tcp():
    socket.create_connection(("127.0.0.1", port))
def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def local():
    socket.socket(socket.AF_UNIX)
def datagram_pair():
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
def connect_pair():
    socket.socketpair()[0].connect(str(job / "daemon"))
def shell():
    subprocess.run(["cat", other / "secret"], check=True, stderr=subprocess.DEVNULL)
attempts = {
    "read own": (job / "0.mp4").read_bytes,
    "write own": lambda: (job / "video.mp4").write_bytes(b"x"),
    "rename own": lambda: os.rename(job / "video.mp4", job / "done.mp4"),
    "local pair": socket.socketpair,
    "list a library folder": lambda: os.listdir("/usr/lib"),
    "read another": (other / "secret").read_bytes,
    "list another": lambda: os.listdir(other),
    "write another": lambda: (other / "new").write_bytes(b"x"),
    "by a link": (job / "link").read_bytes,
    "by a program": shell,
    "passwords": Path("/etc/passwd").read_bytes,
    "environment of the parent": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
    "signal the parent": lambda: os.kill(parent, signal.SIGURG),
    "tcp": tcp,
    "udp": udp,
    "local socket": local,
    "pair for datagrams": datagram_pair,
    "connect": connect_pair,
    "open another to others": lambda: os.chmod(other / "secret", 0o666),
    "give another away": lambda: os.chown(other / "secret", 0, 0),
    "age another": lambda: os.utime(other / "secret", (0, 0)),
    "mark another": lambda: os.setxattr(other / "secret", "user.a", b"x"),
    "cut another": lambda: os.truncate(other / "secret", 0),
    "leave the process group": os.setpgrp,
    "leave the session": os.setsid,
    "program": lambda: os.listdir(Path(confinement.__file__).parents[3]),
}
results = {}
for name, attempt in attempts.items():
    try:
        attempt()
        results[name] = True
    except (OSError, subprocess.CalledProcessError):
        results[name] = False
print(json.dumps(results))
"""
_ALLOWED = ("read own", "write own", "rename own", "local pair", "list a library folder")


def test_a_confined_process_reaches_the_folders_of_its_task_only(tmp_path: Path) -> None:
    job, other = tmp_path / "job", tmp_path / "other"
    for folder in (job, other):
        folder.mkdir()
    (other / "secret").write_text("secret")
    (job / "0.mp4").write_text("segment")
    (job / "link").symlink_to(other / "secret")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        port = str(listening.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(job), str(other), port],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        with pytest.raises(BlockingIOError):
            listening.accept()
    results = json.loads(done.stdout)
    assert {name for name, worked in results.items() if worked} == {*_ALLOWED}
    assert sorted(path.name for path in other.iterdir()) == ["secret"]
    assert (other / "secret").read_text() == "secret"


@pytest.mark.parametrize("confined", [True, False])
async def test_workers_of_a_server_are_confined_unless_it_is_turned_off(
    tmp_path: Path, confined: bool
) -> None:
    spool, outside = tmp_path / "spool", tmp_path / "outside"
    for folder in (spool, outside):
        folder.mkdir()
    (outside / "track.wav").write_bytes(media.wav(0.5))
    (spool / "audio").symlink_to(outside / "track.wav")
    (spool / "photo").write_bytes(media.photo())
    server = ForkServer(sandbox.environment(), confined=confined)
    task = Prepare(
        audio=spool / "audio", photo=spool / "photo", folder=spool, max_duration=Decimal(10)
    )
    try:
        if confined:
            with pytest.raises(TaskError):
                await run_task(task, WATCH, launch=server.start)
            (spool / "audio").unlink()
            (spool / "audio").write_bytes(media.wav(0.5))
        result = await run_task(task, WATCH, launch=server.start)
    finally:
        await server.close()
    assert result.audio is not None


_UNREACHABLE = """
import ctypes, struct, sys
from pathlib import Path
from server.protocol.tasks import Prepare
from server.worker.confinement import task_confinement as confinement
none = struct.pack("=II", 0x20080522, 0), bytes(24)
assert ctypes.CDLL(None).capset(*none) == 0  # root would reach every folder
job = Path(sys.argv[1])
confinement.confine(Prepare(audio=job / "audio", photo=None, folder=job, max_duration=1))
print((job / "audio").read_text(), end="")
"""


def test_folders_of_path_that_the_user_cannot_reach_are_left_out(tmp_path: Path) -> None:
    job, closed = tmp_path / "job", tmp_path / "closed"
    (closed / "bin").mkdir(parents=True)
    job.mkdir()
    (job / "audio").write_text("sound")
    closed.chmod(0)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _UNREACHABLE, str(job)],
            check=False,
            capture_output=True,
            text=True,
            env={
                "PATH": f"{closed / 'bin'}:{os.environ['PATH']}",
                "PYTHONPATH": str(Path(__file__).parents[3]),
            },
        )
    finally:
        closed.chmod(0o700)
    assert (done.stdout, done.stderr) == ("sound", "")
