"""Kept tracks and their cuts for tests: without decoding and analysing them."""

import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.jobs.storage.data_folder import new_id
from server.jobs.storage.kept_uploads import KeptUpload
from tests.harness import media
from tests.harness.limits import HANG_S
from tests.harness.track_cuts import CUT_ID, make_cut
from tests.http.conftest import Running
from tests.http.wire import Response, exchange, form, head, part, post

TRACK = media.wav(1.2)


async def get(running: Running, path: str, *headers: str, method: str = "GET") -> Response:
    return await exchange(running.port, head(f"{method} {path}", *headers), wait_s=HANG_S)


def add_track(running: Running, seconds: float = 1.0, owner: str = "") -> KeptUpload:
    """Keep a track without decoding it."""
    folder = running.service.intake.new_spool()
    (folder / "audio").write_bytes(TRACK)
    return running.service.kept_uploads.keep("track", folder, {"seconds": seconds}, owner)


def add_cut(running: Running, track: KeptUpload) -> str:
    """Keep a cut of a small layout; return its path."""
    made = make_cut(running.service.data.spool / new_id())
    running.service.cuts.kept.keep(track, made)
    return f"/tracks/{track.id}/cuts/{CUT_ID}"


def decode_flac(content: bytes) -> NDArray[np.int16]:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", "pipe:0", "-f", "s16le", "pipe:1"]
    decoded = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    return np.frombuffer(decoded, "<i2").reshape(-1, 2)


async def keep_track(running: Running, audio: bytes = TRACK) -> str:
    """Keep a track; return its path."""
    request = post(form(part("audio", audio, filename="a")))
    created = await exchange(
        running.port, request.replace(b"POST /export", b"POST /tracks", 1), wait_s=HANG_S
    )
    assert created.status == 201, created.body
    return str(created.json["url"])


async def cut_of(running: Running, track: str, query: str = "") -> dict[str, Any]:
    """Return a cut, however long the server takes."""
    while (answer := await get(running, f"{track}/cut{query}")).status == 202:
        assert answer.headers["retry-after"] == "1"
    assert answer.status == 200, answer.body
    return answer.json
