"""The accuracy of event detection: detected events compared with the truth of generated tracks.

    python -m bench.rhythm [FIRST LAST] [--librosa]      seeds, 1000 to 1099 by default

Everything was tuned on seeds 0 to 99. With --librosa its onset and beat trackers, at their
defaults, analyse the same tracks; `pip install librosa mir_eval` beforehand.
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

from bench.music import KINDS
from bench.music.track import RATE, Track, Truth
from server.arrays import Float64Array, Int16Array
from server.audio.structure.sections import BREAK, BUILD, DROP, PLAIN
from server.audio.track_events import TrackEvents, find_events

Row = dict[str, float]


@dataclass(frozen=True)
class Detected:
    """The part of TrackEvents that other libraries detect too."""

    onsets: Float64Array
    beats: Float64Array
    tempo: float
    sections: Float64Array = field(default_factory=lambda: np.zeros((0, 4)))


Detector = Callable[[Int16Array], TrackEvents | Detected]

_WINDOW_S = 0.050
_OCTAVES = (2, 1 / 2, 3, 1 / 3, 3 / 2, 2 / 3)
_LONG_S = 240
_NAMES = {"plain": PLAIN, "build": BUILD, "drop": DROP, "break": BREAK}


def detect_with_ours(samples: Int16Array) -> TrackEvents:
    """Detect events with this project's analyser."""
    return find_events(samples)


def detect_with_librosa(samples: Int16Array) -> Detected:
    """Detect onsets and beats with librosa, at its own settings and sample rate."""
    import librosa

    mono = samples.mean(axis=1).astype(np.float32) / 32768
    mono = librosa.resample(mono, orig_sr=RATE, target_sr=22050)
    onsets = librosa.onset.onset_detect(y=mono, sr=22050, units="time")
    tempo, beats = librosa.beat.beat_track(y=mono, sr=22050, units="time")
    marked = np.stack([beats, np.zeros(len(beats))], axis=1)
    return Detected(onsets[:, None], marked, float(np.atleast_1d(tempo)[0]))


def measure(kind: str, seed: int, detector: Detector) -> Row:
    """Analyse one track and score it; measures without truth are left out."""
    track: Track = KINDS[kind](seed)
    start = time.process_time()
    events = detector(track.samples)
    cpu_s = time.process_time() - start
    truth = track.truth
    scores = {"seconds": cpu_s * _LONG_S * RATE / len(track.samples)}
    for name in (
        ("onsets", "kicks", "snares", "hats") if detector is detect_with_ours else ("onsets",)
    ):
        expected, detected = getattr(truth, name), getattr(events, name)[:, 0]
        if len(expected):
            scores[name] = float(mir_eval.onset.f_measure(expected, detected, window=_WINDOW_S)[0])
    scores["beats"] = float(mir_eval.beat.f_measure(truth.beats, events.beats[:, 0]))
    if len(truth.downbeats) and detector is detect_with_ours:
        downbeats = events.beats[events.beats[:, 1] > 0, 0]
        scores["downbeats"] = float(mir_eval.beat.f_measure(truth.downbeats, downbeats))
    scores |= _tempo(events.tempo, float(np.median(60 / np.diff(truth.beats))))
    return scores | _sections(truth, events)


def _tempo(detected: float, expected: float) -> Row:
    """Return whether the tempo is within 2 %, and whether it is off by an octave or a third."""
    is_right = abs(detected / expected - 1) < 0.02
    octave = any(abs(detected / expected / times - 1) < 0.02 for times in _OCTAVES)
    return {"octave": float(octave)} if octave else {"octave": 0.0, "tempo": float(is_right)}


def _sections(truth: Truth, events: TrackEvents | Detected) -> Row:
    """Return the share of time with the right kind of section."""
    if not truth.sections or not len(events.sections):
        return {}
    times = np.arange(0.05, truth.sections[-1][1], 0.1)
    starts = [start for start, _, _ in truth.sections]
    kinds = np.array([_NAMES[name] for _, _, name in truth.sections])
    expected = kinds[np.searchsorted(starts, times, "right") - 1]
    detected = events.sections[np.searchsorted(events.sections[:, 0], times, "right") - 1, 3]
    return {"sections": float(np.mean(expected == detected))}


def _measure_task(task: tuple[str, int, str]) -> Row:
    kind, seed, detector_name = task
    return measure(
        kind, seed, detect_with_librosa if detector_name == "librosa" else detect_with_ours
    )


def table(scores: dict[str, list[Row]]) -> str:
    """Return a table of kinds by measures: the mean, and the worst."""
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
    for kind, measured in scores.items():
        line = f"{kind:14}"
        for name in names:
            values = [track_scores[name] for track_scores in measured if name in track_scores]
            worst = f"{min(values):.2f}" if values and name not in ("octave", "tempo") else ""
            line += f"{np.mean(values):8.3f} {worst:>5}" if values else f"{'-':>14}"
        line += f"{np.mean([track_scores['seconds'] for track_scores in measured]):14.2f}"
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("seeds", nargs="*", type=int, default=[1000, 1099], metavar="FIRST LAST")
    parser.add_argument("--librosa", action="store_true")
    options = parser.parse_args()
    first, last = options.seeds
    warnings.filterwarnings("ignore", module="mir_eval|librosa")
    for detector_name in ["ours", *(["librosa"] if options.librosa else [])]:
        tasks = [(kind, seed, detector_name) for kind in KINDS for seed in range(first, last + 1)]
        # Forked children of a process that uses numba hang.
        with get_context("spawn").Pool(2) as pool:
            measured = pool.map(_measure_task, tasks, chunksize=5)
        by_kind: dict[str, list[Row]] = {kind: [] for kind in KINDS}
        for (kind, _, _), scores in zip(tasks, measured, strict=True):
            by_kind[kind].append(scores)
        print(f"{detector_name}, seeds {first} to {last}: mean and worst\n{table(by_kind)}\n")


if __name__ == "__main__":
    main()
