"""The ends of the statements of a shader, found in its text."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from server.effects.loops.macro_definitions import is_balanced
from server.effects.source.blanking import blank_match
from server.effects.source.brackets import match_brackets

_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\r?\n|[^\n])*", re.MULTILINE)
_CONDITION = re.compile(r"[ \t]*#[ \t]*(if|el|endif)")
_SKIP = re.compile(r"(?:\s|\\\r?\n)*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_STOP = re.compile(r"[;({\[]")
_HEADED_STATEMENTS = ("for", "while", "if", "switch")
_MAX_STEPS = 64
"""Maximum nesting of statements without braces."""
_MAX_STOPS = 100
"""Maximum number of brackets and semicolons searched for the end of a statement or header."""
_MAX_CONDITIONS = 500
_MAX_SPLIT_LENGTH = 4000
"""Maximum number of characters between parentheses with directives in them."""


class Statements:
    """The statements of one shader.

    Args:
        source: a complete shader without comments.
        keywords: names that stand for the keywords of loops, and the keyword of each.
    """

    def __init__(self, source: str, keywords: Mapping[str, str]) -> None:
        self.source = source
        self.plain = _DIRECTIVE.sub(blank_match, source)
        """The text with its directives replaced with blanks."""
        self.closing = match_brackets(source)
        directives = [match.span() for match in _DIRECTIVE.finditer(source)]
        self._starts = [begin for begin, _ in directives]
        self._ends = [end for _, end in directives]
        self._keywords = keywords
        self._stops = [match.start() for match in _STOP.finditer(source)]
        self._ends_by_start: dict[int, tuple[int, int] | None] = {}

    def directive(self, at: int) -> tuple[int, int] | None:
        """Find begin and end of the directive at an offset; None if there is none."""
        index = bisect_left(self._starts, at + 1) - 1
        if index < 0 or at >= self._ends[index]:
            return None
        return self._starts[index], self._ends[index]

    def skip(self, at: int) -> int:
        """Return the next offset that is not blank."""
        match = _SKIP.match(self.source if self.directive(at) else self.plain, at)
        return match.end() if match else at

    def header(self, at: int) -> tuple[int, int] | None:
        """Find begin and end of the next parentheses, if they are certain."""
        begin = self.skip(at)
        end = self.closing.get(begin)
        if end is None or self.source[begin] != "(":
            return None
        if self._conditions(begin, end):
            short = end - begin <= _MAX_SPLIT_LENGTH and self.is_whole(begin, end)
            if not short or not all(map(is_balanced, self._split(begin, end))):
                return None
        return begin, end

    def end(self, at: int) -> int | None:
        """Return the offset after the statement that begins at `at`; None if it is uncertain."""
        result = self._end(at)
        return result[0] if result else None

    def tail(self, at: int) -> int | None:
        """Find the `while` of the `do` at `at`; None if it is uncertain."""
        result = self._end(at)
        return result[1] if result and result[1] >= 0 else None

    def semicolons(self, first: int, last: int) -> Iterator[int]:
        """Yield the semicolons between two offsets outside of all brackets, up to a limit."""
        index, inside = bisect_left(self._stops, first), self.directive(first)
        for _ in range(_MAX_STOPS):
            if index >= len(self._stops) or self._stops[index] >= last:
                return
            at = self._stops[index]
            if self.directive(at) != inside:
                index += 1
                continue
            if self.source[at] == ";":
                yield at
            index = bisect_left(self._stops, self.closing.get(at, at) + 1)

    def is_whole(self, first: int, last: int) -> bool:
        """Report if each conditional part that begins between two offsets ends there too."""
        depth = 0
        for kind in self._conditions(first, last):
            depth += {"if": 1, "endif": -1}.get(kind, 0)
            if depth < 0 or (kind == "el" and depth == 0):
                return False
        return depth == 0

    def _conditions(self, first: int, last: int) -> list[str]:
        """Return the kinds of conditional directives between two offsets; too many do not match."""
        begin, end = bisect_left(self._starts, first), bisect_left(self._starts, last)
        if end - begin > _MAX_CONDITIONS:
            return ["endif"]
        matches = (_CONDITION.match(self.source, at) for at in self._starts[begin:end])
        return [match[1] for match in matches if match]

    def _split(self, first: int, last: int) -> Iterator[str]:
        """Yield the text between two parentheses, from each directive to the next."""
        at = first + 1
        for index in range(bisect_left(self._starts, first), bisect_left(self._starts, last)):
            yield self.source[at : self._starts[index]]
            at = self._ends[index]
        yield self.source[at:last]

    def _end(self, at: int) -> tuple[int, int] | None:
        """Return the offset after a statement, and that of the last `while` of a `do`, else -1."""
        if at not in self._ends_by_start:
            self._ends_by_start[at] = self._read(at)
        return self._ends_by_start[at]

    def _read(self, start: int) -> tuple[int, int] | None:
        at, open_dos, tail = start, 0, -1
        for _ in range(_MAX_STEPS):
            at = self.skip(at)
            word = self._word(at)
            known = self._ends_by_start.get(at, ()) if at != start else ()
            if known is None:
                return None
            if not known and word in _HEADED_STATEMENTS:
                header = self.header(self._after(at))
                if header is None:
                    return None
                at = header[1] + 1
                continue
            if not known and word in ("do", "else"):
                open_dos += word == "do"
                at = self._after(at)
                continue
            end = known[0] if known else self._end_of_simple(at)
            while end is not None and open_dos and self._word(self.skip(end)) == "while":
                tail = self.skip(end)
                end = self._after_tail(tail)
                open_dos -= 1
            if end is None:
                return None
            at = self.skip(end)
            if self._word(at) != "else":
                return None if open_dos else (end, tail)
        return None

    def _end_of_simple(self, at: int) -> int | None:
        """Return the offset after a block, or after a statement that ends with a semicolon."""
        if self.source[at : at + 1] == "{":
            end = self.closing.get(at)
            return None if end is None else end + 1
        stop = next(self.semicolons(at, len(self.source)), None)
        return None if stop is None else stop + 1

    def _after_tail(self, at: int) -> int | None:
        header = self.header(self._after(at))
        if header is None:
            return None
        end = self.skip(header[1] + 1)
        return end + 1 if self.source[end : end + 1] == ";" else None

    def _word(self, at: int) -> str:
        match = _WORD.match(self.source, at)
        return self._keywords.get(match[0], match[0]) if match else ""

    def _after(self, at: int) -> int:
        match = _WORD.match(self.source, at)
        return match.end() if match else at
