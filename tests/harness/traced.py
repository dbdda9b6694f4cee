"""A server of which every file opened, every connection and every program run is written down."""

import re
from pathlib import Path

from tests.harness.server import Server

_PROGRAM = re.compile(r'execve\("(?:[^"]*/)?([^"/]+)", \[(.*)\]')
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')


class TracedServer(Server):
    """A server under strace, with all that it starts."""

    def __init__(self, data: Path, **settings: str) -> None:
        super().__init__(data, **settings)
        self.trace = data.with_name(data.name + ".strace")
        # -D: strace is not the parent of the server, which keeps its process id. -y: the file that
        # was opened is written down, also where a link names another.
        command = ["strace", "-D", "-q", "-f", "--seccomp-bpf", "-ttt", "-v", "-y", "-s", "4096"]
        calls = "trace=openat,openat2,?open,socket,connect,execve"
        command += ["-e", calls, "-o", str(self.trace)]
        self.prefix = (*command,)

    def calls(self, since: float, until: float = float("inf")) -> list[str]:
        """Return the system calls of an interval (Unix time in seconds)."""
        lines = self.trace.read_text(errors="replace").splitlines()
        return [line for line in lines if since <= _time_of(line) <= until]


def _time_of(line: str) -> float:
    fields = line.split(maxsplit=2)
    try:
        return float(fields[1])
    except (IndexError, ValueError):  # the last line may be half written
        return 0.0


def programs(calls: list[str]) -> list[tuple[str, list[str]]]:
    """Return the programs that were run: name and arguments."""
    programs = []
    for call in calls:
        match = _PROGRAM.search(call)
        if match and not re.search(r"= -1 E\w+ ", call):
            programs.append((match[1], _WORD.findall(match[2])))
    return programs
