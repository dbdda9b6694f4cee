"""The `params` of a request, checked against an effect's inputs, and their schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.effects.model.input import Input, Kind, ParamValue, Value
from server.effects.model.modulation import TransitionProgress
from server.effects.model.text_style import MAX_TEXT_CHARACTERS
from server.effects.params.modulation_parser import is_modulation, read_modulation
from server.effects.params.modulation_schema import REFERENCE, definitions
from server.effects.params.values import invalid, read_text, read_value
from server.messages import Message, message

_COLOR_PATTERN = "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"


def check_params(
    inputs: Sequence[Input], params: object, field: str = "params"
) -> dict[str, ParamValue]:
    """Check the params of a request and return the setting of every input by its name.

    An input that is not set and has a modulation or a colour of the photo as its default is left
    out. A value is constant over all frames; a modulation changes from frame to frame.

    Args:
        inputs: the effect's inputs.
        params: the request's `params`, decoded from JSON.
        field: their name in errors.

    Raises:
        ToqiboxError: ``invalid_parameter``; its field is `field`, or begins with ``field.<name>``.
    """
    if not isinstance(params, Mapping):
        raise invalid(field, message("object"))
    settable = {item.name: item for item in inputs if item.kind.is_settable}
    for name in params:
        if not isinstance(name, str) or name not in settable:
            raise invalid(f"{field}.{str(name)[:64]}", _unknown(settable))
    param_values: dict[str, ParamValue] = {}
    for name, item in settable.items():
        if name in params:
            param_values[name] = _param_value(item, params[name], f"{field}.{name}")
        elif item.text_style is not None:
            param_values[name] = item.text_style.text
        elif item.modulation is None and item.photo is None and item.default is not None:
            param_values[name] = item.default
    return param_values


def _param_value(item: Input, value: object, field: str) -> ParamValue:
    if (
        isinstance(value, Mapping)
        and (item.static or item.kind is Kind.TEXT)
        and is_modulation(value)
    ):
        raise invalid(field, message("immovable"))
    if item.kind is Kind.TEXT:
        return read_text(field, value)
    if isinstance(value, Mapping):
        return read_modulation(item, value, field)
    return read_value(item, value, field)


def build_schema(inputs: Sequence[Input]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the `params` that `check_params` accepts.

    It does not say that the ends of a modulation must be in the range of the input.
    """
    settable = [item for item in inputs if item.kind.is_settable]
    return {
        "type": "object",
        "properties": {item.name: _property(item) for item in settable},
        "additionalProperties": False,
        "$defs": definitions(),
    }


def _unknown(settable: Mapping[str, Input]) -> Message:
    known = ", ".join(settable)
    return message("unknown_param", known=known) if known else message("no_params")


def _property(item: Input) -> dict[str, Any]:
    if item.text_style is not None:
        text = {"type": "string", "maxLength": MAX_TEXT_CHARACTERS, "default": item.text_style.text}
        return {"title": item.label, **text}
    entry: dict[str, Any] = {"title": item.label, **_property_type(item)}
    if item.default is not None:
        value = item.default
        entry["default"] = list(value) if isinstance(value, tuple) else value
    if item.photo is not None:
        entry["x-photo"] = item.photo
    if item.modulation is not None and not isinstance(item.modulation, TransitionProgress):
        entry["x-bind"] = item.modulation.to_json()
    return entry


def _property_type(item: Input) -> dict[str, Any]:
    """Return the schema of a value, or of a modulation: keywords of one pass over the other."""
    schema = _value_schema(item)
    if item.static:
        return schema
    if item.values:
        known = {"enum": schema.pop("enum")}
        return {"anyOf": [known, REFERENCE], **schema}
    modulation = {"if": {"type": "object"}, "then": REFERENCE}
    return {**schema, "type": [*schema["type"], "object"], **modulation}


def _value_schema(item: Input) -> dict[str, Any]:
    if item.values:
        known = list(dict.fromkeys([*item.values, *item.labels]))
        return {"enum": known, "x-labels": list(item.labels)}
    if item.kind is Kind.BOOL:
        return {"type": ["boolean"]}
    if item.kind is Kind.EVENT:
        return {"type": ["boolean"], "x-event": True}
    if item.kind in (Kind.FLOAT, Kind.LONG):
        type_name = "number" if item.kind is Kind.FLOAT else "integer"
        return {"type": [type_name], **_range(item.minimum, item.maximum)}
    if item.kind is Kind.POINT:
        return {"type": ["array"], **_array(item, 2)}
    return {"type": ["array", "string"], **_array(item, 4), "pattern": _COLOR_PATTERN}


def _array(item: Input, size: int) -> dict[str, Any]:
    low, high = item.settable_range
    low_parts = low if isinstance(low, tuple) else (None,) * size
    high_parts = high if isinstance(high, tuple) else (None,) * size
    parts = [
        {"type": "number", **_range(*ends)} for ends in zip(low_parts, high_parts, strict=True)
    ]
    return {"prefixItems": parts, "items": False, "minItems": size}


def _range(low: Value | None, high: Value | None) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if low is not None:
        entry["minimum"] = low
    if high is not None:
        entry["maximum"] = high
    return entry
