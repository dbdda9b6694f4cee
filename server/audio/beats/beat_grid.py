"""The beats of a track: one even line where the tempo is constant, otherwise the likeliest path."""

from typing import NamedTuple

import numpy as np

from server.arrays import Float64Array, Int64Array
from server.audio.beats import beat_path, chord_changes, constant_tempo, downbeats
from server.audio.rhythm.detection import Detections
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.series.nearest import distance_to_nearest, nearest

_SILENCE_SHARE = 1e-6
"""Share of the loudest power below which there is silence: -60 dB."""
_MIN_CONFIDENCE = 0.17
"""Noise and speech have less: there are no beats."""
_NEAR_ONSET_S, _MIN_SHARE_WITH_ONSET = 0.06, 0.2
"""Maximum distance of an onset on a beat; minimum share of beats with an onset."""
_ON_EVENT_S = 0.035
"""Maximum distance of a beat from the event that it is on."""
_OFFBEAT_DRUM_RATIO, _OFFBEAT_CERTAINTY_SHARE = 1.3, 0.55
"""The beats move by half a beat if the ratio of drums between beats to drums on them, and the ratio
of the network's certainty there, exceed these."""
_MANY_MORE_KICKS = 0.7
"""They also move if the share of midpoints with kicks exceeds that of beats by this much."""
_FEWER_KICKS = 0.4
"""They stay if the share of beats with kicks exceeds that of midpoints by this much."""
_CHORD_CHANGE_WEIGHT = 2.0
"""Weight of a chord change in the log odds that a beat begins a bar."""
_MIN_BEATS = 4
_ROUNDING_SHARE = 0.003
"""Maximum relative difference at which a steady tempo is rounded to a whole or half number."""
_LIKELY_BPM = (72.0, 150.0)
"""Tempi that people tap more often than their doubles and halves."""


class BeatGrid(NamedTuple):
    """The beats of a track, in order."""

    beats: Float64Array
    """Seconds."""
    is_downbeat: Float64Array
    """1.0 for each beat that begins a bar, otherwise 0.0."""
    certainty: Float64Array
    """Probability of each beat, 0..1."""
    downbeat_certainty: Float64Array
    """Probability of each beat being the first of a bar, 0..1."""
    tempo: float
    """Beats a minute; 0.0 without beats."""
    confidence: float
    """Confidence in the beats, 0..1."""
    steady: bool
    """True if the beats form one line."""

    @property
    def alternative(self) -> float:
        """Half or twice the tempo, whichever is closer to a common one; 0.0 without a tempo."""
        return _alternative(self.tempo)


def find_beats(detections: Detections, tempo: float | None = None) -> BeatGrid:
    """Find the beats.

    Args:
        detections: the track's events and activations.
        tempo: the known tempo in beats a minute, or None.
    """
    steps = beat_path.track_beats(detections.beat_activation, tempo)
    beats = _refine_steps(steps, detections.beat_activation)
    beat_certainty = (
        constant_tempo.peak_near(detections.beat_activation, beats) if len(beats) else np.zeros(0)
    )
    confidence = float(beat_certainty.mean()) if len(beats) >= _MIN_BEATS else 0.0
    share_with_onset = (
        np.mean(distance_to_nearest(beats, detections.onsets[:, 0]) <= _NEAR_ONSET_S)
        if len(beats)
        else 0.0
    )
    if (confidence < _MIN_CONFIDENCE or share_with_onset < _MIN_SHARE_WITH_ONSET) and tempo is None:
        beats = beats[:0]
    if len(beats) < _MIN_BEATS:
        no_beats = np.zeros(0)
        return BeatGrid(no_beats, no_beats, no_beats, no_beats, 0.0, 0.0, False)
    line = constant_tempo.fit_line(beats, detections.beat_activation, _reference_events(detections))
    drums = _drum_times(detections)
    start, end = _sounding_range(detections)
    if line:
        beats = line.beats(max(start - _ON_EVENT_S, 0.0), min(end, detections.seconds))
    else:
        beats = _snap_to_events(beats, _reference_events(detections))
        beats = beats[(beats >= 0) & (beats < detections.seconds)]
    if _is_on_offbeats(beats, detections):
        # The events that the beats were fitted to are now between them: fit to the drums.
        beats = _midpoints(beats)
        if line:
            line = constant_tempo.refine_line(
                constant_tempo.TempoLine(float(beats[-1]), line.period), drums, beats
            )
            beats = line.beats(max(start - _ON_EVENT_S, 0.0), min(end, detections.seconds))
        else:
            beats = _snap_to_events(beats, drums)
    median_tempo = float(np.median(60 / np.diff(beats))) if len(beats) > 1 else 0.0
    bpm = _round_tempo(60 / line.period) if line else median_tempo
    downbeat_certainty = constant_tempo.peak_near(detections.downbeat_activation, beats)
    is_downbeat = downbeats.find_downbeats(
        downbeat_certainty,
        _CHORD_CHANGE_WEIGHT * chord_changes.detect(detections.spectrum.levels, beats),
    )
    certainty = constant_tempo.peak_near(detections.beat_activation, beats)
    return BeatGrid(
        beats, is_downbeat, certainty, downbeat_certainty, bpm, confidence, line is not None
    )


