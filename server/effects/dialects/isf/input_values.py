"""Values in the INPUTS of an ISF header, with the defaults of other hosts."""

import math

from server.effects.model.input import Kind, Value
from server.effects.source.header import JsonArray, JsonObject

_BINDABLE = (Kind.FLOAT, Kind.POINT, Kind.COLOR)
_MAX_HISTORY_S = 60.0
MAX_WIDTH = 16384
"""Maximum MAX of an audio input: the number of values in a row."""
_MAX_INT = 2**31 - 1


def is_true(value: object) -> bool:
    """Report if a file means true: a bool, a number that is not 0, “true” or “yes”."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "1")
    return bool(value)


def limits(kind: Kind, table: JsonObject) -> tuple[Value | None, Value | None]:
    """Return MIN and MAX, swapped if in the wrong order; a float and a color always have both."""
    low, high = value_of(kind, table.get("MIN")), value_of(kind, table.get("MAX"))
    if kind is Kind.FLOAT:
        low = 0.0 if low is None else low
        high = 1.0 if high is None else high
    if kind is Kind.COLOR:
        low = (0.0,) * 4 if low is None else low
        high = (1.0,) * 4 if high is None else high
    if low is None or high is None or kind not in (*_BINDABLE, Kind.LONG):
        return (low, high) if kind in (Kind.LONG, Kind.POINT) else (None, None)
    return _ordered(low, high)


def _ordered(low: Value, high: Value) -> tuple[Value, Value]:
    if isinstance(low, tuple) and isinstance(high, tuple):
        pairs = [sorted(pair) for pair in zip(low, high, strict=True)]
        return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    if isinstance(low, tuple) or isinstance(high, tuple):
        return low, high
    return min(low, high), max(low, high)


def default_value(
    kind: Kind, table: JsonObject, low: Value | None, high: Value | None, values: tuple[int, ...]
) -> Value | None:
    """Return the DEFAULT, clamped to its limits, or the default of other hosts."""
    value = value_of(kind, table.get("DEFAULT"))
    if kind.is_texture:
        return None
    if kind is Kind.BOOL:
        return True if value is None else value
    if kind is Kind.EVENT:
        return False
    if values:
        return value if value in values else values[0]
    if value is None:
        value = _default_without_value(kind, low, high)
    elif kind is Kind.POINT:
        return value  # Vidvox's hosts clamp only floats to MIN and MAX
    return _clamped(value, low, high)


def _default_without_value(kind: Kind, low: Value | None, high: Value | None) -> Value:
    """Return the default of an input that states none."""
    if kind is Kind.FLOAT and isinstance(low, float) and isinstance(high, float):
        return low / 2 + high / 2
    if kind is Kind.LONG:
        return low if isinstance(low, int) else 0
    return (0.0,) * (4 if kind is Kind.COLOR else 2)


def _clamped(value: Value, low: Value | None, high: Value | None) -> Value:
    if isinstance(value, tuple):
        low_parts = low if isinstance(low, tuple) else (-math.inf,) * len(value)
        high_parts = high if isinstance(high, tuple) else (math.inf,) * len(value)
        bounds = zip(value, low_parts, high_parts, strict=True)
        return tuple(min(max(part, minimum), maximum) for part, minimum, maximum in bounds)
    if low is not None and not isinstance(low, tuple):
        value = max(value, low)
    if high is not None and not isinstance(high, tuple):
        value = min(value, high)
    return value


def choices(table: JsonObject) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return VALUES and LABELS of a long; one that is missing is derived from the other."""
    values = [value_of(Kind.LONG, value) for value in _array_values(table, "VALUES")]
    labels = [str(label)[:80] for label in _array_values(table, "LABELS")]
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers and labels:
        numbers = list(range(len(labels)))
    labels = labels[: len(numbers)] + [str(number) for number in numbers[len(labels) :]]
    return tuple(numbers), tuple(labels)


def russian_labels(table: JsonObject, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return LABELS_RU; those that are missing are `labels`, and none if there are none."""
    russian = tuple(str(label)[:80] for label in _array_values(table, "LABELS_RU"))
    return (*russian[: len(labels)], *labels[len(russian) :]) if russian else ()


def _array_values(table: JsonObject, key: str) -> list[object]:
    value = table.get(key)
    return value[:256] if isinstance(value, JsonArray) else []


def value_of(kind: Kind, value: object) -> Value | None:
    """Return a value of the header, None if it has none that is valid."""
    if value is None or kind.is_texture or kind is Kind.EVENT:
        return None
    if kind is Kind.BOOL:
        return is_true(value)
    if kind in (Kind.POINT, Kind.COLOR):
        return _vector(value, 4 if kind is Kind.COLOR else 2)
    number = _number(value)
    if number is None or kind is Kind.FLOAT:
        return number
    return int(min(max(number, -_MAX_INT), _MAX_INT))


def _vector(value: object, size: int) -> tuple[float, ...] | None:
    if not isinstance(value, JsonArray):
        return None
    numbers = [_number(part) for part in value]
    if size == 4 and len(numbers) == 3:
        numbers.append(1.0)
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == size == len(numbers) else None


def _number(value: object) -> float | None:
    """Return a number, also if the file writes it as a bool or in quotes."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= 1e9 else None


def audio_width(table: JsonObject) -> int | None:
    """Return the number of samples or bins that MAX sets; None is the usual number."""
    number = _number(table.get("MAX"))
    return None if number is None else int(min(max(number, 1), MAX_WIDTH))


def history_seconds(table: JsonObject, key: str, default: float) -> float:
    """Return the seconds of an audioHistory before or after the frame."""
    number = _number(table.get(key))
    return default if number is None else min(max(number, 0.0), _MAX_HISTORY_S)
