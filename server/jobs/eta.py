"""Estimates of the remaining time, from the costs of finished jobs, else from built-in ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from server.jobs.model.spec import Workload
from server.jobs.model.work.estimate import WorkEstimate
from server.jobs.model.work.frame_costs import FrameCost, guess_frame_s

_MAX_KNOWN = 10_000
"""Effects and sizes whose frames have an estimate in memory: clients choose them."""


@dataclass(frozen=True)
class CostModel:
    """Expected costs of jobs on this machine."""

    costs: Sequence[FrameCost]
    """Costs that were measured on it; empty before the first job."""
    software: bool
    """True without a GPU."""
    cores: float
    """Processors for each slot."""
    _frame_s: dict[tuple[str, int], float] = field(default_factory=dict, repr=False)

    def frame_s(self, workload: Workload) -> float:
        """Return the slot seconds of a frame.

        Those of the same effect at the nearest size, scaled by pixels; else the built-in ones,
        corrected by those of the effects that were measured.
        """
        key = (workload.effect, workload.pixels)
        known = self._frame_s.get(key)
        if known is None:
            if len(self._frame_s) >= _MAX_KNOWN:
                self._frame_s.clear()
            known = self._frame_s[key] = self._estimate(workload)
        return known

    def _estimate(self, workload: Workload) -> float:
        same = [cost for cost in self.costs if cost[0] == workload.effect]
        if same:
            _, pixels, seconds = min(same, key=lambda cost: abs(cost[1] - workload.pixels))
            return seconds * workload.pixels / pixels
        return self._guess(workload.effect, workload.pixels) * self._correction

    def job_s(self, workload: Workload, slots: int = 1) -> float:
        """Return the seconds of a job that has not begun, in as many slots."""
        frame_s = self.frame_s(workload) / slots
        return WorkEstimate.of(workload.frames, workload.fps, frame_s).total_s

    @cached_property
    def _correction(self) -> float:
        """Median ratio of the measured costs to the built-in ones."""
        ratios = [seconds / self._guess(effect, pixels) for effect, pixels, seconds in self.costs]
        return median(ratios) if ratios else 1.0

    def _guess(self, effect: str, pixels: int) -> float:
        return guess_frame_s(effect, pixels, software=self.software, cores=self.cores)


def estimate_wait_s(ahead: Sequence[float], own: float, slots: int) -> int | None:
    """Return the seconds until a waiting job ends, after `slots` have processed `ahead`.

    None if there are no slots.
    """
    return round(sum(ahead) / slots + own) if slots else None
