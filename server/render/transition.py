"""When a transition goes, and how far it is in each frame."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.effects.dialects.transition import BEATS
from server.effects.input import Value

_DIGITS = 9
"""Of a second: what is beyond is lost in dividing frames by frames a second."""


class Rhythm(Protocol):
    """What a transition wants of the sound's features."""

    def beats(self) -> tuple[float, float]:
        """Seconds from beat to beat, and the time of the first."""
        ...


def progress(
    values: Mapping[str, Value], sound: Rhythm, frames: int, fps: int
) -> NDArray[np.float32]:
    """How far the transition is in each frame of a job, 0 to 1.

    It begins `at` and takes `length`, both in `unit`; with `at` below 0 its middle is that of the
    video, in beats moved to the nearest one. With `every` above 0 it goes back again after so
    long, forth again after as long, and so on; with `at` below 0 the first one begins after
    `every`.

    Args:
        values: of the inputs that transition_inputs makes, by name.
        sound: asked for its beats only where the unit is a beat.
        frames: frames of the whole job.
        fps: frames a second.
    """
    every = _number(values, "every")
    in_beats = _number(values, "unit") == BEATS
    period, first = sound.beats() if in_beats else (1.0, 0.0)
    length = _number(values, "length") * period
    start = first + (_number(values, "at") if _number(values, "at") >= 0 else every) * period
    if _number(values, "at") < 0 and every <= 0:
        start = (frames / fps - length) / 2
        start = first + round((start - first) / period) * period if in_beats else start
    times = np.round(np.arange(frames) / fps - start, _DIGITS)
    if every <= 0:
        return _ramp(times, length)
    every *= period
    turns = np.floor(np.round(times / every, _DIGITS))
    forth = _ramp(np.round(times - turns * every, _DIGITS), min(length, every))
    moved = np.where(turns % 2 == 0, forth, 1 - forth)
    return np.where(turns < 0, 0, moved).astype(np.float32)


def _ramp(times: NDArray[np.float64], length_s: float) -> NDArray[np.float32]:
    """From 0 at time 0 to 1 after so many seconds; a step where there are none."""
    if length_s <= 0:
        return (times >= 0).astype(np.float32)
    return np.clip(times / length_s, 0, 1).astype(np.float32)


def _number(values: Mapping[str, Value], word: str) -> float:
    """A value by its name, or by the one it has where the author took that name."""
    value = values.get(f"transition_{word}", values.get(word, 0.0))
    return 0.0 if isinstance(value, tuple) else float(value)
