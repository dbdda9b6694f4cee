"""Line 5: sizes, rates and lengths are exact; a part of a track is that part, to the sample."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from server.jobs.submission.fields import frame_count
from tests.harness import media, photos, tracks, videos
from tests.harness.limits import HANG_S
from tests.harness.server import Server
from tests.proof.conftest import FULL, Figure

pytestmark = pytest.mark.line(5)

MAX_DURATION_S = 240 if FULL else 21
ODD = "12.345" if FULL else "4.345"
"""Seconds that are not a whole number of frames, and more than the track has."""
TRACK_S = 3
"""Length of the track of most videos."""
MAX_SHIFT = 48
"""Samples at 48 kHz: 1 ms."""
PLANTED_TEXT = "planted-7f3a91"
WAIT_S = 5000 if FULL else HANG_S
EFFECT: dict[str, str] = {} if FULL else {"effect": "plain"}
"""The server's own default at full size."""


@dataclass(frozen=True)
class RequestedVideo:
    """A requested video, with its expected size and length."""

    duration: str
    fps: int
    size: tuple[int, int]
    plan: str = "free"
    aspect: str = "16:9"

    def __str__(self) -> str:
        return f"{self.plan} {self.aspect} {self.duration} s at {self.fps}"


REQUESTED_VIDEOS = [
    RequestedVideo("0.5", 24, (1920, 1080) if FULL else (96, 54), plan="premium"),
    RequestedVideo(ODD, 30, (720, 1280) if FULL else (36, 64), aspect="9:16"),
    RequestedVideo("0.01", 50, (720, 720) if FULL else (36, 36), aspect="1:1"),
    RequestedVideo("1.01", 25, (720, 900) if FULL else (36, 46), aspect="4:5"),
    RequestedVideo(ODD, 60, (1080, 1920) if FULL else (54, 96), plan="premium", aspect="9:16"),
]
if FULL:
    REQUESTED_VIDEOS += [
        RequestedVideo("1.01", fps, size, plan, aspect)
        for fps in (24, 25, 30, 50, 60)
        for plan, aspect, size in (
            ("free", "16:9", (1280, 720)),
            ("premium", "1:1", (1080, 1080)),
            ("premium", "4:5", (1080, 1350)),
        )
    ]


@dataclass(frozen=True)
class Clip:
    """A part from the second minute of a track in one format, of ten minutes, or three if small."""

    format: str
    rate: int
    channels: int
    seconds: int = 30

    def __str__(self) -> str:
        return f"{self.format} {self.rate} Hz"

    def minute(self, number: int) -> tracks.Samples:
        """Return the samples of one minute of the track, no two of them alike."""
        return tracks.noise(60, self.rate, self.channels, seed=number)

    def store(self, folder: Path) -> Path:
        """Write the whole track to a file."""
        kind = tracks.FORMATS[self.format]
        samples = np.concatenate([self.minute(number) for number in range(10 if FULL else 3)])
        return tracks.store(samples, self.rate, kind, folder / f"{self}.{kind.suffix}")


CLIPS = [Clip("mp3-vbr", 8000, 1, 30 if FULL else 10), Clip("wav-16", 8000, 1, 30 if FULL else 3)]
if FULL:
    CLIPS += [Clip("mp3-cbr", 44100, 2), Clip("mp3-bare", 44100, 1), Clip("flac-16", 32000, 1)]
    CLIPS += [Clip("ogg-vorbis", 44100, 2), Clip("ogg-opus", 48000, 2), Clip("m4a-aac", 44100, 2)]


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server, at full size with its default plans."""
    plans = "" if FULL else "free=36,premium=54"
    settings = {"PLANS": plans, "PREMIUM_HEAD_START_SEC": "0", "EXPORT_TIMEOUT_MS": "7200000"}
    settings["MAX_DURATION_SEC"] = str(MAX_DURATION_S)
    folder = tmp_path_factory.mktemp("sizes")
    with Server(folder / "data", SEGMENT_SEC="10", **settings) as server:
        yield server


@pytest.fixture(name="quick_server", scope="module")
def _quick_server(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server for audio, where the size of the video does not matter."""
    if not FULL:
        yield server
        return
    with Server(tmp_path_factory.mktemp("quick") / "data", SEGMENT_SEC="10") as quick:
        yield quick


@dataclass
class SentJobs:
    """All jobs of this line; they are sent at once, so that both slots are always busy."""

    server: Server
    quick_server: Server
    jobs: dict[object, str]

    def video(self, key: object, folder: Path) -> Path:
        """Return the finished video of a request, of a clip, or of ``longest``."""
        server = self.quick_server if isinstance(key, Clip) else self.server
        server.client.completed(self.jobs[key], timeout_s=WAIT_S)
        return server.client.download(self.jobs[key], folder / "film.mp4")


