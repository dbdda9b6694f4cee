"""The tests that mount a file system, for users who may do so only in a namespace of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.disks import why_no_mount

TESTS = Path(__file__).parents[2]
MOUNTING = (
    "jobs/storage/test_full_disk.py",
    "http/handlers/test_health.py::test_a_read_only_disk_is_reported_before_its_consequences",
)


def test_tests_pass_as_root_of_a_user_namespace() -> None:
    if why_no_mount() is None:
        pytest.skip("this user may mount, so they run by themselves")
    unshare = [shutil.which("unshare") or pytest.skip("there is no unshare command"), "-Urm"]
    allowed = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if allowed.returncode:
        pytest.skip(f"this user may make no namespace: {allowed.stderr.strip()}")
    paths = [str(TESTS / path) for path in MOUNTING]
    options = ["-q", "-rs", "-n", "0", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*unshare, sys.executable, "-m", "pytest", *options, *paths],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "SKIPPED" not in run.stdout
