"""A running `effects watch` and a browser."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.limits import HANG_S

SOON_S = HANG_S
"""Timeout of every wait."""
_GREEN = "vec4(level, 0.8, 0.0, 1.0)"
_EFFECT = """/*{
    "INPUTS": [
        {"NAME": "level", "TYPE": "float", "DEFAULT": 0.25},
        {"NAME": "flash", "TYPE": "event"}
    ]
}*/
void main() {
    gl_FragColor = {color};
    if (flash) gl_FragColor = vec4(1.0);
}
"""


def text(color: str = _GREEN) -> str:
    """Return the source of an effect of this colour."""
    return _EFFECT.replace("{color}", color)


@dataclass(frozen=True)
class Watching:
    """A running command and the file it watches."""

    process: subprocess.Popen[str]
    file: Path
    address: str

    def write(self, text: str) -> None:
        self.file.write_text(text)

    def answer(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send a GET request and return its status, headers and body."""
        connection = HTTPConnection(self.address.removeprefix("http://").strip("/"), timeout=SOON_S)
        connection.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        with contextlib.closing(connection), connection.getresponse() as answer:
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def send(self, path: str, body: bytes) -> tuple[int, dict[str, str]]:
        """Send a POST request and return its status and JSON."""
        connection = HTTPConnection(self.address.removeprefix("http://").strip("/"), timeout=SOON_S)
        connection.request("POST", path, body)
        with contextlib.closing(connection), connection.getresponse() as answer:
            return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    folder = tmp_path_factory.mktemp("watching")
    (folder / "track.wav").write_bytes(media.wav(1.5))
    for name in ("photo.jpg", "photo2.jpg"):
        (folder / name).write_bytes(media.photo())
    file = folder / "green.fs"
    file.write_text(text())
    (folder / "tmp").mkdir()
    options = ["--json", "--audio", "track.wav", "--image", "photo.jpg", "--image2", "photo2.jpg"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.program", "effects", "watch", "green.fs", *options],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Watching(process, file, json.loads(process.stdout.readline())["address"])
    finally:
        process.kill()
        process.communicate()