@pytest.fixture(name="sent", scope="module")
def _sent(
    server: Server, quick_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> SentJobs:
    folder = tmp_path_factory.mktemp("sent")
    track, photo = _with_planted_text(folder), photos.planted(PLANTED_TEXT, media.photo(640, 480))
    assert photo.count(PLANTED_TEXT.encode()) >= 4

    def send(key: RequestedVideo | Clip | str) -> str:
        if isinstance(key, RequestedVideo):
            fields = {"plan": key.plan, "aspect": key.aspect, "fps": str(key.fps), **EFFECT}
            # A space means that there are none; without it the track's tags would be used.
            fields |= {"title": " ", "artist": " "}
            return server.client.submit(track, photo, duration=key.duration, **fields)
        if isinstance(key, Clip):
            fields = {"start": "60", "duration": str(key.seconds), **EFFECT}
            return quick_server.client.submit(key.store(folder), media.photo(), **fields)
        fields = {"plan": "premium"} if FULL else EFFECT
        return server.client.submit(_mono(str(MAX_DURATION_S), 8000), media.photo(), **fields)

    keys: list[RequestedVideo | Clip | str] = ["longest", *CLIPS, *REQUESTED_VIDEOS]
    with ThreadPoolExecutor(2) as pool:
        return SentJobs(server, quick_server, dict(zip(keys, pool.map(send, keys), strict=True)))


def _with_planted_text(folder: Path) -> Path:
    """Write an MP3 whose every tag holds PLANTED_TEXT."""
    tags = [
        f"{name}={PLANTED_TEXT}" for name in ("title", "artist", "comment", "copyright", "TXXX")
    ]
    options = [word for tag in tags for word in ("-metadata", tag)]
    samples = tracks.noise(TRACK_S, 44100, 2)
    track = tracks.store(samples, 44100, tracks.FORMATS["mp3-cbr"], folder / "t.mp3", *options)
    assert PLANTED_TEXT.encode() in track.read_bytes()
    return track


def _mono(seconds: str, rate: int) -> bytes:
    """Return a WAV of noise of exactly this length."""
    count = Decimal(seconds) * rate
    assert count == int(count)
    return media.wav_of(tracks.noise(int(count) / rate, rate, 1), rate)


@pytest.mark.fault("D02", "F16")
@pytest.mark.parametrize("requested", REQUESTED_VIDEOS, ids=str)
def test_size_and_length(
    sent: SentJobs, tmp_path: Path, figure: Figure, requested: RequestedVideo
) -> None:
    video = sent.video(requested, tmp_path)
    frames = frame_count(Decimal(requested.duration), requested.fps)
    stream = videos.stream(video, "video")
    assert (stream["width"], stream["height"]) == requested.size
    assert stream.get("sample_aspect_ratio", "1:1") == "1:1"
    videos.assert_exact(video, frames, requested.fps)
    videos.assert_well_formed(video)
    beyond = media.read_audio(video)[int((TRACK_S + 0.1) * tracks.OUR_RATE) :]
    assert not beyond.size or np.abs(beyond).max() < 0.001, "no silence after the track"
    figure(f"{requested.size[0]}×{requested.size[1]}, {frames} frames, packets and times exact")


@pytest.mark.fault("B18", "F16")
def test_nothing_of_the_uploads_metadata_is_left(sent: SentJobs, tmp_path: Path) -> None:
    poster = f"/download/{sent.jobs[REQUESTED_VIDEOS[0]]}/poster.jpg"
    video = sent.video(REQUESTED_VIDEOS[0], tmp_path).read_bytes()
    for data in (video, sent.server.client.call("GET", poster).body):
        assert len(data) > 500
        for word in (PLANTED_TEXT.encode(), PLANTED_TEXT.encode("utf-16-le"), b"Exif", b"GPS"):
            assert word not in data


def test_the_longest_video_is_exact(sent: SentJobs, tmp_path: Path, figure: Figure) -> None:
    video = sent.video("longest", tmp_path)
    videos.assert_exact(video, MAX_DURATION_S * 30, 30)
    videos.assert_well_formed(video)
    stream = videos.stream(video, "video")
    size = f"{stream['width']}×{stream['height']}"
    figure(f"{MAX_DURATION_S * 30} frames of {size}, packets and times exact")


@pytest.mark.fault("A05", "D02")
def test_a_longer_one_is_refused(sent: SentJobs, figure: Figure) -> None:
    client, short = sent.server.client, media.wav(0.2)
    as_field = client.export(short, media.photo(), duration=f"{MAX_DURATION_S}.001")
    as_track = client.export(_mono(f"{MAX_DURATION_S}.001", 8000), media.photo())
    for response in (as_field, as_track):
        assert (response.status, response.json["code"]) == (413, "duration_too_long")
        assert response.json["field"] == "duration"
        assert str(MAX_DURATION_S) in response.json["error"]
    assert not list((sent.server.data / "spool").iterdir())
    figure(f"{MAX_DURATION_S}.001 s refused, as a field and as a track")


@pytest.mark.parametrize("clip", CLIPS, ids=str)
def test_an_excerpt_is_that_part_of_the_track(
    sent: SentJobs, tmp_path: Path, figure: Figure, clip: Clip
) -> None:
    video = sent.video(clip, tmp_path)
    videos.assert_exact(video, clip.seconds * 30, 30)
    audio = media.read_audio(video)[:, 0]
    minute = tracks.at_our_rate(clip.minute(1), clip.rate)[:, 0]
    delay = _delay(clip, tmp_path) if tracks.FORMATS[clip.format].delayed else 0
    shifts = []
    for at in (0, clip.seconds - 2):  # at both ends: the clock must not drift either
        part = slice(at * tracks.OUR_RATE, (at + 2) * tracks.OUR_RATE)
        shift, match = tracks.lag(audio[part], minute[part])
        shifts.append(abs(shift - delay))
        assert match > 0.9, (at, shift, match)
    figure(f"60 to {60 + clip.seconds} s, off by {max(shifts) / 48:.2f} ms at most")
    assert max(shifts) <= MAX_SHIFT


def _delay(clip: Clip, folder: Path) -> int:
    """Return the delay of a file, in every player, that does not describe its codec's delay."""
    decoded = tracks.decoded(clip.store(folder))[: 2 * tracks.OUR_RATE, 0]
    beginning = tracks.at_our_rate(clip.minute(0)[: 2 * clip.rate], clip.rate)
    return tracks.lag(decoded, beginning[:, 0])[0]
