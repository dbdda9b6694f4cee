"""Modulations in a request or a file: an object with ``bind``, ``osc`` or ``keys``."""

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
from server.effects.params.values import invalid_param, read_choice, read_number, read_value
from server.messages import Message, message
from server.suggestions import explain_unknown_key, suggest

MAX_KEYFRAMES = 1000
MAX_SECONDS = 36_000.0
MAX_SMOOTH_S = 30.0
MAX_DECAY_S = 30.0
MAX_EXPONENT = 16.0
MAX_BEATS = 4096.0

_LIMIT_KEYS = ("min", "max")
_BINDING_KEYS = ("bind", *_LIMIT_KEYS, "curve", "smooth", "decay", "from", "invert")
_OSCILLATOR_KEYS = ("osc", "beats", "seconds", "phase", *_LIMIT_KEYS)
_KEYFRAME_KEYS = ("keys", "unit")
_KINDS = ("bind", "osc", "keys")
_DEFAULT_BEATS = 4.0


def is_modulation(payload: Mapping[str, object]) -> bool:
    """Report if an object has a key of a modulation."""
    return any(key in payload for key in _KINDS)


def read_modulation(effect_input: Input, payload: Mapping[str, object], field: str) -> Modulation:
    """Parse the modulation of an input.

    Args:
        effect_input: the input; its own range is the default of `min` and `max`.
        payload: the object, decoded from JSON.
        field: its name in errors; the key at fault is appended.

    Raises:
        ToqiboxError: ``invalid_parameter``.
    """
    return _Parser(effect_input, payload, field).read()


