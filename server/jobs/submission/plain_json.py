"""JSON that strangers send: read strictly, and what is wrong with it named."""

import json
import re
from typing import Any

from server.jobs.submission.refusal import refuse
from server.messages import Message, message

MOST_LEVELS = 32
"""How deeply lists and objects may be nested."""
_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def read_json(field: str, text: str, most: int) -> Any:
    """The value of a JSON text without duplicate names, NaN or infinity.

    Args:
        field: its name in errors.
        most: most bytes that the text may have in UTF-8.

    Raises:
        ToqiboxError: ``invalid_parameter`` of `field`.
    """
    if len(text.encode("utf-8", "surrogatepass")) > most:
        raise refuse(field, message("bytes", most=most))
    if _levels(text) > MOST_LEVELS:
        raise refuse(field, message("too_deep", most=MOST_LEVELS))
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse(field, message("json_at", place=error.pos + 1)) from None
    except _NotPlain as error:
        raise refuse(field, error.why) from None
    except ValueError:  # of the interpreter, which reads no longer integers
        raise refuse(field, message("long_number")) from None


class _NotPlain(ValueError):
    """The text is JSON, but holds what is not taken."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


def _levels(text: str) -> int:
    """How deeply lists and objects are nested in a JSON text."""
    level = deepest = 0
    for sign in _IN_QUOTES.sub("", text):
        if sign in "[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in "]}":
            level -= 1
    return deepest


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NotPlain(message("duplicate_name", name=name[:64]))
        found[name] = value
    return found


def _no_constant(word: str) -> float:
    raise _NotPlain(message("no_constant", word=word))
