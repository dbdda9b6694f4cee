"""The beats of a track as the likeliest path through tempo and position in the beat.

A hidden Markov model whose states are the length of a beat and the position in it (Krebs, Böck &
Widmer 2015, "An Efficient State Space Model for Joint Tempo and Meter Tracking"): the tempo changes
only from beat to beat, and rarely. Since all positions in a beat cost the same for all tempi, only
the moments at which beats begin are kept.
"""

import numpy as np

from server.arrays import Float64Array, Int64Array, UInt8Array
from server.audio.rhythm.filterbank import STEPS_PER_S

MIN_BPM, MAX_BPM = 54.0, 218.0
_TEMPO_STIFFNESS = 110.0
"""Cost of a change of tempo: the exponent per relative change."""
_BEAT_PARTS = 16
"""A beat is divided into this many parts; it is observed in the first."""
_MAX_PROBABILITY = 0.995
"""Limit of the network's probability."""
_NO_PREDECESSOR = 255
_TEMPO_TOLERANCE = 0.04
"""Maximum relative difference from a requested tempo."""


def track_beats(activation: Float64Array, tempo: float | None = None) -> Int64Array:
    """Return the steps at which beats begin, in order.

    Args:
        activation: probability of a beat in each step, 0..1.
        tempo: the known tempo in beats a minute, or None.
    """
    lengths = _beat_lengths(tempo)
    count = len(activation)
    if count < lengths[0]:
        return np.zeros(0, np.int64)
    probability = np.clip(activation, 1 - _MAX_PROBABILITY, _MAX_PROBABILITY)
    on = np.concatenate([[0.0], np.cumsum(np.log(probability))])
    off = np.concatenate([[0.0], np.cumsum(np.log((1 - probability) / (_BEAT_PARTS - 1)))])
    observed_steps = np.maximum(np.rint(lengths / _BEAT_PARTS), 1).astype(np.int64)
    final, predecessors = _forward(on, off, lengths, observed_steps)
    return _backward(final, predecessors, on, off, lengths, observed_steps)


def _beat_lengths(tempo: float | None) -> Int64Array:
    """Return the possible lengths of a beat in steps, from short to long."""
    slow, fast = MIN_BPM, MAX_BPM
    if tempo is not None:
        slow, fast = tempo * (1 - _TEMPO_TOLERANCE), tempo * (1 + _TEMPO_TOLERANCE)
    shortest, max_length = np.floor(60 * STEPS_PER_S / fast), np.ceil(60 * STEPS_PER_S / slow)
    return np.arange(int(shortest), int(max_length) + 1)


def _log_transitions(lengths: Int64Array) -> Float64Array:
    """Return the log probability of each change of tempo, from row to column."""
    share = np.exp(-_TEMPO_STIFFNESS * np.abs(lengths[None, :] / lengths[:, None] - 1))
    log_share: Float64Array = np.log(np.maximum(share / share.sum(axis=1, keepdims=True), 1e-30))
    return log_share


def _forward(
    on: Float64Array, off: Float64Array, lengths: Int64Array, observed_steps: Int64Array
) -> tuple[Float64Array, UInt8Array]:
    """Compute the best scores of a beat at each of the last steps, and the predecessors.

    Returns:
        Scores, as many steps as the longest beat by tempi (the last step last), and for all steps
        the tempo of the beat before, or _NO_PREDECESSOR for the first beat of the track.
    """
    count, tempi = len(on) - 1, len(lengths)
    transitions = np.ascontiguousarray(_log_transitions(lengths).T)
    max_length = int(lengths[-1])
    # No beat is shorter, so that the scores of so many steps depend on earlier ones only.
    block = int(lengths[0])
    # A ring of the scores of the last steps; rows not yet written are beats before the track.
    ring = np.full((max_length + block, tempi), -np.inf)
    predecessors = np.full((count, tempi), _NO_PREDECESSOR, np.uint8)
    columns = np.arange(tempi)
    for begin in range(0, count, block):
        steps = np.arange(begin, min(begin + block, count))[:, None]
        first = steps - lengths
        head = np.maximum(first + observed_steps, 0)
        start = np.maximum(first, 0)
        arrived = ring[first % len(ring), columns] + on[head] - on[start] + off[steps] - off[head]
        candidates = transitions + arrived[:, None, :]
        best = candidates.argmax(axis=2)
        scores = np.take_along_axis(candidates, best[:, :, None], axis=2)[:, :, 0]
        first_beat = np.where(steps < lengths, off[steps], -np.inf)
        has_predecessor = scores > first_beat
        predecessors[steps[:, 0]] = np.where(has_predecessor, best, _NO_PREDECESSOR)
        ring[steps[:, 0] % len(ring)] = np.where(has_predecessor, scores, first_beat)
    last = np.arange(count - min(max_length, count), count)
    return ring[last % len(ring)], predecessors


def _backward(
    final: Float64Array,
    predecessors: UInt8Array,
    on: Float64Array,
    off: Float64Array,
    lengths: Int64Array,
    observed_steps: Int64Array,
) -> Int64Array:
    """Return the beats of the best path that reaches the end."""
    count = len(predecessors)
    offset = count - len(final)
    steps = np.arange(offset, count)[:, None]
    head = np.minimum(steps + observed_steps, count)
    scores = final + on[head] - on[steps] + off[count] - off[head]
    scores[steps + lengths < count] = -np.inf
    at, tempo = np.unravel_index(int(scores.argmax()), scores.shape)
    step, column = int(at) + offset, int(tempo)
    beat_steps = [step]
    while (before := int(predecessors[step, column])) != _NO_PREDECESSOR:
        step -= int(lengths[before])
        column = before
        beat_steps.append(step)
    return np.array(beat_steps[::-1], np.int64)
