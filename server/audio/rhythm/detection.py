"""Onsets and drums of a track, and how likely beats are: the network's activations, made exact.

The network tells to some 10 ms that an event begins; `precise` and, for kicks, the hits of the bass
tell at which sample.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from server.arrays import Float64Array, Int16Array
from server.audio.rhythm import (
    bass_band,
    bass_onsets,
    filterbank,
    network,
    onset_refinement,
    onsets,
    peak_picking,
)
from server.audio.rhythm.filterbank import STEPS_PER_S
from server.audio.rhythm.nearest import distance_to_nearest, nearest
from server.audio.spectrum.analyser_node import RATE

_MIN_ONSET_GAP_S = 0.030
"""Onsets that are nearer to each other than this are one."""
_SAME_EVENT_S = 0.005
"""Two times that became so near to each other are of one event."""
_BASS_ONSET_REACH_S = 0.035
"""A kick begins with the hit of the bass that is so near to it."""
_STEP_REACH_S, _BASS_REACH_S = (0.025, 0.015), (0.0015, 0.0015)
"""How much sooner and later than a step, and than a hit of the bass, an event may begin."""
_CUT_OFF_S = 0.030
"""Nothing begins so near to the end of the track."""
_MIN_KICK_STRENGTH = 0.08
"""Kicks weaker than this beside the strong ones of the track cannot be heard."""
_LONE_ONSET_S, _LONE_ONSET_CERTAINTY = 0.3, 0.3
"""How far from the network's onsets those of the flux must be to count, and how sure they are."""
_DRUMS = ("kicks", "snares", "hats")


@dataclass(frozen=True)
class Detections:
    """What is known before there are beats. Events are rows of seconds and strength 0..1."""

    seconds: float
    spectrum: filterbank.FilterbankSpectra
    onsets: Float64Array
    kicks: Float64Array
    snares: Float64Array
    hats: Float64Array
    certainty: dict[str, Float64Array]
    """How sure the network is of each event, 0..1, by the names above."""
    beat_activation: Float64Array
    """How likely a beat is in each step, 0..1,"""
    downbeat_activation: Float64Array
    """and how likely the first beat of a bar."""

    def with_events(self, transform: Callable[[Float64Array], Float64Array]) -> "Detections":
        """The same with the rows of its events as `place` makes them, in order and number alike."""
        return replace(
            self,
            onsets=transform(self.onsets),
            kicks=transform(self.kicks),
            snares=transform(self.snares),
            hats=transform(self.hats),
        )


def detect_onsets_and_drums(samples: Int16Array) -> Detections:
    """Detect the onsets and drums of a track, samples x 2 at 44.1 kHz."""
    spectrum = filterbank.compute_spectra(samples)
    activations = dict(
        zip(network.OUTPUTS, network.activations(spectrum.levels).T.astype(np.float64), strict=True)
    )
    bass_band_samples, power = bass_band.extract(samples)
    at, _ = bass_onsets.detect(bass_band_samples, power)
    bass_times = np.sort(onset_refinement.refine(samples, at / bass_band.BASS_RATE, *_BASS_REACH_S))
    events = {
        kind: _pick_events(samples, spectrum, activations[kind], kind, bass_times)
        for kind in peak_picking.KINDS
    }
    events["kicks"] = events["kicks"][events["kicks"][:, 1] >= _MIN_KICK_STRENGTH]
    events["onsets"] = _merge(events["onsets"], *(events[kind] for kind in _DRUMS))
    events["onsets"] = _add_lone_onsets(samples, spectrum, events["onsets"])
    return Detections(
        seconds=len(samples) / RATE,
        spectrum=spectrum,
        **{kind: events_of_kind[:, :2] for kind, events_of_kind in events.items()},
        certainty={kind: events_of_kind[:, 2] for kind, events_of_kind in events.items()},
        beat_activation=activations["beats"],
        downbeat_activation=activations["downbeats"],
    )


def _pick_events(
    samples: Int16Array,
    spectrum: filterbank.FilterbankSpectra,
    activation: Float64Array,
    kind: str,
    bass_times: Float64Array,
) -> Float64Array:
    """Rows of time, strength and certainty, in order."""
    steps = peak_picking.pick_peaks(activation)
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    if kind == "kicks" and len(bass_times):
        near = nearest(steps / STEPS_PER_S, bass_times)
        times = np.where(np.abs(near - steps / STEPS_PER_S) <= _BASS_ONSET_REACH_S, near, times)
    times[times > len(samples) / RATE - _CUT_OFF_S] = -2.0  # a sound that is cut off clicks
    events = np.stack(
        [times, peak_picking.event_strengths(spectrum.levels, steps, kind), activation[steps]],
        axis=1,
    )
    events = events[np.argsort(times, kind="stable")]
    distinct: Float64Array = events[np.diff(events[:, 0], prepend=-1.0) > _SAME_EVENT_S]
    return distinct


def _add_lone_onsets(
    samples: Int16Array, spectrum: filterbank.FilterbankSpectra, onsets_found: Float64Array
) -> Float64Array:
    """The onsets with those of the spectral flux that are far from any: single soft notes."""
    steps = onsets.pick_peaks(onsets.spectral_flux(spectrum.levels))
    steps = steps[distance_to_nearest(steps / STEPS_PER_S, onsets_found[:, 0]) > _LONE_ONSET_S]
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    strengths = peak_picking.event_strengths(spectrum.levels, steps, "onsets")
    loud = spectrum.levels[steps].max(axis=1) / max(float(spectrum.levels.max()), 1e-9)
    lone = np.stack([times, strengths * loud, np.full(len(times), _LONE_ONSET_CERTAINTY)], axis=1)
    lone = lone[times <= len(samples) / RATE - _CUT_OFF_S]
    merged = np.concatenate([onsets_found, lone])
    merged = merged[np.argsort(merged[:, 0], kind="stable")]
    distinct: Float64Array = merged[np.diff(merged[:, 0], prepend=-1.0) > _MIN_ONSET_GAP_S]
    return distinct


def _merge(onsets_found: Float64Array, *others: Float64Array) -> Float64Array:
    """Onsets with those of the others' that are not among them; a drum's own time counts."""
    for events in others:
        onsets_found = onsets_found[
            distance_to_nearest(onsets_found[:, 0], events[:, 0]) > _MIN_ONSET_GAP_S
        ]
        onsets_found = np.concatenate([onsets_found, events])
        onsets_found = onsets_found[np.argsort(onsets_found[:, 0], kind="stable")]
        onsets_found = onsets_found[np.diff(onsets_found[:, 0], prepend=-1.0) > _SAME_EVENT_S]
    return onsets_found
