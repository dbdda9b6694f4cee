"""Values of a modulated input in each frame of a job."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.animation import event_envelopes
from server.animation.beat_ruler import BeatRuler
from server.effects.model.feature import (
    FEATURES,
    PULSE_DECAY_S,
    PULSE_DECAYS_S,
    Unit,
    split_event_feature,
)
from server.effects.model.modulation import FeatureBinding, KeyframeTrack, Oscillator, Shape

Reals = NDArray[np.float64]
Modulation = FeatureBinding | Oscillator | KeyframeTrack
_DIGITS = 9
"""Digits of a second or beat; the rest is rounding error of frame/fps."""
_FRAME_END_MARGIN_S = 1e-6
"""Events up to this long before the end of a frame still belong to it."""


class FeatureSource(Protocol):
    """Audio features that modulations read."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """Return a feature other than an event's, in its unit, for each of `frames` frames."""
        ...

    def events(self, event: str) -> NDArray[np.float64]:
        """Return all events of one kind: rows of time in seconds and strength 0..1, in order."""
        ...


def ease(name: str | float, share: Reals) -> Reals:
    """Apply one of EASES, or a power, to a share of 0 to 1."""
    if not isinstance(name, str):
        return np.power(share, name)
    eases: dict[str, Callable[[Reals], Reals]] = {
        "linear": lambda t: t,
        "in": np.square,
        "out": lambda t: 1 - np.square(1 - t),
        "inout": lambda t: t * t * (3 - 2 * t),
        "hold": np.floor,
    }
    return eases[name](share)


def modulate(modulation: Modulation, features: FeatureSource, frames: int, fps: int) -> Reals:
    """Compute a modulation's values, frames by components.

    Args:
        modulation: the modulation; its feature is one of FEATURES.
        features: features of the audio.
        frames: frames of the whole job.
        fps: frames a second.
    """
    if isinstance(modulation, FeatureBinding):
        return _scale_to_range(modulation, _follow_feature(modulation, features, frames, fps))
    if isinstance(modulation, Oscillator):
        return _scale_to_range(modulation, _oscillate(modulation, features, frames, fps))
    return _interpolate_keyframes(modulation, features, frames, fps)


def feature_values(
    name: str, features: FeatureSource, frames: int, fps: int, decay_s: float | None = None
) -> NDArray[np.float32]:
    """Compute one of FEATURES in each frame, in its unit.

    Args:
        name: the feature.
        features: features of the audio.
        frames: frames of the whole job.
        fps: frames a second.
        decay_s: decay of a pulse; None uses the event's default.
    """
    if event_feature := split_event_feature(name):
        event, measure = event_feature
        if measure == "pulse":
            default_s = PULSE_DECAYS_S.get(event, PULSE_DECAY_S)
            return event_envelopes.pulse(features.events(event), frames, fps, decay_s or default_s)
        return event_envelopes.ENVELOPES[measure](features.events(event), frames, fps)
    if name.startswith("time."):
        return _time(name, frames, fps)
    return features.column(name, frames, fps)


def _time(name: str, frames: int, fps: int) -> NDArray[np.float32]:
    index = np.arange(frames)
    if name == "time.elapsed":
        return (index / fps).astype(np.float32)
    if name == "time.progress":
        return (index / max(frames - 1, 1)).astype(np.float32)
    return np.full(frames, frames / fps, np.float32)


def _follow_feature(
    modulation: FeatureBinding, features: FeatureSource, frames: int, fps: int
) -> Reals:
    """Return the position between low and high, 0 to 1."""
    values = feature_values(modulation.feature, features, frames, fps, modulation.decay).astype(
        np.float64
    )
    info = FEATURES[modulation.feature]
    if modulation.smooth:
        # The effect of an event must not begin before the event.
        look_ahead = split_event_feature(modulation.feature) is None
        values = _smooth(values, modulation.smooth * fps, look_ahead=look_ahead)
    low, high = modulation.feature_range or (
        (0.0, 1.0) if info.unit is Unit.SHARE else (modulation.low[0], modulation.high[0])
    )
    if info.unit is Unit.COUNT and high > low:
        values = low + np.mod(np.round(values, _DIGITS), high - low + 1)
    share = np.clip((values - low) / (high - low), 0, 1) if high > low else np.zeros(frames)
    share = ease(modulation.curve, share)
    return 1 - share if modulation.invert else share


