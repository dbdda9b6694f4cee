"""Division of a job among slots and processors, fixed when the job begins."""

import math
from dataclasses import dataclass
from decimal import Decimal

from server.jobs.model.spec import Spec

_MIN_SHARE_S = 2
"""Shortest segments that a job is cut into so that more slots can work for it. A shorter one takes
about as long to draw as a further worker takes to open its context and load its shaders."""
_MAX_THREADS = 16


@dataclass(frozen=True)
class Division:
    """Columns of a job: its pixels depend on them, so they stay as they are."""

    segment_frames: int
    """Frames of each segment; the last one may have fewer."""
    threads: int
    """Threads of each of its encoders."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Slots and processors that a job may use."""

    slots: int
    cores: int
    """Processors that the encoders of all slots share."""
    alone: bool
    """True if slots that the job does not use are idle."""


def divide(
    frames: int, fps: int, max_segment_s: Decimal, share: Share, *, sequential: bool
) -> Division:
    """Divide a job so that all slots end at about the same time and each core has one thread.

    Args:
        frames: of the job.
        fps: frames per second.
        max_segment_s: maximum length of a segment.
        share: what the job may use.
        sequential: True if its segments are drawn one after the other.
    """
    slots = max(1, share.slots)
    longest = max(1, int(max_segment_s * fps))
    count = minimum = math.ceil(frames / longest)
    if not sequential:
        even = math.ceil(minimum / slots) * slots
        count = max(minimum, min(even, frames // (_MIN_SHARE_S * fps)))
    working = 1 if sequential else min(slots, count)
    threads = share.cores // (working if share.alone else slots)
    return Division(math.ceil(frames / count), max(1, min(_MAX_THREADS, threads)))


def max_slots(spec: Spec) -> int:
    """Return the maximum number of slots that can draw a job at one time."""
    return 1 if spec.sequential else max(1, spec.frames // (_MIN_SHARE_S * spec.fps))
