"""Columns of a compiler that counts in what its preprocessor made of a line, in the author's.

Mesa's preprocessor makes one blank of many and puts what macros stand for in their place; the
columns of its messages count in the result. Here a line goes the same way, and each of its
characters remembers where the author wrote it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LINE = re.compile(r"#line (\d+)\s*")
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\(([^()]*)\))?(.*)")
_UNDEF = re.compile(r"[ \t]*#[ \t]*undef[ \t]+([A-Za-z_]\w*)")
_TOKEN = re.compile(r"[A-Za-z_]\w*|[ \t]+|\d[\w.]*|.")
_RENAMED = re.compile(r"\bisf(?:_|i)(?=[A-Za-z])")
_UNNUMBERED = -(10**9)
"""Lines before the first #line are ours."""
_MAX_DEPTH = 16
_MAX_LINE_LENGTH = 4096
"""Characters and tokens of a line that are looked at."""

_Token = tuple[str, int]
"""A word or sign, and the index of where it comes from."""


@dataclass(frozen=True)
class _Macro:
    parameters: tuple[str, ...] | None
    """None where it is a name alone."""
    body: str


class ColumnMap:
    """The lines of a complete shader as a compiler numbers them.

    Args:
        source: what was handed to the driver.
    """

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._places: dict[int, int] = {}
        """Where in the source each number's line is."""
        number = _UNNUMBERED
        for place, text in enumerate(self._lines):
            if match := _LINE.fullmatch(text):
                number = int(match[1])
            else:
                self._places.setdefault(number, place)
                number += 1

    def place(self, line: int, column: int, text: str) -> int | None:
        """The column in the author's line that a compiler calls `column`, both from 1.

        Args:
            line: the line's number to the compiler.
            column: what the compiler said.
            text: the author's line.

        Returns:
            A column of the line or the one after its end, None where it cannot be told.
        """
        place = self._places.get(line)
        row = "" if place is None else self._lines[place]
        if place is None or len(row) > _MAX_LINE_LENGTH:
            return None
        starts = _starts(row, self._macros(place))
        if column <= len(starts):
            at = starts[column - 1]
        elif column == len(starts) + 1:
            at = len(row.rstrip())
        else:
            return None
        return min(_unrenamed(row, text, at), len(text)) + 1

    def _macros(self, place: int) -> dict[str, _Macro]:
        """What is defined before a line; of two definitions the last."""
        found: dict[str, _Macro] = {}
        for text in self._lines[:place]:
            if "#" not in text:
                continue
            if match := _DEFINE.match(text):
                inner = match[3]
                words = tuple(word.strip() for word in inner.split(",")) if match[2] else None
                found[match[1]] = _Macro(words, match[4].strip())
            elif match := _UNDEF.match(text):
                found.pop(match[1], None)
        return found


def _starts(row: str, macros: Mapping[str, _Macro]) -> list[int]:
    """For each character that the preprocessor leaves of a line, the index it comes from."""
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(row)]
    if not row.lstrip().startswith("#"):
        tokens = _Expansion(macros).of(tokens, frozenset())
    found: list[int] = []
    blank = False
    for word, at in tokens:
        if not word.isspace():
            # What a name stands for counts as one place.
            found += [at + n if row.startswith(word, at) else at for n in range(len(word))]
        elif not blank:
            found.append(at)
        blank = word.isspace()
    return found


class _Expansion:
    """Replaces macros until it has had enough: a few lines can stand for any number of words."""

    def __init__(self, macros: Mapping[str, _Macro]) -> None:
        self._macros = macros
        self._left = _MAX_LINE_LENGTH

    def of(self, tokens: Sequence[_Token], hidden: frozenset[str]) -> list[_Token]:
        """The tokens with macros replaced but for the `hidden` ones."""
        found: list[_Token] = []
        place = 0
        while place < len(tokens) and self._left > 0:
            self._left -= 1
            word, at = tokens[place]
            place += 1
            macro = self._macros.get(word)
            if macro is None or word in hidden or len(hidden) == _MAX_DEPTH:
                found.append((word, at))
                continue
            given: list[list[_Token]] = []
            end = place if macro.parameters is None else _arguments(tokens, place, given)
            if end is None:
                found.append((word, at))
                continue
            place = end
            found += self.of(_body(macro, given, at), hidden | {word})
        return found


def _body(macro: _Macro, given: list[list[_Token]], at: int) -> list[_Token]:
    values = dict(zip(macro.parameters or (), given, strict=False))
    found: list[_Token] = []
    for match in _TOKEN.finditer(macro.body[:_MAX_LINE_LENGTH]):
        found += values.get(match[0], [(match[0], at)])
        if len(found) > _MAX_LINE_LENGTH:
            break
    return found


def _arguments(tokens: Sequence[_Token], place: int, found: list[list[_Token]]) -> int | None:
    """Read a macro's arguments into `found`; the place after them, None where there are none."""
    while place < len(tokens) and tokens[place][0].isspace():
        place += 1
    if place == len(tokens) or tokens[place][0] != "(":
        return None
    depth = 0
    current: list[_Token] = []
    for index in range(place, len(tokens)):
        word = tokens[index][0]
        depth += (word == "(") - (word == ")")
        if depth == 0 or (word == "," and depth == 1):
            found.append(_trimmed(current))
            current = []
            if depth == 0:
                return index + 1
        elif index > place:
            current.append(tokens[index])
    return None


def _trimmed(tokens: list[_Token]) -> list[_Token]:
    while tokens and tokens[0][0].isspace():
        tokens = tokens[1:]
    while tokens and tokens[-1][0].isspace():
        tokens = tokens[:-1]
    return tokens


def _unrenamed(text: str, author: str, at: int) -> int:
    """Where index `at` of a line is in the author's, which has some names without a prefix."""
    longer = 0
    for match in _RENAMED.finditer(text):
        if match.start() >= at:
            break
        here = match.start() - longer
        rest = text[match.end() : match.end() + 1]
        if not author.startswith(match[0], here) and author.startswith(rest, here):
            longer += min(len(match[0]), at - match.start())
    return at - longer
