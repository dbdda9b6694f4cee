"""Play, mix and write songs: FLAC files with their truth, or features for training."""

import json
import subprocess
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.music.track import RATE
from bench.songs import others, pop909, sources
from bench.songs.composition import Composition
from bench.songs.mastering import to_int16
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
    more_kits: Path | None
    pop909: bool


def make(task: SongTask) -> str:
    """Play and mix one composition, and write its files unless they exist."""
    kind = "-pop909" if task.pop909 else "" if task.drums else "-bare"
    stem = f"{task.part}{kind}-{task.number:04d}"
    if list(task.out.glob(f"{stem}*.npz" if task.features else f"{stem}.json")):
        return f"{stem} exists"
    rng = np.random.default_rng([task.seed, task.number, sources.PARTS.index(task.part)])
    tools = instruments(task.part, task.one_shots, task.more_kits)
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


def _write(song_made: Song, stem: Path) -> None:
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    argv = ["ffmpeg", "-v", "error", "-y", *raw, str(stem.with_suffix(".flac"))]
    subprocess.run(argv, input=to_int16(song_made.samples).tobytes(), check=True)
    description = {
        "name": song_made.name,
        **song_made.made,
        "drums": bool(song_made.truth["kicks"]),
        **song_made.truth,
    }
    stem.with_suffix(".json").write_text(json.dumps(description))


def _write_features(song_made: Song, stem: Path) -> None:
    _write_levels(to_int16(song_made.samples), song_made.truth, stem.with_suffix(".npz"))


def _write_levels(samples: Int16Array, truth: Truth, path: Path) -> None:
    levels = filterbank.compute_spectra(samples).levels.astype(np.float16)
    unfinished = path.with_suffix(".part")  # training may read the folder at any moment
    with unfinished.open("wb") as file:
        np.savez(file, levels=levels, truth=json.dumps(truth))
    unfinished.replace(path)


def write_others(out: Path, count: int, seed: int) -> None:
    """Write features of material other than songs."""
    makers = (others.calm_sounds, others.plain_kicks, others.random_drums, others.kicks_with_bass)
    generated = chain(
        others.code_made_tracks(2000, count), *(maker(count, seed) for maker in makers)
    )
    for name, samples, truth in generated:
        _write_levels(samples, truth, out / f"{name}.npz")
