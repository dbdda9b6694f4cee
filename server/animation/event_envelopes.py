"""What events of the music are in each frame: pulses, ages, phases and counts.

Hits are rows of time in seconds and strength 0..1, in order. One at time t belongs to the frame
floor(t x fps), where its age is 0.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.effects.model.feature import FAR_S, PULSE_DECAY_S

_DIGITS = 6

Hits = NDArray[np.float64]
FrameValues = NDArray[np.float32]


def first_frames(hits: Hits, fps: int) -> NDArray[np.int64]:
    """The frame that each hit belongs to."""
    # 4.1 x 30 is 122.999… in binary, and belongs to frame 123 all the same.
    return np.floor(np.round(hits[:, 0] * fps, _DIGITS)).astype(np.int64)


def pulse(hits: Hits, frames: int, fps: int, decay_s: float = PULSE_DECAY_S) -> FrameValues:
    """strength x (1 - age / decay)^2 of the strongest hit that is under way, else 0."""
    column = np.zeros(frames, np.float32)
    ages = np.arange(int(decay_s * fps) + 1) / fps
    curve = np.square(np.maximum(0, 1 - ages / decay_s))
    firsts = first_frames(hits, fps)
    count = int(np.searchsorted(firsts, frames))
    for first, strength in zip(firsts[:count], hits[:count, 1], strict=True):
        window = column[first : first + len(curve)]
        np.maximum(window, strength * curve[: len(window)], out=window, casting="same_kind")
    return column


def since(hits: Hits, frames: int, fps: int) -> FrameValues:
    """Seconds since the last hit, at most FAR_S."""
    firsts, last = _last(hits, frames, fps)
    ages = (np.arange(frames) - firsts[np.maximum(last, 0)]) / fps if len(firsts) else 0
    return np.where(last >= 0, np.minimum(ages, FAR_S), FAR_S).astype(np.float32)


def until(hits: Hits, frames: int, fps: int) -> FrameValues:
    """Seconds until the next hit, at most FAR_S; in a hit's own frame until the one after it."""
    firsts, last = _last(hits, frames, fps)
    if not len(firsts):
        return np.full(frames, FAR_S, np.float32)
    following = firsts[np.minimum(last + 1, len(firsts) - 1)]
    ahead = np.minimum((following - np.arange(frames)) / fps, FAR_S)
    return np.where(last + 1 < len(firsts), ahead, FAR_S).astype(np.float32)


def phase(hits: Hits, frames: int, fps: int) -> FrameValues:
    """0 at a hit, rising evenly to 1 at the next; 0 before the first and after the last."""
    firsts, last = _last(hits, frames, fps)
    inside = (last >= 0) & (last + 1 < len(firsts))
    column = np.zeros(frames, np.float32)
    at = np.flatnonzero(inside)
    begins, ends = hits[last[at], 0], hits[last[at] + 1, 0]
    column[at] = np.clip((at / fps - begins) / np.maximum(ends - begins, 1 / fps), 0, 1)
    return column


def count(hits: Hits, frames: int, fps: int) -> FrameValues:
    """How many hits there were, the one in this frame included."""
    return (_last(hits, frames, fps)[1] + 1).astype(np.float32)


def strength(hits: Hits, frames: int, fps: int) -> FrameValues:
    """How strong the last hit was, 0 before the first."""
    _, last = _last(hits, frames, fps)
    if not len(hits):
        return np.zeros(frames, np.float32)
    return np.where(last >= 0, hits[np.maximum(last, 0), 1], 0).astype(np.float32)


ENVELOPES: dict[str, Callable[[Hits, int, int], FrameValues]] = {
    "pulse": pulse,
    "since": since,
    "until": until,
    "phase": phase,
    "count": count,
    "strength": strength,
}
"""By the word behind the event's name."""


def _last(hits: Hits, frames: int, fps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hits' frames, and for each frame the index of the last hit, -1 before the first."""
    firsts = first_frames(hits, fps)
    last: NDArray[np.int64] = np.searchsorted(firsts, np.arange(frames), side="right") - 1
    return firsts, last
