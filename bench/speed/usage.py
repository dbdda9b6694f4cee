"""Memory and processor time of a process and of all its descendants, from /proc."""

import os
import threading
from collections import defaultdict
from pathlib import Path

from tests.harness import processes

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PERIOD_S = 0.1


class PeakMemory:
    """A context manager that samples the memory of a process and of its descendants.

    Memory is anonymous memory (RssAnon in proc(5)): mapped files, such as the features of a track,
    are left out, because the system can take their pages back.

    Args:
        pid: the process.
    """

    def __init__(self, pid: int) -> None:
        self.bytes: dict[str, int] = defaultdict(int)
        """The largest seen of a single process, by name: server, the task of a worker, ffmpeg."""
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(_PERIOD_S):
            self._add("server", self._pid)
            for process in processes.descendants(self._pid):
                worker = process.kind == "worker"
                self._add(process.command.split()[-1] if worker else process.kind, process.pid)

    def _add(self, name: str, pid: int) -> None:
        self.bytes[name] = max(self.bytes[name], _anonymous_bytes(pid))


def processor_s(pid: int) -> float:
    """Return the processor seconds of a process and of its descendants, ended ones included."""
    pids = [pid, *(process.pid for process in processes.descendants(pid))]
    return sum(map(_own_and_reaped_ticks, pids)) / _TICKS_PER_S


def _anonymous_bytes(pid: int) -> int:
    """Return the anonymous resident memory of a process; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


def _own_and_reaped_ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
