"""Motions as a request or a file writes them: an object with ``bind``, ``osc`` or ``keys``."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from server.effects.model.feature import FEATURES, Unit, split_event_feature
from server.effects.model.input import Input, Kind, Value
from server.effects.model.modulation import (
    EASES,
    FeatureBinding,
    Keyframe,
    KeyframeTrack,
    Modulation,
    Oscillator,
    Point,
    Shape,
)
from server.effects.params.values import invalid, read_choice, read_number, read_value
from server.messages import Message, message

MAX_KEYFRAMES = 1000
MAX_SECONDS = 36_000.0
MAX_SMOOTH_S = 30.0
MAX_DECAY_S = 30.0
MAX_EXPONENT = 16.0
MAX_BEATS = 4096.0

_ENDS = ("min", "max")
_FOLLOW = ("bind", *_ENDS, "curve", "smooth", "decay", "from", "invert")
_OSCILLATOR = ("osc", "beats", "seconds", "phase", *_ENDS)
_KEYS = ("keys", "unit")
_KINDS = ("bind", "osc", "keys")
_DEFAULT_BEATS = 4.0


def is_modulation(told: Mapping[str, object]) -> bool:
    """Whether an object is meant as a motion."""
    return any(word in told for word in _KINDS)


def read_modulation(item: Input, told: Mapping[str, object], field: str) -> Modulation:
    """The motion that an object means to an input.

    Args:
        item: what is to be moved; its own range is what `min` and `max` default to.
        told: the object, decoded from JSON.
        field: what errors call it; they append the key at fault.

    Raises:
        ToqiboxError: ``invalid_parameter``.
    """
    return _Reader(item, told, field).read()


class _Reader:
    def __init__(self, item: Input, told: Mapping[str, object], field: str) -> None:
        self._item = item
        self._told = told
        self._field = field

    def read(self) -> Modulation:
        kinds: dict[str, tuple[tuple[str, ...], Callable[[], Modulation]]] = {
            "bind": (_FOLLOW, self._follow),
            "osc": (_OSCILLATOR, self._oscillator),
            "keys": (_KEYS, self._keys),
        }
        named = [word for word in kinds if word in self._told]
        if len(named) != 1:
            raise invalid(self._field, message("motion"))
        known, read = kinds[named[0]]
        for word in self._told:
            if word not in known:
                self._refuse(str(word)[:64], message("unknown_key", known=", ".join(known)))
        return read()

    # The three kinds

    def _follow(self) -> FeatureBinding:
        feature = self._told["bind"]
        if not isinstance(feature, str):
            self._refuse("bind", message("feature"))
        if feature not in FEATURES:
            similar = difflib.get_close_matches(feature, FEATURES, 1, 0.7)
            hint = message("meant", name=similar[0]) if similar else ""
            self._refuse("bind", message("unknown_feature", name=feature[:40], hint=hint))
        found = split_event_feature(feature)
        decay = self._number("decay", 0.01, MAX_DECAY_S)
        if decay is not None and (found is None or found[1] != "pulse"):
            self._refuse("decay", message("no_pulse", name=feature))
        low, high = self._ends()
        feature_range = self._feature_range()
        if feature_range is None and len(low) > 1 and FEATURES[feature].unit is not Unit.SHARE:
            self._refuse("from", message("needs_span", name=feature))
        return FeatureBinding(
            feature=feature,
            low=low,
            high=high,
            feature_range=feature_range,
            curve=self._curve(),
            smooth=self._number("smooth", 0.0, MAX_SMOOTH_S) or 0.0,
            decay=decay,
            invert=self._flag("invert"),
        )

    def _oscillator(self) -> Oscillator:
        shape = Shape(read_choice(self._at("osc"), self._told["osc"], list(Shape)))
        beats = self._number("beats", 1 / 64, MAX_BEATS)
        seconds = self._number("seconds", 0.01, MAX_SECONDS)
        if beats is not None and seconds is not None:
            self._refuse("seconds", message("beats_or_seconds"))
        if beats is None and seconds is None:
            beats = _DEFAULT_BEATS
        phase = self._number("phase", 0.0, 1.0) or 0.0
        low, high = self._ends()
        return Oscillator(
            shape=shape, beats=beats, seconds=seconds, phase=phase, low=low, high=high
        )

    def _keys(self) -> KeyframeTrack:
        unit = self._told.get("unit", "s")
        beats = read_choice(self._at("unit"), unit, ("s", "beat")) == "beat"
        rows = self._told["keys"]
        if not isinstance(rows, (list, tuple)) or not 1 <= len(rows) <= MAX_KEYFRAMES:
            self._refuse("keys", message("keys", most=MAX_KEYFRAMES))
        keys = [self._key(row, self._at(f"keys[{at}]")) for at, row in enumerate(rows)]
        for at in range(1, len(keys)):
            if keys[at].time <= keys[at - 1].time:
                self._refuse(f"keys[{at}]", message("keys_order"))
        return KeyframeTrack(keys=tuple(keys), beats=beats)

    def _key(self, row: object, field: str) -> Keyframe:
        if not isinstance(row, (list, tuple)) or len(row) not in (2, 3):
            raise invalid(field, message("key"))
        time = read_number(f"{field}[0]", row[0], 0.0, MAX_SECONDS)
        item = self._item
        # Between true and false, or two of a choice, there is nothing.
        usual = "hold" if item.values or item.kind in (Kind.BOOL, Kind.EVENT) else "linear"
        ease = read_choice(f"{field}[2]", row[2] if len(row) == 3 else usual, EASES)
        return Keyframe(time, self._point(row[1], f"{field}[1]"), ease)

    # Their parts

    def _ends(self) -> tuple[Point, Point]:
        """What it moves between: `min` and `max`, else the input's own range."""
        item = self._item
        if item.kind in (Kind.BOOL, Kind.EVENT):
            for word in _ENDS:
                if word in self._told:
                    self._refuse(word, message("no_ends"))
            return (0.0,), (1.0,)
        low, high = self._end("min"), self._end("max")
        if len(low) == 1 and low > high:
            self._refuse("min", message("wrong_way_round"))
        return low, high

    def _end(self, word: str) -> Point:
        if word in self._told:
            return self._point(self._told[word], self._at(word))
        item = self._item
        if item.values:
            return (0.0,) if word == "min" else (float(len(item.values) - 1),)
        own = item.minimum if word == "min" else item.maximum
        if own is None:
            self._refuse(word, message("needs_ends"))
        return _components(own)

    def _point(self, value: object, field: str) -> Point:
        """A value as its components; of a choice the place among the choices."""
        read = read_value(self._item, value, field)
        if self._item.values:
            return (float(self._item.values.index(int(_components(read)[0]))),)
        return _components(read)

    def _feature_range(self) -> tuple[float, float] | None:
        if "from" not in self._told:
            return None
        told = self._told["from"]
        if not isinstance(told, (list, tuple)) or len(told) != 2:
            self._refuse("from", message("span"))
        low, high = (read_number(self._at("from"), end, None, None) for end in told)
        if low >= high:
            self._refuse("from", message("wrong_way_round"))
        return low, high

    def _curve(self) -> str | float:
        told = self._told.get("curve", "linear")
        if isinstance(told, str):
            return read_choice(self._at("curve"), told, EASES[:-1])
        return read_number(self._at("curve"), told, 1 / MAX_EXPONENT, MAX_EXPONENT)

    def _number(self, word: str, least: float, most: float) -> float | None:
        if word not in self._told:
            return None
        return read_number(self._at(word), self._told[word], least, most)

    def _flag(self, word: str) -> bool:
        told = self._told.get(word, False)
        if not isinstance(told, bool):
            self._refuse(word, message("boolean"))
        return told

    def _at(self, word: str) -> str:
        return f"{self._field}.{word}"

    def _refuse(self, word: str, why: Message) -> NoReturn:
        raise invalid(self._at(word), why)


def _components(value: Value | Any) -> Point:
    return tuple(map(float, value)) if isinstance(value, tuple) else (float(value),)
