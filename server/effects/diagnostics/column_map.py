"""Mapping of a compiler's columns, which count preprocessed text, to columns in the author's line.

Mesa's preprocessor joins blanks and expands macros; the columns of its messages count in the
result. This module does the same to a line and keeps the original index of each character.
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
"""Number of the lines before the first #line, which are ours."""
_MAX_DEPTH = 16
_MAX_LINE_LENGTH = 4096
"""Maximum number of characters and tokens of a line that are processed."""

_Token = tuple[str, int]
"""A word or character, and its original index."""


@dataclass(frozen=True)
class _Macro:
    parameters: tuple[str, ...] | None
    """None for a macro without an argument list."""
    body: str


class ColumnMap:
    """The lines of a complete shader as a compiler numbers them.

    Args:
        source: the text that the driver compiled.
    """

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._line_indexes: dict[int, int] = {}
        """Index in the source of each numbered line."""
        number = _UNNUMBERED
        for index, text in enumerate(self._lines):
            if match := _LINE.fullmatch(text):
                number = int(match[1])
            else:
                self._line_indexes.setdefault(number, index)
                number += 1

    def to_author(self, line: int, column: int, text: str) -> int | None:
        """Return the column in the author's line of a compiler's `column`, both from 1.

        Args:
            line: the line number in the compiler's message.
            column: the column in the compiler's message.
            text: the author's line.

        Returns:
            A column of the line or the one after its end, None if it is unknown.
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
        """Return the macros defined before a line; of two definitions the last."""
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
    """Return the original index of each character that the preprocessor leaves of a line."""
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(line)]
    if not line.lstrip().startswith("#"):
        tokens = _Expansion(macros).expand(tokens, frozenset())
    starts: list[int] = []
    blank = False
    for word, at in tokens:
        if not word.isspace():
            # All characters of an expansion map to the position of the name.
            starts += [at + n if line.startswith(word, at) else at for n in range(len(word))]
        elif not blank:
            starts.append(at)
        blank = word.isspace()
    return starts


class _Expansion:
    """An expansion of macros with a limit: a few lines can stand for any number of words."""

    def __init__(self, macros: Mapping[str, _Macro]) -> None:
        self._macros = macros
        self._left = _MAX_LINE_LENGTH

    def expand(self, tokens: Sequence[_Token], hidden: frozenset[str]) -> list[_Token]:
        """Expand the macros in the tokens, except the `hidden` ones."""
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
    """Append a macro's arguments to `arguments`; return the position after them, None if none."""
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
            arguments.append(_trim(current))
            current = []
            if depth == 0:
                return index + 1
        elif index > position:
            current.append(tokens[index])
    return None


def _trim(tokens: list[_Token]) -> list[_Token]:
    while tokens and tokens[0][0].isspace():
        tokens = tokens[1:]
    while tokens and tokens[-1][0].isspace():
        tokens = tokens[:-1]
    return tokens


def _author_index(text: str, author_file: str, at: int) -> int:
    """Return the index `at` of a line in the author's line, in which some names have no prefix."""
    prefix_length = 0
    for match in _RENAMED.finditer(text):
        if match.start() >= at:
            break
        here = match.start() - prefix_length
        rest = text[match.end() : match.end() + 1]
        if not author_file.startswith(match[0], here) and author_file.startswith(rest, here):
            prefix_length += min(len(match[0]), at - match.start())
    return at - prefix_length
