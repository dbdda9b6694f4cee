"""Onsets and drums of a track, and beat probabilities: the network's output, refined in time.

The network locates an event to about 10 ms; `onset_refinement` and, for kicks, `bass_onsets` locate
it to the sample.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from server.arrays import Float64Array, Int64Array
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
from server.audio.series.nearest import distance_to_nearest, nearest
from server.audio.spectrum.analyser_node import RATE
from server.audio.spectrum.track_samples import Samples

_MIN_ONSET_GAP_S = 0.030
"""Onsets closer together than this are merged."""
_SAME_EVENT_S = 0.005
"""Refined times closer together than this belong to the same event."""
_BASS_ONSET_REACH_S = 0.035
"""Maximum distance of a kick from the bass onset that it begins with."""
_STEP_REACH_S, _BASS_REACH_S = (0.025, 0.015), (0.0015, 0.0015)
"""Maximum shift, earlier and later, of an event from its step, and from a bass onset."""
_CUT_OFF_S = 0.030
"""Time before the end of the track without events."""
_MIN_KICK_STRENGTH = 0.08
"""Kicks weaker than this relative to the track's strong ones are inaudible."""
_LONE_ONSET_S, _LONE_ONSET_CERTAINTY = 0.3, 0.3
"""Minimum distance of a flux onset from the network's onsets, and its certainty."""
_DRUMS = ("kicks", "snares", "hats")


@dataclass(frozen=True)
class Candidates:
    """Peaks of an activation that may be events."""

    steps: Int64Array
    """Steps of the peaks."""
    times: Float64Array
    """Refined times in seconds; negative where the track is about to end."""


@dataclass(frozen=True)
class Detections:
    """Results that do not depend on beats. Events are rows of seconds and strength 0..1."""

    seconds: float
    spectrum: filterbank.FilterbankSpectra
    onsets: Float64Array
    kicks: Float64Array
    snares: Float64Array
    hats: Float64Array
    certainty: dict[str, Float64Array]
    """The network's certainty of each event, 0..1, by the names above."""
    beat_activation: Float64Array
    """Probability of a beat in each step, 0..1."""
    downbeat_activation: Float64Array
    """Probability of the first beat of a bar in each step, 0..1."""
    snare_activation: Float64Array
    """Probability of a snare in each step, 0..1."""
    snare_candidates: Candidates

    def with_events(self, transform: Callable[[Float64Array], Float64Array]) -> "Detections":
        """Return a copy with `transform` applied to its event rows; it keeps order and number."""
        return replace(
            self,
            onsets=transform(self.onsets),
            kicks=transform(self.kicks),
            snares=transform(self.snares),
            hats=transform(self.hats),
        )


def detect_onsets_and_drums(samples: Samples) -> Detections:
    """Detect the onsets and drums of a track, samples x 2 at 44.1 kHz."""
    with ThreadPoolExecutor(1) as pool:
        bass = pool.submit(_detect_bass_onsets, samples)
        spectrum = filterbank.compute_spectra(samples)
        probabilities = network.activations(spectrum.levels).astype(np.float64)
        bass_times = bass.result()
    activations = dict(zip(network.OUTPUTS, probabilities.T, strict=True))
    candidates = {
        kind: _find_candidates(samples, activations[kind], kind, bass_times)
        for kind in peak_picking.KINDS
    }
    events = {
        kind: _pick_events(spectrum, activations[kind], kind, candidates[kind])
        for kind in peak_picking.KINDS
    }
    events["kicks"] = events["kicks"][events["kicks"][:, 1] >= _MIN_KICK_STRENGTH]
    events["onsets"] = merge_onsets(events["onsets"], *(events[kind] for kind in _DRUMS))
    events["onsets"] = _add_lone_onsets(samples, spectrum, events["onsets"])
    return Detections(
        seconds=len(samples) / RATE,
        spectrum=spectrum,
        **{kind: events_of_kind[:, :2] for kind, events_of_kind in events.items()},
        certainty={kind: events_of_kind[:, 2] for kind, events_of_kind in events.items()},
        beat_activation=activations["beats"],
        downbeat_activation=activations["downbeats"],
        snare_activation=activations["snares"],
        snare_candidates=candidates["snares"],
    )


