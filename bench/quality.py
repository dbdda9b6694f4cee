"""Quality, size and processor time of each encoding at each `quality`, against lossless frames.

    python -m bench.quality [--photos FOLDER] [--songs FOLDER] [--half N] [--effect ID …]
                            [--size WxH …] [--seconds S] [--encoding NAME …] [--compare FFMPEG]

Each effect is drawn over the next photo at the loudest moment of the next song (the samples without
folders), kept without compression, and encoded by each encoding that opens here. VMAF is measured
where the ffmpeg of `--compare` has libvmaf, else SSIM: `score` is the mean of the videos, `lowest`
the worst twentieth of the frames of the worst video. `rate` is the mean bit rate over that which
YouTube recommends for uploads of the size; `CPU` is processor time a frame, `x` that over the
time of the default.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from bench.encoding.frames import FPS, Length, Material, draw_effects, find_material
from bench.encoding.trial import Comparison, Encoded, encode, working_encodings
from server.cli.support.command_error import CommandError
from server.cli.tasks.task_builder import parse_size
from server.media.video.bit_rates import recommended_bits
from server.media.video.encoder_options import SegmentFormat
from server.process import processors
from server.protocol.encodings import DEFAULT_QUALITY, ENCODINGS, QUALITIES

EFFECTS = ["breathe", "bars", "particles", "filmgrain"]
_DEFAULT = ("x264", DEFAULT_QUALITY)


@dataclass
class Row:
    """The results of one encoding at one quality."""

    encoding: str
    quality: str
    results: list[Encoded] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        return fmean(result.cpu_ms for result in self.results)


def main() -> int:
    """Print a table for each size; return 2 for an invalid option."""
    options = _parse_options()
    try:
        media = find_material(options.photos, options.songs, options.half)
        sizes = [parse_size(text) for text in options.size or ["1280x720"]]
        comparison = Comparison(options.compare)
        for size in sizes:
            rows = _measure(options, size, media, comparison)
            print("\n".join(_format(rows, size, comparison.name)), flush=True)
    except (CommandError, ValueError, OSError) as error:
        print(f"quality: {error}", file=sys.stderr)
        return 2
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="folder of photos (the sample photo)")
    parser.add_argument("--songs", type=Path, help="folder of songs (the sample track)")
    parser.add_argument("--half", type=int, choices=(1, 2), help="every other photo and song")
    parser.add_argument("--effect", action="append", help=f"repeatable ({', '.join(EFFECTS)})")
    parser.add_argument("--size", action="append", metavar="WxH", help="repeatable (1280x720)")
    parser.add_argument("--seconds", type=int, default=2, help="of each video (%(default)s)")
    parser.add_argument("--encoding", action="append", choices=ENCODINGS, help="all that open")
    parser.add_argument("--compare", default="ffmpeg", help="an ffmpeg with libvmaf (%(default)s)")
    parser.add_argument("--list", action="store_true", help="print each video too")
    return parser.parse_args()


def _measure(
    options: argparse.Namespace,
    size: tuple[int, int],
    media: Material,
    comparison: Comparison,
) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        names = options.encoding or working_encodings(folder)
        rows = [Row(encoding, quality) for encoding in names for quality in QUALITIES]
        threads = processors.available()
        effects = options.effect or EFFECTS
        for video in draw_effects(effects, media, Length(size, options.seconds), folder):
            for row in rows:
                form = SegmentFormat(row.encoding, size, FPS, threads, row.quality)
                out = folder / "encoded.mp4"
                megabits, cpu_ms = encode(video, form, out)
                score, worst = comparison.measure(video, out, folder)
                row.results.append(Encoded(megabits, cpu_ms, score, worst))
                if options.list:
                    figures = f"{megabits:7.2f} Mbit/s {cpu_ms:6.1f} ms {score:7.3f} {worst:7.3f}"
                    print(f"  {video.name:<32} {row.encoding:<7} {row.quality:<9}{figures}")
    return rows


def _format(rows: list[Row], size: tuple[int, int], measure: str) -> Iterator[str]:
    recommended = recommended_bits(size, FPS) / 1e6
    base = next((row.cpu_ms for row in rows if (row.encoding, row.quality) == _DEFAULT), None)
    digits = 1 if measure == "VMAF" else 4
    yield f"{size[0]}x{size[1]}, {FPS} frames/s, {processors.available()} threads"
    yield f"| encoding | quality | {measure} | lowest | Mbit/s | rate | CPU | x |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        score = fmean(result.score for result in row.results)
        worst = min(result.worst for result in row.results)
        megabits = fmean(result.megabits for result in row.results)
        ratio = f"{row.cpu_ms / base:.2f}" if base else ""
        yield (
            f"| `{row.encoding}` | `{row.quality}` | {score:.{digits}f} | {worst:.{digits}f} "
            f"| {megabits:.1f} | {megabits / recommended:.2f} | {row.cpu_ms:.0f} ms | {ratio} |"
        )


if __name__ == "__main__":
    sys.exit(main())
