"""Which parts of a track are the same music: intro, A, B, A, …, outro.

Two parts are alike where their bars have the same harmony in the same order, compared by pitch
classes (Fujishima 1999, "Realtime Chord Recognition of Musical Sound"), and are alike in
loudness, bass, density, brightness and drums.
"""

import numpy as np
from numpy.typing import NDArray

from server.audio.structure.bar_features import Bars

Reals = NDArray[np.float64]

INTRO, OUTRO = -1, -2
"""Labels of the first and the last part where they are quieter than what they lead to."""
_PHRASE = 4
"""Bars within which the order of chords counts."""
_ALIKE = 0.22
"""Parts that are less far from each other than this are the same music."""
_LOOKS, _HARMONY = 1.0, 0.5
_QUIETER = 0.15


def find(bars: Bars, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a label for each part: INTRO, OUTRO, or from 0 on in the order of appearance.

    Args:
        bars: what each bar is like.
        starts: the first bar of each part, in order.
    """
    ends = np.append(starts[1:], len(bars.loud))
    parts = [_Part(bars, int(first), int(last)) for first, last in zip(starts, ends, strict=True)]
    found = np.zeros(len(parts), np.int64)
    first_of: list[_Part] = []
    last = len(parts) - 1
    for at, part in enumerate(parts):
        if last and at == 0 and parts[1].energy - part.energy >= _QUIETER:
            found[at] = INTRO
        elif last and at == last and parts[at - 1].energy - part.energy >= _QUIETER:
            found[at] = OUTRO
        else:
            apart = [part.distance(other) for other in first_of]
            if apart and min(apart) < _ALIKE:
                found[at] = int(np.argmin(apart))
            else:
                found[at] = len(first_of)
                first_of.append(part)
    return found


class _Part:
    """The bars of a part on the average."""

    def __init__(self, bars: Bars, first: int, last: int) -> None:
        looks = np.stack([bars.loud, bars.low, bars.busy, bars.bright, bars.kicks], axis=1)
        self._looks = looks[first:last].mean(axis=0)
        self.energy = float(bars.energy[first:last].mean())
        rows = bars.harmony[first:last]
        self._phrase = np.stack(
            [rows[min(place, len(rows) - 1) :: _PHRASE].mean(axis=0) for place in range(_PHRASE)]
        )

    def distance(self, other: "_Part") -> float:
        """Return how unlike two parts are; the phrase of one may begin later than the other's."""
        looks = float(np.abs(self._looks - other._looks).mean())
        alike = max(
            _cosine(self._phrase, np.roll(other._phrase, shift, axis=0)) for shift in range(_PHRASE)
        )
        return _LOOKS * looks + _HARMONY * (1 - alike)


def _cosine(one: Reals, other: Reals) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / lengths if lengths > 1e-9 else 1.0
