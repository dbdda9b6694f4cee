"""Which of the pulses that fit a track is its beat: the one a listener would tap.

A row of beats fits as well at twice or half its speed, and often at two thirds of it. What tells
them apart is what falls on the beats and between them, drums above all: a snare on every second
beat, hardly a hit at a sixth of a beat, a usual tempo (Klapuri, Eronen & Astola 2006, "Analysis of
the Meter of Acoustic Musical Signals", section II-D, weigh the levels of the metre in this way).
The weights are those of a logistic regression over made-up tracks: `bench.meter` fits them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.media.rhythm import beats, downbeats, tempo
from server.media.rhythm.heard import Heard
from server.media.rhythm.spectra import STEPS_PER_S

Reals = NDArray[np.float64]

_USUAL = 118.0
"""Beats a minute."""
_MOST, _DRUM = 1.0, 2.0
"""What the flux counts at most, as a share of what strong onsets have; what a strong kick or snare
counts beside it."""
_FEWEST = 4
_SILENT = 1e-6
"""The share of the loudest power that is silence: -60 dB."""
_NEAR = 0.09
"""How far from its place in a beat an event may be, in beats."""


WEIGHTS = np.array(
    [
        *(-0.83, -1.59, 0.36, -0.69, 3.09),
        *(4.88, -3.22, 5.67, -5.9, 1.89, 1.73),
        *(1.79, 0.24, -5.86),
        *(1.37, -1.37),
        *(-0.39, 2.16),
        *(-0.92, -2.17),
        *(0.85, 1.55),
        *(1.06, -0.64),
        *(-0.74, 2.56, -4.98),
        *(1.95, -0.05),
    ]
)
"""Line by line for what `looks` lists."""


class Pulse(NamedTuple):
    """A row of beats that fits."""

    beats: Reals
    """Seconds; five at least."""
    clear: float
    """How much recurs after a beat, 0..1."""


def find(heard: Heard) -> tuple[Reals, float]:
    """The beats in seconds, and how sure they are, 0..1."""
    found = pulses(heard)
    if not found:
        return np.zeros(0), 0.0
    likely = [float(looks(pulse, heard) @ WEIGHTS) for pulse in found]
    best = found[int(np.argmax(likely))]
    sounding = np.flatnonzero(heard.spectrum.power > _SILENT * heard.spectrum.power.max())
    start, end = float(sounding[0]) / STEPS_PER_S, float(sounding[-1] + 1) / STEPS_PER_S
    row = beats.settled(beats.whole(best.beats, start, min(end, heard.seconds)), _strong(heard))
    return row[(row >= 0) & (row < heard.seconds)], _confidence(best, heard)


def _strong(heard: Heard) -> Reals:
    """Onsets, and kicks and snares above them."""
    drums = np.concatenate([heard.kicks, heard.snares])
    drums[:, 1] += 1
    every = np.concatenate([heard.onsets, drums])
    return every[np.argsort(every[:, 0], kind="stable")]


def _confidence(pulse: Pulse, heard: Heard) -> float:
    """How clearly onsets recur, less where few beats have any and few onsets are there at all."""
    met = float(np.mean(downbeats.on(pulse.beats, heard.onsets) > 0))
    return float(np.clip(pulse.clear * min(1.0, 1.5 * met), 0, 1))


def accents(heard: Heard) -> Reals:
    """How much of a beat each step may be: what begins, drums above all."""
    at = _steps(heard.onsets, len(heard.novelty))
    usual = float(np.percentile(heard.novelty[at], 90)) if len(at) else 0.0
    found = np.minimum(heard.novelty / usual, _MOST) if usual > 0 else np.zeros_like(heard.novelty)
    for drum in (heard.kicks, heard.snares):
        np.add.at(found, _steps(drum, len(found)), _DRUM * drum[:, 1])
    return found


def _steps(events: Reals, count: int) -> NDArray[np.int64]:
    return np.minimum(np.rint(events[:, 0] * STEPS_PER_S).astype(np.int64), count - 1)


def pulses(heard: Heard) -> list[Pulse]:
    """The rows of beats that fit, at several speeds, on the beat and between."""
    novelty = accents(heard)
    found = []
    for curve in tempo.curves(novelty):
        row = beats.track(novelty, curve.tempo)
        if len(row) > _FEWEST:
            found += [Pulse(row, curve.clear), Pulse((row[1:] + row[:-1]) / 2, curve.clear)]
    return found


def looks(pulse: Pulse, heard: Heard) -> Reals:
    """What a row of beats is like: the features that the weights are for."""
    row = pulse.beats
    part = heard.part(float(row[0]) - 0.05, float(row[-1]) + 0.05)
    speed = float(np.log2(60 / np.median(np.diff(row)) / _USUAL))
    dense = float(np.log2((len(part.onsets) + 1) / len(row)))
    return np.concatenate(
        [
            [speed, speed**2, dense, dense**2, pulse.clear],
            _shares(row, part.onsets),
            _shares(row, part.kicks)[:3],
            _shares(row, part.snares)[:2],
            _shares(row, part.hats)[:2],
            _cycles(row, part.onsets, _NEAR)[:2],
            _cycles(row, part.kicks, _NEAR)[:2],
            _cycles(row, part.snares, _NEAR)[:2],
            _cycles(row, part.changes, 1.0),
            [min(len(part.snares) / len(row), 2.0), min(len(part.kicks) / len(row), 2.0)],
        ]
    )


def _places(row: Reals, events: Reals) -> Reals:
    """Where events are, counted in beats."""
    return np.interp(events[:, 0], row, np.arange(len(row)))


def _shares(row: Reals, events: Reals) -> Reals:
    """The shares of the strength on beats, halves, quarters, thirds; the beats and halves met."""
    if not len(events):
        return np.zeros(6)
    place = _places(row, events)
    total = max(float(events[:, 1].sum()), 1e-9)
    shares = []
    for parts, offsets in ((1, (0.0,)), (2, (0.5,)), (4, (0.25, 0.75)), (3, (1 / 3, 2 / 3))):
        near = np.zeros(len(place), np.bool_)
        for offset in offsets:
            near |= np.abs((place - offset + 0.5) % 1 - 0.5) < _NEAR / (1 + (parts > 2))
        shares.append(float(events[near, 1].sum()) / total)
    whole = np.rint(2 * place)
    exact = np.abs(2 * place - whole) < 2 * _NEAR
    met = np.unique(whole[exact])
    on = np.count_nonzero(met % 2 == 0) / len(row)
    return np.array([*shares, on, np.count_nonzero(met % 2 == 1) / len(row)])


def _cycles(row: Reals, events: Reals, near: float) -> Reals:
    """How uneven the strength is on even and odd beats; its share on one beat of four, of eight."""
    if not len(events):
        return np.zeros(3)
    place = _places(row, events)
    whole = np.rint(place).astype(np.int64)
    close = np.abs(place - whole) < near
    eight = np.bincount(whole[close] % 8, events[close, 1], 8)
    four = eight[:4] + eight[4:]
    total = max(float(eight.sum()), 1e-9)
    even = abs(float(four[0] + four[2] - four[1] - four[3]))
    return np.array([even / total, float(four.max()) / total, float(eight.max()) / total])
