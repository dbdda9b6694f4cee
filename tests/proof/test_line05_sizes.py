"""Line 5: sizes, rates and lengths are exact; a part of a track is that part, to the sample."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from server.jobs.fields import frame_count
from tests.harness import films, media, pictures, tracks
from tests.harness.server import Server
from tests.proof.conftest import FULL, Figure

pytestmark = [pytest.mark.line(5), pytest.mark.timeout(280)]

LONGEST = 240
TEN_MINUTES, START = 600, 60
MOST_SHIFT = 48
"""Samples at 48 kHz: 1 ms."""
WORDS = "planted-7f3a91"
PATIENCE_S = 5000 if FULL else 250


@dataclass(frozen=True)
class Wish:
    """A film that is asked for, and how large and how long it must be."""

    duration: str
    fps: int
    size: tuple[int, int]
    plan: str = "free"
    aspect: str = "16:9"

    def __str__(self) -> str:
        return f"{self.plan} {self.aspect} {self.duration} s at {self.fps}"


WISHES = [
    Wish("0.5", 24, (1920, 1080) if FULL else (96, 54), plan="premium"),
    Wish("12.345", 30, (720, 1280) if FULL else (36, 64), aspect="9:16"),
    Wish("0.01", 50, (720, 720) if FULL else (36, 36), aspect="1:1"),
    Wish("1.01", 25, (720, 900) if FULL else (36, 46), aspect="4:5"),
    Wish("12.345", 60, (1080, 1920) if FULL else (54, 96), plan="premium", aspect="9:16"),
]
if FULL:
    WISHES += [
        Wish("12.345", fps, size, plan, aspect)
        for fps in (24, 25, 30, 50, 60)
        for plan, aspect, size in (
            ("free", "16:9", (1280, 720)),
            ("premium", "1:1", (1080, 1080)),
            ("premium", "4:5", (1080, 1350)),
        )
    ]


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """At full size with the server's own plans."""
    plans = "" if FULL else "free=36,premium=54"
    settings = {"PLANS": plans, "PREMIUM_HEAD_START_SEC": "0", "EXPORT_TIMEOUT_MS": "7200000"}
    folder = tmp_path_factory.mktemp("sizes")
    with Server(folder / "data", SEGMENT_SEC="10", **settings) as server:
        yield server


