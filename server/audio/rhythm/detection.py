"""Onsets and drums of a track, and how likely beats are: the network's activations, made exact.

The network tells to some 10 ms that an event begins; `precise` and, for kicks, the hits of the bass
tell at which sample.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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
from server.audio.rhythm.nearest import distances, nearest
from server.audio.spectrum.analyser_node import RATE

Reals = NDArray[np.float64]

_APART_S = 0.030
"""Onsets that are nearer to each other than this are one."""
_SAME_S = 0.005
"""Two times that became so near to each other are of one event."""
_HIT_S = 0.035
"""A kick begins with the hit of the bass that is so near to it."""
_STEP_REACH_S, _HIT_REACH_S = (0.025, 0.015), (0.0015, 0.0015)
"""How much sooner and later than a step, and than a hit of the bass, an event may begin."""
_CUT_OFF_S = 0.030
"""Nothing begins so near to the end of the track."""
_FAINT_KICK = 0.08
"""Kicks weaker than this beside the strong ones of the track cannot be heard."""
_LONE_S, _LONE_SURE = 0.3, 0.3
"""How far from the network's onsets those of the flux must be to count, and how sure they are."""
_DRUMS = ("kicks", "snares", "hats")


@dataclass(frozen=True)
class Heard:
    """What is known before there are beats. Events are rows of seconds and strength 0..1."""

    seconds: float
    spectrum: filterbank.Spectra
    onsets: Reals
    kicks: Reals
    snares: Reals
    hats: Reals
    certainty: dict[str, Reals]
    """How sure the network is of each event, 0..1, by the names above."""
    beats: Reals
    """How likely a beat is in each step, 0..1,"""
    downbeats: Reals
    """and how likely the first beat of a bar."""

    def placed(self, place: Callable[[Reals], Reals]) -> "Heard":
        """The same with the rows of its events as `place` makes them, in order and number alike."""
        return replace(
            self,
            onsets=place(self.onsets),
            kicks=place(self.kicks),
            snares=place(self.snares),
            hats=place(self.hats),
        )


def listen(samples: NDArray[np.int16]) -> Heard:
    """Detect the onsets and drums of a track, samples x 2 at 44.1 kHz."""
    spectrum = filterbank.measure(samples)
    sure = dict(
        zip(network.OUTPUTS, network.activations(spectrum.levels).T.astype(np.float64), strict=True)
    )
    low, power = bass_band.lower(samples)
    at, _ = bass_onsets.find(low, power)
    bass = np.sort(onset_refinement.refine(samples, at / bass_band.LOW_RATE, *_HIT_REACH_S))
    events = {
        kind: _events(samples, spectrum, sure[kind], kind, bass) for kind in peak_picking.KINDS
    }
    events["kicks"] = events["kicks"][events["kicks"][:, 1] >= _FAINT_KICK]
    events["onsets"] = _joined(events["onsets"], *(events[kind] for kind in _DRUMS))
    events["onsets"] = _with_lone(samples, spectrum, events["onsets"])
    return Heard(
        seconds=len(samples) / RATE,
        spectrum=spectrum,
        **{kind: rows[:, :2] for kind, rows in events.items()},
        certainty={kind: rows[:, 2] for kind, rows in events.items()},
        beats=sure["beats"],
        downbeats=sure["downbeats"],
    )


def _events(
    samples: NDArray[np.int16], spectrum: filterbank.Spectra, sure: Reals, kind: str, bass: Reals
) -> Reals:
    """Rows of time, strength and certainty, in order."""
    steps = peak_picking.peaks(sure)
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    if kind == "kicks" and len(bass):
        near = nearest(steps / STEPS_PER_S, bass)
        times = np.where(np.abs(near - steps / STEPS_PER_S) <= _HIT_S, near, times)
    times[times > len(samples) / RATE - _CUT_OFF_S] = -2.0  # a sound that is cut off clicks
    rows = np.stack(
        [times, peak_picking.strengths(spectrum.levels, steps, kind), sure[steps]], axis=1
    )
    rows = rows[np.argsort(times, kind="stable")]
    found: Reals = rows[np.diff(rows[:, 0], prepend=-1.0) > _SAME_S]
    return found


def _with_lone(samples: NDArray[np.int16], spectrum: filterbank.Spectra, known: Reals) -> Reals:
    """The onsets with those of the spectral flux that are far from any: single soft notes."""
    steps = onsets.peaks(onsets.flux(spectrum.levels))
    steps = steps[distances(steps / STEPS_PER_S, known[:, 0]) > _LONE_S]
    times = onset_refinement.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    strengths = peak_picking.strengths(spectrum.levels, steps, "onsets")
    loud = spectrum.levels[steps].max(axis=1) / max(float(spectrum.levels.max()), 1e-9)
    rows = np.stack([times, strengths * loud, np.full(len(times), _LONE_SURE)], axis=1)
    rows = rows[times <= len(samples) / RATE - _CUT_OFF_S]
    every = np.concatenate([known, rows])
    every = every[np.argsort(every[:, 0], kind="stable")]
    found: Reals = every[np.diff(every[:, 0], prepend=-1.0) > _APART_S]
    return found


def _joined(found: Reals, *more: Reals) -> Reals:
    """Onsets with those of the others' that are not among them; a drum's own time counts."""
    for rows in more:
        found = found[distances(found[:, 0], rows[:, 0]) > _APART_S]
        found = np.concatenate([found, rows])
        found = found[np.argsort(found[:, 0], kind="stable")]
        found = found[np.diff(found[:, 0], prepend=-1.0) > _SAME_S]
    return found
