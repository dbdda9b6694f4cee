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
        """``worker``, ``ffmpeg``, ``server`` or ``other``."""
        if "server.render.worker" in self.command:
            return "worker"
        words = self.command.split()
        if words and Path(words[0]).name in ("ffmpeg", "ffprobe"):
            return "ffmpeg"
        return "server" if " serve" in self.command else "other"

    @property
    def rss_bytes(self) -> int:
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def is_alive(self) -> bool:
        """Whether it is still there, and not another one with its number."""
        now = _read(Path(f"/proc/{self.pid}"))
        return now is not None and now.age_ticks == self.age_ticks

    def pause(self) -> None:
        """SIGSTOP it: it stays what it is, and takes no processor time."""
        os.kill(self.pid, signal.SIGSTOP)

    def kill(self) -> bool:
        """SIGKILL it; False when it was gone already."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def living() -> dict[int, Process]:
    """Every process that is not a zombie."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            process = _read(entry)
            if process:
                found[process.pid] = process
    return found


def _read(entry: Path) -> Process | None:
    try:
        stat = (entry / "stat").read_text()
        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rsplit(")", 1)[1].split()
    if fields[0] == "Z":
        return None
    return Process(int(entry.name), int(fields[1]), int(fields[2]), command, int(fields[19]))


def descendants(root: int) -> list[Process]:
    """All that `root` started, directly or not; not `root` itself."""
    processes = living()
    found: list[Process] = []
    seeds = [root]
    while seeds:
        seed = seeds.pop()
        children = [process for process in processes.values() if process.parent == seed]
        found += children
        seeds += [child.pid for child in children]
    return found


def mentioning(text: str) -> list[Process]:
    """Processes whose command line names `text`, such as a data folder."""
    return [process for process in living().values() if text in process.command]
