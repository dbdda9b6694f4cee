"""All events of a track, in the order in which one is found by means of another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.audio.beats import beat_grid, quantise
from server.audio.rhythm import accents
from server.audio.rhythm.confidence import PLAYS, Evidence, evidence
from server.audio.rhythm.detection import listen
from server.audio.rhythm.mono_mix import centred
from server.audio.structure import bar_features, sections
from server.audio.structure import section_labels as labels

Reals = NDArray[np.float64]


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
    """Beats a minute; 0.0 where there is none."""
    alternative: float
    """Half or twice the tempo, whichever people might tap as well; 0.0 where there is none."""
    confidence: float
    """How sure tempo and beats are, 0..1."""
    sections: Reals
    """(m, 4): start, end, energy 0..1, and kind: one of sections.PLAIN, BUILD, DROP, BREAK."""
    labels: NDArray[np.int64]
    """(m,): parts of the same label are the same music; labels.INTRO, OUTRO, or from 0 on."""
    evidence: Mapping[str, Evidence]
    """How sure the events are, by kind of confidence.KINDS."""


def find_events(samples: NDArray[np.int16], tempo: float | None = None) -> Events:
    """Find what happens in a track.

    Args:
        samples: the track at 44.1 kHz, samples x 2; it is read a piece at a time.
        tempo: beats a minute that its beats are to have, where that is known.
    """
    heard = listen(centred(samples))
    pulse = beat_grid.find(heard, tempo)
    if exact := quantise.find(heard.kicks[:, 0], 60 / pulse.tempo if pulse.tempo else 0.0):
        heard = heard.placed(exact.place_rows)
        pulse = pulse._replace(beats=exact.place(pulse.beats))
    beats = np.stack([pulse.beats, pulse.firsts], axis=1)
    first = pulse.firsts > 0
    certainty = heard.certainty
    known = evidence(
        {
            "onset": heard.onsets,
            "kick": heard.kicks,
            "snare": heard.snares,
            "hat": heard.hats,
            "beat": beats,
            "downbeat": beats[first],
        },
        {
            "onset": certainty["onsets"],
            "kick": certainty["kicks"],
            "snare": certainty["snares"],
            "hat": certainty["hats"],
            "beat": pulse.sure,
            "downbeat": pulse.sure_first[first],
        },
    )
    measured = bar_features.measure(heard, pulse.beats[first])
    parts = sections.find(measured, drums=known["kick"].overall >= PLAYS)
    return Events(
        onsets=heard.onsets,
        kicks=heard.kicks,
        snares=heard.snares,
        hats=heard.hats,
        accents=accents.find(heard, pulse.beats, known["kick"]),
        beats=beats,
        tempo=pulse.tempo,
        alternative=pulse.alternative,
        confidence=pulse.confidence,
        sections=parts,
        labels=labels.find(measured, np.searchsorted(measured.bounds, parts[:, 0])),
        evidence=known,
    )
