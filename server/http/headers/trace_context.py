"""The header traceparent (W3C Trace Context, section 3.2)."""

import re

from multidict import MultiMapping

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-.*)?"
)
_MAX_LENGTH = 200


def traceparent(headers: MultiMapping[str]) -> str | None:
    """Return the span that a request belongs to; None if it has none, or not one.

    Fields of later versions are left out.
    """
    values = headers.getall("traceparent", [])
    if len(values) != 1 or len(values[0]) > _MAX_LENGTH:
        return None
    match = _TRACEPARENT.fullmatch(values[0].strip())
    return f"00-{match[1]}" if match else None
