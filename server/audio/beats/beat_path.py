"""The beats of a track by the likeliest path through tempo and place in the beat.

A hidden Markov model whose states are how long a beat is and how far it has come (Krebs, Böck &
Widmer 2015, "An Efficient State Space Model for Joint Tempo and Meter Tracking"): tempo changes
only from beat to beat, and rarely. Since all places of one beat cost the same for all tempi, only
the moments at which beats begin are kept.
"""

import numpy as np
from numpy.typing import NDArray

from server.audio.rhythm.filterbank import STEPS_PER_S

Reals = NDArray[np.float64]
Steps = NDArray[np.int64]

SLOWEST_BPM, FASTEST_BPM = 54.0, 218.0
_STIFF = 110.0
"""How unlikely a change of tempo is: the exponent of its share."""
_PARTS = 16
"""A beat is seen in the first of so many parts of it."""
_SURE = 0.995
"""The network is never surer than this."""
_NONE = 255
_FORCED = 0.04
"""How far beats may be from a tempo that was asked for, as a share."""


def track(activation: Reals, tempo: float | None = None) -> Steps:
    """Steps at which beats begin, in order.

    Args:
        activation: how likely a beat is in each step, 0..1.
        tempo: beats a minute to be kept to, where it is known.
    """
    lengths = _lengths(tempo)
    count = len(activation)
    if count < lengths[0]:
        return np.zeros(0, np.int64)
    seen = np.clip(activation, 1 - _SURE, _SURE)
    on = np.concatenate([[0.0], np.cumsum(np.log(seen))])
    off = np.concatenate([[0.0], np.cumsum(np.log((1 - seen) / (_PARTS - 1)))])
    heads = np.maximum(np.rint(lengths / _PARTS), 1).astype(np.int64)
    final, came = _forward(on, off, lengths, heads)
    return _backward(final, came, on, off, lengths, heads)


def _lengths(tempo: float | None) -> Steps:
    """Steps of a beat, from short to long."""
    slow, fast = SLOWEST_BPM, FASTEST_BPM
    if tempo is not None:
        slow, fast = tempo * (1 - _FORCED), tempo * (1 + _FORCED)
    shortest, longest = np.floor(60 * STEPS_PER_S / fast), np.ceil(60 * STEPS_PER_S / slow)
    return np.arange(int(shortest), int(longest) + 1)


def _changes(lengths: Steps) -> Reals:
    """Logarithm of how likely each tempo (row) is followed by each (column)."""
    share = np.exp(-_STIFF * np.abs(lengths[None, :] / lengths[:, None] - 1))
    found: Reals = np.log(np.maximum(share / share.sum(axis=1, keepdims=True), 1e-30))
    return found


def _forward(
    on: Reals, off: Reals, lengths: Steps, heads: Steps
) -> tuple[Reals, NDArray[np.uint8]]:
    """The best score of a beat that begins at each of the last steps, by tempo, and the tempi.

    Returns:
        Scores, as many steps as the longest beat by tempi (the last step last), and for all steps
        the tempo of the beat before, or _NONE where the track began with this one.
    """
    count, tempi = len(on) - 1, len(lengths)
    changes = np.ascontiguousarray(_changes(lengths).T)
    longest = int(lengths[-1])
    # The scores of the last steps, in a ring; rows not yet written are beats before the track.
    ring = np.full((longest + 1, tempi), -np.inf)
    came = np.full((count, tempi), _NONE, np.uint8)
    columns = np.arange(tempi)
    for step in range(count):
        first = step - lengths
        head = np.maximum(first + heads, 0)
        start = np.maximum(first, 0)
        arrived = ring[first % len(ring), columns] + on[head] - on[start] + off[step] - off[head]
        ways = changes + arrived
        best = ways.argmax(axis=1)
        scores = ways[columns, best]
        fresh = np.where(step < lengths, off[step], -np.inf)
        known = scores > fresh
        came[step] = np.where(known, best, _NONE)
        ring[step % len(ring)] = np.where(known, scores, fresh)
    last = np.arange(count - min(longest, count), count)
    return ring[last % len(ring)], came


def _backward(
    final: Reals, came: NDArray[np.uint8], on: Reals, off: Reals, lengths: Steps, heads: Steps
) -> Steps:
    """The beats of the best path that reaches the end."""
    count = len(came)
    low = count - len(final)
    steps = np.arange(low, count)[:, None]
    head = np.minimum(steps + heads, count)
    scores = final + on[head] - on[steps] + off[count] - off[head]
    scores[steps + lengths < count] = -np.inf
    at, tempo = np.unravel_index(int(scores.argmax()), scores.shape)
    step, column = int(at) + low, int(tempo)
    found = [step]
    while (before := int(came[step, column])) != _NONE:
        step -= int(lengths[before])
        column = before
        found.append(step)
    return np.array(found[::-1], np.int64)
