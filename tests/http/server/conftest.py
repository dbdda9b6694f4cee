"""Servers as processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    """Start `python -m server serve` on a free port, with its log in log.txt."""
    started: list[subprocess.Popen[str]] = []

    def go(**settings: str) -> "subprocess.Popen[str]":
        values = {"PORT": "0", "DATA_DIR": str(tmp_path / "data"), "PLANS": "free=36"}
        with (tmp_path / "log.txt").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **values, "MIN_FREE_MB": "0", **settings},
            )
        started.append(process)
        return process

    yield go
    for process in started:
        process.kill()
        process.communicate()


def port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:")
    return int(line.rpartition(":")[2])
