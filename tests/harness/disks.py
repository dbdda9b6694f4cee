"""Small file systems of their own, for tests of disks that are full or cannot be written."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a tmpfs of so many MB at `folder`; skip the test if that is not allowed.

    Users who may mount in a namespace of their own alone: see tests/jobs/storage/test_namespace.py.
    """
    folder.mkdir(exist_ok=True)
    why = _mount(folder, megabytes)
    if why is not None:
        pytest.skip(f"this user may mount no file system: {why}")
    try:
        yield folder
    finally:
        _unmount(folder)


def why_no_mount() -> str | None:
    """Try to mount a small disk; return why this user may not."""
    with tempfile.TemporaryDirectory() as folder:
        why = _mount(Path(folder), 1)
        _unmount(Path(folder))
    return why


def _mount(folder: Path, megabytes: int) -> str | None:
    options = f"size={megabytes}m,mode=700"
    argv = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "there is no mount command"
    return mounted.stderr.strip() if mounted.returncode else None


def _unmount(folder: Path) -> None:
    # Lazily: what a failed test has left running must not keep it.
    while os.path.ismount(folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(disk: Path) -> None:
    """Refuse to open files for writing on the mounted `disk` from now on.

    A second, read-only mount lies over the first, which has files open and cannot be changed.
    """
    subprocess.run(["mount", "--bind", str(disk), str(disk)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Leave no free byte on `disk`."""
    with (disk / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
