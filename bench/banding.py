"""Levels that a dark gradient keeps, and blocks in a dark background, after each encoder.

    python -m bench.banding [--photo FILE] [--size WxH] [--seconds S] [--encoding NAME …]

A slow dark gradient, and the blurred background next to an upright dark photo (without a file, one
that is made here) under `breathe`, are drawn as a job draws them and encoded by each encoding that
opens here, at each quality. `levels` is the share of the levels of the gradient that are kept,
`error` the difference that a hundredth of its cells of 8 x 8 pixels exceeds, in levels. `contours`
and `blocks` are the shares of the edges between blocks of 16 x 16 pixels in the background that
have a step of one level, and of more than one, beyond the shares of other lines.

Returns 1 if at `standard` quality a level is lost, or blocks are visible at more than 1 % of the
edges.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.encoding.frames import Length, Material, RawVideo, draw_effects
from bench.encoding.trial import decode_luma, encode, raw_luma, working_encodings
from server.cli.support.command_error import CommandError
from server.cli.tasks.task_builder import parse_size
from server.media.video.encoder_options import SegmentFormat
from server.process import processors
from server.protocol.encodings import DEFAULT_QUALITY, ENCODINGS, QUALITIES
from tests.harness.banding import BlockEdges, Levels, Luma, compare_levels, measure_block_edges

_GRADIENT = Path(__file__).parent / "encoding" / "gradient.fs"
_FPS = 30
_SIDE_SHARE = 0.18
"""Share of the width on each side that shows only the background, next to an upright photo."""
_MAX_BLOCKS = 0.01


@dataclass(frozen=True)
class Result:
    """The results of one encoding at one quality."""

    encoding: str
    quality: str
    levels: Levels
    edges: BlockEdges

    @property
    def is_good(self) -> bool:
        return self.levels.kept == 1 and self.edges.larger <= _MAX_BLOCKS


def main() -> int:
    """Print a table; return 2 for an invalid option."""
    options = _parse_options()
    try:
        results = list(_measure(options))
    except (CommandError, ValueError, OSError) as error:
        print(f"banding: {error}", file=sys.stderr)
        return 2
    print("\n".join(_format(results)))
    return int(any(not row.is_good for row in results if row.quality == DEFAULT_QUALITY))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", type=Path, help="an upright dark photo (one that is made here)")
    parser.add_argument("--size", default="1280x720", metavar="WxH", help="(%(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="of each video (%(default)s)")
    parser.add_argument("--encoding", action="append", choices=ENCODINGS, help="all that open")
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        folder = Path(name)
        photo = options.photo or _dark_photo(folder / "photo.png")
        media = Material([photo], [None])
        length = Length(parse_size(options.size), options.seconds)
        names = options.encoding or working_encodings(folder)
        pairs = [(encoding, quality) for encoding in names for quality in QUALITIES]
        levels: list[Levels] = []
        for video in draw_effects([str(_GRADIENT)], media, length, folder):
            drawn = raw_luma(video)
            levels = [compare_levels(_through(video, *pair, folder), drawn) for pair in pairs]
        edges: list[BlockEdges] = []
        for video in draw_effects(["breathe"], media, length, folder):
            edges = [_background_edges(_through(video, *pair, folder)) for pair in pairs]
    for pair, kept, steps in zip(pairs, levels, edges, strict=True):
        yield Result(*pair, kept, steps)


def _through(video: RawVideo, encoding: str, quality: str, folder: Path) -> Luma:
    """Return the frames of a video after an encoder."""
    form = SegmentFormat(encoding, video.size, _FPS, processors.available(), quality)
    encode(video, form, folder / "encoded.mp4")
    return decode_luma(folder / "encoded.mp4", video.size)


def _background_edges(luma: Luma) -> BlockEdges:
    side = round(luma.shape[2] * _SIDE_SHARE) // 16 * 16
    left, right = (measure_block_edges(part) for part in (luma[:, :, :side], luma[:, :, -side:]))
    return BlockEdges(*np.mean([left, right], axis=0))


def _dark_photo(path: Path) -> Path:
    """Write an upright photo of dim soft lights with a bright detailed figure in the middle."""
    random = np.random.default_rng(4)
    dim = Image.fromarray(random.integers(4, 90, (6, 4, 3), dtype=np.uint8))
    photo = np.asarray(dim.resize((640, 960), Image.Resampling.BICUBIC)).copy()
    bright = Image.fromarray(random.integers(60, 220, (90, 60, 3), dtype=np.uint8))
    photo[300:660, 200:440] = np.asarray(bright.resize((240, 360), Image.Resampling.BICUBIC))
    Image.fromarray(photo).save(path)
    return path


def _format(results: list[Result]) -> Iterator[str]:
    yield "| encoding | quality | levels | error | contours | blocks |"
    yield "|---|---|---|---|---|---|"
    for row in results:
        levels, edges = row.levels, row.edges
        yield (
            f"| `{row.encoding}` | `{row.quality}` | {levels.kept:.0%} | {levels.error:.2f} "
            f"| {edges.smallest:.1%} | {edges.larger:.2%} |"
        )


if __name__ == "__main__":
    sys.exit(main())
