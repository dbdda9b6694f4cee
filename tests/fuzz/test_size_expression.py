"""The sizes of passes: a whole number of pixels for any expression."""

import math

from hypothesis import given
from hypothesis import strategies as st

from server.effects.model.size_expression import evaluate, find_problem, to_pixels, unknown_names
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

NAMES = {"WIDTH": 1920.0, "HEIGHT": 0.0, "size": math.inf, "a": -1e308}
EXPRESSIONS = texts_of(
    *("$WIDTH", "$HEIGHT", "size", "a", "1", "1e308", ".5", "+", "-", "*", "/", "%", "^", "**"),
    *("(", ")"),
    *(",", "pow(", "floor(", "max(", "sqrt(", "log(", "tan(", "mod(", "1e999", "round(", "$", "b"),
)
DEEP = st.builds(
    lambda unit, count: unit * count, st.sampled_from(["(", "-", "2^", "abs("]), st.integers(1, 999)
)


@short
@given(EXPRESSIONS | DEEP | st.text())
def test_an_expression_has_a_size(expression: str) -> None:
    value = evaluate(expression, NAMES)
    assert 1 <= to_pixels(value) <= 16384
    assert all(name not in NAMES for name in unknown_names(expression, NAMES))
    problem = find_problem(expression, NAMES)
    assert problem is None or problem
