"""The tokens that a shader becomes, counted exactly on small ones."""

import pytest

from server.effects.budget.token_counts import CountingFailed, TokenCounter
from server.effects.loops.termination import find_counted_loops


def executed(text: str) -> int:
    source = f"#line 1\n{text}"
    return TokenCounter(source, find_counted_loops(source, 256)).count_executed()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a = b ;", 4),
        ("#define A x x x\nA A ;", 7),
        ("#define A x x\n#define B A A\nB", 4),
        ("#define D(x) x x\nD(a b) ;", 5),
        ("#define D(x) x x\nD(D(D(a)))", 8),
        ("#define P(x, y) x x y\nP(a b, c d)", 6),
        ("#define A A A\nA", 2),  # a macro is not expanded in itself
        ("#define F(x) x x x\n#define G F\nG(a)", 6),  # counted with an argument of one token
        ("#ifdef GL_ES\n#define A x\n#else\n#define A x x x x\n#endif\nA", 11),  # the longest
        ("#define A x x x\n#if A\n#endif", 7),
        ("#define A a \\\n b c\nA", 4),
    ],
)
def test_expanded_tokens(text: str, tokens: int) -> None:
    assert TokenCounter(text).count_text() == tokens


def test_calls_are_inlined() -> None:
    text = "float f(float x) { return x + x ; }\nvoid main() { f(1.0); f(2.0); }"
    assert TokenCounter(text).count_inlined() == 20


@pytest.mark.parametrize(
    ("loop", "factor"),
    [
        ("", 1),
        ("for (int i = 0; i < 10; i++)", 10),
        ("for (int i = 0; i < 10; i++) for (int j = 8; j > 0; j -= 2)", 40),
        ("for (float i = 1.0; i <= 5.0; i++)", 5),
        ("for (int i = 0; i < 1000; i++)", 1),  # it gets a guard instead
        ("while (true)", 1),
    ],
)
def test_loops_of_known_length_multiply(loop: str, factor: int) -> None:
    body = "x = x * x + x * x + x * x + x * x + x * x;"  # 22 tokens
    difference = executed(f"void main() {{ {loop} {{ {body}{body} }} }}") - executed(
        f"void main() {{ {loop} {{ {body} }} }}"
    )
    assert difference == 22 * factor


def test_a_recursive_call_is_counted_once() -> None:
    text = "float f(float x) { return f(x); }\nvoid main() { f(1.0); }"
    assert TokenCounter(text).count_inlined() < 20


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"#define A{n} A{n + 1} A{n + 1}\n" for n in range(150)) + "A0",
        "#define D(x) D2(x x)\n#define D2(x) x\n" + "D(" * 200 + "a" + ")" * 200,
    ],
)
def test_a_deep_expansion_is_not_counted(text: str) -> None:
    with pytest.raises(CountingFailed):
        TokenCounter(text).count_text()
