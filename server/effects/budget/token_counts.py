"""The number of tokens of a shader once its macros are expanded and its calls are inlined.

Compilers of GPUs inline every call, unroll short loops and copy structures component by component,
so that a few hundred bytes may become millions of instructions. Conditions are not evaluated: of
several definitions of a name the longest counts.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from server.effects.budget.declared_sizes import MIN_COUNTED, DeclaredSizes
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


class _Token(NamedTuple):
    word: str
    repetitions: int
    """Made by the loops around it."""
    declared: int
    """Components that it declares, if it is a type and they are many."""


class _Measure(Enum):
    """The quantity that is counted."""

    TEXT = "tokens of the text"
    INLINED = "tokens with all calls inlined"
    EXECUTED = "tokens that a pixel executes"
    DECLARED = "components that are declared"


class TokenCounter:
    """Counts the tokens of one shader.

    Args:
        source: a complete shader without comments.
        loops: its loops of known length.
        sizes: of its arrays and structures.
    """

    def __init__(
        self,
        source: str,
        loops: Sequence[CountedLoop] = (),
        sizes: DeclaredSizes | None = None,
    ) -> None:
        self._sizes = sizes = sizes or DeclaredSizes()
        self._macros: dict[str, list[_Macro]] = defaultdict(list)
        self._offsets: dict[str, int] = {}
        for match in _DEFINE.finditer(source):
            names = tuple(_NAME.findall(match[2])) if match[2] else None
            self._macros[match[1]].append(
                _Macro(names, _tokens(match[3], (), sizes, match.start(3)))
            )
            self._offsets.setdefault(match[1], match.start())
        # A condition is expanded like the code that it selects.
        text = _UNDEF.sub(blank_match, _DEFINE.sub(blank_match, source))
        self._text = _tokens(text, (), sizes)
        plain = _DIRECTIVE.sub(blank_match, source)
        self._functions: dict[str, list[list[_Token]]] = defaultdict(list)
        for function in find_functions(plain):
            begin, end = function.body
            body_tokens = _tokens(plain[begin:end], loops, sizes, begin)
            self._functions[function.name].append(body_tokens)
            self._offsets.setdefault(f"{function.name}()", function.start)
        self._steps = 0
        self._measure = _Measure.TEXT
        self._known: dict[tuple[str, tuple[int, ...] | None], int] = {}
        self._active: set[str] = set()

    def count_text(self) -> int:
        """Return the tokens that the preprocessor makes of the whole text.

        Raises:
            CountingFailed: there are too many to count.
        """
        self._begin(_Measure.TEXT)
        return self._count(self._text, {}, 0)

    def count_declared(self) -> int:
        """Return the components of all arrays and large structures that the text declares.

        Raises:
            CountingFailed: there are too many to count.
        """
        self._begin(_Measure.DECLARED)
        return self._count(self._text, {}, 0)

    def count_inlined(self) -> int:
        """Return the tokens of the largest function with all that it calls.

        Raises:
            CountingFailed: there are too many to count.
        """
        return self._count_functions(_Measure.INLINED)

    def count_executed(self) -> int:
        """Return the tokens that a pixel executes: `count_inlined` with loops of known length.

        Raises:
            CountingFailed: there are too many to count.
        """
        return self._count_functions(_Measure.EXECUTED)

    def largest_definition(self) -> int | None:
        """Return the offset of the macro or function that became the most tokens, except `main`."""
        sizes: dict[str, int] = {}
        for (name, _), size in self._known.items():
            if name in self._offsets and "main" not in name:
                sizes[name] = max(size, sizes.get(name, 0))
        largest = max(sizes, key=lambda name: sizes[name], default=None)
        return None if largest is None else self._offsets[largest]

    def _count_functions(self, measure: _Measure) -> int:
        self._begin(measure)
        return max((self._function_size(name, 0) for name in self._functions), default=0)

    def _begin(self, measure: _Measure) -> None:
        self._measure = measure
        self._known.clear()
        self._active.clear()

    def _count(self, tokens: Sequence[_Token], arguments: Mapping[str, int], depth: int) -> int:
        self._steps += len(tokens)
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            raise CountingFailed
        total, at = 0, 0
        while at < len(tokens):
            token, at = tokens[at], at + 1
            word = token.word
            following = tokens[at].word if at < len(tokens) else ""
            is_call = following == "("
            if word in arguments:
                size = arguments[word]
            elif word in self._macros and word not in self._active:
                given = None
                if is_call and any(m.parameters is not None for m in self._macros[word]):
                    parts, at = _arguments(tokens, at)
                    given = tuple(self._count(part, arguments, depth + 1) for part in parts)
                size = self._macro_size(word, given, depth)
            elif self._inlines_calls and is_call and word in self._functions:
                size = 1 + self._function_size(word, depth)
            else:
                size = self._token_size(token, following)
            repetitions = token.repetitions if self._measure is _Measure.EXECUTED else 1
            total = min(MAX_COUNT, total + size * repetitions)
        return total

    @property
    def _inlines_calls(self) -> bool:
        return self._measure in (_Measure.INLINED, _Measure.EXECUTED)

    def _token_size(self, token: _Token, following: str) -> int:
        """Return the size of a token that is neither a macro nor a call."""
        if self._measure is _Measure.DECLARED:
            return token.declared
        if self._measure is _Measure.EXECUTED:
            return 1
        components = self._sizes.names.get(token.word, 1)
        if following == "[" and token.word in self._sizes.elements:
            components = self._sizes.elements[token.word]
        return max(1, token.declared, components if components > MIN_COUNTED else 1)

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
        word = tokens[at].word
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


def _tokens(
    text: str, loops: Sequence[CountedLoop], sizes: DeclaredSizes, offset: int = 0
) -> list[_Token]:
    """Return the tokens of a text that begins at `offset`, each with its repetitions."""
    matches = [(match[0], match.start() + offset) for match in _TOKEN.finditer(text)]
    repetitions = [1] * len(matches)
    places = [at for _, at in matches]
    for loop in loops:
        for index in range(bisect_left(places, loop.begin), bisect_left(places, loop.end)):
            repetitions[index] = min(MAX_COUNT, repetitions[index] * loop.iterations)
    return [
        _Token(word, times, sizes.declared.get(at, 0))
        for (word, at), times in zip(matches, repetitions, strict=True)
    ]
