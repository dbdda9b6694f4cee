"""Estimates of the remaining time, from the costs of finished jobs."""

from collections.abc import Iterable

from server.jobs.model.spec import Workload

FrameCost = tuple[str, int, float]
"""Effect, pixels per frame, slot seconds per frame."""

_JOIN_S = 1.0


def seconds_per_frame(workload: Workload, costs: Iterable[FrameCost]) -> float | None:
    """Return the slot seconds per frame, scaled by pixels; None if there are no costs.

    The nearest frame size of the same effect takes precedence over other effects.
    """
    ranked = sorted(
        costs,
        key=lambda cost: (cost[0] != workload.effect, abs(cost[1] - workload.pixels), cost[0]),
    )
    if not ranked:
        return None
    _, measured_pixels, seconds = ranked[0]
    return seconds * workload.pixels / measured_pixels


def estimate_slot_s(workload: Workload, costs: Iterable[FrameCost]) -> float | None:
    """Estimate the slot seconds of `workload`; None if there are no costs yet."""
    cost = seconds_per_frame(workload, costs)
    return None if cost is None else cost * workload.frames + _JOIN_S


def estimate_wait_s(ahead: list[float | None], own: float | None, slots: int) -> int | None:
    """Estimate the seconds until a waiting job ends, after `slots` have processed `ahead`."""
    if own is None or slots == 0 or any(seconds is None for seconds in ahead):
        return None
    return round(sum(seconds or 0.0 for seconds in ahead) / slots + own)
