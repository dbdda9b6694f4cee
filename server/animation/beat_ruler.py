"""The beats of a track as a ruler that converts seconds to beats, also before and after them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_PERIOD_S = 0.5
"""Time between beats if there are none: 120 a minute from the start."""

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class BeatRuler:
    """Beat n is at times[n]; beyond both ends the last interval repeats."""

    times: Reals
    """Seconds, ascending; at least two."""

    @classmethod
    def of(cls, times: Reals) -> "BeatRuler":
        """Create the ruler of some beats; with fewer than two, they are DEFAULT_PERIOD_S apart."""
        return cls(times if len(times) > 1 else np.array([0.0, DEFAULT_PERIOD_S]))

    def position(self, seconds: Reals) -> Reals:
        """Convert seconds to beats from the first: 2.5 is half-way from the third to the fourth."""
        inside = np.interp(seconds, self.times, np.arange(len(self.times)))
        early, late = seconds < self.times[0], seconds > self.times[-1]
        inside[early] = (seconds[early] - self.times[0]) / (self.times[1] - self.times[0])
        beyond = (seconds[late] - self.times[-1]) / (self.times[-1] - self.times[-2])
        inside[late] = len(self.times) - 1 + beyond
        return inside
