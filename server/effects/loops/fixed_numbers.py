"""Names of a shader that stand for one number everywhere."""

import re
from collections import Counter

from server.effects.loops.macro_definitions import Macros

NUMBER = r"-?\s*(?:(?!0\d)\d+\.?\d*|\.\d+)[fFuU]?"
"""Pattern of a decimal number without an exponent."""

_CONST = re.compile(r"\bconst\s+(?:(?:highp|mediump|lowp)\s+)?\w+\s+(\w+)\s*=")
_ASSIGNED = re.compile(r"\b(\w+)\s*=(?!=)([^;,]*)")
_LISTED = re.compile(r",\s*(\w+)\s*(?=[,;])")
_CHANGED = re.compile(r"\b(\w+)\s*(?:(?:[-+*/%&|^]|<<|>>)=(?!=)|\+\+|--)|(?:\+\+|--)\s*(\w+)\b")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_NO_TYPE = frozenset(("return", "case", "else", "do"))


class ConstantValues:
    """The values of constants and macros with a single meaning.

    Args:
        plain: a complete shader without comments, with blanks for directives.
        macros: its macros.
    """

    def __init__(self, plain: str, macros: Macros) -> None:
        self._macros = macros
        self._constants = Counter(_CONST.findall(plain))
        self._texts: dict[str, set[str]] = {}
        for name, text in _ASSIGNED.findall(plain):
            if name in self._constants:
                self._texts.setdefault(name, set()).add(text)
        self._declared = _declared(plain)
        self._variable = set(_LISTED.findall(plain))
        for match in _CHANGED.finditer(plain):
            self._variable.add(match[1] or match[2])

    def value(self, term: str) -> float | None:
        """Return the value of a number, a macro or a constant; of several the largest.

        None if it is none of these, or may be a variable somewhere.
        """
        if re.fullmatch(NUMBER, term):
            return to_float(term)
        word = term.lstrip("- ")
        texts = self._named(word)
        values = [text.strip(" \t\n()") for text in texts]
        if not values or not all(re.fullmatch(NUMBER, value) for value in values):
            return None
        largest = max(map(to_float, values))
        return largest if word == term else -largest

    def _named(self, word: str) -> set[str]:
        """Return the texts that a name stands for; empty if that is uncertain."""
        if word in self._variable or self._declared[word] != self._constants[word]:
            return set()
        if word not in self._macros:
            return self._texts.get(word, set())
        if word in self._macros.with_parameters | self._macros.undefined or word in self._constants:
            return set()
        return set(self._macros.bodies[word])


def to_float(number: str) -> float:
    """Convert a match of NUMBER."""
    return float(number.rstrip("fFuU").replace(" ", ""))


def _declared(plain: str) -> Counter[str]:
    """Count how often each name follows a word that may be a type."""
    counts: Counter[str] = Counter()
    before, end = "return", 0
    for match in _IDENTIFIER.finditer(plain):
        word = match[0]
        if before not in _NO_TYPE and plain[end : match.start()].isspace():
            counts[word] += 1
        before, end = word, match.end()
    return counts
