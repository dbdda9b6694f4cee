"""Snares selected by their context, once the beats are known.

The network misses snares whose sound is unlike those of its training, and takes other sounds for
snares. Three properties together distinguish them: the network's output at the candidate, its
output at the same place of the bars around it, and how much the candidate rises compared with the
others of the track. A logistic regression on them gives the probability of each candidate; those
are selected that maximise the expected F-measure (Ye, Chai, Lee & Chieu 2012, "Optimizing
F-measure: A Tale of Two Approaches"), so that the threshold follows from the track. `python -m
bench.training.snares` fits the weights.
"""

from dataclasses import replace

import numpy as np

from server.arrays import Float64Array, Int64Array
from server.audio.rhythm import peak_picking
from server.audio.rhythm.detection import Detections, distinct_events, merge_onsets
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.series.moving_max import moving_max

WEIGHTS = np.array([1.112, 0.586, 0.381, 0.663, -0.242])
"""Of a constant and the columns of `describe_candidates`."""
_MIN_PROBABILITY = 0.2
"""Candidates below are never selected: a track may have no snares."""
_BARS = np.array([-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8])
"""Bars from a candidate to the places compared with it."""
_MAX_REACH_BEATS = 64
"""Beats that are added before the first and after the last one."""
_MIN_BEATS = 12
_TEMPO_BEATS = 8
"""Number of beats that give the tempo of those added."""
_PLACE_REACH = 3
"""Maximum distance of an event from its place, in steps."""
_USUAL_BAR = 4
_MIN_BOUNDED, _MIN_STRENGTH = 0.005, 0.02
"""Bounds of values whose logarithm is taken."""


def select_snares(
    detections: Detections, beats: Float64Array, is_downbeat: Float64Array
) -> Detections:
    """Return the detections with the snares selected again, and the onsets that they belong to.

    Args:
        detections: the track's events and candidates.
        beats: seconds.
        is_downbeat: 1.0 for each beat that begins a bar, otherwise 0.0.
    """
    candidates = detections.snare_candidates
    if not len(candidates.steps):
        return detections
    columns = describe_candidates(detections, beats, is_downbeat)
    probability = 1 / (1 + np.exp(-(WEIGHTS[0] + columns @ WEIGHTS[1:])))
    threshold = max(expected_f_threshold(probability), _MIN_PROBABILITY)
    chosen = probability >= threshold
    steps, times = candidates.steps[chosen], candidates.times[chosen]
    snares = distinct_events(
        times,
        peak_picking.event_strengths(detections.spectrum.levels, steps, "snares"),
        detections.snare_activation[steps],
    )
    onsets = np.column_stack([detections.onsets, detections.certainty["onsets"]])
    onsets = merge_onsets(onsets, snares)
    certainty = {"snares": snares[:, 2], "onsets": onsets[:, 2]}
    return replace(
        detections,
        onsets=onsets[:, :2],
        snares=snares[:, :2],
        certainty={**detections.certainty, **certainty},
    )


def describe_candidates(
    detections: Detections, beats: Float64Array, is_downbeat: Float64Array
) -> Float64Array:
    """Return the properties of each candidate, candidates x 4.

    They are the log odds of the network's output at the candidate, those of its mean at the same
    place of 16 bars (without beats: its output at the candidate again), the logarithm of the
    candidate's strength, and the product of the first and the third.
    """
    activation, steps = detections.snare_activation, detections.snare_candidates.steps
    own = activation[steps]
    strengths = peak_picking.event_strengths(detections.spectrum.levels, steps, "snares")
    same_place = own
    if len(beats) >= _MIN_BEATS:
        shifts = _bar_length(is_downbeat) * _BARS
        same_place = _mean_at_shifts(activation, steps, _extend(beats), shifts)
    odds, strength = _log_odds(own), np.log(strengths + _MIN_STRENGTH)
    return np.stack([odds, _log_odds(same_place), strength, odds * strength], axis=1)


def expected_f_threshold(probability: Float64Array) -> float:
    """Return the probability from which events are selected for the highest expected F-measure.

    Of the k likeliest events, 2 x (sum of their probabilities) / (k + sum of all) are expected.
    """
    ranked = np.sort(probability)[::-1]
    expected = 2 * np.cumsum(ranked) / (np.arange(1, len(ranked) + 1) + ranked.sum())
    return float(ranked[int(expected.argmax())])


def _mean_at_shifts(
    activation: Float64Array, steps: Int64Array, beats: Float64Array, shifts: Int64Array
) -> Float64Array:
    """Return the mean activation at the places that are `shifts` beats from each step."""
    highest = moving_max(activation, _PLACE_REACH)
    numbers = np.arange(len(beats))
    positions = np.interp(steps / STEPS_PER_S, beats, numbers)
    moments = np.interp(positions[:, None] + shifts, numbers, beats)
    at = np.rint(moments * STEPS_PER_S).astype(np.int64)
    inside = (at >= 0) & (at < len(highest))
    values = highest[np.clip(at, 0, len(highest) - 1)] * inside
    mean: Float64Array = values.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    return mean


def _extend(beats: Float64Array) -> Float64Array:
    """Return the beats with more at both ends, at the tempo of the nearest ones."""
    more = np.arange(1, _MAX_REACH_BEATS + 1)
    first, last = (np.median(np.diff(part)) for part in _ends(beats))
    return np.concatenate([beats[0] - first * more[::-1], beats, beats[-1] + last * more])


def _ends(beats: Float64Array) -> tuple[Float64Array, Float64Array]:
    return beats[: _TEMPO_BEATS + 1], beats[-_TEMPO_BEATS - 1 :]


def _bar_length(is_downbeat: Float64Array) -> int:
    """Return the usual number of beats in a bar."""
    lengths = np.diff(np.flatnonzero(is_downbeat > 0))
    return min(int(np.median(lengths)), 2 * _USUAL_BAR) if len(lengths) else _USUAL_BAR


def _log_odds(probability: Float64Array) -> Float64Array:
    bounded = np.clip(probability, _MIN_BOUNDED, 1 - _MIN_BOUNDED)
    odds: Float64Array = np.log(bounded / (1 - bounded))
    return odds
