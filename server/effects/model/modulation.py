"""Modulations of an input from frame to frame: a feature, an oscillator, or keyframes."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from server.effects.model.feature import FEATURES, AnalysisLevel, split_event_feature

SECONDS, BEATS = 0, 1
"""Values of a transition's `unit`."""

EASES = ("linear", "in", "out", "inout", "hold")
"""Easing curves of a fraction t: t, t², 1-(1-t)², 3t²-2t³, 0 until 1."""

Point = tuple[float, ...]
"""A value's components: one of a number, 2 of a point, 4 of a colour."""


class Shape(StrEnum):
    """Waveforms of an oscillator, each from 0 to 1: sin² rising from 0, up and down, up."""

    SINE = "sine"
    TRIANGLE = "triangle"
    SAW = "saw"
    SQUARE = "square"


@dataclass(frozen=True, kw_only=True)
class FeatureBinding:
    """A value that goes from `low` to `high` as a feature goes over `feature_range`."""

    feature: str
    """One of FEATURES."""
    low: Point = (0.0,)
    high: Point = (1.0,)
    feature_range: tuple[float, float] | None = None
    """Values of the feature that become low and high. None is 0 to 1 of a fraction; seconds, counts
    and beats per minute are then used unscaled, clamped between low and high."""
    curve: str | float = "linear"
    """One of EASES except hold, or an exponent."""
    smooth: float = 0.0
    """Seconds over which it is averaged, half of them ahead."""
    decay: float | None = None
    """Seconds that a pulse takes to decay."""
    invert: bool = False
    """Maps the low end of the feature to `high`."""

    @property
    def analysis_level(self) -> AnalysisLevel:
        """Audio analysis that it needs."""
        return FEATURES[self.feature].analysis_level

    @property
    def event(self) -> str | None:
        """The event whose pulse it follows without changes; None otherwise."""
        event_feature = split_event_feature(self.feature)
        is_default = replace(self, decay=None) == FeatureBinding(feature=self.feature)
        return (
            event_feature[0]
            if event_feature and event_feature[1] == "pulse" and is_default
            else None
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, as `read_modulation` and the browser read it."""
        payload: dict[str, Any] = {"bind": self.feature, **_limits_json(self.low, self.high)}
        payload |= {"curve": self.curve} if self.curve != "linear" else {}
        payload |= {"smooth": self.smooth} if self.smooth else {}
        payload |= {"decay": self.decay} if self.decay is not None else {}
        payload |= {"from": list(self.feature_range)} if self.feature_range else {}
        return payload | ({"invert": True} if self.invert else {})


@dataclass(frozen=True, kw_only=True)
class Oscillator:
    """A value that oscillates between `low` and `high`."""

    shape: Shape
    beats: float | None
    """Length of a period in beats of the track; None if it is given in `seconds`."""
    seconds: float | None
    phase: float = 0.0
    """Position in the period at the start, 0 to 1."""
    low: Point = (0.0,)
    high: Point = (1.0,)

    @property
    def analysis_level(self) -> AnalysisLevel:
        """Audio analysis that it needs."""
        return AnalysisLevel.NOTHING if self.beats is None else AnalysisLevel.TRACK

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, as `read_modulation` and the browser read it."""
        length = {"seconds": self.seconds} if self.beats is None else {"beats": self.beats}
        return {
            "osc": str(self.shape),
            **length,
            "phase": self.phase,
            **_limits_json(self.low, self.high),
        }


@dataclass(frozen=True)
class Keyframe:
    """A value at a time, and the easing from the previous keyframe to it."""

    time: float
    value: Point
    ease: str = "linear"


@dataclass(frozen=True, kw_only=True)
class KeyframeTrack:
    """A value interpolated between keyframes; constant before the first and after the last."""

    keys: tuple[Keyframe, ...]
    beats: bool = False
    """True if times are beats of the track, counted from 0, rather than seconds."""

    @property
    def analysis_level(self) -> AnalysisLevel:
        """Audio analysis that it needs."""
        return AnalysisLevel.TRACK if self.beats else AnalysisLevel.NOTHING

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, as `read_modulation` and the browser read it."""
        keyframes = [[key.time, _json_value(key.value), key.ease] for key in self.keys]
        return {"keys": keyframes, "unit": "beat" if self.beats else "s"}


@dataclass(frozen=True)
class TransitionProgress:
    """The `progress` of a transition: 0 before it, 1 after it, as its other inputs define."""

    analysis_level = AnalysisLevel.NOTHING
    """Its beats depend on its `unit` input."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form for the browser; a request cannot set it."""
        return {"transition": True}


Modulation = FeatureBinding | Oscillator | KeyframeTrack | TransitionProgress


def _limits_json(low: Point, high: Point) -> dict[str, Any]:
    return {"min": _json_value(low), "max": _json_value(high)}


def _json_value(point: Point) -> float | list[float]:
    return point[0] if len(point) == 1 else list(point)
