"""The loops of a shader that may not end, and the positions at which to insert guards.

Three kinds are distinguished: loops that count from a constant to a constant and thus end, loops
into whose body a guard can be inserted, and loops that cannot be read with certainty, because a
macro or a conditional directive hides their parentheses. Macros are not expanded: the active
definition depends on the driver.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from server.effects.loops.counted import CountedLoops
from server.effects.loops.macro_definitions import Macros
from server.effects.loops.statements import Statements
from server.effects.source.diagnostic import HOST

MAX_ITERATIONS = 32_768
"""Iterations that a loop may make each time it is entered. Mesa's llvmpipe leaves all loops of a
shader after 65,536 iterations together, so a larger number could not be counted there."""
UNREADABLE = (
    "this loop cannot be checked: write “for (…; …; …)”, “while (…)” or"
    " “do … while (…);” in full, without a macro or directive that hides parentheses, braces or"
    " the keyword"
)
"""Reason for the refusal of a loop that is in use and cannot be read."""
_MAX_LOOPS = 1000
"""Maximum number of loops with a guard; the ones after them count as unreadable."""
_TERMINATES = -1
"""Instead of the offset of a loop's body: it needs no guard."""

_LOOP_KEYWORDS = ("for", "while", "do")
_GUARDS = frozenset(
    (*_LOOP_KEYWORDS, "if", "else", "break", "bool", "int", "inout", "return", "void")
)
"""Words that a guard consists of, or that a loop is recognised by."""
_LINE = re.compile(r"^[ \t]*#[ \t]*line[ \t]+(\d+)[^\n]*\n", re.MULTILINE)
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)")
_WORD = re.compile(r"[A-Za-z_]\w*(?:\\\r?\n\w+)*|##")
_CONTINUED = re.compile(r"\\\r?\n")
_FALSE = re.compile(r"\s*(?:false|0)\s*")


@dataclass(frozen=True)
class Loop:
    """A loop that may not end."""

    number: int
    """Number from 1, in the order of the text."""
    line: int
    """Line number of the compiler: by the #line directives."""
    column: int
    begin: int
    """Offset of its statement in the text."""
    body: int | None
    """Offset of its body, before which a guard can be inserted; None if it is uncertain."""


@dataclass(frozen=True)
class CountedLoop:
    """A loop that ends after a known number of iterations at most."""

    begin: int
    """Offset of its statement in the text."""
    end: int
    """Offset after its statement."""
    iterations: int


def find_counted_loops(source: str, max_iterations: int) -> list[CountedLoop]:
    """Find the author's loops that end within `max_iterations`; see find_unbounded_loops."""
    finder = _LoopFinder(source, max_iterations)
    list(finder.loops())
    return finder.counted_loops


def find_unbounded_loops(source: str, max_iterations: int = MAX_ITERATIONS) -> list[Loop]:
    """Find the author's loops that may not end within `max_iterations`.

    Args:
        source: a complete shader as glsl330.compose makes it, or its translation: no comments,
            and #line directives that separate the author's lines from the host's.
        max_iterations: at most MAX_ITERATIONS.
    """
    return list(_LoopFinder(source, max_iterations).loops())


