"""Line 4: every accepted format of track and photo, checked in the decoded video."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest

from server.jobs.submission.fields import frame_count
from tests.harness import media, photos, tracks, videos
from tests.harness.limits import HANG_S
from tests.harness.server import Server
from tests.proof.conftest import FULL, Figure

pytestmark = pytest.mark.line(4)

SECONDS = 1.21 if FULL else 0.61
"""Far from where one sample more or less would make another frame; a codec's padding would."""
FPS = 30
SIDE = 180
MAX_COLOUR_ERROR = 3.0
"""Mean difference of the colours, of 255."""
MAX_SHIFT = 48
"""Samples at 48 kHz: 1 ms."""
PLAIN = """/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage); }
"""


@dataclass(frozen=True)
class Track:
    """Audio of known samples in one format."""

    format: str
    rate: int
    channels: int

    def __str__(self) -> str:
        return f"{self.format} {self.rate} Hz {self.channels} ch"

    @property
    def samples(self) -> tracks.Samples:
        return tracks.noise(SECONDS, self.rate, self.channels, seed=self.rate + self.channels)


SELECTED = [
    Track("mp3-cbr", 44100, 2),
    Track("mp3-bare", 48000, 2),
    Track("wav-8", 11025, 2),
    Track("flac-24", 96000, 1),
    Track("ogg-vorbis", 32000, 2),
    Track("ogg-opus", 48000, 1),
    Track("m4a-aac", 44100, 2),
    Track("aiff-16", 44100, 1),
]
"""A track of each container, and of each way to encode where its audio begins."""
ALL = [
    Track(name, rate, channels)
    for name, kind in tracks.FORMATS.items()
    for rate in kind.rates
    for channels in (1, 2)
]
TRACKS = ALL if FULL else SELECTED
PHOTOS = {**photos.ALWAYS, **photos.MORE} if FULL else photos.ALWAYS


@dataclass(frozen=True)
class Export:
    """A track and a photo that were sent together, and the resulting video."""

    track: Path
    photo: photos.Photo
    video: Path


Exports = dict[Track | str, Export]


@pytest.fixture(name="exports", scope="module")
def _exports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exports]:
    """Render all tracks and all photos; each track goes with one of the photos."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "shaders").mkdir()
    (folder / "shaders" / "plain.fs").write_text(PLAIN)
    pairs = list(zip_longest(TRACKS, PHOTOS))
    settings = {"SHADERS_DIR": str(folder / "shaders"), "PLANS": f"free={SIDE}"}
    with (
        Server(folder / "data", **settings, SEGMENT_SEC="10", MAX_QUEUED_EXPORTS="1000") as server,
        ThreadPoolExecutor(2) as pool,
    ):
        jobs = [pool.submit(_submit, server, folder, n, *pair) for n, pair in enumerate(pairs)]
        exports: Exports = {}
        for (track, name), job in zip(pairs, jobs, strict=True):
            path, photo, job_id = job.result()
            server.client.completed(job_id, timeout_s=5000 if FULL else HANG_S)
            video = server.client.download(job_id, folder / f"{job_id}.mp4")
            export = Export(path, photo, video)
            exports |= {key: export for key in (track, name) if key is not None}
        yield exports


def _submit(
    server: Server, folder: Path, number: int, track: Track | None, name: str | None
) -> tuple[Path, photos.Photo, str]:
    track = track or TRACKS[0]
    photo = PHOTOS[name or "png-1x1"]()
    kind = tracks.FORMATS[track.format]
    path = folder / f"{number}.{kind.suffix}"
    tracks.store(track.samples, track.rate, kind, path)
    fields = {"effect": "plain", "aspect": photo.aspect}
    return path, photo, server.client.submit(path, photo.data, **fields)


@pytest.mark.parametrize("name", sorted({track.format for track in TRACKS}))
def test_track(exports: Exports, figure: Figure, name: str) -> None:
    same = [track for track in TRACKS if track.format == name]
    shifts = [_shift_of(track, exports[track]) for track in same]
    rates = sorted({track.rate for track in same})
    figure(f"{len(same)} of {rates[0]} to {rates[-1]} Hz, length exact")
    figure(f"sound off by {max(shifts) / 48:.2f} ms at most")


def _shift_of(track: Track, export: Export) -> int:
    """Check the length and the audio of a video; return by how many samples the audio is shifted.

    The reference is what was stored or, if the file does not describe the encoder's own samples,
    what every player decodes from it.
    """
    delayed = tracks.FORMATS[track.format].delayed
    decoded = tracks.decoded(export.track) if delayed else None
    seconds = Decimal(str(SECONDS)) if decoded is None else Decimal(len(decoded)) / tracks.OUR_RATE
    frames = frame_count(seconds, FPS)
    videos.assert_exact(export.video, frames, FPS)
    source = tracks.at_our_rate(track.samples, track.rate)
    audio = media.read_audio(export.video)
    worst = 0
    for channel in (0, 1):
        own = channel % track.channels
        expected = 0 if decoded is None else tracks.lag(decoded[:, own], source[:, own])[0]
        shift, match = tracks.lag(audio[:, channel], source[:, own])
        worst = max(worst, abs(shift - expected))
        level = _level(audio[:, channel]) / _level(source[:, own])
        assert worst <= MAX_SHIFT, (track, channel, shift, expected)
        assert match > 0.9, (track, channel, match)
        assert 0.89 < level < 1.12, (track, channel, level)  # 1 dB
    return worst


def _level(channel: tracks.Samples) -> float:
    return float(np.sqrt(np.mean(np.square(channel, dtype=np.float64))))


@pytest.mark.parametrize("name", PHOTOS)
def test_photo(exports: Exports, figure: Figure, name: str) -> None:
    export = exports[name]
    width, height = {"16:9": (SIDE * 16 // 9, SIDE), "1:1": (SIDE, SIDE)}[export.photo.aspect]
    expected = photos.fitted_frame(export.photo, width, height)
    shown = videos.frames(export.video, width, height).astype(np.float64)
    difference = float(np.abs(shown - expected).mean())
    figure(f"{difference:.2f}/255 from what it shows")
    if export.photo.naive is not None:
        naive = photos.fitted_frame(export.photo, width, height, naive=True)
        unlike = float(np.abs(naive - expected).mean())
        assert unlike > 3 * MAX_COLOUR_ERROR, "the photo proves nothing"
        figure(f"unmanaged {unlike:.0f}/255")
    assert difference <= MAX_COLOUR_ERROR


@pytest.mark.fault("F16")
def test_videos_are_well_formed(exports: Exports) -> None:
    for export in {id(export): export for export in exports.values()}.values():
        videos.assert_well_formed(export.video)
