"""Processes as seen from outside: /proc, nothing else."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One living process."""

    pid: int
    parent: int
    group: int
    command: str
    age_ticks: int

    @property
    def kind(self) -> str:
        """Return ``worker``, ``fork_server``, ``ffmpeg``, ``server`` or ``other``."""
        if "server.worker.program" in self.command:
            return "worker"
        if "server.worker.fork_server" in self.command:
            return "fork_server"
        arguments = self.command.split()
        if arguments and Path(arguments[0]).name in ("ffmpeg", "ffprobe"):
            return "ffmpeg"
        return "server" if " serve" in self.command else "other"

    @property
    def rss_bytes(self) -> int:
        return rss_bytes(self.pid)

    @property
    def is_alive(self) -> bool:
        """Return True while this process exists, even if its number is used again later."""
        now = _read(self.pid)
        return now is not None and now.age_ticks == self.age_ticks

    def pause(self) -> None:
        """Suspend it with SIGSTOP: it takes no processor time."""
        os.kill(self.pid, signal.SIGSTOP)

    def kill(self) -> bool:
        """Kill it with SIGKILL; return False if it was gone already."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def rss_bytes(pid: int) -> int:
    """Return the resident memory of a process; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def living() -> dict[int, Process]:
    """Return every process that is not a zombie."""
    return {process.pid: process for pid in _ids() if (process := _read(pid))}


def descendants(root: int) -> list[Process]:
    """Return all descendants of `root`, without `root` itself."""
    # Tests look again and again: the family is found first, and only its members are read whole.
    children: dict[int, list[int]] = {}
    for pid in _ids():
        if state := _state(pid):
            children.setdefault(int(state[1]), []).append(pid)
    family, seeds = [], [root]
    while seeds:
        born = children.get(seeds.pop(), [])
        family += born
        seeds += born
    return [process for pid in family if (process := _read(pid))]


def _ids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _state(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat after the name; None if the process is gone."""
    stat = _content(f"/proc/{pid}/stat")
    fields = stat.rpartition(b")")[2].decode().split() if stat is not None else ["Z"]
    return None if fields[0] == "Z" else fields


def _read(pid: int) -> Process | None:
    state, arguments = _state(pid), _content(f"/proc/{pid}/cmdline")
    if state is None or arguments is None:
        return None
    command = arguments.replace(b"\0", b" ").decode(errors="replace").rstrip()
    return Process(pid, int(state[1]), int(state[2]), command, int(state[19]))


def _content(file: str) -> bytes | None:
    """Return a small file of a process; None if the process is gone."""
    try:
        with open(file, "rb", buffering=0) as opened:
            return opened.read()
    except (FileNotFoundError, ProcessLookupError):
        return None


def mentioning(text: str) -> list[Process]:
    """Return the processes whose command line contains `text`, such as a data folder."""
    return [process for process in living().values() if text in process.command]
