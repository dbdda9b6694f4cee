"""Fits the weights by which `server.media.rhythm.meter` tells the beat from its half and double.

    python -m bench.meter [FIRST LAST]      seeds, 0 to 99 when not given

A logistic regression with a penalty on large weights (softmax over the rows of beats that fit a
track, aimed at those that agree with the truth). It prints the weights, and how often the best row
was chosen in tracks that were left out of the fit.
"""

import sys
from multiprocessing import Pool

import mir_eval
import numpy as np
from numpy.typing import NDArray

from bench.music import KINDS
from server.media.rhythm import heard, meter

Reals = NDArray[np.float64]
Case = tuple[Reals, Reals]
"""Rows by features, and the F-measure of each row."""

_SHARP, _PENALTY, _STEPS, _RATE = 15.0, 0.01, 1500, 0.03


def case(which: tuple[str, int]) -> Case | None:
    """What a track has to choose from."""
    kind, seed = which
    track = KINDS[kind](seed)
    found = heard.listen(track.samples)
    rows = meter.pulses(found)
    if not rows:
        return None
    looks = np.array([meter.looks(row, found) for row in rows])
    good = [mir_eval.beat.f_measure(track.truth.beats, row.beats) for row in rows]
    return looks, np.array(good)


def fit(cases: list[Case]) -> Reals:
    """The weights of the features as they are."""
    every = np.concatenate([looks for looks, _ in cases])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-6
    weights, speed = np.zeros(len(mean)), np.zeros(len(mean))
    for _ in range(_STEPS):
        slope = _PENALTY * weights
        for looks, good in cases:
            scaled = (looks - mean) / spread
            slope += scaled.T @ (_shares(scaled @ weights) - _shares(_SHARP * good)) / len(cases)
        speed = 0.9 * speed + slope
        weights = weights - _RATE * speed
    found: Reals = weights / spread
    return found


def _shares(values: Reals) -> Reals:
    """Softmax."""
    powers = np.exp(values - values.max())
    shares: Reals = powers / powers.sum()
    return shares


def chosen(cases: list[Case], weights: Reals) -> list[float]:
    """The F-measure of the row that the weights choose of each."""
    return [float(good[int(np.argmax(looks @ weights))]) for looks, good in cases]


def main() -> None:
    """Fit and print."""
    first, last = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 99)
    which = [(kind, seed) for seed in range(first, last + 1) for kind in KINDS]
    with Pool(2) as pool:
        cases = [one for one in pool.map(case, which, chunksize=3) if one is not None]
    left_out = []
    for part in range(3):
        rest = [one for index, one in enumerate(cases) if index % 3 != part]
        left_out += chosen(cases[part::3], fit(rest))
    print(f"beat F in tracks left out of the fit: {np.mean(left_out):.3f}")
    print(f"the best that could be chosen: {np.mean([good.max() for _, good in cases]):.3f}")
    print("WEIGHTS = np.array(")
    print(f"    {[float(round(weight, 2)) for weight in fit(cases)]}")
    print(")")


if __name__ == "__main__":
    main()
