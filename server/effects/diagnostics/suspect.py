"""The part of a text that most likely crashes a compiler or takes its time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.effects.loops.slowest_loop import find_slowest_loop
from server.effects.source.blanking import blank_match, without_comments
from server.effects.source.constants import find_constants
from server.effects.source.diagnostic import AuthorFile, diagnostic, map_to_origin
from server.effects.source.functions import find_functions

_LARGE_ARRAY_SIZE = 4096
"""Number of elements."""
_LARGE_WORD_COUNT = 20_000
"""Number of words after expansion."""
_DEEP_NESTING = 200
_MAX_COUNT = 10**9
"""Larger numbers are not counted exactly."""
_ARRAY = re.compile(r"\b([A-Za-z_]\w*)((?:\s*\[\s*\w+\s*\])+)")
_EXTENT = re.compile(r"\[\s*(\w+)\s*\]")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:\\\n|[^\n])*)", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*")
_TYPES = re.compile(r"float|u?int|bool|[biud]?vec[234]|mat[234](?:x[234])?")


@dataclass(frozen=True)
class _Suspect:
    line: int
    description: str


def diagnose_crash(author_file: AuthorFile, reason: str, *, late: bool) -> dict[str, object]:
    """Return the diagnostic for a file that crashed the renderer, at the likely cause.

    Args:
        author_file: the file.
        reason: a description of the failure.
        late: true if it took too long, rather than crashed or took too much memory.
    """
    suspect = _suspect(without_comments(author_file.text), late=late)
    if suspect is None:
        return diagnostic(author_file.file, "", None, None, reason)
    message = f"{reason}; the likely cause is {suspect.description}"
    entry = diagnostic(author_file.file, author_file.text, suspect.line, None, message)
    return map_to_origin(entry, author_file.file, author_file.origins)


def _suspect(code: str, *, late: bool) -> _Suspect | None:
    finders = [_large_part, _loop, _array] if late else [_array, _large_part, _depth, _loop]
    for finder in (*finders, _function):
        if suspect := finder(code):
            return suspect
    return None


def _loop(code: str) -> _Suspect | None:
    line = find_slowest_loop(code)
    return _Suspect(line, "the longest loop, in this line") if line else None


def _array(code: str) -> _Suspect | None:
    """Find the largest array, if it is large."""
    known = find_constants(code)
    sizes = [(_elements(known, match[2]), match) for match in _ARRAY.finditer(code)]
    size, match = max(sizes, key=lambda pair: pair[0], default=(0, None))
    if match is None or size < _LARGE_ARRAY_SIZE:
        return None
    name = match[1]
    called = "the array" if _TYPES.fullmatch(name) else f"the array “{name}”"
    return _Suspect(_line(code, match.start()), f"{called} of {_format_count(size)} elements")


def _elements(known: dict[str, set[str]], extents: str) -> int:
    product = 1
    for word in _EXTENT.findall(extents):
        values = [value.rstrip("uU") for value in (word, *known.get(word, ()))]
        numbers = [int(value) for value in values if value.isdecimal() and len(value) < 12]
        product *= max(numbers, default=1)
    return product


def _large_part(code: str) -> _Suspect | None:
    """Find the macro or function that expands to the most text, if that is large."""
    parts = {match[1]: (match.start(), match[2]) for match in _MACRO.finditer(code)}
    without_directives = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank_match, code, flags=re.MULTILINE)
    macros = frozenset(parts)
    parts |= {
        name: (at, body) for name, at, body in _functions(without_directives) if name != "main"
    }
    word_counts = _WordCounts({name: body for name, (_, body) in parts.items()})
    sizes = {name: word_counts.count(name) for name in parts}
    name = max(sizes, key=lambda candidate: sizes[candidate], default=None)
    if name is None or sizes[name] < _LARGE_WORD_COUNT:
        return None
    at, _ = parts[name]
    becomes = f"which expands to {_format_count(sizes[name])} words"
    if name in macros:
        return _Suspect(_line(code, at), f"the macro “{name}”, {becomes}")
    return _Suspect(_line(code, at), f"the function “{name}”, {becomes} with all its calls")


class _WordCounts:
    """Numbers of words of expanded macros, and of functions with all their calls."""

    def __init__(self, bodies: dict[str, str]) -> None:
        self._tokens = {name: _WORD.findall(body) for name, body in bodies.items()}
        self._counts: dict[str, int] = {}

    def count(self, name: str) -> int:
        """Return the words of `name`, at most a little over _MAX_COUNT. Not recursive."""
        stack = [name]
        visited: set[str] = set()
        while stack:
            top = stack[-1]
            if top in self._counts:
                stack.pop()
                continue
            inner = [word for word in self._tokens[top] if word in self._tokens]
            missing = [word for word in inner if word not in self._counts and word not in visited]
            visited.add(top)
            if missing:
                stack += [word for word in dict.fromkeys(missing) if word != top]
            if not missing or missing == [top]:
                own = len(self._tokens[top]) - len(inner)
                self._counts[top] = min(
                    _MAX_COUNT, own + sum(self._counts.get(w, 1) for w in inner)
                )
                stack.pop()
        return self._counts[name]


def _depth(code: str) -> _Suspect | None:
    """Find the innermost of deeply nested brackets."""
    depth = deepest = at = 0
    for match in re.finditer(r"[(){}]", code):
        depth += 1 if match[0] in "({" else -1
        if depth > deepest:
            deepest, at = depth, match.start()
    description = f"the nesting here, {deepest} brackets deep"
    return _Suspect(_line(code, at), description) if deepest >= _DEEP_NESTING else None


def _function(code: str) -> _Suspect | None:
    largest = max(_functions(code), key=lambda function: len(function[2]), default=None)
    if largest is None:
        return None
    return _Suspect(_line(code, largest[1]), f"the function “{largest[0]}”, the longest")


def _functions(code: str) -> Iterator[tuple[str, int, str]]:
    """Yield name, offset and body of each function."""
    for function in find_functions(code):
        yield function.name, function.start, code[slice(*function.body)]


def _format_count(number: int) -> str:
    return f"{number:,}" if number < _MAX_COUNT else f"over {_MAX_COUNT:,}"


def _line(code: str, at: int) -> int:
    return code.count("\n", 0, at) + 1
