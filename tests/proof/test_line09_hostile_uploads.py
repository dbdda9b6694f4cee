"""Line 9: hostile uploads get their code; nothing is opened for them, nothing is left of them."""

import os
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from server.jobs.submission.fields import frame_count
from tests.harness import media, rude, tracks, traps, videos
from tests.harness.client import Answer
from tests.harness.server import eventually
from tests.harness.traced import TracedServer, programs
from tests.proof.conftest import FULL, Figure

pytestmark = pytest.mark.line(9)

SLOW_S = 15
"""Maximum silence of a body, and the window of its minimum rate."""
SECONDS = 0.405
"""Length of a small track; far from where a sample more makes another frame."""


class Hostile:
    """The server, the trap, and the state before anything was sent."""

    def __init__(self, server: TracedServer, trap: traps.Trap, folder: Path) -> None:
        self.server = server
        self.trap = trap
        self.folder = folder
        self.photo = media.photo()
        self.track = media.wav(0.4)
        self.descriptors = 0
        self.slow: dict[str, rude.Slow] = {}
        self._of_slow: set[str] = set()

    def begin(self) -> None:
        """Count what an idle server holds, then start the slow clients."""
        job = self.submit(self.track)
        self.server.client.completed(job)
        assert eventually(lambda: not self.server.descendants())
        self.descriptors = self.held()
        port = self.server.client.port
        self.slow = {
            "silent": rude.Slow(port, drips=False),
            "dripping": rude.Slow(port, drips=True),
        }
        for client in self.slow.values():
            client.start()
        assert eventually(lambda: len(self.server.left_on_disk()) == 2)
        self._of_slow = set(self.server.left_on_disk())

    def submit(self, track: bytes | Path) -> str:
        """Submit a job of this track with the cheapest effect; return its id."""
        return self.server.client.submit(track, self.photo, effect="plain")

    def send(self, audio: bytes, photo: bytes, name: str = "track.mp3") -> Answer:
        """Send a POST /export with files of these contents, the track called `name`."""
        path = self.folder / name
        path.write_bytes(audio)
        return self.server.client.export(path, photo)

    def held(self) -> int:
        """Return the number of open descriptors of the server."""
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def assert_clean(self) -> None:
        """Check that nothing is left in memory or on disk, and that the server answers."""
        assert eventually(lambda: not self._left()), self._left()
        assert self.server.client.call("GET", "/health").status == 200

    def holds_more(self) -> bool:
        """Return whether something is on disk that is not of the slow clients."""
        return bool(set(self.server.left_on_disk()) - self._of_slow)

    def _left(self) -> list[str]:
        running = [process.command for process in self.server.descendants()]
        return running + sorted(set(self.server.left_on_disk()) - self._of_slow)


@pytest.fixture(name="hostile", scope="module")
def _hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    trap = traps.Trap(folder / "canary-5b1e7c")
    server = TracedServer(folder / "data")
    with trap.listener, server:
        hostile = Hostile(server, trap, folder)
        hostile.begin()
        yield hostile


