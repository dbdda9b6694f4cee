"""The beats that begin a bar: the likeliest count through the beats.

Each beat has a position in its bar; the count continues from beat to beat and seldom restarts (a
shortened bar). The track has the bar length whose count explains the network's downbeats best.
"""

import numpy as np

from server.arrays import Float64Array, Int64Array

_BAR_LENGTHS = {4: 0.0, 3: -4.0}
"""Beats in a bar, and the log prior of that length. Other lengths are too rare to be distinguished
from shortened bars of four."""
_CLEAR_PERCENTILE, _CLEAR_SHARE = 85, 0.7
"""Percentile of clear first beats, and the probability assigned to them."""
_RESTART_COST = 9.0
"""Log cost of starting a bar before the last one is complete."""
_MAX_PROBABILITY, _MIN_CERTAINTY = 0.95, 0.05


def find_downbeats(certainty: Float64Array, evidence: Float64Array | None = None) -> Float64Array:
    """Return 1.0 for each beat that begins a bar, otherwise 0.0.

    Args:
        certainty: probability of each beat being the first of a bar, 0..1.
        evidence: log odds that other evidence adds to each beat.
    """
    if not len(certainty):
        return np.zeros(0)
    clear_certainty = max(float(np.percentile(certainty, _CLEAR_PERCENTILE)), _MIN_CERTAINTY)
    probability = np.clip(
        _CLEAR_SHARE * certainty / clear_certainty, 1 - _MAX_PROBABILITY, _MAX_PROBABILITY
    )
    odds = np.log(probability / (1 - probability)) + (
        0.0 if evidence is None else evidence - evidence.mean()
    )
    probability = np.clip(1 / (1 + np.exp(-odds)), 1 - _MAX_PROBABILITY, _MAX_PROBABILITY)
    paths = {bar: _best_count(probability, bar) for bar in _BAR_LENGTHS}
    best = max(paths, key=lambda bar: paths[bar][0] + _BAR_LENGTHS[bar])
    is_downbeat: Float64Array = (paths[best][1] == 0) * 1.0
    return is_downbeat


def _best_count(probability: Float64Array, bar: int) -> tuple[float, Int64Array]:
    """Return the best score for bars of `bar` beats, and the position of each beat in its bar."""
    count = len(probability)
    scores = np.full((count, bar), 0.0)
    predecessors = np.zeros((count, bar), np.int64)
    first, other = np.log(probability), np.log(1 - probability)
    current = np.full(bar, other[0])
    current[0] = first[0]
    scores[0] = current
    for beat in range(1, count):
        next_scores = np.roll(current, 1)
        sources = np.roll(np.arange(bar), 1)
        best = int(current.argmax())
        # A restarted count begins with a first beat.
        if current[best] - _RESTART_COST > next_scores[0]:
            next_scores[0], sources[0] = current[best] - _RESTART_COST, best
        predecessors[beat] = sources
        current = next_scores + other[beat]
        current[0] = next_scores[0] + first[beat]
        scores[beat] = current
    place = int(current.argmax())
    places_in_bar = np.empty(count, np.int64)
    for beat in range(count - 1, -1, -1):
        places_in_bar[beat] = place
        place = int(predecessors[beat, place])
    return float(current.max()), places_in_bar
