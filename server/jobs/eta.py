"""How long work will still take, learned from the jobs that were finished."""

from collections.abc import Iterable

from server.jobs.model.spec import Work

Pace = tuple[str, int, float]
"""Effect, pixels a frame, slot seconds a frame."""

_JOIN_S = 1.0


def pace_of(work: Work, paces: Iterable[Pace]) -> float | None:
    """Slot seconds a frame: as measured, else scaled by pixels, else None.

    The nearest frame size of the same effect is preferred over other effects.
    """
    ranked = sorted(
        paces, key=lambda pace: (pace[0] != work.effect, abs(pace[1] - work.pixels), pace[0])
    )
    if not ranked:
        return None
    _, measured_pixels, seconds = ranked[0]
    return seconds * work.pixels / measured_pixels


def slot_s(work: Work, paces: Iterable[Pace]) -> float | None:
    """Slot seconds that `work` takes; None when nothing was learned yet."""
    pace = pace_of(work, paces)
    return None if pace is None else pace * work.frames + _JOIN_S


def waiting_s(ahead: list[float | None], own: float | None, slots: int) -> int | None:
    """Seconds until a waiting job ends, when `ahead` must be worked off by `slots` first."""
    if own is None or slots == 0 or any(seconds is None for seconds in ahead):
        return None
    return round(sum(seconds or 0.0 for seconds in ahead) / slots + own)
