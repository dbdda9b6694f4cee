"""How long a job will still take, learned from the jobs that were finished."""

from collections.abc import Iterable

from server.jobs.job import Job

Pace = tuple[str, int, float]
"""Effect, pixels a frame, slot seconds a frame."""

_JOIN_S = 1.0


def pace_of(job: Job, paces: Iterable[Pace]) -> float | None:
    """Slot seconds a frame of `job`: as measured, else scaled by pixels, else None.

    The nearest frame size of the same effect is preferred over other effects.
    """
    spec = job.spec
    pixels = spec.width * spec.height
    effect = spec.effects[-1]["id"]
    ranked = sorted(paces, key=lambda pace: (pace[0] != effect, abs(pace[1] - pixels), pace[0]))
    if not ranked:
        return None
    _, measured_pixels, seconds = ranked[0]
    return seconds * pixels / measured_pixels


def remaining_s(job: Job, frames_done: int, paces: list[Pace]) -> float | None:
    """Slot seconds that `job` still needs."""
    pace = pace_of(job, paces)
    if pace is None:
        return None
    return pace * (job.spec.frames - frames_done) + _JOIN_S


def waiting_s(ahead: list[float | None], own: float | None, slots: int) -> int | None:
    """Seconds until a waiting job ends, when `ahead` must be worked off by `slots` first."""
    if own is None or slots == 0 or any(seconds is None for seconds in ahead):
        return None
    return round(sum(seconds or 0.0 for seconds in ahead) / slots + own)
