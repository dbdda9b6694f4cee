"""The functions that a shader defines, by its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.effects.source.brackets import match_brackets

_FUNCTION = re.compile(r"\b[A-Za-z_]\w*\s+([A-Za-z_]\w*)\s*\([^(){};]*\)\s*\{")
_STATEMENTS = ("if", "for", "while", "switch")


@dataclass(frozen=True)
class Function:
    """Definition of a function; its offsets are those in the text."""

    name: str
    start: int
    body: tuple[int, int]
    """Begin and end of the text between its braces."""


def find_functions(code: str) -> Iterator[Function]:
    """Yield each function of a text without comments, in order."""
    closing = match_brackets(code)
    for match in _FUNCTION.finditer(code):
        end = closing.get(match.end() - 1)
        if end is not None and match[1] not in _STATEMENTS:
            yield Function(match[1], match.start(), (match.end(), end))
