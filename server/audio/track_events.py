"""All events of a track, in the order in which each depends on the ones before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.arrays import Float64Array, Int64Array
from server.audio.beats import beat_grid, quantise
from server.audio.rhythm import accents
from server.audio.rhythm.confidence import DRUM_PLAYS, Evidence, collect_evidence
from server.audio.rhythm.detection import detect_onsets_and_drums
from server.audio.rhythm.mono_mix import correct_channels
from server.audio.rhythm.snare_selection import select_snares
from server.audio.spectrum.track_samples import Samples
from server.audio.structure import bar_features, section_labels, sections


@dataclass(frozen=True)
class TrackEvents:
    """The events of a track. Times are in seconds, rise, and are inside the track."""

    onsets: Float64Array
    """(n, 2): times, and strengths 0..1; 1 is the level of the track's strong ones."""
    kicks: Float64Array
    snares: Float64Array
    hats: Float64Array
    """Drums, in the same form."""
    accents: Float64Array
    """Accents that the video responds to, in the same form: kicks, strong onsets or swells."""
    beats: Float64Array
    """(n, 2): times, and 1.0 for the first beat of a bar, otherwise 0.0."""
    tempo: float
    """Beats a minute; 0.0 without beats."""
    alternative: float
    """Half or twice the tempo, as people might also tap it; 0.0 without beats."""
    confidence: float
    """Confidence in tempo and beats, 0..1."""
    sections: Float64Array
    """(m, 4): start, end, energy 0..1, and kind: one of sections.PLAIN, BUILD, DROP, BREAK."""
    labels: Int64Array
    """(m,): sections with the same label have the same music; INTRO, OUTRO, or from 0 on."""
    evidence: Mapping[str, Evidence]
    """Confidence in the events, by kind of EVENTS_WITH_CONFIDENCE."""


def find_events(samples: Samples, tempo: float | None = None) -> TrackEvents:
    """Detect the events of a track.

    Args:
        samples: the track at 44.1 kHz, samples x 2; it is read a piece at a time.
        tempo: the known tempo in beats a minute, or None.
    """
    detections = detect_onsets_and_drums(correct_channels(samples))
    grid = beat_grid.find_beats(detections, tempo)
    detections = select_snares(detections, grid.beats, grid.is_downbeat)
    if sixteenths := quantise.find_sixteenths(
        detections.kicks[:, 0], 60 / grid.tempo if grid.tempo else 0.0
    ):
        detections = detections.with_events(sixteenths.snap_events)
        grid = grid._replace(beats=sixteenths.snap(grid.beats))
    beats = np.stack([grid.beats, grid.is_downbeat], axis=1)
    first = grid.is_downbeat > 0
    certainty = detections.certainty
    confidences = collect_evidence(
        {
            "onset": detections.onsets,
            "kick": detections.kicks,
            "snare": detections.snares,
            "hat": detections.hats,
            "beat": beats,
            "downbeat": beats[first],
        },
        {
            "onset": certainty["onsets"],
            "kick": certainty["kicks"],
            "snare": certainty["snares"],
            "hat": certainty["hats"],
            "beat": grid.certainty,
            "downbeat": grid.downbeat_certainty[first],
        },
    )
    bars = bar_features.compute_bar_features(detections, grid.beats[first])
    section_rows = sections.find_sections(bars, drums=confidences["kick"].overall >= DRUM_PLAYS)
    return TrackEvents(
        onsets=detections.onsets,
        kicks=detections.kicks,
        snares=detections.snares,
        hats=detections.hats,
        accents=accents.find_accents(detections, grid.beats, confidences["kick"]),
        beats=beats,
        tempo=grid.tempo,
        alternative=grid.alternative,
        confidence=grid.confidence,
        sections=section_rows,
        labels=section_labels.label_sections(
            bars, np.searchsorted(bars.bounds, section_rows[:, 0])
        ),
        evidence=confidences,
    )
