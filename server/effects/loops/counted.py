"""Loops that count from a constant to a constant in constant steps, and thus end."""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from itertools import pairwise

from server.effects.loops.fixed_numbers import NUMBER, ConstantValues, to_float
from server.effects.loops.macro_definitions import Macros
from server.effects.loops.statements import Statements

_MAX_HEADER_LENGTH = 4000
"""Maximum number of characters."""
_MAX_USES = 100
"""Maximum number of uses of a counter, or of macros, in a body that is analysed."""
_MAX_BRACKETS = 100
_MAX_EXACT_FLOAT = 2.0**23
"""Limit below which a 32-bit float represents all integers."""
_MAX_EXACT_INT = 2.0**30
"""Limit below which an int does not overflow."""

_TERM = rf"{NUMBER}|-?\s*[A-Za-z_]\w*"
_START = re.compile(
    rf"\s*(?:(?:highp|mediump|lowp)\s+)?(int|uint|float)\s+(\w+)\s*=\s*({_TERM})\s*"
)
_BOUND = re.compile(rf"\s*(\w+)\s*(<=?|>=?)\s*({_TERM})\s*")
_STEP = re.compile(rf"\s*(?:(\w+)\s*(\+\+|--)|(\+\+|--)\s*(\w+)|(\w+)\s*([-+])=\s*({NUMBER}))\s*")
_TYPES = frozenset(("int", "uint", "float", "highp", "mediump", "lowp", "const"))
_SAFE_CALLS = frozenset(
    (
        *("float", "int", "uint", "abs", "min", "max", "mod", "sin", "cos"),
        *(f"{kind}vec{size}" for kind in ("", "b", "i", "u") for size in (2, 3, 4)),
        *("if", "for", "while", "switch", "return"),
    )
)
"""Words before a parenthesis that cannot change a counter passed to them."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_SETS = re.compile(r"\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--|\.|\[|[A-Za-z_])")
_OPERATORS = "+-*/%<>=&|^?:!"
_WORD_BEFORE = re.compile(r"(\w+)\s*\Z")


class CountedLoops:
    """Detection of the loops of a shader that count.

    Args:
        statements: of the shader.
        macros: of the shader.
        max_iterations: iterations that a loop may make.
    """

    def __init__(self, statements: Statements, macros: Macros, max_iterations: int) -> None:
        self._statements = statements
        self._macros = macros
        self._max_iterations = max_iterations
        self._plain = statements.plain
        self._numbers = ConstantValues(self._plain, macros)
        self._uses: dict[str, list[int]] = defaultdict(list)
        self._macro_uses: list[int] = []
        for match in _WORD.finditer(self._plain):
            self._uses[match[0]].append(match.start())
            if match[0] in macros:
                self._macro_uses.append(match.start())
        self._openings = {end: start for start, end in statements.closing.items()}
        self._brackets = sorted([*statements.closing, *self._openings])
        self._readable = "\\" not in self._plain and not any(word in macros for word in _TYPES)
        self._risks: dict[str, set[str]] = {}
        functions = re.findall(r"\b(?!return\b|else\b)\w+\s+(\w+)\s*\(", self._plain)
        self._safe_calls = _SAFE_CALLS.difference(functions, macros.bodies)

    def iterations(self, header: tuple[int, int]) -> int | None:
        """Return the iterations of a `for` loop that counts in few enough steps, else None.

        Args:
            header: offsets of its parentheses.
        """
        first, last = header[0] + 1, header[1]
        if not self._readable or last - first > _MAX_HEADER_LENGTH:
            return None
        stops = list(self._statements.semicolons(first, last))
        if len(stops) != 2:
            return None
        parts = [first, *(stop + 1 for stop in stops), last + 1]
        start, condition, step = (self._statements.source[a : b - 1] for a, b in pairwise(parts))
        start_match = _START.fullmatch(start)
        if start_match is None or start_match[2] in self._macros:
            return None
        steps = self._count(start_match, _BOUND.fullmatch(condition), _STEP.fullmatch(step))
        return None if self._is_changed(start_match[2], last + 1) else steps

    def _count(
        self, start_match: re.Match[str], bound: re.Match[str] | None, steps: re.Match[str] | None
    ) -> int | None:
        if not bound or not steps:
            return None
        kind, name = start_match[1], start_match[2]
        low, end = self._numbers.value(start_match[3]), self._numbers.value(bound[3])
        is_counter = bound[1] == name and name in (steps[1], steps[4], steps[5])
        if not is_counter or low is None or end is None:
            return None
        step_size = to_float(steps[7]) if steps[7] else 1.0
        increases = ((steps[2] or steps[3] or steps[6])[0] == "+") == (step_size > 0)
        step_size = abs(step_size)
        if (
            step_size == 0
            or increases != (bound[2][0] == "<")
            or not _is_exact(kind, low, end, step_size)
        ):
            return None
        if kind == "uint" and not increases and (bound[2] == ">=" or step_size != 1):
            return None  # below 0 it wraps to the largest number
        iterations = (end - low) / (step_size if increases else -step_size) + ("=" in bound[2])
        return max(0, math.ceil(iterations)) if iterations <= self._max_iterations else None

    def _is_changed(self, name: str, start: int) -> bool:
        """Report if the body of a loop, which begins at `start`, may set its own counter."""
        end = self._statements.end(start)
        if end is None or not self._statements.is_whole(start, end):
            return True
        uses = _between(self._uses[name], start, end)
        macro_uses = _between(self._macro_uses, start, end)
        if len(uses) > _MAX_USES or len(macro_uses) > _MAX_USES:
            return True
        if any(self._word_at(at) in self._risk(name) for at in macro_uses):
            return True
        return any(self._may_set(use, use + len(name)) for use in uses)

    def _risk(self, name: str) -> set[str]:
        """Return the macros that may change a counter of that name without being passed it."""
        if name not in self._risks:
            self._risks[name] = self._macros.users([name]) | self._macros.unbalanced
        return self._risks[name]

    def _may_set(self, start: int, end: int) -> bool:
        """Report if the use of a counter between two offsets may change it."""
        plain = self._plain
        while True:
            before, after = self._last_visible(start), self._statements.skip(end)
            if plain[before] != "(" or self._statements.closing.get(before) != after:
                break
            if _WORD_BEFORE.search(plain, max(0, before - 100), before):
                break
            start, end = before, after + 1
        if _SETS.match(plain, end) or plain[before - 1 : before + 1] in ("++", "--"):
            return True
        if plain[before].isalnum() or plain[before] == "_":
            word = _WORD_BEFORE.search(plain, max(0, before - 100), before + 1)
            if word is None or word[1] in self._macros:
                return True
        if plain[before] in _OPERATORS and plain[after] in _OPERATORS:
            return False
        call, opening = self._call(start)
        if plain[before] in "(," and plain[after] in "),":
            return bool(call) and call not in self._safe_calls
        return call in self._macros and self._is_set_by_macro(before, after, opening)

    def _is_set_by_macro(self, before: int, after: int, opening: int) -> bool:
        """Report if a macro may join an operator to a counter in one of its arguments."""
        plain = self._plain
        if plain[after] in ")," and plain[before] not in _OPERATORS:
            return True
        arguments = plain[opening : self._statements.closing[opening]]
        steps = self._macros.has_step or "++" in arguments or "--" in arguments
        return plain[before] in "(," and steps

    def _last_visible(self, at: int) -> int:
        """Return the last offset before `at` that is not blank."""
        at -= 1
        while at > 0 and self._plain[at].isspace():
            at -= 1
        return at

    def _call(self, at: int) -> tuple[str, int]:
        """Return the word before the innermost open bracket at an offset, and that bracket."""
        index = bisect_left(self._brackets, at) - 1
        for _ in range(_MAX_BRACKETS):
            if index < 0:
                break
            position = self._brackets[index]
            if position in self._statements.closing:
                match = _WORD_BEFORE.search(self._plain, max(0, position - 100), position)
                return (match[1] if match and self._plain[position] == "(" else ""), position
            index = bisect_left(self._brackets, self._openings.get(position, position)) - 1
        return "?", 0

    def _word_at(self, at: int) -> str:
        match = _WORD.match(self._plain, at)
        return match[0] if match else ""


def _between(places: list[int], first: int, last: int) -> list[int]:
    return places[bisect_left(places, first) : bisect_left(places, last)]


def _is_exact(kind: str, low: float, end: float, step_size: float) -> bool:
    """Report if a counter of that type takes on each of its values."""
    largest = max(abs(low), abs(end))
    if kind == "float":
        return largest <= _MAX_EXACT_FLOAT * step_size
    return largest + step_size <= _MAX_EXACT_INT and (kind == "int" or min(low, end) >= 0)
