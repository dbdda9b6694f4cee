"""Footprint of a server: memory, descriptors, threads, children, disk space."""

import os
from dataclasses import dataclass, fields
from pathlib import Path

from tests.harness import processes


@dataclass(frozen=True)
class Footprint:
    """Resources that a server holds at one moment."""

    memory_mb: float
    """Resident memory of the server process."""
    descriptors: int
    threads: int
    children: int
    """Descendants, without the fork server."""
    disk_mb: float
    """Size of all files of the data folder, each once, without videos and the driver's shaders."""
    database_mb: float
    """Size of the job table and of its log."""

    @classmethod
    def measure(cls, pid: int, data: Path) -> "Footprint":
        """Measure the server with a process id and a data folder."""
        database = sum(path.stat().st_size for path in data.glob("jobs.db*"))
        family = processes.descendants(pid)
        return cls(
            memory_mb=processes.rss_bytes(pid) / 1e6,
            descriptors=len(os.listdir(f"/proc/{pid}/fd")),
            threads=len(os.listdir(f"/proc/{pid}/task")),
            children=sum(process.kind != "fork_server" for process in family),
            disk_mb=_temporary_bytes(data) / 1e6,
            database_mb=database / 1e6,
        )

    def values(self) -> dict[str, float]:
        """Return the numbers by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.4g}" for name, value in self.values().items())


def list_descriptors(pid: int) -> list[str]:
    """Return the files that a process has open; of a socket its family, and its peer or state."""
    sockets: dict[str, str] = {}
    for family, inode, about in (("tcp", 9, 2), ("tcp6", 9, 2), ("unix", 6, 5)):
        for line in Path(f"/proc/{pid}/net/{family}").read_text().splitlines()[1:]:
            columns = line.split()
            sockets[f"socket:[{columns[inode]}]"] = f"{family} {columns[about]}"
    opened = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return sorted(sockets.get(name, name) for name in opened)


def processor_s(pid: int) -> float:
    """Return the processor seconds of a process, without those of its descendants."""
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, columns[11:13])) / os.sysconf("SC_CLK_TCK")  # utime and stime


def _temporary_bytes(data: Path) -> int:
    """Return the bytes of files that belong to work in progress."""
    sizes: dict[int, int] = {}
    """By inode."""
    for folder, names, files in os.walk(data):
        if Path(folder) == data:
            names[:] = [name for name in names if name != "shaders"]
            continue
        for name in files:
            if name not in ("video.mp4", "poster.jpg"):
                try:
                    stat = os.stat(os.path.join(folder, name))
                    sizes[stat.st_ino] = stat.st_size
                except FileNotFoundError:
                    continue  # the server removes files meanwhile
    return sum(sizes.values())
