"""Measure the detection of events in a folder of songs, compared with other detectors.

    python -m bench.hearing FOLDER [--librosa] [--each] [--json OUT]

FOLDER contains audio files, each with its truth as a JSON file of the same name, as written by
`python -m bench.songs` and `python -m bench.songs.recordings`. Detections near optional events are
ignored. Beats are measured as detected and at any metrical level (half, double, off-beat). The flux
column is a minimal kick detector: peaks of the rise between 30 and 120 Hz.
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

from server.arrays import Float64Array, Int16Array
from server.audio.rhythm import filterbank
from server.audio.track_events import find_events

Row = dict[str, float]

RATE = 44_100
DRUMS = ("kicks", "snares", "hats")
_WINDOW_S, _BEAT_WINDOW_S = 0.050, 0.070
_LOST_BELOW = 0.5
_MIN_EVENTS = 8
"""Minimum number of events of a kind for its F-measure to count."""


def load(path: Path) -> Int16Array:
    """Decode an audio file to 44.1 kHz, samples x 2."""
    argv = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "2", "-ar", str(RATE)]
    raw = subprocess.run([*argv, "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def detect_with_ours(samples: Int16Array) -> dict[str, Float64Array]:
    """Detect events with this project's analyser, in seconds."""
    events = find_events(samples)
    beats = events.beats
    detected = {kind: getattr(events, kind)[:, 0] for kind in ("onsets", *DRUMS)}
    return detected | {"beats": beats[:, 0], "downbeats": beats[beats[:, 1] > 0, 0]}


def detect_with_flux(samples: Int16Array) -> dict[str, Float64Array]:
    """Detect kicks as peaks of a low-frequency flux, the simplest method."""
    levels = filterbank.compute_spectra(samples).levels
    low = levels[:, (filterbank.HERTZ >= 30) & (filterbank.HERTZ <= 120)]
    rise = np.maximum(low[2:] - low[:-2], 0).sum(axis=1)
    rise = np.concatenate([[0.0, 0.0], rise])
    near = np.lib.stride_tricks.sliding_window_view(np.pad(rise, 5), 11).max(axis=1)
    mean = np.convolve(rise, np.ones(101) / 101, "same")
    peaks = np.flatnonzero((rise >= near) & (rise > 1.5 * mean + 0.1 * np.percentile(rise, 98)))
    return {"kicks": peaks / filterbank.STEPS_PER_S}


def detect_with_librosa(samples: Int16Array) -> dict[str, Float64Array]:
    """Detect onsets and beats with librosa, at its own settings and sample rate."""
    import librosa

    mono = librosa.resample(samples.mean(axis=1) / 32768, orig_sr=RATE, target_sr=22050)
    onsets = librosa.onset.onset_detect(y=mono, sr=22050, units="time")
    _, beats = librosa.beat.beat_track(y=mono, sr=22050, units="time")
    return {"onsets": onsets, "beats": beats}


DETECTORS: dict[str, Callable[[Int16Array], dict[str, Float64Array]]] = {
    "ours": detect_with_ours,
    "flux": detect_with_flux,
    "librosa": detect_with_librosa,
}


def f_measure(
    truth: Float64Array, detected: Float64Array, optional: Float64Array, window: float
) -> float:
    """Return the F-measure within `window` seconds; detections near optional events are ignored."""
    pairs = mir_eval.util.match_events(truth, detected, window)
    matched = {index for _, index in pairs}
    extra = [time for index, time in enumerate(detected) if index not in matched]
    wrong = sum(not len(optional) or np.abs(optional - time).min() > window for time in extra)
    total = len(truth) + len(pairs) + wrong
    return 2 * len(pairs) / total if total else 1.0


def measure(truth: dict[str, list[float]], detected: dict[str, Float64Array]) -> Row:
    """Return all measures that the truth and the detections allow."""
    scores: Row = {}
    for kind in ("onsets", *DRUMS):
        if kind in detected and len(truth.get(kind, [])) >= _MIN_EVENTS:
            optional = np.array(truth.get(f"{kind}?", []))
            scores[kind] = f_measure(np.array(truth[kind]), detected[kind], optional, _WINDOW_S)
    if "beats" in detected and len(truth.get("beats", [])) >= _MIN_EVENTS:
        beats = np.array(truth["beats"])
        scores["beats"] = f_measure(beats, detected["beats"], np.zeros(0), _BEAT_WINDOW_S)
        levels = [beats, (beats[1:] + beats[:-1]) / 2, beats[::2], beats[1::2]]
        levels.append(np.sort(np.concatenate(levels[:2])))
        scores["any level"] = max(
            f_measure(level, detected["beats"], np.zeros(0), _BEAT_WINDOW_S) for level in levels
        )
    if "downbeats" in detected and len(truth.get("downbeats", [])) >= 2:
        downbeats = np.array(truth["downbeats"])
        scores["downbeats"] = f_measure(
            downbeats, detected["downbeats"], np.zeros(0), _BEAT_WINDOW_S
        )
    return scores


def _measure_song(path: Path, detectors: list[str]) -> dict[str, Row]:
    truth = json.loads(path.with_suffix(".json").read_text())
    samples = load(path)
    return {name: measure(truth, DETECTORS[name](samples)) for name in detectors}


def table(scores: list[Row]) -> str:
    """Return one line: the mean of each measure, and the share of songs with lost kicks."""
    names = ["onsets", *DRUMS, "beats", "any level", "downbeats"]
    cells = []
    for name in names:
        values = [song_scores[name] for song_scores in scores if name in song_scores]
        cells.append(f"{name} {np.mean(values):.3f} ({len(values)})" if values else f"{name} -")
    kicks = [song_scores["kicks"] for song_scores in scores if "kicks" in song_scores]
    lost = float(np.mean([value < _LOST_BELOW for value in kicks])) if kicks else 0.0
    return "  ".join([*cells, f"kicks under {_LOST_BELOW}: {100 * lost:.1f} %"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--librosa", action="store_true")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    songs = sorted(
        path
        for path in options.folder.iterdir()
        if path.suffix != ".json" and path.with_suffix(".json").exists()
    )
    detectors = ["ours", "flux", *(["librosa"] if options.librosa else [])]
    with get_context("spawn").Pool(2) as pool:
        measured = pool.map(partial(_measure_song, detectors=detectors), songs, chunksize=2)
    if options.each:
        for path, scores in zip(songs, measured, strict=True):
            print(
                path.stem, " ".join(f"{name} {value:.2f}" for name, value in scores["ours"].items())
            )
    for name in detectors:
        print(f"{name}, {len(songs)} songs: {table([scores[name] for scores in measured])}")
    if options.json:
        options.json.write_text(json.dumps(dict(zip(map(str, songs), measured, strict=True))))


if __name__ == "__main__":
    main()
