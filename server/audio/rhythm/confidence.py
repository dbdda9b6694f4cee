"""How sure events are: of one kind in a whole track, and around any moment of it.

A detector says of each event how sure it is of that one. Around a moment the confidence is the mean
of those near it, weighted by a Hann window, with a prior of a few doubtful events (Laplace's rule
of succession): a lone hit in half a minute stands for no drum that plays, however sure it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.arrays import Float64Array

KINDS = ("onset", "kick", "snare", "hat", "beat", "downbeat")
"""Kinds of events whose confidence is known."""

DRUM_PLAYS = 0.45
"""From this confidence in the kicks on, a drum plays."""

_GRID_PER_S = 10
_REACH_S = 4.0
"""How far around a moment events count."""
_DOUBT = {"downbeat": 0.25, "beat": 0.5}
_USUAL_DOUBT = 1.0
"""Events of certainty 0 that there are around every moment, by kind: rarer events need fewer."""


@dataclass(frozen=True)
class Evidence:
    """What a detector knows of its events of one kind."""

    times: Float64Array
    """(n,): seconds, in order."""
    certainty: Float64Array
    """(n,): how sure the detector is of each, 0..1."""
    doubt: float = _USUAL_DOUBT
    """How many doubtful events there are around every moment beside them."""

    def at(self, moments: Float64Array) -> Float64Array:
        """Return the confidence, 0..1, at each of the moments (seconds, rising)."""
        if not len(self.times) or not len(moments):
            return np.zeros(len(moments))
        cells = np.rint(self.times * _GRID_PER_S).astype(np.int64)
        count = max(int(cells[-1]), int(moments[-1] * _GRID_PER_S)) + 2
        taps = np.hanning(2 * round(_REACH_S * _GRID_PER_S) + 3)[1:-1]
        weights = np.convolve(np.bincount(cells, minlength=count), taps)
        certainty = np.convolve(np.bincount(cells, self.certainty, count), taps)
        middle = len(taps) // 2
        share = certainty / (weights + self.doubt)
        values = share[middle : middle + count]
        confidence: Float64Array = np.interp(moments, np.arange(count) / _GRID_PER_S, values)
        return np.clip(confidence, 0, 1)

    @property
    def overall(self) -> float:
        """The confidence in the whole track, 0..1: the mean at its events, 0 where none are."""
        return float(self.at(self.times).mean()) if len(self.times) else 0.0


def collect_evidence(
    events: Mapping[str, Float64Array], certainty: Mapping[str, Float64Array]
) -> dict[str, Evidence]:
    """Return what is known of each kind of event.

    Args:
        events: by kind of KINDS, rows whose first column is seconds.
        certainty: by the same kinds, 0..1 for each event.
    """
    return {
        kind: Evidence(
            events[kind][:, 0],
            np.clip(certainty[kind], 0, 1),
            _DOUBT.get(kind, _USUAL_DOUBT),
        )
        for kind in KINDS
    }
