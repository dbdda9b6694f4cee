"""Fit the weights of `server/audio/rhythm/snare_selection.py` and print them.

    python -m bench.training.snares FOLDER …

Each FOLDER contains songs with their truth, as written by `python -m bench.songs`; use sounds that
the network was not trained on, since those of its training are recognised without help.
"""

import argparse
import json
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import mir_eval
import numpy as np

from bench.hearing import load
from server.arrays import BoolArray, Float64Array
from server.audio.beats import beat_grid
from server.audio.rhythm.detection import detect_onsets_and_drums
from server.audio.rhythm.mono_mix import correct_channels
from server.audio.rhythm.snare_selection import describe_candidates

_WINDOW_S = 0.050
_MIN_SNARES = 8
"""Minimum number of snares of a song that is used."""
_PENALTY = 100.0
"""Of the squared weights of standardised columns (ridge)."""
_NEWTON_STEPS = 30


class Examples(NamedTuple):
    """Candidates of a song."""

    columns: Float64Array
    """candidates x columns of `describe_candidates`."""
    is_snare: BoolArray


def read_song(path: Path) -> Examples | None:
    """Return the candidates of a song, without those that may be counted either way."""
    truth = json.loads(path.with_suffix(".json").read_text())
    snares, optional = np.array(truth["snares"]), np.array(truth.get("snares?", []))
    if len(snares) < _MIN_SNARES:
        return None
    detections = detect_onsets_and_drums(correct_channels(load(path)))
    grid = beat_grid.find_beats(detections)
    columns = describe_candidates(detections, grid.beats, grid.is_downbeat)
    times = detections.snare_candidates.times
    order = np.argsort(times, kind="stable")
    is_snare = np.zeros(len(times), np.bool_)
    is_snare[
        order[[at for _, at in mir_eval.util.match_events(snares, times[order], _WINDOW_S)]]
    ] = True
    near = np.abs(times[:, None] - np.concatenate([snares, optional])).min(axis=1) <= _WINDOW_S
    counts = (times >= 0) & (is_snare | ~near)
    return Examples(columns[counts], is_snare[counts])


def fit(columns: Float64Array, is_snare: BoolArray) -> Float64Array:
    """Return the weights of a constant and the columns, by ridge logistic regression."""
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    inputs = np.column_stack([np.ones(len(columns)), (columns - mean) / spread])
    penalty = _PENALTY * np.diag(np.arange(inputs.shape[1]) > 0)
    weights = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        probability = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (probability - is_snare) + penalty @ weights
        curvature = (inputs.T * (probability * (1 - probability))) @ inputs + penalty
        weights -= np.linalg.solve(curvature, slope)
    scaled = weights[1:] / spread
    return np.concatenate([[weights[0] - scaled @ mean], scaled])


def _songs(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix != ".json" and path.with_suffix(".json").exists():
                yield path


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    with get_context("spawn").Pool(2) as pool:
        songs = [song for song in pool.imap(read_song, _songs(options.folders)) if song]
    columns = np.concatenate([song.columns for song in songs])
    is_snare = np.concatenate([song.is_snare for song in songs])
    print(f"{len(songs)} songs, {len(columns)} candidates, {is_snare.sum()} snares")
    print("weights:", ", ".join(f"{weight:.3f}" for weight in fit(columns, is_snare)))


if __name__ == "__main__":
    main()
