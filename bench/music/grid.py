"""The beats of a track, and positions between them."""

from dataclasses import dataclass

import numpy as np

from server.arrays import Float64Array


@dataclass(frozen=True)
class Grid:
    """Beats of a track with possible tempo changes and swing."""

    times: Float64Array
    """Seconds at which the beats 0, 1, 2, … begin."""
    bar: int = 4
    """Beats a bar; 0 without bars."""
    swing: float = 0.0
    """Delay of the middle of a swung unit, as a share of the unit: 1/6 makes triplets."""
    unit: float = 1.0
    """Length of a swung unit in beats: 1 swings the eighths, 0.5 the sixteenths."""

    def at(self, beat: float) -> float:
        """Return the seconds of a position counted in beats from the first."""
        whole, part = divmod(beat / self.unit, 1)
        half = 0.5 + self.swing
        swung = part * 2 * half if part < 0.5 else half + (part - 0.5) * 2 * (1 - half)
        place = (whole + swung) * self.unit
        return float(np.interp(place, np.arange(len(self.times)), self.times))

    def period(self, beat: float) -> float:
        """Return the seconds of a beat at that position."""
        first = min(max(int(beat), 0), len(self.times) - 2)
        return float(self.times[first + 1] - self.times[first])


def tempo_curve(rng: np.random.Generator, tempo: float, beats: int, change: str) -> Float64Array:
    """Return the beats a minute of each beat.

    Args:
        rng: the random generator.
        tempo: of the first beat.
        beats: number of beats.
        change: none, drift (as people play), step (at a bar, by 6 to 22 %) or ramp (the same over
            some bars).
    """
    curve = np.full(beats, tempo)
    where = int(rng.uniform(0.35, 0.65) * beats) // 4 * 4
    amount = rng.uniform(0.06, 0.22) * rng.choice([-1, 1])
    if (tempo * (1 + amount) > 185) or (tempo * (1 + amount) < 58):
        amount = -amount
    if change == "drift":
        steps = rng.normal(0, 0.004, beats)
        curve = tempo * np.exp(np.convolve(np.cumsum(steps), np.full(8, 1 / 8), "same"))
    elif change == "step":
        curve[where:] *= 1 + amount
    elif change == "ramp":
        length = int(rng.integers(2, 5)) * 4
        curve *= 1 + amount * np.clip((np.arange(beats) - where) / length, 0, 1)
    return curve


def times(curve: Float64Array, first: float) -> Float64Array:
    """Return the seconds of the beats, one more than the curve has entries, from `first` on."""
    return first + np.concatenate([[0.0], np.cumsum(60 / curve)])
