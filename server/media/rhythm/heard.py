"""What is heard in a track before any beat is known: onsets, drums, changes of the harmony."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.media.analyser import RATE
from server.media.rhythm import drums, falls, harmony, hits, lows, onsets, precise, spectra
from server.media.rhythm.spectra import STEPS_PER_S

Reals = NDArray[np.float64]

_APART_S = 0.030
"""Onsets that are nearer to each other than this are one."""
_SAME_S = 0.005
"""Two times that became so near to each other are of one event."""
_STEP_REACH_S, _HIT_REACH_S = (0.025, 0.015), (0.0015, 0.0015)
"""How much sooner and later than found an onset, and a hit of the bass, may be."""
_LEAST_NOISE, _SHARE_OF_NOISE = 0.2, 0.12
"""What begins of noise with a drum: at least so much, and such a share of what loud ones have."""


@dataclass(frozen=True)
class Heard:
    """What is known before there are beats. Events are rows of seconds and strength 0..1."""

    seconds: float
    spectrum: spectra.Spectra
    novelty: Reals
    """How much begins in each step."""
    onsets: Reals
    kicks: Reals
    snares: Reals
    hats: Reals
    changes: Reals
    """Where the harmony changes; the second column is by how much, 0..2."""

    def placed(self, place: Callable[[Reals], Reals]) -> "Heard":
        """The same with the rows of its events as `place` makes them."""
        return replace(
            self,
            onsets=place(self.onsets),
            kicks=place(self.kicks),
            snares=place(self.snares),
            hats=place(self.hats),
        )

    def part(self, start: float, end: float) -> "Heard":
        """The same with those events only that lie between two times."""

        def inside(rows: Reals) -> Reals:
            return rows[(rows[:, 0] >= start) & (rows[:, 0] <= end)]

        return replace(
            self,
            onsets=inside(self.onsets),
            kicks=inside(self.kicks),
            snares=inside(self.snares),
            hats=inside(self.hats),
            changes=inside(self.changes),
        )


def listen(samples: NDArray[np.int16]) -> Heard:
    """Onsets and drums of a track, samples x 2."""
    spectrum = spectra.measure(samples)
    novelty = onsets.flux(spectrum.levels)
    steps = onsets.peaks(novelty)
    times = precise.refine(samples, steps / STEPS_PER_S, *_STEP_REACH_S)
    kicks, others = _bass(samples)
    kicked = _apart(times, kicks[:, 0]) <= _APART_S
    snare, hat = drums.noises(spectrum.levels, steps, kicked)
    found = _joined(_rows(times, novelty[steps]), kicks, others)
    return Heard(
        len(samples) / RATE,
        spectrum,
        novelty,
        found,
        kicks,
        _those(times, snare),
        _those(times, hat),
        harmony.changes(spectrum.levels),
    )


def _bass(samples: NDArray[np.int16]) -> tuple[Reals, Reals]:
    """The kicks, and the other hits of the bass."""
    low, power = lows.lower(samples)
    at, strengths = hits.find(low, power)
    struck = falls.kicks(low, at, strengths)
    times = precise.refine(samples, at / lows.LOW_RATE, *_HIT_REACH_S)
    return _rows(times[struck], strengths[struck]), _rows(times[~struck], strengths[~struck])


def _joined(found: Reals, *more: Reals) -> Reals:
    """Onsets with those of the others' that are not among them."""
    for rows in more:
        found = np.concatenate([found, rows[_apart(rows[:, 0], found[:, 0]) > _APART_S]])
        found = found[np.argsort(found[:, 0], kind="stable")]
    return found


def _apart(times: Reals, others: Reals) -> Reals:
    """How far each time is from the nearest of the others, which rise."""
    padded = np.concatenate([[-np.inf], others, [np.inf]])
    after = np.searchsorted(others, times)
    near: Reals = np.minimum(times - padded[after], padded[after + 1] - times)
    return near


def _those(times: Reals, noise: Reals) -> Reals:
    """The onsets with enough of a drum's noise."""
    if not len(times):
        return np.zeros((0, 2))
    chosen = noise > max(_LEAST_NOISE, _SHARE_OF_NOISE * float(np.percentile(noise, 95)))
    return _rows(times[chosen], noise[chosen])


def _rows(times: Reals, strengths: Reals) -> Reals:
    """Times in order, and strengths as shares of what the strong ones reach."""
    if not len(times):
        return np.zeros((0, 2))
    strong = max(float(np.percentile(strengths, 90)), 1e-9)
    rows = np.stack([times, np.minimum(strengths / strong, 1)], axis=1)
    rows = rows[np.argsort(times, kind="stable")]
    found: Reals = rows[np.diff(rows[:, 0], prepend=-1.0) > _SAME_S]
    return found