class _Parser:
    def __init__(self, effect_input: Input, payload: Mapping[str, object], field: str) -> None:
        self._item = effect_input
        self._payload = payload
        self._field = field

    def read(self) -> Modulation:
        kinds: dict[str, tuple[tuple[str, ...], Callable[[], Modulation]]] = {
            "bind": (_BINDING_KEYS, self._read_binding),
            "osc": (_OSCILLATOR_KEYS, self._read_oscillator),
            "keys": (_KEYFRAME_KEYS, self._read_keyframes),
        }
        kinds_given = [key for key in kinds if key in self._payload]
        if len(kinds_given) != 1:
            raise invalid_param(self._field, message("motion"))
        known, read = kinds[kinds_given[0]]
        for key in self._payload:
            if key not in known:
                self._refuse(str(key)[:64], explain_unknown_key(key, known))
        return read()

    # The three kinds

    def _read_binding(self) -> FeatureBinding:
        feature = self._payload["bind"]
        if not isinstance(feature, str):
            self._refuse("bind", message("feature"))
        if feature not in FEATURES:
            hint = suggest(feature, FEATURES, cutoff=0.7)
            self._refuse("bind", message("unknown_feature", name=feature[:40], hint=hint))
        event_feature = split_event_feature(feature)
        decay = self._read_number("decay", 0.01, MAX_DECAY_S)
        if decay is not None and (event_feature is None or event_feature[1] != "pulse"):
            self._refuse("decay", message("no_pulse", name=feature))
        low, high = self._limits()
        feature_range = self._feature_range()
        if feature_range is None and len(low) > 1 and FEATURES[feature].unit is not Unit.SHARE:
            self._refuse("from", message("needs_span", name=feature))
        return FeatureBinding(
            feature=feature,
            low=low,
            high=high,
            feature_range=feature_range,
            curve=self._read_curve(),
            smooth=self._read_number("smooth", 0.0, MAX_SMOOTH_S) or 0.0,
            decay=decay,
            invert=self._read_flag("invert"),
        )

    def _read_oscillator(self) -> Oscillator:
        shape = Shape(read_choice(self._path_of("osc"), self._payload["osc"], list(Shape)))
        beats = self._read_number("beats", 1 / 64, MAX_BEATS)
        seconds = self._read_number("seconds", 0.01, MAX_SECONDS)
        if beats is not None and seconds is not None:
            self._refuse("seconds", message("beats_or_seconds"))
        if beats is None and seconds is None:
            beats = _DEFAULT_BEATS
        phase = self._read_number("phase", 0.0, 1.0) or 0.0
        low, high = self._limits()
        return Oscillator(
            shape=shape, beats=beats, seconds=seconds, phase=phase, low=low, high=high
        )

    def _read_keyframes(self) -> KeyframeTrack:
        unit = self._payload.get("unit", "s")
        beats = read_choice(self._path_of("unit"), unit, ("s", "beat")) == "beat"
        entries = self._payload["keys"]
        if not isinstance(entries, (list, tuple)) or not 1 <= len(entries) <= MAX_KEYFRAMES:
            self._refuse("keys", message("keys", maximum=MAX_KEYFRAMES))
        keys = [
            self._read_keyframe(entry, self._path_of(f"keys[{at}]"))
            for at, entry in enumerate(entries)
        ]
        for at in range(1, len(keys)):
            if keys[at].time <= keys[at - 1].time:
                self._refuse(f"keys[{at}]", message("keys_order"))
        return KeyframeTrack(keys=tuple(keys), beats=beats)

    def _read_keyframe(self, entry: object, field: str) -> Keyframe:
        if not isinstance(entry, (list, tuple)) or len(entry) not in (2, 3):
            raise invalid_param(field, message("key"))
        time = read_number(f"{field}[0]", entry[0], 0.0, MAX_SECONDS)
        effect_input = self._item
        # There is nothing between true and false, or between two choices.
        default_ease = (
            "hold"
            if effect_input.values or effect_input.kind in (Kind.BOOL, Kind.EVENT)
            else "linear"
        )
        ease = read_choice(f"{field}[2]", entry[2] if len(entry) == 3 else default_ease, EASES)
        return Keyframe(time, self._point(entry[1], f"{field}[1]"), ease)

    # Their parts

    def _limits(self) -> tuple[Point, Point]:
        """Return the ends it moves between: `min` and `max`, else the input's own range."""
        effect_input = self._item
        if effect_input.kind in (Kind.BOOL, Kind.EVENT):
            for key in _LIMIT_KEYS:
                if key in self._payload:
                    self._refuse(key, message("no_ends"))
            return (0.0,), (1.0,)
        low, high = self._limit("min"), self._limit("max")
        if len(low) == 1 and low > high:
            self._refuse("min", message("wrong_way_round"))
        return low, high

    def _limit(self, key: str) -> Point:
        if key in self._payload:
            return self._point(self._payload[key], self._path_of(key))
        effect_input = self._item
        if effect_input.values:
            return (0.0,) if key == "min" else (float(len(effect_input.values) - 1),)
        limit = effect_input.minimum if key == "min" else effect_input.maximum
        if limit is None:
            self._refuse(key, message("needs_ends"))
        return _components(limit)

    def _point(self, value: object, field: str) -> Point:
        """Return the components of a value; of a choice its index."""
        read = read_value(self._item, value, field)
        if self._item.values:
            return (float(self._item.values.index(int(_components(read)[0]))),)
        return _components(read)

    def _feature_range(self) -> tuple[float, float] | None:
        if "from" not in self._payload:
            return None
        payload = self._payload["from"]
        if not isinstance(payload, (list, tuple)) or len(payload) != 2:
            self._refuse("from", message("span"))
        low, high = (read_number(self._path_of("from"), end, None, None) for end in payload)
        if low >= high:
            self._refuse("from", message("wrong_way_round"))
        return low, high

    def _read_curve(self) -> str | float:
        payload = self._payload.get("curve", "linear")
        if isinstance(payload, str):
            return read_choice(self._path_of("curve"), payload, EASES[:-1])
        return read_number(self._path_of("curve"), payload, 1 / MAX_EXPONENT, MAX_EXPONENT)

    def _read_number(self, key: str, minimum: float, maximum: float) -> float | None:
        if key not in self._payload:
            return None
        return read_number(self._path_of(key), self._payload[key], minimum, maximum)

    def _read_flag(self, key: str) -> bool:
        payload = self._payload.get(key, False)
        if not isinstance(payload, bool):
            self._refuse(key, message("boolean"))
        return payload

    def _path_of(self, key: str) -> str:
        return f"{self._field}.{key}"

    def _refuse(self, key: str, why: Message) -> NoReturn:
        raise invalid_param(self._path_of(key), why)


def _components(value: Value | Any) -> Point:
    return tuple(map(float, value)) if isinstance(value, tuple) else (float(value),)
