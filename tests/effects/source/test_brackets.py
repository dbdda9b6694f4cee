"""Brackets of a shader are matched; directives are matched separately."""

import pytest

from server.effects.source.brackets import match_brackets


@pytest.mark.parametrize(
    ("source", "pairs"),
    [
        ("f(a[1]) { }", {1: 6, 3: 5, 8: 10}),
        ("{ ( }", {0: 4}),
        ("( ] )", {0: 4}),
        (") }", {}),
        ("{\n#define A (\n}", {0: 14}),
        ("{\n#define A(x) [x]\n}", {0: 19, 11: 13, 15: 17}),
        ("{\n#define A ( \\\n )\n}", {0: 19, 12: 17}),
        ("{\n#\n}", {0: 4}),  # the null directive (GLSL 3.30, section 3.3)
        ("(\n \t#\n)", {0: 6}),
    ],
)
def test_the_closing_bracket_of_each(source: str, pairs: dict[int, int]) -> None:
    assert match_brackets(source) == pairs
