"""A position in an author's text that a message refers to, and the names known there."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from server.effects.diagnostics.scope import declared_before

_MIN_SIMILARITY = 0.7
_MAX_LENGTH_DIFFERENCE = 4
_MAX_NAMES = 1000
"""Maximum number of names that are compared; a comparison is slow."""
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, kw_only=True)
class SourceLocation:
    """A position that a message refers to, and the names known there."""

    text: str
    """The author's whole text."""
    line: int
    column: int | None
    host: Collection[str] = ()
    """Names that the effect is given in addition to those of its own text."""
    signatures: Sequence[str] = ()
    """Candidate functions of that name, as the compiler lists them."""

    @property
    def source(self) -> str:
        """The author's line."""
        return self.text.split("\n")[self.line - 1]

    @property
    def word(self) -> str:
        """The word or character at the column; empty if there is none."""
        if self.column is None:
            return ""
        match = re.compile(r"\w+|\S").match(self.source, self.column - 1)
        return match[0] if match else ""

    @property
    def own(self) -> set[str]:
        """Names in scope here, except those that occur only on this line."""
        counts = Counter(_WORD.findall(self.text))
        elsewhere = set(counts - Counter(_WORD.findall(self.source)))
        return elsewhere & declared_before(self.text, self.line, self.column)


def closest_match(name: str, known: Collection[str]) -> str | None:
    """Return the name among `known` that was most likely meant, None if none is close."""
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
