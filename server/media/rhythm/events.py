"""All events of a track, in the order in which one is found by means of another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm import accents, bars, downbeats, meter, sections
from server.media.rhythm.heard import listen

Reals = NDArray[np.float64]

_LEAST_CONFIDENCE = 0.15
"""Less is what noise and speech have: nothing recurs."""


@dataclass(frozen=True)
class Events:
    """What happens in a track. Times are in seconds, rise, and lie inside the track."""

    onsets: Reals
    """(n, 2): times, and strengths 0..1; 1 is what the strong ones of the track reach."""
    kicks: Reals
    snares: Reals
    hats: Reals
    """The same of drums."""
    accents: Reals
    """The same of what a picture answers to: kicks, else strong onsets, else swells."""
    beats: Reals
    """(n, 2): times, and 1.0 for the first beat of a bar, else 0.0."""
    tempo: float
    """Beats a minute, the median; 0.0 where there is none."""
    confidence: float
    """How sure tempo and beats are, 0..1."""
    sections: Reals
    """(m, 4): start, end, energy 0..1, and kind: one of sections.PLAIN, BUILD, DROP, BREAK."""


def find(samples: NDArray[np.int16]) -> Events:
    """What happens in a track.

    Args:
        samples: the track at 44.1 kHz, samples x 2; it is read a piece at a time.
    """
    heard = listen(samples)
    row, confidence = meter.find(heard)
    if confidence < _LEAST_CONFIDENCE:
        row = row[:0]
    firsts = downbeats.find(row, heard)
    return Events(
        heard.onsets,
        heard.kicks,
        heard.snares,
        heard.hats,
        accents.find(heard, row),
        np.stack([row, firsts], axis=1),
        float(np.median(60 / np.diff(row))) if len(row) > 1 else 0.0,
        confidence,
        sections.find(bars.measure(heard, row[firsts > 0])),
    )
