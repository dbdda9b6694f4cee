"""Colour errors of a video, in CIEDE2000: a chart as the photo, through whole jobs.

    python -m bench.colour [--size WxH] [--json]

The chart has the 24 patches of a ColorChecker, primaries, greys and two gradients; it is stored as
sRGB, Adobe RGB and Display P3. `toqibox render` makes a video of each with an effect that shows the
photo as it is. A frame is decoded by ffmpeg as the tags of the file say, and is shot in Chromium,
if that is installed. The difference to the chart is that of single pixels, away from edges: the
mean, the 99th percentile and the worst. 1 is what people can just see.

Returns 1 if a mean is above 2 or a worst pixel above 4.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.fidelity import screenshots
from bench.speed import jobs
from server.cli.tasks import task_builder
from tests.harness import media, validation_results
from tests.harness.browser import Chromium
from tests.harness.charts import STORED, Chart, Pixels
from tests.harness.colour_difference import ciede2000, srgb_lab
from tests.harness.videos import tagged_frames

MAX_MEAN, MAX_WORST = 2.0, 4.0
_MARGIN = 16
"""Pixels next to an edge that may be mixed with its other side: a block of an encoder's chroma."""
_SECONDS = 2
_FRAME = 15
"""The frame that is compared, neither the first nor a keyframe."""


class Difference(NamedTuple):
    """CIEDE2000 over the pixels away from edges."""

    mean: float
    p99: float
    worst: float


def difference(chart: Chart, shown: Pixels) -> Difference:
    """Compare a frame with the chart."""
    values = ciede2000(srgb_lab(shown), srgb_lab(chart.pixels))[chart.away_from_edges(_MARGIN)]
    return Difference(float(values.mean()), float(np.percentile(values, 99)), float(values.max()))


def render(folder: Path, size: tuple[int, int], space: str) -> Path:
    """Render the chart, stored in a colour space; return the video."""
    audio, photo, video = folder / "track.wav", folder / space, folder / f"{space}.mp4"
    audio.write_bytes(media.wav(_SECONDS))
    photo.write_bytes(STORED[space](Chart(*size).pixels))
    effects = validation_results.EFFECTS
    work = jobs.Work(effect="plain", size=size, seconds=_SECONDS, effects=effects)
    jobs.render(work, jobs.Material(audio, photo), video)
    return video


def measure(folder: Path, size: tuple[int, int]) -> Iterator[tuple[str, str, Difference | None]]:
    """Yield colour space, decoder and difference; None for a decoder that is not installed."""
    chart = Chart(*size)
    videos = {space: render(folder, size, space) for space in STORED}
    for space, video in videos.items():
        yield space, "ffmpeg", difference(chart, tagged_frames(video, *size)[_FRAME])
    if not screenshots.is_installed():
        yield "", "Chromium", None
        return
    moment_s = (_FRAME + 0.5) / jobs.FPS
    with Chromium(folder / "browser") as browser:
        for space, video in videos.items():
            shot = asyncio.run(screenshots.shoot(browser, video, size, moment_s))
            yield space, "Chromium", difference(chart, shot)


def main() -> int:
    """Measure and print a row for each colour space and decoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1280x720", metavar="WxH", help="(%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    size = task_builder.parse_size(options.size)
    jobs.check_size(size)
    rows = []
    if not options.json:
        print(f"{options.size}, CIEDE2000\n{'photo':<12} {'shown by':<10} mean   99 %  worst")
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        for space, decoder, difference in measure(Path(name), size):
            rows.append(
                {"photo": space, "decoder": decoder, **(difference._asdict() if difference else {})}
            )
            if not options.json:
                numbers = "not installed" if difference is None else _format(difference)
                print(f"{space:<12} {decoder:<10} {numbers}", flush=True)
            if difference is not None and (
                difference.mean > MAX_MEAN or difference.worst > MAX_WORST
            ):
                rows[-1]["failed"] = True
    if options.json:
        print(json.dumps(rows, indent=2))
    return int(any("failed" in row for row in rows))


def _format(difference: Difference) -> str:
    return f"{difference.mean:4.2f}   {difference.p99:4.2f}   {difference.worst:4.2f}"


if __name__ == "__main__":
    sys.exit(main())
