"""Hints for names that are unknown: the known name that was most likely meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from server.messages import Message, message

_MAX_LENGTH = 64
"""Characters of a name that are compared."""
_MIN_SIMILARITY = 0.6
"""Two times the number of equal letters, divided by all."""


def suggest(
    name: str, known: Iterable[str], key: str = "meant", *, cutoff: float = _MIN_SIMILARITY
) -> Message | str:
    """Return the hint that names the closest of the `known` names; empty if none is close.

    Args:
        name: the unknown name; upper and lower case are equal.
        known: the names that there are.
        key: of the hint in MESSAGES.
        cutoff: minimum similarity, 0 to 1.
    """
    by_lower_case = {word.lower(): word for word in known}
    close = get_close_matches(name[:_MAX_LENGTH].lower(), by_lower_case, 1, cutoff)
    return message(key, name=by_lower_case[close[0]]) if close else ""


def explain_unknown_key(key: object, known: Iterable[str]) -> Message:
    """Return the reason why an object may not have a key, with the keys that it may have."""
    names = list(known)
    return message("unknown_key", known=", ".join(names), hint=suggest(str(key), names))
