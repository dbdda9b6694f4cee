"""Constant values that a request sets an input to, each checked against the input."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from server.effects.model.input import Input, Kind, Value
from server.effects.model.text_style import MAX_TEXT_CHARACTERS
from server.errors import ToqiboxError
from server.messages import Message, message

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
MAX_INT = 2**31 - 1
MAX_NUMBER = 1e9


def invalid_param(field: str, why: Message) -> ToqiboxError:
    """Return the 422 error for a field of a request."""
    return ToqiboxError("invalid_parameter", field=field, name=field, reason=why)


def read_value(effect_input: Input, value: object, field: str) -> Value:
    """Convert a value that was decoded from JSON to a value of the input.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if effect_input.kind in (Kind.BOOL, Kind.EVENT):
        if not isinstance(value, bool):
            raise invalid_param(field, message("boolean"))
        return value
    if effect_input.kind is Kind.LONG:
        return _read_long(field, effect_input, value)
    if effect_input.kind is Kind.FLOAT:
        return read_number(field, value, effect_input.minimum, effect_input.maximum)
    if effect_input.kind is Kind.COLOR and isinstance(value, str):
        value = _parse_hex(field, value)
    size = 4 if effect_input.kind is Kind.COLOR else 2
    if not isinstance(value, (list, tuple)) or len(value) != size:
        raise invalid_param(field, message("color" if size == 4 else "point"))
    low, high = effect_input.settable_range
    low_parts = low if isinstance(low, tuple) else (None,) * size
    high_parts = high if isinstance(high, tuple) else (None,) * size
    parts = zip(value, low_parts, high_parts, strict=True)
    return tuple(read_number(field, part, low, high) for part, low, high in parts)


def read_number(field: str, value: object, low: Value | None, high: Value | None) -> float:
    """Return a finite number within its limits; None means unlimited.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid_param(field, message("number"))
    minimum = low if isinstance(low, (int, float)) else -MAX_NUMBER
    maximum = high if isinstance(high, (int, float)) else MAX_NUMBER
    if (
        not minimum <= value <= maximum
    ):  # false for NaN, and compared before float() gets a huge int
        raise invalid_param(
            field, message("between", minimum=f"{minimum:g}", maximum=f"{maximum:g}")
        )
    return float(value)


def read_text(field: str, value: object) -> str:
    """Return the text of a text input.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if not isinstance(value, str):
        raise invalid_param(field, message("text"))
    if len(value) > MAX_TEXT_CHARACTERS:
        raise invalid_param(field, message("characters", maximum=MAX_TEXT_CHARACTERS))
    return read_lines(field, value)


def read_lines(field: str, value: str) -> str:
    """Return a text with tabs as spaces, every end of line as ``\\n``, and none at its ends.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`, for other control characters.
    """
    text = _LINE_ENDS.sub("\n", value).replace("\t", " ")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in text):
        raise invalid_param(field, message("no_control"))
    return text.strip()


def read_choice(field: str, value: object, known: Sequence[str] | Mapping[str, object]) -> str:
    """Return a word if it is one of the known ones.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if not isinstance(value, str) or value not in known:
        raise invalid_param(field, message("one_of", known=", ".join(known)))
    return value


def _read_long(field: str, effect_input: Input, value: object) -> int:
    if isinstance(value, str) and value in effect_input.labels:
        return effect_input.values[effect_input.labels.index(value)]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid_param(field, _choice_message(effect_input.labels))
    if isinstance(value, float) and not value.is_integer():  # also excludes NaN and infinity
        raise invalid_param(field, _choice_message(()))
    if effect_input.values:
        if value not in effect_input.values:
            raise invalid_param(field, _choice_message(effect_input.values))
        return int(value)
    minimum = effect_input.minimum if isinstance(effect_input.minimum, int) else -MAX_INT
    maximum = effect_input.maximum if isinstance(effect_input.maximum, int) else MAX_INT
    if not minimum <= value <= maximum:
        raise invalid_param(field, message("between", minimum=minimum, maximum=maximum))
    return int(value)


def _choice_message(known: Sequence[object]) -> Message:
    names = ", ".join(map(str, known))
    return message("one_of", known=names) if known else message("whole_number")


def _parse_hex(field: str, value: str) -> list[float]:
    if not _COLOR.fullmatch(value):
        raise invalid_param(field, message("color"))
    digits = value[1:] if len(value) == 9 else f"{value[1:]}ff"
    return [int(digits[at : at + 2], 16) / 255 for at in range(0, 8, 2)]
