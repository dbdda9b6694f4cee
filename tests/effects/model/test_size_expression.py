"""Size expressions of passes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.effects.model.size_expression import evaluate, to_pixels

NAMES = {"WIDTH": 180.0, "HEIGHT": 90.0, "blur": 4.0, "w2": 3.0}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$WIDTH", 180),
        ("WIDTH", 180),
        ("$WIDTH/16", 11.25),
        ("$WIDTH / 2.0 + 3*$blur", 102),
        ("floor($WIDTH/16.0)", 11),
        ("max($WIDTH,$HEIGHT)", 180),
        ("min($WIDTH, $HEIGHT * 0.5)", 45),
        ("max(floor($WIDTH*0.3), 1)", 54),
        ("2^3^2", 512),
        ("2 ** 4", 16),
        ("-(2 - 5) * +2", 6),
        ("--4", 4),
        ("10 % 4", 2),
        ("mod(10, 4)", 2),
        ("pow(2, 5) + sqrt(16) + abs(-1)", 37),
        ("round(2.5)", 3),
        ("$w2", 3),
        ("1e2", 100),
        ("640", 640),
        (".5 * 8", 4),
    ],
)
def test_values(expression: str, expected: float) -> None:
    assert evaluate(expression, NAMES) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "$unknown",
        "1 +",
        "1 2",
        "(1",
        "1)",
        "1/0",
        "0/0",
        "5 % 0",
        "sqrt(-1)",
        "log(0)",
        "exp(1e9)",
        "1e999",
        "10^10^10",
        "(-2)^0.5",
        "max(1)",
        "min(1,2,3)",
        "floor",
        "floor()",
        "__import__('os')",
        "WIDTH.real",
        "1;2",
        "(" * 2000 + "1",
        "(" * 200 + "1" + ")" * 200,
        "1+" * 5000 + "1",
    ],
)
def test_values_that_are_not_numbers_count_as_1(expression: str) -> None:
    assert evaluate(expression, NAMES) == 1.0


@given(st.text() | st.text(alphabet="0123456789.e+-*/%^(),$WIDTHfloormaxsqrt "))
def test_any_text_gives_a_finite_number(text: str) -> None:
    assert math.isfinite(evaluate(text, NAMES))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_pixels_are_whole_and_bounded(value: float) -> None:
    assert 1 <= to_pixels(value, 4096) <= 4096


def test_pixels_are_rounded_down() -> None:
    assert [to_pixels(11.99), to_pixels(0.2), to_pixels(-5), to_pixels(1e30)] == [11, 1, 1, 16384]
