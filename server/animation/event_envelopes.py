"""Envelopes of the music's events in each frame: pulses, ages, phases and counts.

Events are rows of time in seconds and strength 0..1, in order. One at time t belongs to the frame
floor(t x fps), where its age is 0.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.effects.model.feature import FAR_S, PULSE_DECAY_S

_DIGITS = 6

EventRows = NDArray[np.float64]
"""Events as rows of seconds and strength 0..1, in order of time."""
FrameValues = NDArray[np.float32]


def first_frames(events: EventRows, fps: int) -> NDArray[np.int64]:
    """Return the frame that each event belongs to."""
    # 4.1 x 30 is 122.999… in binary, but belongs to frame 123.
    return np.floor(np.round(events[:, 0] * fps, _DIGITS)).astype(np.int64)


def pulse(events: EventRows, frames: int, fps: int, decay_s: float = PULSE_DECAY_S) -> FrameValues:
    """Return strength x (1 - age / decay)^2 of the strongest event in progress, else 0."""
    column = np.zeros(frames, np.float32)
    ages = np.arange(int(decay_s * fps) + 1) / fps
    curve = np.square(np.maximum(0, 1 - ages / decay_s))
    firsts = first_frames(events, fps)
    count = int(np.searchsorted(firsts, frames))
    for first, strength in zip(firsts[:count], events[:count, 1], strict=True):
        window = column[first : first + len(curve)]
        np.maximum(window, strength * curve[: len(window)], out=window, casting="same_kind")
    return column


def since(events: EventRows, frames: int, fps: int) -> FrameValues:
    """Return the seconds since the last event, at most FAR_S."""
    firsts, last = _last(events, frames, fps)
    ages = (np.arange(frames) - firsts[np.maximum(last, 0)]) / fps if len(firsts) else 0
    return np.where(last >= 0, np.minimum(ages, FAR_S), FAR_S).astype(np.float32)


def until(events: EventRows, frames: int, fps: int) -> FrameValues:
    """Return the seconds until the next event after this frame's, at most FAR_S."""
    firsts, last = _last(events, frames, fps)
    if not len(firsts):
        return np.full(frames, FAR_S, np.float32)
    following = firsts[np.minimum(last + 1, len(firsts) - 1)]
    ahead = np.minimum((following - np.arange(frames)) / fps, FAR_S)
    return np.where(last + 1 < len(firsts), ahead, FAR_S).astype(np.float32)


def phase(events: EventRows, frames: int, fps: int) -> FrameValues:
    """Return 0 at an event, rising to 1 at the next; 0 before the first and after the last."""
    firsts, last = _last(events, frames, fps)
    inside = (last >= 0) & (last + 1 < len(firsts))
    column = np.zeros(frames, np.float32)
    at = np.flatnonzero(inside)
    begins, ends = events[last[at], 0], events[last[at] + 1, 0]
    column[at] = np.clip((at / fps - begins) / np.maximum(ends - begins, 1 / fps), 0, 1)
    return column


def count(events: EventRows, frames: int, fps: int) -> FrameValues:
    """Count the events so far, including those in this frame."""
    return (_last(events, frames, fps)[1] + 1).astype(np.float32)


def strength(events: EventRows, frames: int, fps: int) -> FrameValues:
    """Return the strength of the last event, 0 before the first."""
    _, last = _last(events, frames, fps)
    if not len(events):
        return np.zeros(frames, np.float32)
    return np.where(last >= 0, events[np.maximum(last, 0), 1], 0).astype(np.float32)


ENVELOPES: dict[str, Callable[[EventRows, int, int], FrameValues]] = {
    "pulse": pulse,
    "since": since,
    "until": until,
    "phase": phase,
    "count": count,
    "strength": strength,
}
"""By the word after the event's name."""


def _last(events: EventRows, frames: int, fps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the events' frames, and the index of each frame's last event, -1 before the first."""
    firsts = first_frames(events, fps)
    last: NDArray[np.int64] = np.searchsorted(firsts, np.arange(frames), side="right") - 1
    return firsts, last
