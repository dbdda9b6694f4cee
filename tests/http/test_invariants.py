"""The invariants of docs/faults.md: what violates them is noticed."""

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.logging_json import log_event
from tests.harness import invariants
from tests.harness.error_bodies import check_error
from tests.http.invariants import Watched, holding

_LOG = logging.getLogger("server.http")
_LISTEN = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
listener.accept()
sys.stdin.read()
"""
SECRET = "a secret of the server"


async def _violations(watched: Watched, do: Callable[[], None]) -> str:
    """Return what the invariants say of a test that does something."""
    with pytest.raises(AssertionError) as caught:
        async with holding(watched, set()):
            do()
    return str(caught.value)


def _log(**facts: object) -> Callable[[], None]:
    return lambda: log_event(_LOG, logging.INFO, "request", **facts)


@pytest.mark.parametrize(
    ("facts", "violated"),
    [
        ({"status": 500}, "I1"),
        ({"method": "POST", "path": "/export", "status": 202, "job": "lost"}, "I4: job lost"),
        ({"path": SECRET}, "I5"),
    ],
)
async def test_a_line_of_the_log(tmp_path: Path, facts: dict[str, object], violated: str) -> None:
    watched = Watched(tmp_path / "canary", secrets={SECRET})
    assert violated in await _violations(watched, _log(**facts))


@pytest.mark.parametrize("name", ["frames/1/frame", "scratch/x", "jobs/ID/sound.wav", "a.part"])
def test_a_file_that_is_left(tmp_path: Path, name: str) -> None:
    for kept in ("jobs/ID/video.mp4", "jobs/ID/poster.jpg", "uploads/ID/audio", "jobs.db"):
        (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / kept).touch()
    assert invariants.of_files(tmp_path) == []
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert invariants.of_files(tmp_path) == [f"I3: {tmp_path / name}"]


async def test_a_changed_file_outside(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "canary")

    def change() -> None:
        watched.canary.write_text("changed")

    assert "I5" in await _violations(watched, change)


async def test_a_connection_to_another_host(tmp_path: Path) -> None:
    listener = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LISTEN, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert listener.stdout is not None
    port = int(await listener.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)):
        message = await _violations(Watched(tmp_path / "canary"), lambda: None)
    listener.kill()
    await listener.communicate()
    assert "I7" in message


def test_the_body_of_an_error() -> None:
    headers = {"x-request-id": "1"}
    right = (
        b'{"success": false, "error": "No.", "code": "no", "retryable": false, "requestId": "1"}'
    )
    check_error("GET /", 404, headers, right)
    for wrong in (b"{}", right.replace(b'"No."', b'""'), right.replace(b'"1"', b'"2"')):
        with pytest.raises(AssertionError):
            check_error("GET /", 404, headers, wrong)
