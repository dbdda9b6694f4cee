"""What moves an input from frame to frame: a feature, an oscillator, or key frames."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from server.effects.model.feature import FEATURES, AnalysisLevel, split_event_feature

SECONDS, BEATS = 0, 1
"""Values of a transition's `unit`."""

EASES = ("linear", "in", "out", "inout", "hold")
"""How a share t becomes another: t, t², 1-(1-t)², 3t²-2t³, 0 until 1."""

Point = tuple[float, ...]
"""A value's components: one of a number, 2 of a point, 4 of a colour."""


class Shape(StrEnum):
    """What an oscillator does from 0 to 1 in its period: sin² rising from 0, up and down, up."""

    SINE = "sine"
    TRIANGLE = "triangle"
    SAW = "saw"
    SQUARE = "square"


@dataclass(frozen=True, kw_only=True)
class FeatureBinding:
    """It goes from `low` to `high` as a feature goes over `span`."""

    feature: str
    """One of FEATURES."""
    low: Point = (0.0,)
    high: Point = (1.0,)
    feature_range: tuple[float, float] | None = None
    """What of the feature becomes low and high. None is 0 to 1 of a share; seconds, counts and
    beats a minute are what they are then, between low and high."""
    curve: str | float = "linear"
    """One of EASES but hold, or an exponent."""
    smooth: float = 0.0
    """Seconds over which it is averaged, half of them ahead."""
    decay: float | None = None
    """Seconds that a pulse takes to die away."""
    invert: bool = False
    """Whether `high` is where the feature is low."""

    @property
    def analysis_level(self) -> AnalysisLevel:
        """What must have been analysed before."""
        return FEATURES[self.feature].analysis_level

    @property
    def event(self) -> str | None:
        """The event whose pulse it follows just as it is; None where it follows anything else."""
        event_feature = split_event_feature(self.feature)
        is_default = replace(self, decay=None) == FeatureBinding(feature=self.feature)
        return (
            event_feature[0]
            if event_feature and event_feature[1] == "pulse" and is_default
            else None
        )

    def to_json(self) -> dict[str, Any]:
        """As `read_modulation` reads it, and as a browser is told."""
        payload: dict[str, Any] = {"bind": self.feature, **_limits_json(self.low, self.high)}
        payload |= {"curve": self.curve} if self.curve != "linear" else {}
        payload |= {"smooth": self.smooth} if self.smooth else {}
        payload |= {"decay": self.decay} if self.decay is not None else {}
        payload |= {"from": list(self.feature_range)} if self.feature_range else {}
        return payload | ({"invert": True} if self.invert else {})


@dataclass(frozen=True, kw_only=True)
class Oscillator:
    """It swings between `low` and `high`."""

    shape: Shape
    beats: float | None
    """Length of a period in beats of the track; None where `seconds` says it."""
    seconds: float | None
    phase: float = 0.0
    """Where in its period it begins, 0 to 1."""
    low: Point = (0.0,)
    high: Point = (1.0,)

    @property
    def analysis_level(self) -> AnalysisLevel:
        """What must have been analysed before."""
        return AnalysisLevel.NOTHING if self.beats is None else AnalysisLevel.TRACK

    def to_json(self) -> dict[str, Any]:
        """As `read_modulation` reads it, and as a browser is told."""
        length = {"seconds": self.seconds} if self.beats is None else {"beats": self.beats}
        return {
            "osc": str(self.shape),
            **length,
            "phase": self.phase,
            **_limits_json(self.low, self.high),
        }


@dataclass(frozen=True)
class Keyframe:
    """A value at a time, and how it is come to from the key before."""

    time: float
    value: Point
    ease: str = "linear"


@dataclass(frozen=True, kw_only=True)
class KeyframeTrack:
    """It goes from key to key; before the first and after the last it stays."""

    keys: tuple[Keyframe, ...]
    beats: bool = False
    """Whether times are beats of the track, counted from 0, rather than seconds."""

    @property
    def analysis_level(self) -> AnalysisLevel:
        """What must have been analysed before."""
        return AnalysisLevel.TRACK if self.beats else AnalysisLevel.NOTHING

    def to_json(self) -> dict[str, Any]:
        """As `read_modulation` reads it, and as a browser is told."""
        keyframes = [[key.time, _json_value(key.value), key.ease] for key in self.keys]
        return {"keys": keyframes, "unit": "beat" if self.beats else "s"}


@dataclass(frozen=True)
class TransitionProgress:
    """What `progress` of a transition has: 0 before it, 1 after it, as its other inputs say."""

    analysis_level = AnalysisLevel.NOTHING
    """Its beats are a matter of its unit."""

    def to_json(self) -> dict[str, Any]:
        """As a browser is told; a request cannot ask for it."""
        return {"transition": True}


Modulation = FeatureBinding | Oscillator | KeyframeTrack | TransitionProgress


def _limits_json(low: Point, high: Point) -> dict[str, Any]:
    return {"min": _json_value(low), "max": _json_value(high)}


def _json_value(point: Point) -> float | list[float]:
    return point[0] if len(point) == 1 else list(point)