def _smooth(values: Reals, length: float, *, look_ahead: bool) -> Reals:
    """Average over `length` frames with a Hann window, centred or looking only back."""
    reach = int(np.ceil(length / 2)) if look_ahead else int(np.ceil(length))
    if reach < 1:
        return values
    offsets = np.arange(-reach, reach + 1) if look_ahead else np.arange(0, reach + 1)
    width = max(length / 2 if look_ahead else length, 1e-9)
    weights = np.where(np.abs(offsets) < width + 1, 1 + np.cos(np.pi * offsets / (width + 1)), 0.0)
    padded = np.pad(values, (reach, reach), mode="edge")
    smooth = np.convolve(padded, weights / weights.sum())
    first = 2 * reach if look_ahead else reach
    smoothed: Reals = smooth[first : first + len(values)]
    return smoothed


def _frame_spans(
    features: FeatureSource, frames: int, fps: int, *, beats: bool
) -> tuple[Reals, Reals]:
    """Return the start and end of each frame, in seconds or in beats of the track."""
    begin = np.arange(frames) / fps
    end = (np.arange(frames) + 1) / fps - _FRAME_END_MARGIN_S
    if beats:
        grid = BeatRuler.of(features.events("beat")[:, 0])
        begin, end = grid.position(begin), grid.position(end)
    return np.round(begin, _DIGITS), end


def _oscillate(modulation: Oscillator, features: FeatureSource, frames: int, fps: int) -> Reals:
    begin, end = _frame_spans(features, frames, fps, beats=modulation.beats is not None)
    period = modulation.beats if modulation.beats is not None else modulation.seconds or 1.0
    cycles = np.round(begin / period + modulation.phase, _DIGITS)
    phase = np.mod(cycles, 1.0)
    if modulation.shape is Shape.SINE:
        return np.asarray((1 - np.cos(2 * np.pi * phase)) / 2)
    if modulation.shape is Shape.TRIANGLE:
        return np.asarray(1 - np.abs(2 * phase - 1))
    # A jump happens in the frame that contains its moment, as events do.
    end_cycles = end / period + modulation.phase
    if modulation.shape is Shape.SAW:
        return np.where(np.floor(end_cycles) > np.floor(cycles), 0.0, phase)
    return np.where(np.mod(np.floor(2 * end_cycles), 2) == 0, 1.0, 0.0)


def _interpolate_keyframes(
    modulation: KeyframeTrack, features: FeatureSource, frames: int, fps: int
) -> Reals:
    at, end = _frame_spans(features, frames, fps, beats=modulation.beats)
    times = np.array([key.time for key in modulation.keys])
    values = np.array([key.value for key in modulation.keys])
    # The frame that contains a keyframe has its value.
    before = np.clip(np.searchsorted(times, end, side="right") - 1, 0, len(times) - 1)
    after = np.minimum(before + 1, len(times) - 1)
    length = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((at - times[before]) / length, 0, 1)
    for name in {key.ease for key in modulation.keys} - {"linear"}:
        uses_ease = np.array([key.ease == name for key in modulation.keys])[after]
        share = np.where(uses_ease, ease(name, share), share)
    interpolated: Reals = values[before] + (values[after] - values[before]) * share[:, np.newaxis]
    return interpolated


def _scale_to_range(modulation: FeatureBinding | Oscillator, share: Reals) -> Reals:
    low, high = np.array(modulation.low), np.array(modulation.high)
    scaled: Reals = low + (high - low) * share[:, np.newaxis]
    return scaled
