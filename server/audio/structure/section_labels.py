"""Labels of sections with the same music: intro, A, B, A, …, outro.

Two sections match if their bars have the same harmony in the same order, compared by pitch classes
(Fujishima 1999, "Realtime Chord Recognition of Musical Sound"), and are similar in loudness, bass,
density, brightness and drums.
"""

import numpy as np

from server.arrays import Float64Array, Int64Array
from server.audio.structure.bar_features import Bars

INTRO, OUTRO = -1, -2
"""Labels of the first and the last section if they are quieter than the section next to them."""
_PHRASE_BARS = 4
"""Length in bars of a phrase whose chord order is compared."""
_MAX_DISTANCE = 0.22
"""Sections with a smaller distance have the same music."""
_FEATURE_WEIGHT, _HARMONY_WEIGHT = 1.0, 0.5
_ENERGY_STEP = 0.15


def label_sections(bars: Bars, starts: Int64Array) -> Int64Array:
    """Return a label for each section: INTRO, OUTRO, or from 0 on in order of appearance.

    Args:
        bars: the features of the bars.
        starts: the first bar of each section, in order.
    """
    ends = np.append(starts[1:], len(bars.loudness))
    parts = [_Part(bars, int(first), int(last)) for first, last in zip(starts, ends, strict=True)]
    labels = np.zeros(len(parts), np.int64)
    originals: list[_Part] = []
    last = len(parts) - 1
    for at, part in enumerate(parts):
        if last and at == 0 and parts[1].energy - part.energy >= _ENERGY_STEP:
            labels[at] = INTRO
        elif last and at == last and parts[at - 1].energy - part.energy >= _ENERGY_STEP:
            labels[at] = OUTRO
        else:
            distances = [part.distance(other) for other in originals]
            if distances and min(distances) < _MAX_DISTANCE:
                labels[at] = int(np.argmin(distances))
            else:
                labels[at] = len(originals)
                originals.append(part)
    return labels


class _Part:
    """The averaged bars of a section."""

    def __init__(self, bars: Bars, first: int, last: int) -> None:
        features = np.stack(
            [bars.loudness, bars.bass, bars.density, bars.brightness, bars.kicks], axis=1
        )
        self._features = features[first:last].mean(axis=0)
        self.energy = float(bars.energy[first:last].mean())
        harmony = bars.pitch_classes[first:last]
        self._phrase = np.stack(
            [
                harmony[min(place, len(harmony) - 1) :: _PHRASE_BARS].mean(axis=0)
                for place in range(_PHRASE_BARS)
            ]
        )

    def distance(self, other: "_Part") -> float:
        """Return how different two sections are; the phrase of one may be shifted."""
        feature_distance = float(np.abs(self._features - other._features).mean())
        similarity = max(
            _cosine(self._phrase, np.roll(other._phrase, shift, axis=0))
            for shift in range(_PHRASE_BARS)
        )
        return _FEATURE_WEIGHT * feature_distance + _HARMONY_WEIGHT * (1 - similarity)


def _cosine(first: Float64Array, second: Float64Array) -> float:
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / lengths if lengths > 1e-9 else 1.0
