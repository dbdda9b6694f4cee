"""Strict reader of untrusted JSON with precise errors."""

import json
import math
import re
from typing import Any

from server.jobs.submission.refusal import invalid_field
from server.messages import Message, message

MAX_DEPTH = 32
"""Maximum nesting of lists and objects."""
_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def read_json(field: str, text: str, max_bytes: int) -> Any:
    """Read a JSON text without duplicate names, NaN or infinity.

    Args:
        field: name of the field in errors.
        max_bytes: maximum size of the text in UTF-8.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if len(text.encode("utf-8", "surrogatepass")) > max_bytes:
        raise invalid_field(field, message("bytes", maximum=max_bytes))
    if _depth(text) > MAX_DEPTH:
        raise invalid_field(field, message("too_deep", maximum=MAX_DEPTH))
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_members,
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
        )
    except json.JSONDecodeError as error:
        raise invalid_field(field, message("json_at", place=error.pos + 1)) from None
    except _UnsupportedJson as error:
        raise invalid_field(field, error.why) from None
    except ValueError:  # the interpreter limits the digits of integers
        raise invalid_field(field, message("long_number")) from None


class _UnsupportedJson(ValueError):
    """Valid JSON with content that is not supported."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


def _depth(text: str) -> int:
    """Return the nesting depth of lists and objects in a JSON text."""
    depth = deepest = 0
    for char in _IN_QUOTES.sub("", text):
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise _UnsupportedJson(message("duplicate_name", name=name[:64]))
        members[name] = value
    return members


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _UnsupportedJson(message("huge_number"))
    return number


def _refuse_constant(constant: str) -> float:
    raise _UnsupportedJson(message("no_constant", word=constant))