def _assert_refused(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["success"] is False
    assert answer.json.get("field") == field
    assert not any(arg in answer.json["error"] for arg in ("tmp/", "spool", "ffmpeg", "Error"))


def _zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("track.mp3", media.wav(0.1))
    return file.getvalue()


Make = Callable[[traps.Trap], bytes]
LOOKS = ("file", "bare path", "web", "concat", "subfile", "key", "master", "dash", "sdp")
NOT_AUDIO: dict[str, tuple[str, Make]] = {
    **{
        f"HLS {way}": ("track.mp3", lambda trap, way=way: traps.playlists(trap)[way])  # type: ignore[misc]
        for way in (*LOOKS, "after a tag")
    },
    "ffconcat": ("track.wav", traps.ffconcat),
    "SVG": ("track.mp3", traps.svg),
    "HTML": ("track.mp3", lambda _: b"<!DOCTYPE html><script>alert(1)</script>" * 9),
    "zip": ("track.m4a", lambda _: _zip()),
    "ELF": ("track.ogg", lambda _: Path("/proc/self/exe").read_bytes()[:50_000]),
    "zeros": ("track.mp3", lambda _: bytes(50_000)),
}
NOT_PHOTOS: dict[str, tuple[Make, int, str]] = {
    "SVG": (traps.svg, 415, "unsupported_media_type"),
    "PostScript": (traps.postscript, 415, "unsupported_media_type"),
    "HTML called GIF": (lambda _: b"GIF89a<script>alert(1)</script>", 422, "undecodable_image"),
    "cut JPEG": (lambda _: media.photo(640, 480)[:3000], 422, "undecodable_image"),
    "bomb by its header": (lambda _: traps.bomb_header(), 413, "image_too_large"),
    "real bomb": (lambda _: traps.bomb(), 413, "image_too_large"),
}


@pytest.mark.fault("A14", "A15", "A22", "E23", "F01")
@pytest.mark.parametrize("name", NOT_AUDIO)
def test_an_invalid_track_is_refused_unopened(hostile: Hostile, figure: Figure, name: str) -> None:
    called, make = NOT_AUDIO[name]
    files = (make(hostile.trap), hostile.photo, called)
    _refused_unopened(hostile, files, (415, "unsupported_media_type"), "audio")
    figure(f"called {called}: 415, nothing opened or run")


@pytest.mark.fault("B02", "B06", "B07", "B08", "E23")
@pytest.mark.parametrize("name", NOT_PHOTOS)
def test_an_invalid_photo_is_refused_unopened(hostile: Hostile, figure: Figure, name: str) -> None:
    make, status, code = NOT_PHOTOS[name]
    files = (hostile.track, make(hostile.trap), "track.wav")
    _refused_unopened(hostile, files, (status, code), "photo")
    figure(f"{status}, nothing opened or run")


def _refused_unopened(
    hostile: Hostile, files: tuple[bytes, bytes, str], expected: tuple[int, str], field: str
) -> None:
    began = time.time()
    answer = hostile.send(*files)
    calls = hostile.server.calls(began)
    _assert_refused(answer, *expected, field)
    assert any("spool" in call and f"/{field}" in call for call in calls), "nothing was traced"
    assert hostile.trap.traces(calls) == []
    assert not hostile.trap.sprung
    assert [name for name, _ in programs(calls) if name in ("ffmpeg", "ffprobe")] == []
    hostile.assert_clean()


@pytest.mark.fault("A01")
@pytest.mark.parametrize(
    ("field", "code"), [("audio", "undecodable_audio"), ("photo", "undecodable_image")]
)
def test_an_empty_file_is_refused(hostile: Hostile, figure: Figure, field: str, code: str) -> None:
    files = {"audio": hostile.track, "photo": hostile.photo, field: b""}
    began = time.time()
    _assert_refused(hostile.send(files["audio"], files["photo"]), 422, code, field)
    assert programs(hostile.server.calls(began)) == []
    hostile.assert_clean()
    figure("422, no process started")


def test_audio_without_a_sample_is_refused(hostile: Hostile) -> None:
    answer = hostile.send(media.wav(0), hostile.photo, "track.wav")
    _assert_refused(answer, 422, "undecodable_audio", "audio")
    hostile.assert_clean()


@pytest.mark.fault("A06")
@pytest.mark.parametrize("rate", [1, 8])
def test_eight_kilobytes_of_many_minutes_are_refused(
    hostile: Hostile, figure: Figure, rate: int
) -> None:
    track = hostile.track[:24] + struct.pack("<II", rate, rate * 4) + hostile.track[32:8044]
    answer = hostile.send(track, hostile.photo, "track.wav")
    if answer.status == 422 and rate == 1:
        # One packet would become half a gigabyte of samples, beyond the decoder's limit.
        _assert_refused(answer, 422, "undecodable_audio", "audio")
    else:
        _assert_refused(answer, 413, "duration_too_long", "duration")
    hostile.assert_clean()
    figure(f"{answer.status}")


@pytest.mark.parametrize("part", [0.02, 0.5, 0.999])
def test_half_an_upload_is_refused(hostile: Hostile, figure: Figure, part: float) -> None:
    began = time.time()
    answer = rude.half(hostile.server.client.port, part=part)
    _assert_refused(answer, 400, "upload_incomplete")
    assert answer.json["retryable"] is True
    assert programs(hostile.server.calls(began)) == []
    hostile.assert_clean()
    figure("400, no process started")


def test_an_aborted_upload_leaves_nothing(hostile: Hostile) -> None:
    began = time.time()
    rude.torn(hostile.server.client.port, hostile.holds_more)
    hostile.assert_clean()
    assert programs(hostile.server.calls(began)) == []


@pytest.mark.parametrize("what", ["form", "bomb"])
def test_a_packed_body_is_refused_unread(hostile: Hostile, figure: Figure, what: str) -> None:
    body = None if what == "form" else bytes(50_000_000)
    began = time.time()
    answer = rude.packed(hostile.server.client.port, body)
    calls = hostile.server.calls(began)
    _assert_refused(answer, 415, "unsupported_content_encoding")
    assert [call for call in calls if "spool" in call] == []
    hostile.assert_clean()
    figure("415, no file made")


def test_a_header_with_a_wrong_length_is_not_trusted(
    hostile: Hostile, tmp_path: Path, figure: Figure
) -> None:
    samples = tracks.noise(SECONDS, 44100, 2)
    kinds = ("wav-16", "flac-16", "m4a-aac", "mp3-vbr") if FULL else ("flac-16", "mp3-vbr")
    lies = [traps.lying(name, samples, tmp_path) for name in kinds]
    sent = [(track, hostile.submit(track)) for track in lies]
    counts = [_assert_made(hostile, job, track, tmp_path) for track, job in sent]
    hostile.assert_clean()
    figure(f"{', '.join(kinds)} that say hours: {counts} frames, as counted")


@pytest.mark.fault("A17")
def test_a_cover_is_never_decoded(hostile: Hostile, tmp_path: Path, figure: Figure) -> None:
    cover = tmp_path / "cover.png"
    cover.write_bytes(traps.bomb(12_000))
    samples = tracks.noise(SECONDS, 44100, 2)
    options = ("-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
    kind = tracks.FORMATS["mp3-cbr"]
    track = tracks.store(samples, 44100, kind, tmp_path / "t.mp3", *options, cover=cover)
    assert cover.read_bytes()[50:] in track.read_bytes()
    began = time.time()
    job = hostile.submit(track)
    run = [argv for name, argv in programs(hostile.server.calls(began)) if name == "ffmpeg"]
    reads = [argv for argv in run if any(arg.endswith("/audio") for arg in argv)]
    assert reads
    for argv in reads:
        decoders = argv[argv.index("-codec_whitelist") + 1].split(",")
        assert not {"png", "mjpeg", "bmp", "gif", "webp"} & set(decoders), argv
    assert any("-vn" in argv for argv in reads)  # the decoding; the others read headers alone
    _assert_made(hostile, job, track, tmp_path)
    hostile.assert_clean()
    figure("an MP3 with a bomb for a cover: accepted, its decoder not allowed")


def _assert_made(hostile: Hostile, job: str, track: Path, folder: Path) -> int:
    """Check that the video is as long as the track's samples; return the frames."""
    hostile.server.client.completed(job)
    video = hostile.server.client.download(job, folder / f"{job}.mp4")
    held = tracks.decoded(track)
    assert SECONDS <= len(held) / tracks.OUR_RATE < SECONDS + 2 * 1152 / 44100
    frames = frame_count(Decimal(len(held)) / tracks.OUR_RATE, 30)
    videos.assert_exact(video, frames, 30)
    videos.assert_well_formed(video)
    return frames


@pytest.mark.parametrize("how", ["silent", "dripping"])
def test_a_slow_sender_is_stopped(hostile: Hostile, figure: Figure, how: str) -> None:
    client = hostile.slow[how]
    client.join(60)
    assert client.answer is not None
    _assert_refused(client.answer, 408, "upload_timeout")
    assert SLOW_S - 1 < client.seconds < 2 * SLOW_S + 5
    figure(f"408 after {client.seconds:.0f} s")


def test_no_refused_upload_leaves_a_file(hostile: Hostile, figure: Figure) -> None:
    for client in hostile.slow.values():
        client.join(60)
    server = hostile.server
    assert eventually(lambda: not server.left_on_disk()), server.left_on_disk()
    assert not list((server.data / "spool").iterdir())
    job = hostile.submit(hostile.track)
    server.client.completed(job)
    assert eventually(lambda: not server.descendants()), server.descendants()
    # aiohttp lets go of a closed connection a moment later.
    assert eventually(lambda: hostile.held() <= hostile.descriptors), hostile.held()
    figure(f"spool empty, no process, {hostile.held()} descriptors as before")
