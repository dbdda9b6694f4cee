"""What a request may set: its `params` checked against an effect's inputs, and their schema."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from server.effects.input import Input, Kind, Value
from server.errors import ToqiboxError
from server.reasons import Reason, reason

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_COLOR_PATTERN = "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"
_LARGEST_INT = 2**31 - 1
_LARGEST = 1e9


def check_values(inputs: Sequence[Input], params: object) -> dict[str, Value]:
    """The value of every input that holds one, by its name.

    An input that is bound to the sound and not set is left out: it follows the sound. Set, it
    holds the given value in every frame.

    Args:
        inputs: the effect's inputs.
        params: the request's `params`, already decoded from JSON.

    Raises:
        ToqiboxError: ``invalid_parameter``; `field` is ``params`` or ``params.<name>``.
    """
    if not isinstance(params, Mapping):
        raise _invalid("params", reason("object"))
    settable = {item.name: item for item in inputs if not item.kind.is_texture}
    for name in params:
        if not isinstance(name, str) or name not in settable:
            raise _invalid(f"params.{str(name)[:64]}", _unknown(settable))
    values: dict[str, Value] = {}
    for name, item in settable.items():
        if name in params:
            values[name] = _checked(item, params[name])
        elif item.bind is None and item.default is not None:
            values[name] = item.default
    return values


def schema(inputs: Sequence[Input]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the `params` that `check_values` accepts."""
    properties = {item.name: _property(item) for item in inputs if not item.kind.is_texture}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _invalid(field: str, why: Reason) -> ToqiboxError:
    return ToqiboxError("invalid_parameter", field=field, name=field, reason=why)


def _unknown(settable: Mapping[str, Input]) -> Reason:
    known = ", ".join(settable)
    return reason("unknown_param", known=known) if known else reason("no_params")


def _checked(item: Input, value: object) -> Value:
    field = f"params.{item.name}"
    if item.kind in (Kind.BOOL, Kind.EVENT):
        if not isinstance(value, bool):
            raise _invalid(field, reason("boolean"))
        return value
    if item.kind is Kind.LONG:
        return _long(field, item, value)
    if item.kind is Kind.FLOAT:
        return _number(field, value, item.minimum, item.maximum)
    if item.kind is Kind.COLOR and isinstance(value, str):
        value = _hex(field, value)
    size = 4 if item.kind is Kind.COLOR else 2
    if not isinstance(value, (list, tuple)) or len(value) != size:
        raise _invalid(field, reason("color" if size == 4 else "point"))
    lows = item.minimum if isinstance(item.minimum, tuple) else (None,) * size
    highs = item.maximum if isinstance(item.maximum, tuple) else (None,) * size
    rows = zip(value, lows, highs, strict=True)
    return tuple(_number(field, part, low, high) for part, low, high in rows)


def _number(field: str, value: object, low: Value | None, high: Value | None) -> float:
    """A finite number inside its limits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(field, reason("number"))
    least = low if isinstance(low, (int, float)) else -_LARGEST
    most = high if isinstance(high, (int, float)) else _LARGEST
    if not least <= value <= most:  # false for NaN, and compared before a huge int meets float()
        raise _invalid(field, reason("between", least=f"{least:g}", most=f"{most:g}"))
    return float(value)


def _long(field: str, item: Input, value: object) -> int:
    if isinstance(value, str) and value in item.labels:
        return item.values[item.labels.index(value)]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(field, _choice(item.labels))
    if isinstance(value, float) and not value.is_integer():  # NaN and infinity are not either
        raise _invalid(field, _choice(()))
    if item.values:
        if value not in item.values:
            raise _invalid(field, _choice(item.values))
        return int(value)
    least = item.minimum if isinstance(item.minimum, int) else -_LARGEST_INT
    most = item.maximum if isinstance(item.maximum, int) else _LARGEST_INT
    if not least <= value <= most:
        raise _invalid(field, reason("between", least=least, most=most))
    return int(value)


def _choice(known: Sequence[object]) -> Reason:
    names = ", ".join(map(str, known))
    return reason("one_of", known=names) if known else reason("whole_number")


def _hex(field: str, value: str) -> list[float]:
    if not _COLOR.fullmatch(value):
        raise _invalid(field, reason("color"))
    digits = value[1:] if len(value) == 9 else f"{value[1:]}ff"
    return [int(digits[at : at + 2], 16) / 255 for at in range(0, 8, 2)]


def _property(item: Input) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": item.label, **_type(item)}
    if item.default is not None:
        value = item.default
        entry["default"] = list(value) if isinstance(value, tuple) else value
    if item.bind is not None:
        entry["x-bind"] = item.bind
    return entry


def _type(item: Input) -> dict[str, Any]:
    if item.kind in (Kind.BOOL, Kind.EVENT):
        return {"type": "boolean"} | ({"x-event": True} if item.kind is Kind.EVENT else {})
    if item.kind is Kind.FLOAT:
        return {"type": "number", **_range(item.minimum, item.maximum)}
    if item.kind is Kind.LONG:
        if item.values:
            return {
                "enum": list(dict.fromkeys([*item.values, *item.labels])),
                "x-labels": list(item.labels),
            }
        return {"type": "integer", **_range(item.minimum, item.maximum)}
    array = _array(item, 4 if item.kind is Kind.COLOR else 2)
    if item.kind is Kind.POINT:
        return array
    return {"oneOf": [array, {"type": "string", "pattern": _COLOR_PATTERN}]}


def _array(item: Input, size: int) -> dict[str, Any]:
    lows = item.minimum if isinstance(item.minimum, tuple) else (None,) * size
    highs = item.maximum if isinstance(item.maximum, tuple) else (None,) * size
    parts = [{"type": "number", **_range(low, high)} for low, high in zip(lows, highs, strict=True)]
    return {"type": "array", "prefixItems": parts, "items": False, "minItems": size}


def _range(low: Value | None, high: Value | None) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if low is not None:
        entry["minimum"] = low
    if high is not None:
        entry["maximum"] = high
    return entry
