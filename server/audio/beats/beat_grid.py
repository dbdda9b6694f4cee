"""The beats of a track: an even line where it was made on one, else the likeliest path."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.audio.beats import beat_path, chord_changes, constant_tempo, downbeats
from server.audio.rhythm.detection import Heard
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.rhythm.nearest import distances, nearest

Reals = NDArray[np.float64]

_SILENT = 1e-6
"""The share of the loudest power that is silence: -60 dB."""
_LEAST_CONFIDENCE = 0.17
"""Less is what noise and speech have: there are no beats."""
_MET_S, _LEAST_MET = 0.06, 0.2
"""How near to a beat an onset is on it; the share of beats with one that there has to be."""
_ON_S = 0.035
"""How far a beat may be from the event that it is on."""
_TIMES_DRUMS, _SHARE_SURE = 1.3, 0.55
"""So many times as many kicks and snares between the beats as on them, and such a share of the
network's certainty there, move the beats by half a beat."""
_FAR_MORE = 0.7
"""So does such a share of places between beats that have kicks, beyond that of beats, by itself."""
_FEWER_KICKS = 0.4
"""Such a share of beats with kicks, beyond that of places between them, keeps the beats there."""
_CHANGE = 2.0
"""What a change of the harmony adds to the odds that a beat begins a bar, as a logarithm."""
_FEWEST = 4
_ROUND = 0.003
"""How far, as a share, a steady tempo may be from a whole or half number to be shown as that."""
_LIKELY_BPM = (72.0, 150.0)
"""Tempi that are tapped more often than their doubles and halves."""


class Grid(NamedTuple):
    """Beats in order."""

    beats: Reals
    """Seconds."""
    firsts: Reals
    """1.0 for each beat that begins a bar, else 0.0."""
    sure: Reals
    """How likely each beat is, 0..1,"""
    sure_first: Reals
    """and how likely the first of a bar."""
    tempo: float
    """Beats a minute; 0.0 where there are none."""
    confidence: float
    """0..1."""
    steady: bool
    """Whether the beats lie on one line."""

    @property
    def alternative(self) -> float:
        """Half or twice the tempo, whichever is nearer to a common one; 0.0 without a tempo."""
        return _alternative(self.tempo)


def find(heard: Heard, tempo: float | None = None) -> Grid:
    """Find the beats.

    Args:
        heard: the track's events and activations.
        tempo: beats a minute to be kept to, where somebody knows better.
    """
    steps = beat_path.track(heard.beats, tempo)
    found = _exact(steps, heard.beats)
    marked = constant_tempo.peak(heard.beats, found) if len(found) else np.zeros(0)
    confidence = float(marked.mean()) if len(found) >= _FEWEST else 0.0
    met = np.mean(distances(found, heard.onsets[:, 0]) <= _MET_S) if len(found) else 0.0
    if (confidence < _LEAST_CONFIDENCE or met < _LEAST_MET) and tempo is None:
        found = found[:0]
    if len(found) < _FEWEST:
        none = np.zeros(0)
        return Grid(none, none, none, none, 0.0, 0.0, False)
    even = constant_tempo.fit(found, heard.beats, _struck(heard))
    drums = _drums(heard)
    start, end = _sounding(heard)
    if even:
        found = even.beats(max(start - _ON_S, 0.0), min(end, heard.seconds))
    else:
        found = _settled(found, _struck(heard))
        found = found[(found >= 0) & (found < heard.seconds)]
    if _is_between_drums(found, heard):
        # What the beats were fitted to lies between them now: the drums place them.
        found = _between(found)
        if even:
            even = constant_tempo.fitted(
                constant_tempo.Line(float(found[-1]), even.period), drums, found
            )
            found = even.beats(max(start - _ON_S, 0.0), min(end, heard.seconds))
        else:
            found = _settled(found, drums)
    pace = float(np.median(60 / np.diff(found))) if len(found) > 1 else 0.0
    speed = _rounded(60 / even.period) if even else pace
    sure_first = constant_tempo.peak(heard.downbeats, found)
    firsts = downbeats.downbeats(
        sure_first, _CHANGE * chord_changes.changes(heard.spectrum.levels, found)
    )
    sure = constant_tempo.peak(heard.beats, found)
    return Grid(found, firsts, sure, sure_first, speed, confidence, even is not None)


