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
        self._line_indexes: dict[int, int] = {}
        """Where in the source each number's line is."""
        number = _UNNUMBERED
        for index, text in enumerate(self._lines):
            if match := _LINE.fullmatch(text):
                number = int(match[1])
            else:
                self._line_indexes.setdefault(number, index)
                number += 1

    def to_author(self, line: int, column: int, text: str) -> int | None:
        """The column in the author's line that a compiler calls `column`, both from 1.

        Args:
            line: the line's number to the compiler.
            column: what the compiler said.
            text: the author's line.

        Returns:
            A column of the line or the one after its end, None where it cannot be told.
        """
        index = self._line_indexes.get(line)
        source_line = "" if index is None else self._lines[index]
        if index is None or len(source_line) > _MAX_LINE_LENGTH:
            return None
        starts = _origin_indexes(source_line, self._macros(index))
        if column <= len(starts):
            at = starts[column - 1]
        elif column == len(starts) + 1:
            at = len(source_line.rstrip())
        else:
            return None
        return min(_author_index(source_line, text, at), len(text)) + 1

    def _macros(self, index: int) -> dict[str, _Macro]:
        """What is defined before a line; of two definitions the last."""
        macros: dict[str, _Macro] = {}
        for text in self._lines[:index]:
            if "#" not in text:
                continue
            if match := _DEFINE.match(text):
                parameters = match[3]
                names = tuple(word.strip() for word in parameters.split(",")) if match[2] else None
                macros[match[1]] = _Macro(names, match[4].strip())
            elif match := _UNDEF.match(text):
                macros.pop(match[1], None)
        return macros


def _origin_indexes(line: str, macros: Mapping[str, _Macro]) -> list[int]:
    """For each character that the preprocessor leaves of a line, the index it comes from."""
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(line)]
    if not line.lstrip().startswith("#"):
        tokens = _Expansion(macros).expand(tokens, frozenset())
    starts: list[int] = []
    blank = False
    for word, at in tokens:
        if not word.isspace():
            # What a name stands for counts as one place.
            starts += [at + n if line.startswith(word, at) else at for n in range(len(word))]
        elif not blank:
            starts.append(at)
        blank = word.isspace()
    return starts


class _Expansion:
    """Replaces macros until it has had enough: a few lines can stand for any number of words."""

    def __init__(self, macros: Mapping[str, _Macro]) -> None:
        self._macros = macros
        self._left = _MAX_LINE_LENGTH

    def expand(self, tokens: Sequence[_Token], hidden: frozenset[str]) -> list[_Token]:
        """The tokens with macros replaced but for the `hidden` ones."""
        expanded: list[_Token] = []
        position = 0
        while position < len(tokens) and self._left > 0:
            self._left -= 1
            word, at = tokens[position]
            position += 1
            macro = self._macros.get(word)
            if macro is None or word in hidden or len(hidden) == _MAX_DEPTH:
                expanded.append((word, at))
                continue
            arguments: list[list[_Token]] = []
            end = position if macro.parameters is None else _arguments(tokens, position, arguments)
            if end is None:
                expanded.append((word, at))
                continue
            position = end
            expanded += self.expand(_body(macro, arguments, at), hidden | {word})
        return expanded


def _body(macro: _Macro, arguments: list[list[_Token]], at: int) -> list[_Token]:
    values = dict(zip(macro.parameters or (), arguments, strict=False))
    expanded: list[_Token] = []
    for match in _TOKEN.finditer(macro.body[:_MAX_LINE_LENGTH]):
        expanded += values.get(match[0], [(match[0], at)])
        if len(expanded) > _MAX_LINE_LENGTH:
            break
    return expanded


def _arguments(
    tokens: Sequence[_Token], position: int, arguments: list[list[_Token]]
) -> int | None:
    """Read a macro's arguments into `found`; the place after them, None where there are none."""
    while position < len(tokens) and tokens[position][0].isspace():
        position += 1
    if position == len(tokens) or tokens[position][0] != "(":
        return None
    depth = 0
    current: list[_Token] = []
    for index in range(position, len(tokens)):
        word = tokens[index][0]
        depth += (word == "(") - (word == ")")
        if depth == 0 or (word == "," and depth == 1):
            arguments.append(_trimmed(current))
            current = []
            if depth == 0:
                return index + 1
        elif index > position:
            current.append(tokens[index])
    return None


def _trimmed(tokens: list[_Token]) -> list[_Token]:
    while tokens and tokens[0][0].isspace():
        tokens = tokens[1:]
    while tokens and tokens[-1][0].isspace():
        tokens = tokens[:-1]
    return tokens


def _author_index(text: str, author: str, at: int) -> int:
    """Where index `at` of a line is in the author's, which has some names without a prefix."""
    prefix_length = 0
    for match in _RENAMED.finditer(text):
        if match.start() >= at:
            break
        here = match.start() - prefix_length
        rest = text[match.end() : match.end() + 1]
        if not author.startswith(match[0], here) and author.startswith(rest, here):
            prefix_length += min(len(match[0]), at - match.start())
    return at - prefix_length
