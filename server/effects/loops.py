"""The loops of a shader that may not end.

A loop that counts from a constant to a constant in constant steps ends by
itself and is none of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from server.effects.brackets import closing_brackets
from server.effects.constants import constants
from server.effects.diagnostics import HOST

MOST_ROUNDS = 32_768
"""Rounds that a loop may make each time that it is entered. Mesa's llvmpipe leaves all loops of a
shader after 65,536 rounds together, so that a larger number could not be counted there."""
_MOST_LOOPS = 1000
_LONGEST_BODY = 20_000
"""Characters of a body that is searched for changes of the counter."""
_MOST_USES = 100
_LONGEST_HEADER = 4000
"""Characters."""

_LOOP = re.compile(r"\b(?:for|while|do)\b")
_LINE = re.compile(r"^[ \t]*#[ \t]*line[ \t]+(\d+)[^\n]*\n", re.MULTILINE)
_NEXT = re.compile(r"\s*")
_DECLARED = re.compile(r"\s*[A-Za-z_]\w*\s+[A-Za-z_]\w*\s*=(?!=)")
_FALSE = re.compile(r"\s*(?:false|0)\s*")
_NUMBER = r"-?\s*(?:\d+\.?\d*|\.\d+)[fFuU]?"
_TERM = rf"{_NUMBER}|-?\s*[A-Za-z_]\w*"
_FROM = re.compile(
    rf"\s*(?:(?:highp|mediump|lowp)\s+)?(?:int|uint|float)\s+(\w+)\s*=\s*({_TERM})\s*"
)
_TO = re.compile(rf"\s*(\w+)\s*(<=?|>=?)\s*({_TERM})\s*")
_STEP = re.compile(rf"\s*(?:(\w+)\s*(\+\+|--)|(\+\+|--)\s*(\w+)|(\w+)\s*([-+])=\s*({_NUMBER}))\s*")
_PASSED = re.compile(
    r"\b(?!(?:float|u?int|[biu]?vec[234]|if|abs|min|max|mod|sin|cos)\b)\w+\s*\((?:[^();]*,)?\s*\Z"
)


@dataclass(frozen=True)
class Loop:
    """A loop that may not end."""

    number: int
    """From 1, in the order of the text."""
    line: int
    """As a compiler counts: by the #line directives."""
    column: int
    begin: int
    """Where its statement begins in the text."""
    condition: tuple[int, int]
    """From where to where its condition goes."""


def loops_without_bound(source: str, most: int = MOST_ROUNDS) -> list[Loop]:
    """The loops of the author's that are not known to end within `most` rounds.

    Args:
        source: a complete shader as language.compose makes it, or its translation: no comments,
            and #line directives that tell the author's lines from the host's.
        most: at most MOST_ROUNDS.
    """
    finder = _Finder(source, most)
    return list(finder.loops())


