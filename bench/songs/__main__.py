"""Make songs: FLAC files with their truth as JSON, or features for training.

    python -m bench.songs OUT --midi FOLDER … [--held-out FOLDER …] [--part train|tune|test]
                          [--count N] [--seconds S] [--seed S] [--features]
                          [--without-drums] [--others] [--one-shots FOLDER] [--kits FOLDER]
                          [--pop909 FOLDER]

Needs `pip install mido scipy`, FluidSynth, espeak-ng, and of Debian's packages fluid-soundfont-gm,
musescore-general-soundfont, timgm6mb-soundfont, csound-soundfont, avldrums.lv2-soundfont,
hydrogen-drumkits and lmms-common. With --features each file is an .npz of the analyser's levels and
the truth; three mixes are made of each performance. --without-drums uses compositions without
drums, whose beats are unknown; --one-shots names a folder of drum samples, which make half of the
sampled kits of the train part, and --kits a folder of further kits in Hydrogen's format for it;
--pop909 uses the compositions of that collection instead, with the drums of those of --midi;
--others makes tracks of bench.music (seeds 2000 and up), noises, voices and chords instead.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.songs import pop909, sources
from bench.songs.writing import SongTask, make, write_others


def _tasks(options: argparse.Namespace) -> Iterator[SongTask]:
    pools = [(options.midi, False), (options.held_out, True)]
    candidates = [
        (composition, held_out)
        for folders, held_out in pools
        for composition in sources.compositions(folders, drums=not options.without_drums)
    ]
    of_part = [
        composition
        for composition, held_out in candidates
        if sources.part(composition, held_out=held_out) == options.part
    ]
    print(f"{len(candidates)} compositions, {len(of_part)} of part {options.part}", flush=True)
    order = np.random.default_rng(options.seed).permutation(len(of_part))
    songs = pop909.compositions(options.pop909) if options.pop909 else []
    for number in range(options.count):
        composition = of_part[order[number % len(order)]]
        if songs:
            composition = songs[number % len(songs)]
        donor = of_part[order[(7 * number + 3) % len(order)]]
        yield SongTask(
            options.out, number, composition, donor, options.part, options.seconds, options.seed,
            options.features, not options.without_drums, options.one_shots,
            options.kits, bool(songs),
        )  # fmt: skip


def main() -> None:
    """Make the requested songs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--midi", type=Path, nargs="*", default=[])
    parser.add_argument("--held-out", type=Path, nargs="*", default=[])
    parser.add_argument("--part", choices=sources.PARTS, default="test")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--features", action="store_true")
    parser.add_argument("--without-drums", action="store_true")
    parser.add_argument("--one-shots", type=Path)
    parser.add_argument("--kits", type=Path)
    parser.add_argument("--pop909", type=Path)
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    named = (options.one_shots, options.kits, options.pop909)
    for folder in (*options.midi, *options.held_out, *named):
        if folder and not folder.is_dir():
            parser.error(f"{folder} is not a folder")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.others:
        write_others(options.out, options.count, options.seed)
        return
    with get_context("spawn").Pool(options.workers) as pool:
        for message in pool.imap_unordered(make, _tasks(options)):
            print(message, flush=True)


if __name__ == "__main__":
    main()
