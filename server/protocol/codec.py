"""Frozen dataclasses as JSON values and back, each value checked against the type of its field.

A path and a decimal number are text, a tuple is a list, a dataclass is an object with all its
fields. Reading is strict: an unknown key, a missing key without a default and a value of another
type are errors that name their position. `from_stored` is lenient.

The key of a field is its name, or ``key`` of its metadata. The name of a class is its own in lower
case.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


class ProtocolError(ValueError):
    """A value that does not match the type of its field; the text names the field."""


def wire_name(kind: type) -> str:
    """Return the name of a class in a line: ``draw_segment`` for ``DrawSegment``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def to_json(value: object) -> Any:
    """Convert `value` to a value for `json.dumps`, with its own `to_json` if it has one."""
    if hasattr(value, "to_json"):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return to_json_object(value)
    if isinstance(value, Path | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def to_json_object(value: Any) -> dict[str, Any]:
    """Convert the fields of a dataclass to a JSON object."""
    return {_key(field): to_json(getattr(value, field.name)) for field in fields(value)}


def from_json(kind: type[Value], value: object, where: str = "") -> Value:
    """Convert a JSON value to a `kind`.

    Args:
        kind: a dataclass, or any type that its fields may have.
        value: as `json.loads` returns it.
        where: position of the value, for messages.

    Raises:
        ProtocolError: the value is not a valid `kind`.
    """
    read: Value = _read(kind, value, where)
    return read


def from_stored(kind: type[Value], value: object) -> Value:
    """Convert JSON that another version of the server wrote to a dataclass.

    Unknown keys are ignored. A value that is missing or invalid is the default of its field, or
    else the empty value of its type: zero, an empty text, None where that is allowed.
    """
    values = value if isinstance(value, dict) else {}
    hints = get_type_hints(kind)
    read: dict[str, Any] = {}
    for field in _fields(kind):
        hint = hints[field.name]
        try:
            if isinstance(hint, type) and is_dataclass(hint):
                read[field.name] = from_stored(hint, values.get(_key(field)))
            else:
                read[field.name] = _read(hint, values[_key(field)], field.name)
        except (KeyError, ProtocolError):
            if not _has_default(field):
                read[field.name] = _empty(hint)
    return kind(**read)


def _empty(kind: Any) -> Any:
    if type(None) in get_args(kind):
        return None
    origin = get_origin(kind) or kind
    return {} if issubclass(origin, Mapping) else origin()


def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)


def _key(field: Field[Any]) -> str:
    return str(field.metadata.get("key", field.name))


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _read(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read_optional(arguments, value, where)
    if origin is tuple:
        return _read_tuple(arguments, value, where)
    if origin is not None and issubclass(origin, Mapping):
        _expect(isinstance(value, dict), where, "an object")
        return {key: _read(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    return _read_plain(kind, value, where)


def _read_object(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "an object")
    hints = _hints(kind)
    unknown = value.keys() - {_key(field) for field in fields(kind)}
    _expect(not unknown, where, f"without the keys {sorted(unknown)}")
    prefix = f"{where}." if where else ""
    read = {}
    for field in fields(kind):
        key = _key(field)
        if key in value:
            read[field.name] = _read(hints[field.name], value[key], prefix + key)
        else:
            _expect(_has_default(field), prefix + key, "given")
    return kind(**read)


def _read_optional(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    (kind,) = [member for member in kinds if member is not type(None)]
    return _read(kind, value, where)


def _read_tuple(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), where, "an array")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    _expect(len(kinds) == len(value), where, f"an array of {len(kinds)}")
    items = enumerate(zip(kinds, value, strict=True))
    return tuple(_read(kind, item, f"{where}[{index}]") for index, (kind, item) in items)


def _read_plain(kind: Any, value: Any, where: str) -> Any:
    if kind is Path:
        _expect(isinstance(value, str) and value != "", where, "a path")
        return Path(value)
    if kind is Decimal:
        _expect(isinstance(value, str), where, "a decimal number as text")
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ProtocolError(f"{where} must be a decimal number as text") from None
    if kind is float:
        _expect(isinstance(value, int | float) and not isinstance(value, bool), where, "a number")
        return float(value)
    # bool is a subclass of int in Python, but not valid as one here.
    _expect(type(value) is kind, where, f"of type {kind.__name__}")
    return value


def _expect(condition: bool, where: str, expected: str) -> None:
    if not condition:
        raise ProtocolError(f"{where or 'the value'} must be {expected}")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