def _exact(steps: NDArray[np.int64], activation: Reals) -> Reals:
    """Seconds of the beats: at the peak of the activation next to each step, between steps too."""
    reach = np.arange(-2, 5)
    places = np.clip(steps[:, None] + reach, 1, max(len(activation) - 2, 1))
    best = places[np.arange(len(steps)), activation[places].argmax(axis=1)]
    before, at, after = (activation[best + away] for away in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-6)
    offset = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    marked = at > 0.05
    times = np.where(marked, best + offset, steps) / STEPS_PER_S
    found: Reals = np.maximum.accumulate(times)
    return found[np.diff(found, prepend=-1.0) > 0.1]


def _struck(heard: Heard) -> Reals:
    """Times of drums, and of onsets where no drum is near, in order."""
    drums = _drums(heard)
    return drums if len(drums) >= len(heard.onsets) / 4 else heard.onsets[:, 0]


def _settled(beats: Reals, events: Reals) -> Reals:
    """The beats moved to the events that they are on."""
    if not len(events):
        return beats
    near = nearest(beats, events)
    found = np.where(np.abs(near - beats) <= _ON_S, near, beats)
    return found[np.diff(found, prepend=-1.0) > 0.1]


def _is_between_drums(beats: Reals, heard: Heard) -> bool:
    """Return whether drums and network mark the places between the beats rather than the beats."""
    if len(beats) < _FEWEST:
        return False
    between = _between(beats)
    drums = _drums(heard)
    on, off = _share(beats, drums), _share(between, drums)
    sure, unsure = (
        float(constant_tempo.peak(heard.beats, places).mean()) for places in (beats, between)
    )
    rather = off > _TIMES_DRUMS * on and unsure > _SHARE_SURE * sure
    kicks = _share(between, heard.kicks[:, 0]) - _share(beats, heard.kicks[:, 0])
    return kicks > _FAR_MORE or (rather and kicks > -_FEWER_KICKS)


def _between(beats: Reals) -> Reals:
    """Return the middles of the beats, and the one before the first beat inside the track."""
    first = beats[0] - (beats[1] - beats[0]) / 2
    return np.concatenate(
        [[max(first, 0.0)] if first > -_ON_S else [], (beats[1:] + beats[:-1]) / 2]
    )


def _drums(heard: Heard) -> Reals:
    """Return the times of kicks and snares, in order."""
    return np.sort(np.concatenate([heard.kicks[:, 0], heard.snares[:, 0]]))


def _share(places: Reals, events: Reals) -> float:
    """The share of the places that have an event on them."""
    return float(np.mean(distances(places, events) <= _ON_S))


def _sounding(heard: Heard) -> tuple[float, float]:
    """Seconds of the first and of the last sound."""
    power = heard.spectrum.power
    loud = np.flatnonzero(power > _SILENT * power.max())
    if not len(loud):
        return 0.0, heard.seconds
    return float(loud[0]) / STEPS_PER_S, float(loud[-1] + 1) / STEPS_PER_S


def _rounded(tempo: float) -> float:
    near = round(2 * tempo) / 2
    return near if abs(near / tempo - 1) <= _ROUND else tempo


def _alternative(tempo: float) -> float:
    if tempo <= 0:
        return 0.0
    low, high = _LIKELY_BPM
    if tempo > high:
        return tempo / 2
    if tempo < low:
        return tempo * 2
    return tempo * 2 if tempo < (low * high) ** 0.5 else tempo / 2
