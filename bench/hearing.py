"""Measure the detection of events in a folder of songs, beside other detectors.

    python -m bench.hearing FOLDER [--librosa] [--each] [--json OUT]

FOLDER holds sound files, each with its truth beside it as JSON, as `python -m bench.songs` and
`python -m bench.songs.recordings` write them. Detections near optional events count neither way.
Beats are measured as they are and at any metrical level (half, double, off-beat). The flux column
is a kick detector of a few lines: peaks of the rise between 30 and 120 Hz.
"""

import argparse
import json
import subprocess
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import mir_eval
import numpy as np
from numpy.typing import NDArray

from server.audio.events import find_events
from server.audio.rhythm import filterbank

Reals = NDArray[np.float64]
Samples = NDArray[np.int16]
Row = dict[str, float]

RATE = 44_100
DRUMS = ("kicks", "snares", "hats")
_WINDOW_S, _BEAT_WINDOW_S = 0.050, 0.070
_LOST = 0.5
_FEWEST = 8
"""Events of a kind that a song must have for its F-measure to be counted."""


def load(path: Path) -> Samples:
    """Decode a sound file to 44.1 kHz, samples x 2."""
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "2", "-ar", str(RATE)]
    raw = subprocess.run([*argv, "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def ours(samples: Samples) -> dict[str, Reals]:
    """Events of this project's analyser, in seconds."""
    events = find_events(samples)
    beats = events.beats
    detected = {kind: getattr(events, kind)[:, 0] for kind in ("onsets", *DRUMS)}
    return detected | {"beats": beats[:, 0], "downbeats": beats[beats[:, 1] > 0, 0]}


def flux(samples: Samples) -> dict[str, Reals]:
    """Kicks as peaks of a low-frequency flux: the 15 lines that anyone would try first."""
    levels = filterbank.compute_spectra(samples).levels
    low = levels[:, (filterbank.HERTZ >= 30) & (filterbank.HERTZ <= 120)]
    rise = np.maximum(low[2:] - low[:-2], 0).sum(axis=1)
    rise = np.concatenate([[0.0, 0.0], rise])
    near = np.lib.stride_tricks.sliding_window_view(np.pad(rise, 5), 11).max(axis=1)
    mean = np.convolve(rise, np.ones(101) / 101, "same")
    peaks = np.flatnonzero((rise >= near) & (rise > 1.5 * mean + 0.1 * np.percentile(rise, 98)))
    return {"kicks": peaks / filterbank.STEPS_PER_S}


def librosas(samples: Samples) -> dict[str, Reals]:
    """Onsets and beats of librosa, with its own settings and sample rate."""
    import librosa

    mono = librosa.resample(samples.mean(axis=1) / 32768, orig_sr=RATE, target_sr=22050)
    onsets = librosa.onset.onset_detect(y=mono, sr=22050, units="time")
    _, beats = librosa.beat.beat_track(y=mono, sr=22050, units="time")
    return {"onsets": onsets, "beats": beats}


DETECTORS: dict[str, Callable[[Samples], dict[str, Reals]]] = {
    "ours": ours,
    "flux": flux,
    "librosa": librosas,
}


def f_measure(truth: Reals, detected: Reals, optional: Reals, window: float) -> float:
    """F of detections within `window` seconds; those near optional events are left out."""
    pairs = mir_eval.util.match_events(truth, detected, window)
    matched = {index for _, index in pairs}
    extra = [time for index, time in enumerate(detected) if index not in matched]
    wrong = sum(not len(optional) or np.abs(optional - time).min() > window for time in extra)
    total = len(truth) + len(pairs) + wrong
    return 2 * len(pairs) / total if total else 1.0


def measure(truth: dict[str, list[float]], detected: dict[str, Reals]) -> Row:
    """All measures that the truth and the detections allow."""
    row: Row = {}
    for kind in ("onsets", *DRUMS):
        if kind in detected and len(truth.get(kind, [])) >= _FEWEST:
            maybe = np.array(truth.get(f"{kind}?", []))
            row[kind] = f_measure(np.array(truth[kind]), detected[kind], maybe, _WINDOW_S)
    if "beats" in detected and len(truth.get("beats", [])) >= _FEWEST:
        beats = np.array(truth["beats"])
        row["beats"] = f_measure(beats, detected["beats"], np.zeros(0), _BEAT_WINDOW_S)
        levels = [beats, (beats[1:] + beats[:-1]) / 2, beats[::2], beats[1::2]]
        levels.append(np.sort(np.concatenate(levels[:2])))
        row["any level"] = max(
            f_measure(level, detected["beats"], np.zeros(0), _BEAT_WINDOW_S) for level in levels
        )
    if "downbeats" in detected and len(truth.get("downbeats", [])) >= 2:
        downbeats = np.array(truth["downbeats"])
        row["downbeats"] = f_measure(downbeats, detected["downbeats"], np.zeros(0), _BEAT_WINDOW_S)
    return row


def _measured(path: Path, detectors: list[str]) -> dict[str, Row]:
    truth = json.loads(path.with_suffix(".json").read_text())
    samples = load(path)
    return {name: measure(truth, DETECTORS[name](samples)) for name in detectors}


def table(rows: list[Row]) -> str:
    """One line: the mean of each measure, and the share of songs whose kicks are lost."""
    names = ["onsets", *DRUMS, "beats", "any level", "downbeats"]
    cells = []
    for name in names:
        values = [row[name] for row in rows if name in row]
        cells.append(f"{name} {np.mean(values):.3f} ({len(values)})" if values else f"{name} -")
    kicks = [row["kicks"] for row in rows if "kicks" in row]
    lost = float(np.mean([value < _LOST for value in kicks])) if kicks else 0.0
    return "  ".join([*cells, f"kicks under {_LOST}: {100 * lost:.1f} %"])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--librosa", action="store_true")
    options.add_argument("--each", action="store_true")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    songs = sorted(
        path
        for path in chosen.folder.iterdir()
        if path.suffix != ".json" and path.with_suffix(".json").exists()
    )
    detectors = ["ours", "flux", *(["librosa"] if chosen.librosa else [])]
    with get_context("spawn").Pool(2) as pool:
        measured = pool.map(partial(_measured, detectors=detectors), songs, chunksize=2)
    if chosen.each:
        for path, row in zip(songs, measured, strict=True):
            print(path.stem, " ".join(f"{name} {value:.2f}" for name, value in row["ours"].items()))
    for name in detectors:
        print(f"{name}, {len(songs)} songs: {table([row[name] for row in measured])}")
    if chosen.json:
        chosen.json.write_text(json.dumps(dict(zip(map(str, songs), measured, strict=True))))


if __name__ == "__main__":
    main()
