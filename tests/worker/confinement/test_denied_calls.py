"""A confined worker has none of the calls that only administrators and debuggers need."""

import errno
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from server.worker.confinement.call_filter import is_supported
from server.worker.confinement.call_numbers import ARCHITECTURES, checked_calls, denied_calls

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
OLDER = 450
"""Calls before this one are in the headers of every system."""
NAMESPACES = ("NEWNS", "NEWCGROUP", "NEWUTS", "NEWIPC", "NEWUSER", "NEWPID", "NEWNET")
REQUIRED = (
    *(
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
    ),
    *("unshare", "setns", "bpf", "keyctl", "add_key", "request_key", "perf_event_open"),
    *("kexec_load", "init_module", "finit_module", "delete_module", "userfaultfd", "swapon"),
    *("swapoff", "reboot", "acct", "personality", "setsid", "fchmod"),
)

_PROGRAM = """
import ctypes, json, os, platform, subprocess, sys, threading
from pathlib import Path
from server.protocol.tasks import Mux
from server.worker.confinement import task_confinement
from server.worker.confinement.call_numbers import checked_calls, denied_calls
job = Path(sys.argv[1])
task_confinement.confine(Mux(
    segments=(job / "0.mp4",), audio=job / "sound.m4a", out=job / "video.mp4",
    poster=job / "poster.jpg", frames=1, fps=24, size=(64, 36), encoder="x264", title=None,
    artist=None, loudest_s=0.0,
))
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    # No call has an effect with these arguments, should it be allowed.
    values = [ctypes.c_long(value) for value in (*arguments, -1, -1, -1, -1, -1, -1)[:6]]
    if libc.syscall(ctypes.c_long(number), *values) == 0 and arguments:
        os._exit(0)  # a child that must not exist
    return ctypes.get_errno()
denied, checked = denied_calls(platform.machine()), checked_calls(platform.machine())
flags = {
    "NEWNS": 0x20000, "NEWCGROUP": 0x2000000, "NEWUTS": 0x4000000, "NEWIPC": 0x8000000,
    "NEWUSER": 0x10000000, "NEWPID": 0x20000000, "NEWNET": 0x40000000,
}
threads = [threading.Thread(target=print, kwargs={"file": sys.stderr})]
for thread in threads:
    thread.start()
    thread.join()
print(json.dumps({
    **{name: call(number) for name, number in denied.items()},
    **{name: call(checked["clone"], flag | 17, 0, 0, 0, 0, 0) for name, flag in flags.items()},
    "clone3": call(checked["clone3"]),
    "io_uring_setup": call(checked["io_uring_setup"]),
    "program": subprocess.run(["true"]).returncode,
}))
"""


@pytest.mark.skipif(not is_supported(), reason="no seccomp for this machine")
def test_a_confined_worker_has_no_call_of_an_administrator(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    results = json.loads(done.stdout)
    assert set(REQUIRED) <= set(denied_calls(platform.machine()))
    assert results == {
        **dict.fromkeys((*denied_calls(platform.machine()), *NAMESPACES), errno.EPERM),
        "clone3": errno.ENOSYS,
        "io_uring_setup": errno.ENOSYS,
        "program": 0,
    }


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip("needs the headers of the kernel")
    definitions = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    known = {name: int(number) for name, number in definitions}
    calls = {**denied_calls(machine), **checked_calls(machine)}
    assert {name: known.get(name, number) for name, number in calls.items()} == calls
    assert [name for name, number in calls.items() if number < OLDER and name not in known] == []
    assert set(REQUIRED) <= set(calls)
