"""The order of an acceptance: what a loss of power may take is on disk before the client hears."""

import re
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.server import Server

_PATH = r"\d+<[^>]*"
_STEPS = {
    "the audio is written": rf"fsync\({_PATH}/spool/[^>]*/sound\.wav\.part>",
    "the audio has its name": r'rename\w*\(.*sound\.wav\.part".*sound\.wav"',
    "the names in the folder are written": rf"fsync\({_PATH}/spool/[^/>]+>",
    "the folder is that of a job": r'rename\w*\(.*/spool/[^"]*".*/jobs/[^"]*"',
    "its name is written": rf"fsync\({_PATH}/jobs>",
    "the row is written": rf"fdatasync\({_PATH}/jobs\.db-wal>",
    "the client hears": r"send\w*\(.*HTTP/1\.1 202",
}
"""System calls of an acceptance, each after the one before it."""


class _SyncTracedServer(Server):
    """A server under strace that writes down what it makes durable, and what it sends."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, MAX_PARALLEL_EXPORTS="0")
        self.trace = data.with_name("strace")
        command = ["strace", "-D", "-q", "-f", "--seccomp-bpf", "-y", "-s", "32"]
        calls = "fsync,fdatasync,?rename,renameat,?renameat2,sendto,sendmsg"
        self.prefix = (*command, "-e", f"trace={calls}", "-o", str(self.trace))


@pytest.mark.slow
@pytest.mark.fault("I13")
def test_files_and_row_are_durable_before_the_response(tmp_path: Path) -> None:
    server = _SyncTracedServer(tmp_path / "data")
    with server:
        server.client.submit(media.wav(0.2), media.photo(), effect="plain")
    calls = server.trace.read_text(errors="replace").splitlines()
    at = 0
    for step, pattern in _STEPS.items():
        matches = [number for number, call in enumerate(calls[at:], at) if re.search(pattern, call)]
        assert matches, (step, calls[at:])
        at = matches[0] + 1
