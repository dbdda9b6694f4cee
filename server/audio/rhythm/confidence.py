"""Confidence in events: of one kind in a whole track, and around any moment of it.

A detector gives a certainty for each event. Around a moment the confidence is the mean certainty of
the events near it, weighted by a Hann window, with a prior of a few doubtful events (Laplace's rule
of succession): a lone event in half a minute does not mean that a drum plays, however certain it
is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.arrays import Float64Array
from server.protocol.feature_names import EVENTS_WITH_CONFIDENCE

DRUM_PLAYS = 0.45
"""Confidence in the kicks from which a drum is playing."""

_GRID_PER_S = 10
_REACH_S = 4.0
"""Distance from a moment within which events count."""
_DOUBT = {"downbeat": 0.25, "beat": 0.5}
_USUAL_DOUBT = 1.0
"""Number of events of certainty 0 in the prior, by kind: rarer events need fewer."""


@dataclass(frozen=True)
class Evidence:
    """The events of one kind, with the detector's certainty of each."""

    times: Float64Array
    """(n,): seconds, in order."""
    certainty: Float64Array
    """(n,): the detector's certainty of each, 0..1."""
    doubt: float = _USUAL_DOUBT
    """Number of doubtful events in the prior around every moment."""

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
        """The confidence over the whole track, 0..1: the mean at its events, 0 without events."""
        return float(self.at(self.times).mean()) if len(self.times) else 0.0


def collect_evidence(
    events: Mapping[str, Float64Array], certainty: Mapping[str, Float64Array]
) -> dict[str, Evidence]:
    """Return the evidence of each kind of event.

    Args:
        events: rows by kind of EVENTS_WITH_CONFIDENCE; the first column is seconds.
        certainty: 0..1 for each event, by the same kinds.
    """
    return {
        kind: Evidence(
            events[kind][:, 0],
            np.clip(certainty[kind], 0, 1),
            _DOUBT.get(kind, _USUAL_DOUBT),
        )
        for kind in EVENTS_WITH_CONFIDENCE
    }