class _LoopFinder:
    """A finder for the loops of one shader."""

    def __init__(self, source: str, max_iterations: int) -> None:
        self._source = source
        self._macros = Macros(source)
        self._keywords = self._macros.aliases(_LOOP_KEYWORDS)
        self._statements = Statements(source, self._keywords)
        self._counted = CountedLoops(self._statements, self._macros, max_iterations)
        self._lines = [(match.end(), int(match[1])) for match in _LINE.finditer(source)]
        self._breaks = [match.start() for match in re.finditer("\n", source)]
        self._has_redefined_keywords = not _GUARDS.isdisjoint(self._macros.bodies)
        self._tokens: list[tuple[int, str]] = []
        self._unbalanced_uses: list[int] = []
        self.counted_loops: list[CountedLoop] = []
        """Loops that end, once `loops` has been exhausted."""
        self._read()
        for at, _ in reversed(self._tokens):  # inner loops first: outer ones depend on them
            self._statements.end(at)

    def _read(self) -> None:
        """Collect the keywords of loops, and the macros whose brackets do not match."""
        paste_operators: list[int] = []
        seen: set[str] = set()
        for match in _WORD.finditer(self._source):
            word = _CONTINUED.sub("", match[0])
            seen.add(word)
            if word == "##":
                paste_operators.append(match.start())
            elif word in self._keywords:
                kind = self._keywords[word] if word == match[0] else ""
                self._tokens.append((match.start(), kind))
            elif word in self._macros.unbalanced:
                self._unbalanced_uses.append(match.start())
        if paste_operators and any(_can_be_joined_from(word, seen) for word in self._keywords):
            self._tokens = sorted([*self._tokens, *((at, "") for at in paste_operators)])

    def loops(self) -> Iterator[Loop]:
        do_tails: set[int] = set()
        number = 0
        for at, kind in self._tokens:
            line = self._line(at)
            if line is None or at in do_tails or not self._is_code(at):
                continue
            body = self._body(at, kind, do_tails)
            if body == _TERMINATES:
                continue
            number += 1
            column = at - self._source.rfind("\n", 0, at)
            readable = (
                body is not None and not self._has_redefined_keywords and number <= _MAX_LOOPS
            )
            yield Loop(number, line, column, at, body if readable else None)

    def _line(self, at: int) -> int | None:
        """Return the line of an offset; None in a text of the host."""
        index = bisect_right(self._lines, (at, 1 << 60)) - 1
        if index < 0:
            return None
        start, first = self._lines[index]
        line = first + bisect_left(self._breaks, at) - bisect_left(self._breaks, start)
        return None if line // HOST == 1 else line

    def _is_code(self, at: int) -> bool:
        """Report if a word can become part of a statement."""
        inside = self._statements.directive(at)
        if inside is None:
            return True
        text = self._source[slice(*inside)]
        define = _DEFINE.match(text)
        if define is None:
            return False
        if at == inside[0] + define.start(1):
            return False
        name, replacement = define[1], text[define.end(1) :].strip()
        return not (name in self._keywords and replacement == self._name(at))

    def _body(self, at: int, kind: str, do_tails: set[int]) -> int | None:
        """Find the body of a loop; None if it is uncertain, _TERMINATES if it needs no guard."""
        if not kind:
            return None
        after = at + len(self._name(at))
        inside = self._statements.directive(at)
        limit = inside[1] if inside else len(self._source)
        if kind == "do":
            tail = self._statements.tail(at)
            if tail is None or tail >= limit or not self._is_certain(at, tail):
                return None
            do_tails.add(tail)
            header = self._statements.header(tail + len(self._name(tail)))
            return _TERMINATES if header and self._never_runs(header) else after
        header = self._statements.header(after)
        if header is None or header[1] >= limit or self._has_risk(*header):
            return None
        ends = kind == "while" and self._never_runs(header)
        if kind == "for" and not inside and (count := self._counted.iterations(header)) is not None:
            ends = True
            self.counted_loops.append(CountedLoop(at, self._statements.end(at) or limit, count))
        return _TERMINATES if ends else header[1] + 1

    def _name(self, at: int) -> str:
        match = _WORD.match(self._source, at)
        return match[0] if match else ""

    def _is_certain(self, first: int, last: int) -> bool:
        return self._statements.is_whole(first, last) and not self._has_risk(first, last)

    def _has_risk(self, first: int, last: int) -> bool:
        """Report if a macro whose brackets do not match is between two offsets."""
        index = bisect_left(self._unbalanced_uses, first)
        return index < len(self._unbalanced_uses) and self._unbalanced_uses[index] < last

    def _never_runs(self, header: tuple[int, int]) -> bool:
        text = self._source[header[0] + 1 : header[1]]
        return _FALSE.fullmatch(text) is not None and "false" not in self._macros


def _can_be_joined_from(word: str, parts: set[str]) -> bool:
    """Report if a word can be joined from two or more others."""
    reached = {0}
    for end in range(1, len(word) + 1):
        pieces = (word[begin:end] for begin in reached)
        if any(piece in parts and piece != word for piece in pieces):
            reached.add(end)
    return len(word) in reached
