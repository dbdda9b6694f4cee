"""Make songs: FLAC files with their truth as JSON, or features for training.

    python -m bench.songs OUT --midi FOLDER … [--held-out FOLDER …] [--part train|tune|test]
                          [--count N] [--seconds S] [--seed S] [--features]
                          [--without-drums] [--others] [--one-shots FOLDER] [--pop909 FOLDER]

Needs `pip install mido scipy`, FluidSynth, espeak-ng, and of Debian's packages fluid-soundfont-gm,
musescore-general-soundfont, timgm6mb-soundfont, csound-soundfont, avldrums.lv2-soundfont,
hydrogen-drumkits and lmms-common. With --features each file is an .npz of the analyser's levels and
the truth; three mixes are made of each performance. --without-drums uses compositions without
drums, whose beats are unknown; --one-shots names a folder of drum samples, which make half of the
sampled kits of the train part; --pop909 uses the compositions of that collection instead, with the
drums of those of --midi; --others makes tracks of bench.music (seeds 2000 and up), noises, voices
and chords instead.
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

from bench.music.track import RATE
from bench.songs import others, pop909, sources
from bench.songs.composition import Composition
from bench.songs.performance import Performance, with_drums_of
from bench.songs.song import Song, band, instruments, song
from bench.songs.truth import Truth
from server.arrays import Int16Array
from server.audio.rhythm import filterbank

_MIXES = 3


class SongTask(NamedTuple):
    """One composition to play."""

    out: Path
    number: int
    composition: Composition
    donor: Composition
    part: str
    seconds: float
    seed: int
    features: bool
    drums: bool
    one_shots: Path | None
    pop909: bool


def make(task: SongTask) -> str:
    """Play and mix one composition, and write its files unless they exist."""
    kind = "-pop909" if task.pop909 else "" if task.drums else "-bare"
    stem = f"{task.part}{kind}-{task.number:04d}"
    if list(task.out.glob(f"{stem}*.npz" if task.features else f"{stem}.json")):
        return f"{stem} exists"
    rng = np.random.default_rng([task.seed, task.number, sources.PARTS.index(task.part)])
    tools = instruments(task.part, task.one_shots)
    try:
        composition = task.composition
        if task.pop909:
            composition = pop909.arrange(composition, rng)
        played = band(composition, task.seconds, tools, rng)
        if not task.features:
            _write(song(played, tools, rng), task.out / stem)
            return f"{stem} {task.composition.name}"
        if not task.drums:
            _write_features(_without_beats(song(played, tools, rng)), task.out / f"{stem}-0")
            return f"{stem} {task.composition.name}"
        for mix in range(_MIXES):
            borrows = mix == _MIXES - 1 or task.pop909
            drums = _with_borrowed_drums(played.performance, task.donor, rng) if borrows else None
            _write_features(song(played, tools, rng, drums=drums), task.out / f"{stem}-{mix}")
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        return f"{stem} {task.composition.name}: {error}"
    return f"{stem} {task.composition.name}"


def _with_borrowed_drums(
    performance: Performance, donor: Composition, rng: np.random.Generator
) -> Performance:
    notes = with_drums_of(performance.notes, performance.beats, donor, rng)
    notes = notes[notes[:, 0] < performance.seconds - 0.1]
    return replace(performance, notes=notes)


def _without_beats(song_made: Song) -> Song:
    """Return the song without the beats of a file that was played freely."""
    truth = {kind: times for kind, times in song_made.truth.items() if "beats" not in kind}
    return replace(song_made, truth=truth)


def _samples(song_made: Song) -> Int16Array:
    return np.rint(song_made.samples * 32767).astype(np.int16)


def _write(song_made: Song, stem: Path) -> None:
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    argv = ["ffmpeg", "-v", "error", "-y", *raw, str(stem.with_suffix(".flac"))]
    subprocess.run(argv, input=_samples(song_made).tobytes(), check=True)
    description = {
        "name": song_made.name,
        **song_made.made,
        "drums": bool(song_made.truth["kicks"]),
        **song_made.truth,
    }
    stem.with_suffix(".json").write_text(json.dumps(description))


def _write_features(song_made: Song, stem: Path) -> None:
    _write_levels(_samples(song_made), song_made.truth, stem.with_suffix(".npz"))


def _write_levels(samples: Int16Array, truth: Truth, path: Path) -> None:
    levels = filterbank.compute_spectra(samples).levels.astype(np.float16)
    np.savez(path, levels=levels, truth=json.dumps(truth))


def _write_others(out: Path, count: int, seed: int) -> None:
    """Write features of material other than songs."""
    makers = (others.calm_sounds, others.plain_kicks, others.random_drums, others.kicks_with_bass)
    generated = chain(
        others.code_made_tracks(2000, count), *(maker(count, seed) for maker in makers)
    )
    for name, samples, truth in generated:
        _write_levels(samples, truth, out / f"{name}.npz")


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
            bool(songs),
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
    parser.add_argument("--pop909", type=Path)
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.others:
        _write_others(options.out, options.count, options.seed)
        return
    with get_context("spawn").Pool(options.workers) as pool:
        for message in pool.imap_unordered(make, _tasks(options)):
            print(message, flush=True)


if __name__ == "__main__":
    main()
