"""Line 11: `doctor` and `/ready` report what a machine lacks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.harness import media
from tests.harness.limits import HANG_S
from tests.harness.server import SMALL
from tests.proof.conftest import Figure, StartServer

pytestmark = pytest.mark.line(11)

NO_EGL = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent.json"}


def _doctor(data: Path, **settings: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the exit status, and the worst finding of each name."""
    environment = {**os.environ, **SMALL, **settings, "DATA_DIR": str(data)}
    done = subprocess.run(
        [sys.executable, "-m", "server", "doctor", "--json"],
        env=environment,
        capture_output=True,
        timeout=HANG_S,
        check=False,
    )
    findings: dict[str, dict[str, Any]] = {}
    rank = ("ok", "warning", "failed")
    for result in json.loads(done.stdout)["findings"]:
        before = findings.get(result["name"])
        if before is None or rank.index(result["state"]) > rank.index(before["state"]):
            findings[result["name"]] = result
    return done.returncode, findings


def _path_without_ffmpeg(folder: Path) -> str:
    """Return a PATH with everything except ffmpeg."""
    empty = folder / "bin"
    empty.mkdir()
    return str(empty)


def test_a_healthy_server_is_ready(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    status, findings = _doctor(tmp_path / "doctor")
    assert status == 0
    assert {result["state"] for result in findings.values()} <= {"ok", "warning"}
    ready = start_server(probes=True).client.call("GET", "/ready")
    assert ready.status == 200
    figure(f"ready on {ready.json['renderer']}, software {ready.json['software']}")
    assert ready.json["encoders"]["x264"]["ok"]
    if ready.json["software"]:
        assert findings["GL"]["state"] == "warning"
        assert "software" in findings["GL"]["advice"]


_WITHOUT_GPU = pytest.mark.skipif(
    Path("/dev/nvidia0").exists(), reason="a GPU that is there cannot be demanded in vain"
)


@pytest.mark.fault("F08", "G20")
@pytest.mark.parametrize(
    ("lack", "finding", "settings"),
    [
        ("without ffmpeg", "ffmpeg", {}),
        ("without EGL", "GL", NO_EGL),
        pytest.param("NVENC demanded", "encoder", {"ENCODER": "nvenc"}, marks=_WITHOUT_GPU),
        pytest.param("a GPU demanded", "GL", {"REQUIRE_GPU": "1"}, marks=_WITHOUT_GPU),
        ("disk full", "disk", {"MIN_FREE_MB": "99999999"}),
    ],
    ids=lambda value: str(value).replace(" ", "_") if isinstance(value, str) else "",
)
def test_a_missing_part_is_reported(
    start_server: StartServer,
    tmp_path: Path,
    figure: Figure,
    lack: str,
    finding: str,
    settings: dict[str, str],
) -> None:
    if lack == "without ffmpeg":
        settings = {"PATH": _path_without_ffmpeg(tmp_path)}
    status, findings = _doctor(tmp_path / "doctor", **settings)
    assert status == 1
    assert findings[finding]["state"] == "failed"
    assert findings[finding]["advice"]
    server = start_server(probes=True, **settings)
    ready = server.client.call("GET", "/ready")
    assert (ready.status, ready.json["ready"]) == (503, False)
    refused = server.client.export(media.wav(0.2), media.photo())
    assert refused.status == 503
    assert refused.json["code"] in ("not_ready", "storage_full")
    assert "retry-after" in refused.headers
    assert server.client.call("GET", "/health").status == 200
    figure(f"{ready.json['problems']}")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """Mount a small file system of its own, as root; unmount it at the end."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "mounted"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this container may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    """Make `folder` immutable, for root too."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    if subprocess.run(["chattr", "+i", str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("this file system cannot make a folder immutable")
    yield
    subprocess.run(["chattr", "-i", str(folder)], check=True)


@pytest.mark.fault("I05")
def test_a_data_folder_that_turns_read_only_is_reported(
    start_server: StartServer, figure: Figure
) -> None:
    server = start_server()
    assert server.client.call("GET", "/ready").status == 200
    with _unwritable(server.data), _unwritable(server.data / "spool"):
        ready = server.client.call("GET", "/ready")
        refused = server.client.export(media.wav(0.2), media.photo())
        status, findings = _doctor(server.data)
    figure(f"{ready.json['problems']}")
    assert ready.status == 503
    assert refused.status == 503
    assert (status, findings["data folder"]["state"]) == (1, "failed")
    assert server.client.call("GET", "/ready").status == 200
    job = server.client.submit(media.wav(0.2), media.photo(), effect="plain")
    server.client.completed(job)


@pytest.mark.fault("I04")
def test_a_full_disk_is_reported_and_forgotten(
    mounted: Path, start_server: StartServer, figure: Figure
) -> None:
    server = start_server("mounted/data", MIN_FREE_MB="5")
    filler = mounted / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(100_000)):
            pass
    ready = server.client.call("GET", "/ready")
    refused = server.client.export(media.wav(0.2), media.photo())
    assert ready.status == 503
    assert (refused.status, refused.json["code"]) == (503, "storage_full")
    filler.unlink()
    assert server.client.call("GET", "/ready").status == 200
    server.client.completed(server.client.submit(media.wav(0.2), media.photo(), effect="plain"))
    figure(f"{ready.json['problems']}")


def test_a_read_only_data_folder_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    environment = {**os.environ, **SMALL, "DATA_DIR": str(file / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert done.returncode == 1
    assert "DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr
