"""A server that is killed while it makes a cut of a track."""

import socket
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.server import Server, eventually
from tests.http.cuts import decode_flac
from tests.http.wire import form, head, part

STEPS = ("spool/*/audio", "previews/track-*/*/spectra.npy.part", "spool/*/cut/sound.flac.part")
"""Files that are there while a cut is decoded, analysed and encoded."""


@pytest.mark.slow
def test_a_kill_leaves_no_half_cut(tmp_path: Path) -> None:
    """SIGKILL in each step of a cut: the next server has none of it, and makes it again."""
    server = Server(tmp_path / "data", MAX_PARALLEL_EXPORTS="0")
    with server:
        body = form(part("audio", media.wav(8), filename="a"))
        kind = {"Content-Type": "multipart/form-data; boundary=x-toqibox-boundary"}
        track = server.client.call("POST", "/tracks", body, kind).json["url"]
        folder = server.data / "uploads" / track.split("/")[-1]
        for step in STEPS:
            with socket.create_connection(("127.0.0.1", server.client.port)) as client:
                client.sendall(head(f"GET {track}/cut"))
                reached = eventually(lambda step=step: any(server.data.glob(step)), every_s=0.001)
                server.kill()
            assert reached, step
            server.start()
            assert not list((server.data / "spool").iterdir())
            assert not list((server.data / "previews").glob("*.part"))
            assert {path.name for path in folder.iterdir()} == {"about.json", "audio"}
        while (answer := server.client.call("GET", f"{track}/cut")).status == 202:
            pass
        assert answer.json["seconds"] == 8
        audio = server.client.call("GET", answer.json["sound"])
        assert len(decode_flac(audio.body)) == 8 * 48_000
