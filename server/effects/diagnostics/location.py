"""Where in an author's text a message points, and what is known there."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from server.effects.diagnostics.scope import declared_before

_MIN_SIMILARITY = 0.7
_MAX_LENGTH_DIFFERENCE = 4
_MAX_NAMES = 1000
"""Names that are compared; a comparison takes a while."""
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, kw_only=True)
class SourceLocation:
    """Where a message points, and what is known there."""

    text: str
    """The author's whole text."""
    line: int
    column: int | None
    host: Collection[str] = ()
    """The names that the effect is given besides those of its own text."""
    signatures: Sequence[str] = ()
    """The functions of that name that there are, as the compiler lists them."""

    @property
    def source(self) -> str:
        """The author's line."""
        return self.text.split("\n")[self.line - 1]

    @property
    def word(self) -> str:
        """The word or sign that the column is at; empty where there is none."""
        if self.column is None:
            return ""
        match = re.compile(r"\w+|\S").match(self.source, self.column - 1)
        return match[0] if match else ""

    @property
    def own(self) -> set[str]:
        """The names that are in scope here, but for those of this line that occur nowhere else."""
        words = Counter(_WORD.findall(self.text))
        elsewhere = set(words - Counter(_WORD.findall(self.source)))
        return elsewhere & declared_before(self.text, self.line, self.column)


def closest_match(name: str, known: Collection[str]) -> str | None:
    """The name among `known` that was most likely meant, None where none is close."""
    by_lower_case = {word.lower(): word for word in sorted(known) if word != name}
    if name.lower() in by_lower_case:
        return by_lower_case[name.lower()]
    candidates = [
        word
        for word in sorted(by_lower_case.values())
        if abs(len(word) - len(name)) < _MAX_LENGTH_DIFFERENCE
    ]
    matches = get_close_matches(name, candidates[:_MAX_NAMES], 1, _MIN_SIMILARITY)
    return matches[0] if matches else None
