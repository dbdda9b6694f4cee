"""The loop of a text that most likely takes the time: for messages about endless effects."""

import re

from server.effects.source.blanking import without_comments
from server.effects.source.constants import find_constants

_ENDLESS = re.compile(
    r"\bwhile\s*\(\s*(?:true|1\s*==\s*1)\s*\)|\bfor\s*\([^;]{0,400};\s*(?:true\s*)?;"
)
_COUNTED = re.compile(
    r"\bfor\s*\([^;]{0,400};[^;<>]{0,400}[<>]=?\s*(\d+(?:\.\d*)?|[A-Za-z_]\w*)\s*;"
)
_ANY = re.compile(r"\b(?:for|while)\s*\(")


def find_slowest_loop(text: str) -> int | None:
    """Return the line of the loop to suspect, from 1; None if there is no loop.

    A loop without a condition comes first, then the one with the highest bound, then the first.

    Args:
        text: an author's text, of any dialect.
    """
    code = without_comments(text)
    if match := _ENDLESS.search(code):
        return _line(code, match.start())
    values = find_constants(code)
    counted = [(_bound(values, match[1]), match) for match in _COUNTED.finditer(code)]
    if known := [(bound, match) for bound, match in counted if bound is not None]:
        return _line(code, max(known, key=lambda pair: pair[0])[1].start())
    first = _ANY.search(code)
    return _line(code, first.start()) if first else None


def _bound(known: dict[str, set[str]], word: str) -> float | None:
    """Return the number that a word stands for: itself, a macro or a constant."""
    values = (word, *known.get(word, ()))
    numbers = [float(value) for value in values if re.fullmatch(r"\d+(?:\.\d*)?", value)]
    return max(numbers, default=None)


def _line(code: str, at: int) -> int:
    return code.count("\n", 0, at) + 1
