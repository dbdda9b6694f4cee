"""How well the music is heard: events found in made-up tracks beside what is known of them.

    python -m bench.rhythm [FIRST LAST] [--librosa]      seeds, 1000 to 1099 when not given

Everything was tuned on seeds 0 to 99. With --librosa its onset and beat trackers, as they come,
hear the same tracks; `pip install librosa mir_eval` beforehand.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context

import mir_eval
import numpy as np
from numpy.typing import NDArray

from bench.music import KINDS
from bench.music.track import RATE, Track, Truth
from server.audio.events import TrackEvents, find_events
from server.audio.structure.sections import BREAK, BUILD, DROP, PLAIN

Row = dict[str, float]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Detected:
    """The part of Events that other libraries detect too."""

    onsets: Reals
    beats: Reals
    tempo: float
    sections: Reals = field(default_factory=lambda: np.zeros((0, 4)))


Listener = Callable[[NDArray[np.int16]], TrackEvents | Detected]

_WINDOW_S = 0.050
_OCTAVES = (2, 1 / 2, 3, 1 / 3, 3 / 2, 2 / 3)
_LONG_S = 240
_NAMES = {"plain": PLAIN, "build": BUILD, "drop": DROP, "break": BREAK}


def ours(samples: NDArray[np.int16]) -> TrackEvents:
    """What this project hears."""
    return find_events(samples)


def librosas(samples: NDArray[np.int16]) -> Detected:
    """What librosa hears: onsets and beats, with its own settings and sample rate."""
    import librosa

    mono = samples.mean(axis=1).astype(np.float32) / 32768
    mono = librosa.resample(mono, orig_sr=RATE, target_sr=22050)
    onsets = librosa.onset.onset_detect(y=mono, sr=22050, units="time")
    tempo, beats = librosa.beat.beat_track(y=mono, sr=22050, units="time")
    marked = np.stack([beats, np.zeros(len(beats))], axis=1)
    return Detected(onsets[:, None], marked, float(np.atleast_1d(tempo)[0]))


def measure(kind: str, seed: int, listener: Listener) -> Row:
    """One track, heard and judged; a measure that the track has no truth for is left out."""
    track: Track = KINDS[kind](seed)
    start = time.process_time()
    events = listener(track.samples)
    took = time.process_time() - start
    truth = track.truth
    row = {"seconds": took * _LONG_S * RATE / len(track.samples)}
    for name in ("onsets", "kicks", "snares", "hats") if listener is ours else ("onsets",):
        known, found = getattr(truth, name), getattr(events, name)[:, 0]
        if len(known):
            row[name] = float(mir_eval.onset.f_measure(known, found, window=_WINDOW_S)[0])
    row["beats"] = float(mir_eval.beat.f_measure(truth.beats, events.beats[:, 0]))
    if len(truth.downbeats) and listener is ours:
        firsts = events.beats[events.beats[:, 1] > 0, 0]
        row["downbeats"] = float(mir_eval.beat.f_measure(truth.downbeats, firsts))
    row |= _tempo(events.tempo, float(np.median(60 / np.diff(truth.beats))))
    return row | _sections(truth, events)


def _tempo(found: float, known: float) -> Row:
    """Whether the tempo is within 2 %, and whether it is so an octave or a third of one away."""
    right = abs(found / known - 1) < 0.02
    octave = any(abs(found / known / times - 1) < 0.02 for times in _OCTAVES)
    return {"octave": float(octave)} if octave else {"octave": 0.0, "tempo": float(right)}


def _sections(truth: Truth, events: TrackEvents | Detected) -> Row:
    """The share of the time that is called by its name, and the bounds within half a second."""
    if not truth.sections or not len(events.sections):
        return {}
    times = np.arange(0.05, truth.sections[-1][1], 0.1)
    starts = [start for start, _, _ in truth.sections]
    known = np.array([_NAMES[name] for _, _, name in truth.sections])
    called = known[np.searchsorted(starts, times, "right") - 1]
    heard = events.sections[np.searchsorted(events.sections[:, 0], times, "right") - 1, 3]
    return {"sections": float(np.mean(called == heard))}


def _measured(job: tuple[str, int, str]) -> Row:
    kind, seed, who = job
    return measure(kind, seed, librosas if who == "librosa" else ours)


def table(rows: dict[str, list[Row]]) -> str:
    """Kinds by measures: the mean, and the worst."""
    names = [
        "onsets",
        "beats",
        "tempo",
        "octave",
        "downbeats",
        "kicks",
        "snares",
        "hats",
        "sections",
    ]
    lines = [" " * 14 + "".join(f"{name:>14}" for name in [*names, "s for 240 s"])]
    for kind, measured in rows.items():
        line = f"{kind:14}"
        for name in names:
            values = [row[name] for row in measured if name in row]
            worst = f"{min(values):.2f}" if values and name not in ("octave", "tempo") else ""
            line += f"{np.mean(values):8.3f} {worst:>5}" if values else f"{'-':>14}"
        line += f"{np.mean([row['seconds'] for row in measured]):14.2f}"
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("seeds", nargs="*", type=int, default=[1000, 1099], metavar="FIRST LAST")
    options.add_argument("--librosa", action="store_true")
    chosen = options.parse_args()
    first, last = chosen.seeds
    warnings.filterwarnings("ignore", module="mir_eval|librosa")
    for who in ["ours", *(["librosa"] if chosen.librosa else [])]:
        jobs = [(kind, seed, who) for kind in KINDS for seed in range(first, last + 1)]
        # Forked children of a process with numba in it hang.
        with get_context("spawn").Pool(2) as pool:
            measured = pool.map(_measured, jobs, chunksize=5)
        rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
        for (kind, _, _), row in zip(jobs, measured, strict=True):
            rows[kind].append(row)
        print(f"{who}, seeds {first} to {last}: mean and worst\n{table(rows)}\n")


if __name__ == "__main__":
    main()
