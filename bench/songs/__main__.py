"""Make songs: FLAC files with their truth beside them as JSON, or features for training.

    python -m bench.songs OUT --midi FOLDER … [--held-out FOLDER …] [--part train|tune|test]
                          [--count N] [--seconds S] [--seed S] [--features]
                          [--without-drums] [--others] [--hits FOLDER] [--pop909 FOLDER]

Needs `pip install mido scipy`, FluidSynth, espeak-ng, and of Debian's packages fluid-soundfont-gm,
musescore-general-soundfont, timgm6mb-soundfont, csound-soundfont, avldrums.lv2-soundfont,
hydrogen-drumkits and lmms-common. With --features each file is an .npz of the levels that the
analyser measures and the truth; three mixes are made of each performance. --without-drums takes
compositions without drums, whose beats are not known; --hits names a folder of single drum hits,
of which half of the sampled kits of the train part are made; --pop909 takes the compositions of
that collection instead, with the drums of those of --midi; --others makes tracks of bench.music
(seeds 2000 and up), noises, voices and chords instead.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.music.track import RATE
from bench.songs import others, pop909, sources
from bench.songs.composition import Composition
from bench.songs.performance import Performance, with_drums_of
from bench.songs.song import Song, band, instruments, song
from bench.songs.truth import Truth
from server.audio.rhythm import filterbank

_MIXES = 3


class Job(NamedTuple):
    """One composition to be played."""

    out: Path
    number: int
    composition: Composition
    donor: Composition
    part: str
    seconds: float
    seed: int
    features: bool
    drums: bool
    hits: Path | None
    pop909: bool


def make(job: Job) -> str:
    """Play and mix one composition, and write its files; those that are there are kept."""
    kind = "-pop909" if job.pop909 else "" if job.drums else "-bare"
    stem = f"{job.part}{kind}-{job.number:04d}"
    if list(job.out.glob(f"{stem}*.npz" if job.features else f"{stem}.json")):
        return f"{stem} is there"
    chance = np.random.default_rng([job.seed, job.number, sources.PARTS.index(job.part)])
    tools = instruments(job.part, job.hits)
    try:
        composition = job.composition
        if job.pop909:
            composition = pop909.arranged(composition, chance)
        played = band(composition, job.seconds, tools, chance)
        if not job.features:
            _write(song(played, tools, chance), job.out / stem)
            return f"{stem} {job.composition.name}"
        if not job.drums:
            _write_features(_without_beats(song(played, tools, chance)), job.out / f"{stem}-0")
            return f"{stem} {job.composition.name}"
        for mix in range(_MIXES):
            other = mix == _MIXES - 1 or job.pop909
            drums = _borrowed(played.performance, job.donor, chance) if other else None
            _write_features(song(played, tools, chance, drums=drums), job.out / f"{stem}-{mix}")
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        return f"{stem} {job.composition.name}: {error}"
    return f"{stem} {job.composition.name}"


def _borrowed(
    performance: Performance, donor: Composition, chance: np.random.Generator
) -> Performance:
    notes = with_drums_of(performance.notes, performance.beats, donor, chance)
    notes = notes[notes[:, 0] < performance.seconds - 0.1]
    return replace(performance, notes=notes)


def _without_beats(made: Song) -> Song:
    """The song without the grid of a file that somebody played freely."""
    truth = {kind: times for kind, times in made.truth.items() if "beats" not in kind}
    return replace(made, truth=truth)


def _samples(made: Song) -> NDArray[np.int16]:
    return np.rint(made.samples * 32767).astype(np.int16)


def _write(made: Song, stem: Path) -> None:
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    argv = ["ffmpeg", "-v", "error", "-y", *raw, str(stem.with_suffix(".flac"))]
    subprocess.run(argv, input=_samples(made).tobytes(), check=True)
    row = {"name": made.name, **made.made, "drums": bool(made.truth["kicks"]), **made.truth}
    stem.with_suffix(".json").write_text(json.dumps(row))


def _write_features(made: Song, stem: Path) -> None:
    _write_levels(_samples(made), made.truth, stem.with_suffix(".npz"))


def _write_levels(samples: NDArray[np.int16], truth: Truth, path: Path) -> None:
    levels = filterbank.compute_spectra(samples).levels.astype(np.float16)
    np.savez(path, levels=levels, truth=json.dumps(truth))


def _write_others(out: Path, count: int, seed: int) -> None:
    """Features of what is no song."""
    makers = (others.calm, others.plain, others.struck, others.beside)
    every = chain(others.made(2000, count), *(maker(count, seed) for maker in makers))
    for name, samples, truth in every:
        _write_levels(samples, truth, out / f"{name}.npz")


def _jobs(chosen: argparse.Namespace) -> Iterator[Job]:
    pools = [(chosen.midi, False), (chosen.held_out, True)]
    found = [
        (composition, held_out)
        for folders, held_out in pools
        for composition in sources.compositions(folders, drums=not chosen.without_drums)
    ]
    of_part = [
        composition
        for composition, held_out in found
        if sources.part(composition, held_out=held_out) == chosen.part
    ]
    print(f"{len(found)} compositions, {len(of_part)} of part {chosen.part}", flush=True)
    order = np.random.default_rng(chosen.seed).permutation(len(of_part))
    songs = pop909.compositions(chosen.pop909) if chosen.pop909 else []
    for number in range(chosen.count):
        composition = of_part[order[number % len(order)]]
        if songs:
            composition = songs[number % len(songs)]
        donor = of_part[order[(7 * number + 3) % len(order)]]
        yield Job(
            chosen.out, number, composition, donor, chosen.part, chosen.seconds, chosen.seed,
            chosen.features, not chosen.without_drums, chosen.hits,
            bool(songs),
        )  # fmt: skip


def main() -> None:
    """Make the songs that are asked for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("out", type=Path)
    options.add_argument("--midi", type=Path, nargs="*", default=[])
    options.add_argument("--held-out", type=Path, nargs="*", default=[])
    options.add_argument("--part", choices=sources.PARTS, default="test")
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--features", action="store_true")
    options.add_argument("--without-drums", action="store_true")
    options.add_argument("--hits", type=Path)
    options.add_argument("--pop909", type=Path)
    options.add_argument("--others", action="store_true")
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.others:
        _write_others(chosen.out, chosen.count, chosen.seed)
        return
    with get_context("spawn").Pool(chosen.workers) as pool:
        for line in pool.imap_unordered(make, _jobs(chosen)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