@pytest.fixture(name="quick_server", scope="module")
def _quick_server(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For sound, where the size of the picture does not matter."""
    if not FULL:
        yield server
        return
    with Server(tmp_path_factory.mktemp("quick") / "data", SEGMENT_SEC="10") as quick:
        yield quick


@pytest.fixture(name="wished", scope="module")
def _wished(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[Wish, Path]:
    """The films of all wishes, of a track and a photo that are full of metadata."""
    folder = tmp_path_factory.mktemp("wished")
    track = folder / "track.mp3"
    tags = [f"{name}={WORDS}" for name in ("title", "artist", "comment", "copyright", "TXXX")]
    options = [word for tag in tags for word in ("-metadata", tag)]
    samples = tracks.noise(3.0, 44100, 2)
    tracks.store(samples, 44100, tracks.FORMATS["mp3-cbr"], track, *options)
    photo = pictures.planted(WORDS, media.photo(640, 480))
    assert WORDS.encode() in track.read_bytes()
    assert photo.count(WORDS.encode()) >= 4

    def submit(wish: Wish) -> str:
        fields = {"plan": wish.plan, "aspect": wish.aspect, "fps": str(wish.fps)}
        return server.client.submit(track, photo, duration=wish.duration, **fields)

    with ThreadPoolExecutor(2) as pool:
        jobs = list(pool.map(submit, WISHES))
    for job in jobs:
        server.client.completed(job, patience_s=PATIENCE_S)
        poster = server.client.call("GET", f"/download/{job}/poster.jpg")
        assert WORDS.encode() not in poster.body
        assert b"Exif" not in poster.body
    videos = [server.client.download(job, folder / f"{job}.mp4") for job in jobs]
    return dict(zip(WISHES, videos, strict=True))


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_size_and_length(wished: dict[Wish, Path], figure: Figure, wish: Wish) -> None:
    video = wished[wish]
    frames = frame_count(Decimal(wish.duration), wish.fps)
    found = films.stream(video, "video")
    assert (found["width"], found["height"]) == wish.size
    assert found.get("sample_aspect_ratio", "1:1") == "1:1"
    films.assert_exact(video, frames, wish.fps)
    films.assert_well_formed(video)
    assert WORDS.encode() not in video.read_bytes()
    figure(f"{wish.size[0]}×{wish.size[1]}, {frames} frames, packets and times exact")


def _mono(seconds: str, rate: int) -> bytes:
    """A WAV of noise, so many samples long that it lasts exactly so long."""
    count = Decimal(seconds) * rate
    assert count == int(count)
    return media.wav_of(tracks.noise(int(count) / rate, rate, 1), rate)


def test_the_longest_film_is_exact(server: Server, tmp_path: Path, figure: Figure) -> None:
    track = _mono(str(LONGEST), 8000)
    job = server.client.submit(track, media.photo(), plan="premium" if FULL else "free")
    done = server.client.completed(job, patience_s=PATIENCE_S)
    video = server.client.download(job, tmp_path / "long.mp4")
    films.assert_exact(video, LONGEST * 30, 30)
    films.assert_well_formed(video)
    size = done["resolution"]
    figure(f"{LONGEST * 30} frames of {size['width']}×{size['height']}, packets and times exact")


def test_a_longer_one_is_refused(server: Server, figure: Figure) -> None:
    client, short = server.client, media.wav(0.2)
    as_field = client.export(short, media.photo(), duration=f"{LONGEST}.001")
    as_track = client.export(_mono(f"{LONGEST}.001", 8000), media.photo())
    for answer in (as_field, as_track):
        assert (answer.status, answer.json["code"]) == (413, "duration_too_long")
        assert answer.json["field"] == "duration"
        assert str(LONGEST) in answer.json["error"]
    assert not server.left_on_disk()
    figure(f"{LONGEST}.001 s refused, as a field and as a track")


@dataclass(frozen=True)
class Clip:
    """A part of a ten-minute track in one format."""

    format: str
    rate: int
    channels: int
    seconds: int = 30

    def __str__(self) -> str:
        return f"{self.format} {self.rate} Hz"


CLIPS = [Clip("mp3-vbr", 16000, 1), Clip("wav-16", 16000, 1, 30 if FULL else 3)]
if FULL:
    CLIPS += [Clip("mp3-cbr", 44100, 2), Clip("mp3-bare", 44100, 1), Clip("flac-16", 32000, 1)]
    CLIPS += [Clip("ogg-vorbis", 44100, 2), Clip("ogg-opus", 48000, 2), Clip("m4a-aac", 44100, 2)]


@pytest.mark.parametrize("clip", CLIPS, ids=str)
def test_a_clip_is_that_part_of_the_track(
    quick_server: Server, tmp_path: Path, figure: Figure, clip: Clip
) -> None:
    kind, rate, seconds = tracks.FORMATS[clip.format], clip.rate, clip.seconds
    samples = tracks.noise(TEN_MINUTES, rate, clip.channels)
    track = tracks.store(samples, rate, kind, tmp_path / f"track.{kind.suffix}")
    fields = {"start": str(START), "duration": str(seconds)}
    job = quick_server.client.submit(track, media.photo(), **fields)
    quick_server.client.completed(job, patience_s=PATIENCE_S)
    video = quick_server.client.download(job, tmp_path / "clip.mp4")
    films.assert_exact(video, seconds * 30, 30)
    delay = _delay(track, samples[: 2 * rate, :1], rate) if kind.delayed else 0
    heard = media.sound(video)[:, 0]
    excerpt = tracks.at_our_rate(samples[START * rate : (START + seconds) * rate], rate)[:, 0]
    shifts = []
    for at in (0, seconds - 2):  # at both ends: the clock must not drift either
        part = slice(at * tracks.OUR_RATE, (at + 2) * tracks.OUR_RATE)
        shift, match = tracks.lag(heard[part], excerpt[part])
        shifts.append(abs(shift - delay))
        assert match > 0.9, (at, shift, match)
    figure(f"{START} to {START + seconds} s, off by {max(shifts) / 48:.2f} ms at most")
    assert max(shifts) <= MOST_SHIFT


def _delay(track: Path, beginning: tracks.Samples, rate: int) -> int:
    """By how much a file that cannot tell of its codec's delay is late for every player."""
    held = tracks.decoded(track)[: 2 * tracks.OUR_RATE, 0]
    return tracks.lag(held, tracks.at_our_rate(beginning, rate)[:, 0])[0]
