"""The filter of system calls, in processes of their own: it is for good."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.worker.confinement.call_filter import is_supported

pytestmark = pytest.mark.skipif(not is_supported(), reason="no seccomp for this machine")
_PROGRAM = """
import errno, json, os, socket, sys
from server.worker.confinement import call_filter
folder = sys.argv[1]
listening = socket.socket(socket.AF_UNIX)
listening.bind(folder + "/daemon")
listening.listen()
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(folder + "/log")
before = socket.socket(socket.AF_UNIX)
call_filter.deny_calls(unix_sockets=sys.argv[2] == "unix")
def listen():
    own = socket.socket(socket.AF_UNIX)
    own.bind("\\0toqibox-test-" + str(os.getpid()))
    own.listen()
attempts = {
    "listen": listen,
    "sequenced packets": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET),
    "pair": socket.socketpair,
    "connect": lambda: before.connect(folder + "/daemon"),
    "datagrams": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "datagrams without blocking": lambda: socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
    ),
    "raw": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_RAW),
    "datagrams of a pair": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "tcp": lambda: socket.socket(socket.AF_INET),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "vsock": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
}
results = {}
for name, attempt in attempts.items():
    try:
        attempt()
        results[name] = "allowed"
    except OSError as error:
        results[name] = errno.errorcode[error.errno]
print(json.dumps(results))
"""


@pytest.mark.parametrize("sockets", ["none", "unix"])
def test_a_worker_reaches_no_daemon(tmp_path: Path, sockets: str) -> None:
    """NVIDIA's driver may listen; as for daemons, it sees a machine without one."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path), sockets],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    own = "allowed" if sockets == "unix" else "EACCES"
    results = json.loads(done.stdout)
    assert results == {
        **dict.fromkeys(results, "EACCES"),
        "listen": own,
        "sequenced packets": own,
        "pair": "allowed",
        "connect": "ENOENT",
    }
