"""The number of tokens of a shader once its macros are expanded and its calls are inlined.

Compilers of GPUs inline every call and unroll short loops, so that a few hundred bytes may become
millions of instructions. Conditions are not evaluated: of several definitions of a name the longest
counts.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.effects.loops.termination import CountedLoop
from server.effects.source.blanking import blank_match
from server.effects.source.functions import find_functions

MAX_COUNT = 1 << 40
"""Larger numbers are not counted exactly."""
_MAX_STEPS = 400_000
_MAX_DEPTH = 100
_TOKEN = re.compile(r"[A-Za-z_]\w*|\.?\d[\w.]*|[^\s\w]")
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\r?\n|[^\n])*", re.MULTILINE)
_DEFINE = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)\n]*\))?((?:\\\r?\n|[^\n])*)", re.MULTILINE
)
_UNDEF = re.compile(r"^[ \t]*#[ \t]*(?:undef|line|extension|version)\b[^\n]*", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*")


class CountingFailed(Exception):
    """The expansion takes too long or is nested too deeply to be counted."""


@dataclass(frozen=True)
class _Macro:
    parameters: tuple[str, ...] | None
    body: list["_Token"]


_Token = tuple[str, int]
"""A token and how often the loops around it repeat it."""


class TokenCounter:
    """Counts the tokens of one shader.

    Args:
        source: a complete shader without comments.
        loops: its loops of known length.
    """

    def __init__(self, source: str, loops: Sequence[CountedLoop] = ()) -> None:
        self._macros: dict[str, list[_Macro]] = defaultdict(list)
        self._offsets: dict[str, int] = {}
        for match in _DEFINE.finditer(source):
            names = tuple(_NAME.findall(match[2])) if match[2] else None
            self._macros[match[1]].append(_Macro(names, _tokens(match[3], ())))
            self._offsets.setdefault(match[1], match.start())
        # A condition is expanded like the code that it selects.
        text = _UNDEF.sub(blank_match, _DEFINE.sub(blank_match, source))
        self._text = _tokens(text, ())
        plain = _DIRECTIVE.sub(blank_match, source)
        self._functions: dict[str, list[list[_Token]]] = defaultdict(list)
        for function in find_functions(plain):
            begin, end = function.body
            self._functions[function.name].append(_tokens(plain[begin:end], loops, begin))
            self._offsets.setdefault(f"{function.name}()", function.start)
        self._steps = 0
        self._inlines = self._repeats = False
        self._known: dict[tuple[str, tuple[int, ...] | None], int] = {}
        self._active: set[str] = set()

    def count_text(self) -> int:
        """Return the tokens that the preprocessor makes of the whole text.

        Raises:
            CountingFailed: there are too many to count.
        """
        self._begin(inlines=False, repeats=False)
        return self._count(self._text, {}, 0)

    def count_inlined(self) -> int:
        """Return the tokens of the largest function with all that it calls.

        Raises:
            CountingFailed: there are too many to count.
        """
        return self._count_functions(repeats=False)

    def count_executed(self) -> int:
        """Return the tokens that a pixel executes: `count_inlined` with loops of known length.

        Raises:
            CountingFailed: there are too many to count.
        """
        return self._count_functions(repeats=True)

    def largest_definition(self) -> int | None:
        """Return the offset of the macro or function that became the most tokens, except `main`."""
        sizes: dict[str, int] = {}
        for (name, _), size in self._known.items():
            if name in self._offsets and "main" not in name:
                sizes[name] = max(size, sizes.get(name, 0))
        largest = max(sizes, key=lambda name: sizes[name], default=None)
        return None if largest is None else self._offsets[largest]

    def _count_functions(self, *, repeats: bool) -> int:
        self._begin(inlines=True, repeats=repeats)
        return max((self._function_size(name, 0) for name in self._functions), default=0)

    def _begin(self, *, inlines: bool, repeats: bool) -> None:
        self._inlines, self._repeats = inlines, repeats
        self._known.clear()
        self._active.clear()

    def _count(self, tokens: Sequence[_Token], arguments: Mapping[str, int], depth: int) -> int:
        self._steps += len(tokens)
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            raise CountingFailed
        total, at = 0, 0
        while at < len(tokens):
            (word, repetitions), at = tokens[at], at + 1
            is_call = at < len(tokens) and tokens[at][0] == "("
            if word in arguments:
                size = arguments[word]
            elif word in self._macros and word not in self._active:
                given = None
                if is_call and any(m.parameters is not None for m in self._macros[word]):
                    parts, at = _arguments(tokens, at)
                    given = tuple(self._count(part, arguments, depth + 1) for part in parts)
                size = self._macro_size(word, given, depth)
            elif self._inlines and is_call and word in self._functions:
                size = 1 + self._function_size(word, depth)
            else:
                size = 1
            total = min(MAX_COUNT, total + size * (repetitions if self._repeats else 1))
        return total

    def _macro_size(self, name: str, given: tuple[int, ...] | None, depth: int) -> int:
        key = name, given
        if key not in self._known:
            self._active.add(name)
            self._known[key] = max(
                self._count(macro.body, _bind(macro.parameters, given), depth + 1)
                for macro in self._macros[name]
            )
            self._active.discard(name)
        return self._known[key]

    def _function_size(self, name: str, depth: int) -> int:
        key = f"{name}()", None
        if key not in self._known:
            self._known[key] = 1  # a recursive call, which no compiler accepts
            bodies = self._functions[name]
            self._known[key] = max(self._count(body, {}, depth + 1) for body in bodies)
        return self._known[key]


def _bind(parameters: tuple[str, ...] | None, given: tuple[int, ...] | None) -> dict[str, int]:
    """Return the sizes of a macro's arguments by their names; without arguments each is 1."""
    names = parameters or ()
    sizes = (*(given or ()), *(1 for _ in names))
    return dict(zip(names, sizes, strict=False))


def _arguments(tokens: Sequence[_Token], opening: int) -> tuple[list[Sequence[_Token]], int]:
    """Return the arguments of the call whose parenthesis is at `opening`, and what follows it."""
    depth, start = 0, opening + 1
    parts: list[Sequence[_Token]] = []
    for at in range(opening, len(tokens)):
        word = tokens[at][0]
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
            if depth == 0:
                return [*parts, tokens[start:at]], at + 1
        elif word == "," and depth == 1:
            parts.append(tokens[start:at])
            start = at + 1
    return [*parts, tokens[start:]], len(tokens)


def _tokens(text: str, loops: Sequence[CountedLoop], offset: int = 0) -> list[_Token]:
    """Return the tokens of a text that begins at `offset`, each with its repetitions."""
    matches = [(match[0], match.start() + offset) for match in _TOKEN.finditer(text)]
    if not loops:
        return [(word, 1) for word, _ in matches]
    places = [at for _, at in matches]
    repetitions = [1] * len(matches)
    for loop in loops:
        for index in range(bisect_left(places, loop.begin), bisect_left(places, loop.end)):
            repetitions[index] = min(MAX_COUNT, repetitions[index] * loop.iterations)
    return [(word, times) for (word, _), times in zip(matches, repetitions, strict=True)]