class _Finder:
    """Reads the loops of one shader."""

    def __init__(self, source: str, most: int) -> None:
        self._source = source
        self._most = most
        self._closing = closing_brackets(source)
        self._lines = [(match.end(), int(match[1])) for match in _LINE.finditer(source)]
        self._values = constants(source)

    def loops(self) -> Iterator[Loop]:
        tails: dict[int, int] = {}
        number, at_line = 0, 0
        for match in islice(_LOOP.finditer(self._source), _MOST_LOOPS):
            while at_line < len(self._lines) and self._lines[at_line][0] <= match.start():
                at_line += 1
            if at_line == 0:
                continue
            start, first = self._lines[at_line - 1]
            line = first + self._source.count("\n", start, match.start())
            if line // HOST == 1:
                continue
            condition = self._condition(match, tails)
            if condition is None:
                continue
            number += 1
            column = match.start() - self._source.rfind("\n", 0, match.start())
            yield Loop(number, line, column, match.start(), condition)

    def _condition(self, match: re.Match[str], tails: dict[int, int]) -> tuple[int, int] | None:
        """Where the condition of a loop is that needs a guard."""
        word = match[0]
        if word == "do":
            at = self._tail(match.end())
            if at is None:
                return None
            tails[at] = match.start()
        else:
            at = match.start()
            if at in tails:
                return None
        header = self._header(at + len("for" if word == "for" else "while"))
        if header is None:
            return None
        if word == "for":
            return self._unbounded(header)
        text = self._source[slice(*header)]
        return None if _FALSE.fullmatch(text) or _DECLARED.match(text) else header

    def _header(self, at: int) -> tuple[int, int] | None:
        """What is between the parentheses that come next."""
        begin = self._skip(at)
        end = self._closing.get(begin)
        if self._source[begin : begin + 1] != "(" or end is None:
            return None
        text = self._source[begin + 1 : end]
        return None if len(text) > _LONGEST_HEADER or "#" in text else (begin + 1, end)

    def _tail(self, at: int) -> int | None:
        """Where the `while` of a `do` is whose body begins at `at`."""
        begin = self._skip(at)
        if self._source[begin : begin + 1] == "{":
            end = self._closing.get(begin)
        else:
            end = self._source.find(";", begin)
        if end is None or end < 0:
            return None
        tail = self._skip(end + 1)
        return tail if re.match(r"while\b", self._source[tail : tail + 6]) else None

    def _skip(self, at: int) -> int:
        found = _NEXT.match(self._source, at)
        return found.end() if found else at

    def _unbounded(self, header: tuple[int, int]) -> tuple[int, int] | None:
        """The condition of a `for` that is not known to end."""
        first, last = header
        stops = list(self._semicolons(first, last))
        if len(stops) != 2:
            return None
        parts = [first, *(stop + 1 for stop in stops), last + 1]
        start, condition, step = (self._source[a : b - 1] for a, b in pairwise(parts))
        if _DECLARED.match(condition) or self._ends(start, condition, step, last):
            return None
        return parts[1], parts[2] - 1

    def _semicolons(self, first: int, last: int) -> Iterator[int]:
        """Those outside of all brackets."""
        at = first
        while at < last:
            if self._source[at] == ";":
                yield at
            at = self._closing.get(at, at) + 1

    def _ends(self, start: str, condition: str, step: str, last: int) -> bool:
        """Whether a `for` counts from a constant to a constant in few enough steps."""
        begun, bound, steps = (
            _FROM.fullmatch(start),
            _TO.fullmatch(condition),
            _STEP.fullmatch(step),
        )
        if not (begun and bound and steps):
            return False
        name = begun[1]
        low, end = self._number(begun[2]), self._number(bound[3])
        if bound[1] != name or name not in (steps[1], steps[4], steps[5]):
            return False
        if low is None or end is None:
            return False
        size = _value(steps[7]) if steps[7] else 1.0
        rises = ((steps[2] or steps[3] or steps[6])[0] == "+") == (size > 0)
        if size == 0 or rises != (bound[2][0] == "<"):
            return False
        rounds = (end - low) / (abs(size) if rises else -abs(size))
        return rounds + ("=" in bound[2]) <= self._most and not self._is_changed(name, last)

    def _is_changed(self, name: str, at: int) -> bool:
        """Whether the body of a loop may set its own counter."""
        begin = self._skip(at + 1)
        end = self._closing.get(begin) if self._source[begin : begin + 1] == "{" else None
        if end is None:
            end = self._source.find(";", begin)
        if not begin <= end <= begin + _LONGEST_BODY:
            return True
        body = self._source[begin:end]
        assigned = rf"\b{name}\b\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)"
        set_by = rf"{assigned}|\b{name}\b\s*(?:\+\+|--)|(?:\+\+|--)\s*{name}\b"
        if re.search(set_by, body):
            return True
        uses = [use.start() for use in re.finditer(rf"\b{name}\b(?=\s*[,)])", body)]
        return len(uses) > _MOST_USES or any(
            _PASSED.search(body, max(0, use - 200), use) for use in uses
        )

    def _number(self, term: str) -> float | None:
        """The value of a number, a macro or a constant; None where it has several or none."""
        if re.fullmatch(_NUMBER, term):
            return _value(term)
        word = term.lstrip("- ")
        values = self._values.get(word, ())
        if not values or not all(re.fullmatch(_NUMBER, value) for value in values):
            return None
        found = max(map(_value, values))
        return found if word == term else -found


def _value(number: str) -> float:
    return float(number.rstrip("fFuU").replace(" ", ""))
