"""Progress of a transition in each frame."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from server.animation.beat_ruler import BeatRuler
from server.animation.modulation_values import FeatureSource
from server.effects.model.input import ParamValue
from server.effects.model.modulation import BEATS

_DIGITS = 9
"""Digits of a second; the rest is rounding error of frame/fps."""


def progress(
    param_values: Mapping[str, ParamValue], features: FeatureSource, frames: int, fps: int
) -> NDArray[np.float32]:
    """Compute the progress of the transition in each frame of a job, 0 to 1.

    It begins `at` and takes `length`, both in `unit`. With `at` below 0 its middle is the middle of
    the video, moved to the nearest beat if the unit is beats. With `every` above 0 it reverses
    after that time, runs forward again after the same time, and so on; with `at` below 0 the first
    one begins after `every`.

    Args:
        param_values: of the inputs that transition_inputs makes, by name.
        features: features of the audio; read only if the unit is beats.
        frames: frames of the whole job.
        fps: frames a second.
    """
    at, length, every = (_setting(param_values, name) for name in ("at", "length", "every"))
    in_beats = _setting(param_values, "unit") == BEATS
    times = np.arange(frames + 1) / fps
    if in_beats:
        times = BeatRuler.of(features.events("beat")[:, 0]).position(times)
    start = at if at >= 0 else every
    if at < 0 and every <= 0:
        start = float(np.interp(frames / 2, np.arange(frames + 1), times)) - length / 2
        start = round(start) if in_beats else start
    times = np.round(times[:-1] - start, _DIGITS)
    if every <= 0:
        return _ramp(times, length)
    cycles = np.floor(np.round(times / every, _DIGITS))
    forward = _ramp(np.round(times - cycles * every, _DIGITS), min(length, every))
    progress_values = np.where(cycles % 2 == 0, forward, 1 - forward)
    return np.where(cycles < 0, 0, progress_values).astype(np.float32)


def _ramp(times: NDArray[np.float64], length: float) -> NDArray[np.float32]:
    """Return 0 at time 0 rising to 1 after `length`; a step if `length` is 0."""
    if length <= 0:
        return (times >= 0).astype(np.float32)
    return np.clip(times / length, 0, 1).astype(np.float32)


def _setting(param_values: Mapping[str, ParamValue], name: str) -> float:
    """Return a value by its name, or by its alternative name if the author uses that name."""
    value = param_values.get(f"transition_{name}", param_values.get(name, 0.0))
    return float(value) if isinstance(value, (int, float)) else 0.0
