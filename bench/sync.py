"""Audio and frames of a video at the same time: click tracks through whole jobs.

    python -m bench.sync [--seconds S] [--size WxH] [--fps N] [--format NAME] [--all] [--json]

The tracks are MP3, AAC in MP4, Opus and WAV, which mark their first sample in four ways; their
clicks begin 2 ms after the start of a frame or 2 ms before its end, by turns, the first in frame 0.
The effect is white in the frame of an onset. `toqibox render` makes a video of each, at 24, 25, 30,
50 and 60 frames/s, one format at each, or with `--all` each format at each.

flashes  clicks whose frame is white, and all clicks; other white frames count as wrong
lag      from a click in the track to the same click in the video, in ms, by cross-correlation,
         over the first and over the last 10 s
peak     of the decoded samples: a player cuts off what is above 1

Returns 1 if a flash is in another frame, a lag is 1 ms or more, or a peak is above 1.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice, product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.speed import jobs
from server.cli.tasks import task_builder
from server.settings.readers import FRAME_RATES
from tests.harness import media, tracks
from tests.harness.click_tracks import FLASH, click_frames, click_times, clicks, flashing_frames
from tests.harness.tracks import Format, Samples
from tests.harness.videos import tagged_frames

FORMATS = {
    "mp3": (Format("mp3", "-c:a libmp3lame -b:a 192k"), 44_100),
    "aac": (Format("m4a", "-c:a aac -b:a 192k"), 44_100),
    "opus": (Format("opus", "-c:a libopus -b:a 128k"), 48_000),
    "wav": (Format("wav", "-c:a pcm_s16le"), 44_100),
}
"""Formats of the tracks, and their sample rates."""
_END_S = 10
_MS = tracks.OUR_RATE / 1000


class Result(NamedTuple):
    """The figures of one video."""

    clicks: int
    wrong: list[int]
    """Frames with a click and no flash, or the reverse."""
    lags_ms: tuple[float, float]
    """At the start and at the end."""
    peak: float

    @property
    def ok(self) -> bool:
        return not self.wrong and max(map(abs, self.lags_ms)) < 1 and self.peak <= 1


def measure(folder: Path, kind: str, fps: int, seconds: int, size: tuple[int, int]) -> Result:
    """Make a click track and its video, and compare them."""
    form, rate = FORMATS[kind]
    frames = click_frames(seconds, fps)
    times = click_times(frames, fps)
    track, photo, video = (folder / name for name in (f"clicks.{form.suffix}", "photo", "out.mp4"))
    tracks.store(clicks(times, seconds, rate), rate, form, track)
    photo.write_bytes(media.photo())
    (folder / "flash.fs").write_text(FLASH)
    work = jobs.Work(effect="flash", size=size, seconds=seconds, fps=fps, effects=folder)
    jobs.render(work, jobs.Material(track, photo), video)
    white = flashing_frames(tagged_frames(video, *size))
    decoded = media.read_audio(video)
    source = clicks(times, seconds, tracks.OUR_RATE)
    end = min(_END_S, seconds) * tracks.OUR_RATE
    return Result(
        clicks=len(frames),
        wrong=np.setxor1d(white, frames).tolist(),
        lags_ms=(
            _lag_ms(decoded[:end], source[:end]),
            _lag_ms(decoded[len(source) - end : len(source)], source[-end:]),
        ),
        peak=float(np.abs(decoded).max()),
    )


def _lag_ms(decoded: Samples, source: Samples) -> float:
    return tracks.lag(decoded[:, 0], source[:, 0])[0] / _MS


def _pairs(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    kinds = [options.format] if options.format else list(FORMATS)
    rates = [options.fps] if options.fps else sorted(FRAME_RATES)
    if options.all:
        return product(kinds, rates)
    return islice(zip(cycle(kinds), cycle(rates), strict=False), max(len(kinds), len(rates)))


def main() -> int:
    """Measure and print a row for each video."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=240, help="of each track (%(default)s)")
    parser.add_argument("--size", default="64x36", metavar="WxH", help="(%(default)s)")
    parser.add_argument("--fps", type=int, choices=sorted(FRAME_RATES))
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--all", action="store_true", help="each format at each frame rate")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    size = task_builder.parse_size(options.size)
    jobs.check_size(size)
    rows = []
    if not options.json:
        print(f"{options.seconds} s, {options.size}")
        print("track   frames/s  flashes    lag at start, end (ms)  peak")
    for kind, fps in _pairs(options):
        with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
            result = measure(Path(name), kind, fps, options.seconds, size)
        rows.append({"track": kind, "fps": fps, "ok": result.ok, **result._asdict()})
        if not options.json:
            print(_format(kind, fps, result), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))
    return int(not all(row["ok"] for row in rows))


def _format(kind: str, fps: int, result: Result) -> str:
    start, end = result.lags_ms
    flashes = f"{result.clicks - len(result.wrong)}/{result.clicks}"
    row = f"{kind:<6} {fps:9}  {flashes:<9} {start:14.2f} {end:8.2f}  {result.peak:4.2f}"
    return row if result.ok else f"{row}  wrong: {result.wrong[:8]}"


if __name__ == "__main__":
    sys.exit(main())