def _refine_steps(steps: Int64Array, activation: Float64Array) -> Float64Array:
    """Return the seconds of the beats: at the activation peak near each step, between steps too."""
    reach = np.arange(-2, 5)
    places = np.clip(steps[:, None] + reach, 1, max(len(activation) - 2, 1))
    best = places[np.arange(len(steps)), activation[places].argmax(axis=1)]
    before, at, after = (activation[best + away] for away in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-6)
    offset = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    is_marked = at > 0.05
    times = np.where(is_marked, best + offset, steps) / STEPS_PER_S
    refined: Float64Array = np.maximum.accumulate(times)
    return refined[np.diff(refined, prepend=-1.0) > 0.1]


def _reference_events(detections: Detections) -> Float64Array:
    """Return the times of drums, or of onsets where there are few drums, in order."""
    drums = _drum_times(detections)
    return drums if len(drums) >= len(detections.onsets) / 4 else detections.onsets[:, 0]


def _snap_to_events(beats: Float64Array, events: Float64Array) -> Float64Array:
    """Move beats to the events that they are close to."""
    if not len(events):
        return beats
    near = nearest(beats, events)
    moved = np.where(np.abs(near - beats) <= _ON_EVENT_S, near, beats)
    return moved[np.diff(moved, prepend=-1.0) > 0.1]


def _is_on_offbeats(beats: Float64Array, detections: Detections) -> bool:
    """Return whether drums and network mark the midpoints between beats, not the beats."""
    if len(beats) < _MIN_BEATS:
        return False
    between = _midpoints(beats)
    drums = _drum_times(detections)
    on, off = _share_on_events(beats, drums), _share_on_events(between, drums)
    on_certainty, off_certainty = (
        float(constant_tempo.peak_near(detections.beat_activation, places).mean())
        for places in (beats, between)
    )
    off_is_likelier = (
        off > _OFFBEAT_DRUM_RATIO * on and off_certainty > _OFFBEAT_CERTAINTY_SHARE * on_certainty
    )
    kicks = _share_on_events(between, detections.kicks[:, 0]) - _share_on_events(
        beats, detections.kicks[:, 0]
    )
    return kicks > _MANY_MORE_KICKS or (off_is_likelier and kicks > -_FEWER_KICKS)


def _midpoints(beats: Float64Array) -> Float64Array:
    """Return the midpoints of the beats, and the one before the first beat inside the track."""
    first = beats[0] - (beats[1] - beats[0]) / 2
    return np.concatenate(
        [[max(first, 0.0)] if first > -_ON_EVENT_S else [], (beats[1:] + beats[:-1]) / 2]
    )


def _drum_times(detections: Detections) -> Float64Array:
    """Return the times of kicks and snares, in order."""
    return np.sort(np.concatenate([detections.kicks[:, 0], detections.snares[:, 0]]))


def _share_on_events(places: Float64Array, events: Float64Array) -> float:
    """Return the share of the places that have an event on them."""
    return float(np.mean(distance_to_nearest(places, events) <= _ON_EVENT_S))


def _sounding_range(detections: Detections) -> tuple[float, float]:
    """Return the seconds of the first and of the last sound."""
    power = detections.spectrum.power
    loud = np.flatnonzero(power > _SILENCE_SHARE * power.max())
    if not len(loud):
        return 0.0, detections.seconds
    return float(loud[0]) / STEPS_PER_S, float(loud[-1] + 1) / STEPS_PER_S


def _round_tempo(tempo: float) -> float:
    near = round(2 * tempo) / 2
    return near if abs(near / tempo - 1) <= _ROUNDING_SHARE else tempo


def _alternative(tempo: float) -> float:
    if tempo <= 0:
        return 0.0
    low, high = _LIKELY_BPM
    if tempo > high:
        return tempo / 2
    if tempo < low:
        return tempo * 2
    return tempo * 2 if tempo < (low * high) ** 0.5 else tempo / 2
