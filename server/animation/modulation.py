"""Where a motion has brought its input in each frame of a job."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.animation import event_envelopes as hits
from server.animation.beat_ruler import BeatRuler
from server.effects.model.feature import FEATURES, PULSE_DECAY_S, PULSE_DECAYS_S, Unit, event_of
from server.effects.model.modulation import Follow, Keys, Oscillator, Shape

Reals = NDArray[np.float64]
Modulation = Follow | Oscillator | Keys
_DIGITS = 9
"""Of a second or beat: what is beyond is lost in dividing frames by frames a second."""
_FRAME_END_MARGIN_S = 1e-6
"""So long before the next frame begins, this one still holds what happens."""


class FeatureSource(Protocol):
    """What motions want of the sound's features."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """A feature that is no event's, in its unit, for each of `frames` frames."""
        ...

    def hits(self, event: str) -> NDArray[np.float64]:
        """All events of one kind: rows of time in seconds and strength 0..1, in order."""
        ...


def ease(name: str | float, share: Reals) -> Reals:
    """A share of 0 to 1 as one of motion.EASES, or a power, makes it."""
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


def modulate(motion: Modulation, features: FeatureSource, frames: int, fps: int) -> Reals:
    """Frames by components.

    Args:
        motion: what moves; its feature is one of FEATURES.
        features: the features of the sound.
        frames: frames of the whole job.
        fps: frames a second.
    """
    if isinstance(motion, Follow):
        return _scale_to_range(motion, _follow_feature(motion, features, frames, fps))
    if isinstance(motion, Oscillator):
        return _scale_to_range(motion, _oscillate(motion, features, frames, fps))
    return _interpolate_keyframes(motion, features, frames, fps)


def feature_values(
    name: str, features: FeatureSource, frames: int, fps: int, decay_s: float | None = None
) -> NDArray[np.float32]:
    """One of FEATURES in each frame, in its unit.

    Args:
        decay_s: how long a pulse takes to die away, where not as usual.
    """
    if found := event_of(name):
        event, word = found
        if word == "pulse":
            usual = PULSE_DECAYS_S.get(event, PULSE_DECAY_S)
            return hits.pulse(features.hits(event), frames, fps, decay_s or usual)
        return hits.ENVELOPES[word](features.hits(event), frames, fps)
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


def _follow_feature(motion: Follow, features: FeatureSource, frames: int, fps: int) -> Reals:
    """How far it has gone from low to high, 0 to 1."""
    found = feature_values(motion.feature, features, frames, fps, motion.decay).astype(np.float64)
    about = FEATURES[motion.feature]
    if motion.smooth:
        # What an event sets off does not begin before it.
        ahead = event_of(motion.feature) is None
        found = _smooth(found, motion.smooth * fps, ahead=ahead)
    low, high = motion.span or (
        (0.0, 1.0) if about.unit is Unit.SHARE else (motion.low[0], motion.high[0])
    )
    if about.unit is Unit.COUNT and high > low:
        found = low + np.mod(np.round(found, _DIGITS), high - low + 1)
    share = np.clip((found - low) / (high - low), 0, 1) if high > low else np.zeros(frames)
    share = ease(motion.curve, share)
    return 1 - share if motion.invert else share


def _smooth(values: Reals, length: float, *, ahead: bool) -> Reals:
    """The mean over so many frames under a Hann window; its later half is ahead, or nothing is."""
    reach = int(np.ceil(length / 2)) if ahead else int(np.ceil(length))
    if reach < 1:
        return values
    offsets = np.arange(-reach, reach + 1) if ahead else np.arange(0, reach + 1)
    width = max(length / 2 if ahead else length, 1e-9)
    weights = np.where(np.abs(offsets) < width + 1, 1 + np.cos(np.pi * offsets / (width + 1)), 0.0)
    padded = np.pad(values, (reach, reach), mode="edge")
    smooth = np.convolve(padded, weights / weights.sum())
    first = 2 * reach if ahead else reach
    kept: Reals = smooth[first : first + len(values)]
    return kept


def _frame_spans(
    features: FeatureSource, frames: int, fps: int, *, beats: bool
) -> tuple[Reals, Reals]:
    """When each frame begins and when it ends, in seconds or in beats of the track."""
    begin = np.arange(frames) / fps
    end = (np.arange(frames) + 1) / fps - _FRAME_END_MARGIN_S
    if beats:
        grid = BeatRuler.of(features.hits("beat")[:, 0])
        begin, end = grid.position(begin), grid.position(end)
    return np.round(begin, _DIGITS), end


def _oscillate(motion: Oscillator, features: FeatureSource, frames: int, fps: int) -> Reals:
    begin, end = _frame_spans(features, frames, fps, beats=motion.beats is not None)
    period = motion.beats if motion.beats is not None else motion.seconds or 1.0
    turns = np.round(begin / period + motion.phase, _DIGITS)
    turn = np.mod(turns, 1.0)
    if motion.shape is Shape.SINE:
        return np.asarray((1 - np.cos(2 * np.pi * turn)) / 2)
    if motion.shape is Shape.TRIANGLE:
        return np.asarray(1 - np.abs(2 * turn - 1))
    # What jumps does so in the frame that holds the moment, as events do.
    ended = end / period + motion.phase
    if motion.shape is Shape.SAW:
        return np.where(np.floor(ended) > np.floor(turns), 0.0, turn)
    return np.where(np.mod(np.floor(2 * ended), 2) == 0, 1.0, 0.0)


def _interpolate_keyframes(motion: Keys, features: FeatureSource, frames: int, fps: int) -> Reals:
    at, end = _frame_spans(features, frames, fps, beats=motion.beats)
    times = np.array([key.time for key in motion.keys])
    values = np.array([key.value for key in motion.keys])
    # The frame that holds a key has its value.
    before = np.clip(np.searchsorted(times, end, side="right") - 1, 0, len(times) - 1)
    after = np.minimum(before + 1, len(times) - 1)
    length = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((at - times[before]) / length, 0, 1)
    for name in {key.ease for key in motion.keys} - {"linear"}:
        chosen = np.array([key.ease == name for key in motion.keys])[after]
        share = np.where(chosen, ease(name, share), share)
    found: Reals = values[before] + (values[after] - values[before]) * share[:, np.newaxis]
    return found


def _scale_to_range(motion: Follow | Oscillator, share: Reals) -> Reals:
    low, high = np.array(motion.low), np.array(motion.high)
    moved: Reals = low + (high - low) * share[:, np.newaxis]
    return moved
