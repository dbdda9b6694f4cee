"""Sizes of passes: expressions such as ``floor($WIDTH / 8)``, evaluated once per frame.

    sum     = product (("+" | "-") product)*
    product = power (("*" | "/" | "%") power)*
    power   = unary (("^" | "**") power)?
    unary   = ("-" | "+") unary | atom
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

A name is written with or without ``$``. A result that is not a number counts as 1, as in other
hosts; nothing here raises.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_MAX_LENGTH = 1000
_MAX_DEPTH = 32
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>\$?[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|[-+*/%^(),]))"
)
_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "abs": (1, abs),
    "ceil": (1, math.ceil),
    "cos": (1, math.cos),
    "exp": (1, math.exp),
    "floor": (1, math.floor),
    "log": (1, math.log),
    "max": (2, max),
    "min": (2, min),
    "mod": (2, lambda a, b: a % b),
    "pow": (2, math.pow),
    "round": (1, lambda a: math.floor(a + 0.5)),
    "sin": (1, math.sin),
    "sqrt": (1, math.sqrt),
    "tan": (1, math.tan),
}


FUNCTIONS = frozenset(_FUNCTIONS)
"""Functions that expressions may call."""


def evaluate(expression: str, names: Mapping[str, float]) -> float:
    """Return the value of `expression` in pixels, not rounded.

    Args:
        expression: the text of a pass's WIDTH or HEIGHT.
        names: sizes of the frame (see safe_area.py) and the numeric inputs, in this frame.

    Returns:
        A finite number, 1.0 where the expression has no value.
    """
    # Most sizes are the same in every frame, and a scene has many frames.
    values = tuple((name, names[name]) for name in _identifiers(expression) if name in names)
    return _evaluate(expression, values)


@lru_cache(1024)
def _evaluate(expression: str, values: tuple[tuple[str, float], ...]) -> float:
    try:
        value = float(_Evaluator(expression, dict(values)).result())
    except (ValueError, ArithmeticError, LookupError):
        return 1.0
    return value if math.isfinite(value) else 1.0


def unknown_names(expression: str, names: Mapping[str, float]) -> list[str]:
    """Return the names in an expression, without ``$``, that are neither known nor functions."""
    identifiers = _identifiers(expression)
    return [name for name in identifiers if name not in names and name not in _FUNCTIONS]


@lru_cache(1024)
def _identifiers(expression: str) -> tuple[str, ...]:
    """Return the names in an expression, without ``$``, functions among them."""
    try:
        tokens = _tokens(expression[:_MAX_LENGTH])
    except ValueError:
        return ()
    return tuple(
        lexeme.removeprefix("$") for lexeme in tokens if lexeme[:1].isalpha() or lexeme[:1] in "_$"
    )


def find_problem(expression: str, names: Mapping[str, float]) -> str | None:
    """Return the reason why an expression has no value; None where it has one.

    Args:
        expression: as `evaluate` takes it.
        names: as `evaluate` takes them; their values do not matter.
    """
    if unknown := unknown_names(expression, names):
        return f"“{unknown[0][:40]}” is neither a size of the frame nor a numeric input"
    try:
        _Evaluator(expression, names).result()
    except ArithmeticError:  # depends on the values of this frame
        return None
    except ValueError as error:
        return str(error)
    except LookupError:
        return "a value is missing"
    return None


def to_pixels(value: float, limit: int = 16384) -> int:
    """Round a size down to whole pixels, from 1 to `limit`."""
    return int(min(max(math.floor(value), 1), limit))


class _Evaluator:
    """A recursive descent parser that computes the value as it reads."""

    def __init__(self, expression: str, names: Mapping[str, float]) -> None:
        if len(expression) > _MAX_LENGTH:
            raise ValueError("too long")
        self.names = names
        self.tokens = _tokens(expression)
        self.position = 0
        self.depth = 0

    def result(self) -> float:
        value = self.sum()
        if self.position != len(self.tokens):
            raise ValueError("more than one expression")
        return value

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        self.position += 1
        return self.tokens[self.position - 1] if self.position <= len(self.tokens) else ""

    def expect(self, operator: str) -> None:
        if self.take() != operator:
            raise ValueError(f"{operator} expected")

    def sum(self) -> float:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ValueError("too deep")
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        self.depth -= 1
        return value

    def product(self) -> float:
        value = self.power()
        while self.peek() in ("*", "/", "%"):
            operator, operand = self.take(), self.power()
            value = value * operand if operator == "*" else _divide(operator, value, operand)
        return value

    def power(self) -> float:
        powers = [self.unary()]
        while self.peek() in ("^", "**"):
            self.take()
            powers.append(self.unary())
        value = powers.pop()
        while powers:
            value = math.pow(powers.pop(), value)
        return value

    def unary(self) -> float:
        factor = 1.0
        while self.peek() in ("+", "-"):
            factor = -factor if self.take() == "-" else factor
        return factor * self.atom()

    def atom(self) -> float:
        lexeme = self.take()
        if lexeme == "(":
            value = self.sum()
            self.expect(")")
            return value
        if lexeme[:1].isdigit() or lexeme[:1] == ".":
            return float(lexeme)
        if self.peek() == "(" and lexeme in _FUNCTIONS:
            return self.call(*_FUNCTIONS[lexeme])
        return float(self.names[lexeme.removeprefix("$")])

    def call(self, count: int, function: Callable[..., float]) -> float:
        self.expect("(")
        arguments = [self.sum()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.sum())
        self.expect(")")
        if len(arguments) != count:
            raise ValueError(f"{count} arguments expected")
        return function(*arguments)


def _divide(operator: str, value: float, operand: float) -> float:
    return value / operand if operator == "/" else value % operand


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    position, text = 0, expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError("unknown character")
        tokens.append(match[0].strip())
        position = match.end()
    return tokens
