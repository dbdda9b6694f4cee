"""The `params` of a request, checked against an effect's inputs, and their schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.effects.model.control import describe_control
from server.effects.model.input import Input, Kind, ParamValue, Value
from server.effects.model.modulation import TransitionProgress
from server.effects.model.text_style import MAX_TEXT_CHARACTERS
from server.effects.params.modulation_parser import is_modulation, read_modulation
from server.effects.params.modulation_schema import REFERENCE
from server.effects.params.modulation_writer import write_modulation
from server.effects.params.values import invalid_param, read_text, read_value
from server.errors import ToqiboxError
from server.messages import BilingualText, Message, message
from server.suggestions import suggest

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
        raise invalid_param(field, message("object"))
    settable = {
        effect_input.name: effect_input for effect_input in inputs if effect_input.kind.is_settable
    }
    for name in params:
        if not isinstance(name, str) or name not in settable:
            raise invalid_param(f"{field}.{str(name)[:64]}", _unknown(str(name), settable))
    param_values: dict[str, ParamValue] = {}
    for name, effect_input in settable.items():
        if name in params:
            param_values[name] = _read_param(effect_input, params[name], f"{field}.{name}")
        elif effect_input.text_style is not None:
            param_values[name] = effect_input.text_style.text
        elif (
            effect_input.modulation is None
            and effect_input.photo is None
            and effect_input.default is not None
        ):
            param_values[name] = effect_input.default
    return param_values


def _read_param(effect_input: Input, value: object, field: str) -> ParamValue:
    """Read the value of an input; an error has its label, and the key of a modulation at fault."""
    try:
        return _param_value(effect_input, value, field)
    except ToqiboxError as error:
        title, key = effect_input.title, (error.field or field)[len(field) :].strip(".")
        place = f" ({key})" if key else ""
        error.title = BilingualText(title.en + place, title.ru and title.ru + place)
        raise


def _param_value(effect_input: Input, value: object, field: str) -> ParamValue:
    if (
        isinstance(value, Mapping)
        and (effect_input.static or effect_input.kind is Kind.TEXT)
        and is_modulation(value)
    ):
        raise invalid_param(field, message("immovable"))
    if effect_input.kind is Kind.TEXT:
        return read_text(field, value)
    if isinstance(value, Mapping):
        return read_modulation(effect_input, value, field)
    return read_value(effect_input, value, field)


def build_schema(inputs: Sequence[Input], language: str = "en") -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the `params` that `check_params` accepts.

    Its references are to `modulation_schema.definitions`. It does not say that the ends of a
    modulation must be in the range of the input.

    Args:
        inputs: the effect's inputs.
        language: of their labels.
    """
    settable = [item for item in inputs if item.kind.is_settable]
    return {
        "type": "object",
        "properties": {item.name: _property(item, language) for item in settable},
        "additionalProperties": False,
    }


def _unknown(name: str, settable: Mapping[str, Input]) -> Message:
    if not settable:
        return message("no_params")
    return message("unknown_param", known=", ".join(settable), hint=suggest(name, settable))


def _property(effect_input: Input, language: str) -> dict[str, Any]:
    """Return the schema of a value or modulation, with what a form needs to show a control."""
    entry: dict[str, Any] = {
        "title": effect_input.title.localize(language),
        **describe_control(effect_input),
    }
    if effect_input.text_style is not None:
        text = effect_input.text_style.text
        return {**entry, "type": "string", "maxLength": MAX_TEXT_CHARACTERS, "default": text}
    entry |= _property_type(effect_input, language)
    if effect_input.default is not None:
        value = effect_input.default
        entry["default"] = list(value) if isinstance(value, tuple) else value
    if effect_input.photo is not None:
        entry["photo"] = effect_input.photo
    if effect_input.modulation is not None and not isinstance(
        effect_input.modulation, TransitionProgress
    ):
        entry["motion"] = write_modulation(effect_input, effect_input.modulation)
    return entry


def _property_type(effect_input: Input, language: str) -> dict[str, Any]:
    """Return the schema of a value, or of a modulation.

    The schema of modulations alone describes objects, so that a validator reports an invalid
    modulation as such.
    """
    schema = _value_schema(effect_input, language)
    if effect_input.static:
        return schema
    modulation = {"if": {"type": "object"}, "then": REFERENCE}
    if effect_input.values:
        return {"oneOf": [*schema["oneOf"], {"type": "object"}], **modulation}
    return {**schema, "type": [*schema["type"], "object"], **modulation}


def _value_schema(effect_input: Input, language: str) -> dict[str, Any]:
    if effect_input.values:
        return {"oneOf": _choices(effect_input, language)}
    if effect_input.kind in (Kind.BOOL, Kind.EVENT):
        return {"type": ["boolean"]}
    if effect_input.kind in (Kind.FLOAT, Kind.LONG):
        type_name = "number" if effect_input.kind is Kind.FLOAT else "integer"
        return {"type": [type_name], **_range(effect_input.minimum, effect_input.maximum)}
    if effect_input.kind is Kind.POINT:
        return {"type": ["array"], **_array(effect_input, 2)}
    return {"type": ["array", "string"], **_array(effect_input, 4), "pattern": _COLOR_PATTERN}


def _choices(effect_input: Input, language: str) -> list[dict[str, Any]]:
    """Return a schema for each value, with its label as the title, and one for their names."""
    titles: dict[int, str] = {}
    for value, label in effect_input.choices:
        titles.setdefault(value, label.localize(language))
    values = [{"const": value, "title": title} for value, title in titles.items()]
    return [*values, {"type": "string", "enum": list(dict.fromkeys(effect_input.labels))}]


def _array(effect_input: Input, size: int) -> dict[str, Any]:
    low, high = effect_input.settable_range
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
