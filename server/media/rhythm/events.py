"""All events of a track, in the order in which one is found by means of another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm import (
    accents,
    agreement,
    bars,
    downbeats,
    labels,
    meter,
    sections,
    sixteenths,
)
from server.media.rhythm.centred import centred
from server.media.rhythm.confidence import PLAYS, Evidence, evidence
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
    labels: NDArray[np.int64]
    """(m,): parts of the same label are the same music; labels.INTRO, OUTRO, or from 0 on."""
    evidence: Mapping[str, Evidence]
    """How sure the events are, by kind of confidence.KINDS."""


def find(samples: NDArray[np.int16]) -> Events:
    """What happens in a track.

    Args:
        samples: the track at 44.1 kHz, samples x 2; it is read a piece at a time.
    """
    heard = listen(centred(samples))
    row, confidence = meter.find(heard)
    if confidence < _LEAST_CONFIDENCE:
        row = row[:0]
    if grid := sixteenths.find(
        heard.kicks[:, 0], float(np.median(np.diff(row))) if len(row) > 1 else 0
    ):
        heard, row = heard.placed(grid.place_rows), grid.place(row)
    firsts = downbeats.find(row, heard)
    beats = np.stack([row, firsts], axis=1)
    known = evidence(
        {
            "onset": heard.onsets,
            "kick": heard.kicks,
            "snare": heard.snares,
            "hat": heard.hats,
            "beat": beats,
            "downbeat": beats[firsts > 0],
        },
        agreement.certainty(heard, row, firsts, confidence),
    )
    measured = bars.measure(heard, row[firsts > 0])
    parts = sections.find(measured, drums=known["kick"].overall >= PLAYS)
    return Events(
        onsets=heard.onsets,
        kicks=heard.kicks,
        snares=heard.snares,
        hats=heard.hats,
        accents=accents.find(heard, row, known["kick"]),
        beats=beats,
        tempo=float(np.median(60 / np.diff(row))) if len(row) > 1 else 0.0,
        confidence=confidence,
        sections=parts,
        labels=labels.find(measured, np.searchsorted(measured.bounds, parts[:, 0])),
        evidence=known,
    )