def _detect_bass_onsets(samples: Samples) -> Float64Array:
    """Return the seconds of the onsets in the bass, in order."""
    at, _ = bass_onsets.detect(*bass_band.extract(samples))
    return np.sort(onset_refinement.refine(samples, at / bass_band.BASS_RATE, *_BASS_REACH_S))


def _find_candidates(
    samples: Samples, activation: Float64Array, kind: str, bass_times: Float64Array
) -> Candidates:
    steps = peak_picking.find_peaks(activation)
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    if kind == "kicks" and len(bass_times):
        near = nearest(steps / STEPS_PER_S, bass_times)
        times = np.where(np.abs(near - steps / STEPS_PER_S) <= _BASS_ONSET_REACH_S, near, times)
    times[times > len(samples) / RATE - _CUT_OFF_S] = -2.0  # truncated audio clicks
    return Candidates(steps, times)


def _pick_events(
    spectrum: filterbank.FilterbankSpectra,
    activation: Float64Array,
    kind: str,
    candidates: Candidates,
) -> Float64Array:
    """Return rows of time, strength and certainty, in order."""
    picked = peak_picking.are_clear(activation[candidates.steps])
    steps, times = candidates.steps[picked], candidates.times[picked]
    strengths = peak_picking.event_strengths(spectrum.levels, steps, kind)
    return distinct_events(times, strengths, activation[steps])


def distinct_events(
    times: Float64Array, strengths: Float64Array, certainty: Float64Array
) -> Float64Array:
    """Return rows of time, strength and certainty in order, without repeated or negative times."""
    events = np.stack([times, strengths, certainty], axis=1)
    events = events[np.argsort(times, kind="stable")]
    distinct: Float64Array = events[np.diff(events[:, 0], prepend=-1.0) > _SAME_EVENT_S]
    return distinct


def _add_lone_onsets(
    samples: Samples, spectrum: filterbank.FilterbankSpectra, detected_onsets: Float64Array
) -> Float64Array:
    """Add onsets of the spectral flux that are far from any other: single soft notes."""
    steps = onsets.pick_peaks(onsets.spectral_flux(spectrum.levels))
    steps = steps[distance_to_nearest(steps / STEPS_PER_S, detected_onsets[:, 0]) > _LONE_ONSET_S]
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    strengths = peak_picking.event_strengths(spectrum.levels, steps, "onsets")
    loud = spectrum.levels[steps].max(axis=1) / max(float(spectrum.levels.max()), 1e-9)
    lone = np.stack([times, strengths * loud, np.full(len(times), _LONE_ONSET_CERTAINTY)], axis=1)
    lone = lone[times <= len(samples) / RATE - _CUT_OFF_S]
    merged = np.concatenate([detected_onsets, lone])
    merged = merged[np.argsort(merged[:, 0], kind="stable")]
    distinct: Float64Array = merged[np.diff(merged[:, 0], prepend=-1.0) > _MIN_ONSET_GAP_S]
    return distinct


def merge_onsets(detected_onsets: Float64Array, *others: Float64Array) -> Float64Array:
    """Merge rows of onsets with those of drums; the time of a drum takes precedence."""
    for events in others:
        detected_onsets = detected_onsets[
            distance_to_nearest(detected_onsets[:, 0], events[:, 0]) > _MIN_ONSET_GAP_S
        ]
        detected_onsets = np.concatenate([detected_onsets, events])
        detected_onsets = detected_onsets[np.argsort(detected_onsets[:, 0], kind="stable")]
        detected_onsets = detected_onsets[
            np.diff(detected_onsets[:, 0], prepend=-1.0) > _SAME_EVENT_S
        ]
    return detected_onsets
