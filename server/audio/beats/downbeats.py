"""Which beats begin a bar: the likeliest count through the beats.

Each beat is one of a bar's; a count goes on from beat to beat, and seldom starts again (a bar that
is cut short). The bar of the track is the one whose count explains the network's downbeats best.
"""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_BARS = {4: 0.0, 3: -4.0}
"""Beats of a bar, and what the usual one is ahead of it, as a logarithm. Other bars are too rare to
be told from bars of four that are cut short."""
_CLEAR, _CLEAR_SHARE = 85, 0.7
"""The percentile of beats that are clear first beats, and how likely that makes them."""
_RESTART = 9.0
"""What it costs, as a logarithm, to begin a bar before the last is over."""
_SURE, _LEAST = 0.95, 0.05


def downbeats(sure: Reals, evidence: Reals | None = None) -> Reals:
    """1.0 for each beat that begins a bar, else 0.0.

    Args:
        sure: how likely each beat is the first of a bar, 0..1.
        evidence: logarithm of the odds that what else is known adds to each beat.
    """
    if not len(sure):
        return np.zeros(0)
    clear = max(float(np.percentile(sure, _CLEAR)), _LEAST)
    seen = np.clip(_CLEAR_SHARE * sure / clear, 1 - _SURE, _SURE)
    odds = np.log(seen / (1 - seen)) + (0.0 if evidence is None else evidence - evidence.mean())
    seen = np.clip(1 / (1 + np.exp(-odds)), 1 - _SURE, _SURE)
    paths = {bar: _path(seen, bar) for bar in _BARS}
    best = max(paths, key=lambda bar: paths[bar][0] + _BARS[bar])
    firsts: Reals = (paths[best][1] == 0) * 1.0
    return firsts


def _path(seen: Reals, bar: int) -> tuple[float, NDArray[np.int64]]:
    """The score of the best count for bars of so many beats, and each beat's place in its bar."""
    count = len(seen)
    scores = np.full((count, bar), 0.0)
    came = np.zeros((count, bar), np.int64)
    first, other = np.log(seen), np.log(1 - seen)
    current = np.full(bar, other[0])
    current[0] = first[0]
    scores[0] = current
    for beat in range(1, count):
        onward = np.roll(current, 1)
        places = np.roll(np.arange(bar), 1)
        best = int(current.argmax())
        # A count that starts again does so on a first beat.
        if current[best] - _RESTART > onward[0]:
            onward[0], places[0] = current[best] - _RESTART, best
        came[beat] = places
        current = onward + other[beat]
        current[0] = onward[0] + first[beat]
        scores[beat] = current
    place = int(current.argmax())
    found = np.empty(count, np.int64)
    for beat in range(count - 1, -1, -1):
        found[beat] = place
        place = int(came[beat, place])
    return float(current.max()), found
