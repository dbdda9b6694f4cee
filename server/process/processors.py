"""Processors that this process may use, by its affinity and the CPU quota of its control groups.

A container with half a processor on a host of 64 sees all 64: programs that start a thread for each
use up their quota at once and are then throttled for the rest of each period.
"""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_ROOT = Path("/")
_CPU = "cpu"


def available(root: Path = _ROOT) -> int:
    """Return the number of processors worth a thread each: the quota rounded up, 1 at least.

    Args:
        root: the folder that holds ``proc`` and the mounts that it names.
    """
    allowed = len(os.sched_getaffinity(0))
    limit = quota(root)
    return allowed if limit is None else max(1, min(allowed, math.ceil(limit)))


def quota(root: Path = _ROOT) -> float | None:
    """Return the smallest CPU quota over this process, in processors; None where there is none.

    Both versions are read: ``cpu.max`` of version 2 and ``cpu.cfs_quota_us`` of version 1 (Linux,
    admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst). A group is bounded by those above it.
    """
    limits = [limit for folder in _groups(root) if (limit := _limit(folder)) is not None]
    return min(limits, default=None)


def _limit(folder: Path) -> float | None:
    if (fields := _read(folder / "cpu.max").split()) == []:
        fields = (
            _read(folder / "cpu.cfs_quota_us").split() + _read(folder / "cpu.cfs_period_us").split()
        )
    if len(fields) != 2 or not all(re.fullmatch(r"[0-9]+", word) for word in fields):
        return None  # "max" and -1 mean that there is no quota
    amount, period = map(int, fields)
    return amount / period if amount and period else None


def _groups(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's groups and of their ancestors that are mounted."""
    memberships = _memberships(root)
    for base, mount, controller in _mounts(root):
        if controller not in memberships:
            continue
        group, top = PurePosixPath(memberships[controller]), root / mount.lstrip("/")
        inside = group.relative_to(base) if group.is_relative_to(base) else PurePosixPath()
        yield from (top / part for part in (inside, *inside.parents))


def _memberships(root: Path) -> dict[str, str]:
    """Return the path of this process's group by controller, "" for version 2 (cgroups(7))."""
    groups: dict[str, str] = {}
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        groups |= dict.fromkeys(controllers.split(","), path)
    return groups


def _mounts(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield root, mount point and controller of each hierarchy that has quotas (proc(5))."""
    for line in _read(root / "proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        base, mount = before.split()[3:5]
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2":
            yield base, mount, ""
        elif kind == "cgroup" and _CPU in options.split(","):
            yield base, mount, _CPU


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
