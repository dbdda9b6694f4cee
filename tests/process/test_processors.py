"""The processors that may be used, in made-up trees of /proc and of both versions of cgroups."""

import os
from pathlib import Path

import pytest

from server.process import processors, sandbox

V2 = "30 23 0:26 {base} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = "31 23 0:27 {base} /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
OTHER = "32 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"


def _tree(root: Path, membership: str, mounts: str, files: dict[str, str]) -> Path:
    """Create a root folder with /proc/self and the files of control groups."""
    proc = {"proc/self/cgroup": membership, "proc/self/mountinfo": OTHER + mounts}
    for name, text in {**proc, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_quota_of_version_2_is_the_smallest_of_all_parents(tmp_path: Path) -> None:
    top = "sys/fs/cgroup"
    files = {
        f"{top}/pods/one/main/cpu.max": "max 100000\n",
        f"{top}/pods/one/cpu.max": "150000 100000\n",
        f"{top}/pods/cpu.max": "800000 100000\n",
        f"{top}/pods/two/cpu.max": "1000 100000\n",  # a neighbour's
    }
    root = _tree(tmp_path, "0::/pods/one/main\n", V2.format(base="/"), files)
    assert processors.quota(root) == 1.5


def test_quota_is_read_in_a_namespace_of_control_groups(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/cpu.max": "50000 100000\n"}
    root = _tree(tmp_path, "0::/\n", V2.format(base="/"), files)
    assert processors.quota(root) == 0.5
    assert processors.available(root) == 1


def test_quota_of_version_1_is_read_where_the_container_is_mounted(tmp_path: Path) -> None:
    top = "sys/fs/cgroup/cpu,cpuacct"
    files = {f"{top}/cpu.cfs_quota_us": "25000\n", f"{top}/cpu.cfs_period_us": "50000\n"}
    membership = "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n"
    root = _tree(tmp_path, membership, V1.format(base="/docker/abc"), files)
    assert processors.quota(root) == 0.5


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"sys/fs/cgroup/cpu.max": "max 100000\n"},
        {"sys/fs/cgroup/cpu.max": "\n"},
        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n"},
        {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "500\n"},  # without its period
    ],
)
def test_no_quota_leaves_the_affinity(tmp_path: Path, files: dict[str, str]) -> None:
    mounts = V1.format(base="/") + V2.format(base="/")
    root = _tree(tmp_path, "4:cpu,cpuacct:/\n0::/\n", mounts, files)
    assert processors.quota(root) is None
    assert processors.available(root) == len(os.sched_getaffinity(0))


def test_a_system_without_control_groups_has_no_quota(tmp_path: Path) -> None:
    assert processors.quota(tmp_path) is None


def test_quota_is_rounded_up_and_never_above_the_affinity(tmp_path: Path) -> None:
    cores = len(os.sched_getaffinity(0))
    files = {"sys/fs/cgroup/cpu.max": f"{cores * 100_000 + 1} 100000\n"}
    root = _tree(tmp_path, "0::/\n", V2.format(base="/"), files)
    assert processors.available(root) == cores


@pytest.mark.parametrize(
    ("quota", "threads"),
    [("max 100000", None), ("6400000 100000", None), ("550000 100000", "6"), ("50000 100000", "0")],
)
def test_quota_bounds_the_threads_of_software_rendering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, threads: str | None
) -> None:
    monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(64)))
    root = _tree(tmp_path, "0::/\n", V2.format(base="/"), {"sys/fs/cgroup/cpu.max": quota})
    assert sandbox.environment(root).get("LP_NUM_THREADS") == threads
    monkeypatch.setenv("LP_NUM_THREADS", "3")
    assert sandbox.environment(root)["LP_NUM_THREADS"] == "3"
