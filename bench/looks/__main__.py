"""Contact sheets of effects and presets over real photos and songs.

    python -m bench.looks --photos DIR --songs DIR --out DIR [NAME …]

A name is the id of an effect or a preset; without names, all are drawn. The first five photos (or
those of --photo NAME) and songs (--song) are shown in pairs: a row in 16:9 for each, then 9:16 with
the safe area, and 1:1. --shift N pairs each photo with another song.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.looks import material, sheet
from bench.looks.cells import SQUARE, TALL, Look, LookRenderer, Pair
from server.cli.tasks.worker_session import WorkerSession
from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.submission.presets import Presets
from server.render.gl.context import Context

_MAX_FILES = 5


def main() -> None:
    """Draw a sheet for each name."""
    options = _options()
    library = Library()
    looks = _looks(library, options.names)
    options.out.mkdir(parents=True, exist_ok=True)
    with WorkerSession() as session:
        pairs = _pairs(session, options)
    for look in looks:
        began = time.monotonic()
        try:
            _draw(library, look, pairs, options.out)
            print(f"{look.name}: {time.monotonic() - began:.1f} s", flush=True)
        except ToqiboxError as error:
            print(f"{look.name}: {error}", file=sys.stderr)


def _draw(library: Library, look: Look, pairs: list[Pair], out: Path) -> None:
    with Context() as context:
        painter = LookRenderer(context, library, look)
        rows = [painter.wide(pair) for pair in pairs]
        tall = [painter.other(pair, TALL) for pair in pairs]
        square = [painter.other(pair, SQUARE) for pair in pairs[:4]]
        sheet.write([*rows, [*tall, *square]], out / f"{look.name}.png")


def _looks(library: Library, names: list[str]) -> list[Look]:
    effects = library.all()
    presets, broken = Presets().offered(effects)
    known = {effect.id: Look(effect.id) for effect in effects}
    known |= {preset.id: Look(preset.id, preset) for preset in presets}
    for entry in broken:
        print(f"{entry.file}: {entry.error}", file=sys.stderr)
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"unknown effect or preset: {', '.join(unknown)}")
    return [known[name] for name in names or known]


def _pairs(session: WorkerSession, options: argparse.Namespace) -> list[Pair]:
    photos = _select_files(material.photos(options.photos), options.photo)
    songs = _select_files(material.songs(options.songs), options.song)
    cache = options.out / "prepared"
    pixels = [material.photo(session, path, cache) for path in photos]
    prepared_songs = [material.song(session, path, cache) for path in songs]
    return [
        Pair(
            label=f"{path.stem}, {prepared_songs[(at + options.shift) % len(prepared_songs)].name}",
            photo=pixels[at],
            photo2=pixels[(at + 1) % len(pixels)],
            song=prepared_songs[(at + options.shift) % len(prepared_songs)],
        )
        for at, path in enumerate(photos)
    ]


def _select_files(files: list[Path], names: list[str]) -> list[Path]:
    by_name = {path.stem: path for path in files}
    if missing := [name for name in names if name not in by_name]:
        sys.exit(f"file not found: {', '.join(missing)}")
    selected = [by_name[name] for name in names] or files[:_MAX_FILES]
    return selected or sys.exit("no photo or no song found")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="an effect or a preset")
    add("--photos", type=Path, required=True, metavar="DIR", help="folder of photos")
    add("--songs", type=Path, required=True, metavar="DIR", help="folder of songs")
    add("--out", type=Path, required=True, metavar="DIR", help="folder for the sheets")
    add(
        "--photo",
        action="append",
        default=[],
        metavar="NAME",
        help="name of a photo to use, in order",
    )
    add(
        "--song",
        action="append",
        default=[],
        metavar="NAME",
        help="name of a song to use, in order",
    )
    add("--shift", type=int, default=0, metavar="N", help="pair photos with other songs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
