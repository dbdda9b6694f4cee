"""The part of a text that is reported when it crashes a renderer."""

import time

import pytest

from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.source.diagnostic import AuthorFile

BOMB = "#define A x\n#define B A A A A A A A A A A\n" + "".join(
    f"#define {name} {' '.join(of * 10)}\n" for of, name in zip("BCDE", "CDEF", strict=True)
)
CALLS = "float f0(float x) { return x; }\n" + "".join(
    f"float f{n}(float x) {{ return f{n - 1}(x) + f{n - 1}(x * 0.5); }}\n" for n in range(1, 16)
)
LONG = f"float sum(float x) {{\n return {'x + ' * 99} x;\n}}\nvoid main() {{ }}"


@pytest.mark.parametrize(
    ("text", "late", "line", "expected"),
    [
        ("\nfloat a[9];\nfloat b[64][80];", False, 3, "the array “b” of 5,120 elements"),
        ("#define N 5000\nint a[3] = int[N](1);", False, 2, "the array of 5,000 elements"),
        (f"{BOMB}void main() {{ F; }}", False, 6, "the macro “F”, which expands to 100,000 words"),
        (f"{BOMB}void main() {{ F; }}", True, 6, "the macro “F”, which expands to 100,000 words"),
        (CALLS, False, 16, "the function “f15”, which expands to 196,604 words with all its"),
        ("void main() {\n x = " + "(" * 300 + ")" * 300 + "; }", False, 2, "the nesting here,"),
        ("float a[9999];\nvoid main() {\n for (;;) {} }", True, 3, "the longest loop, in this"),
        (LONG, False, 1, "the function “sum”, the longest"),
        ("float f(float x) { return g(x); }\nfloat g(float x) { return f(x); }", True, 1, "the f"),
        ("oops", True, None, ""),
    ],
)  # fmt: skip
def test_the_likely_cause(text: str, late: bool, line: int | None, expected: str) -> None:
    entry = diagnose_crash(AuthorFile("a", "a.fs", text), "it ends", late=late)
    assert entry["line"] == line
    message_start = f"it ends; the likely cause is {expected}" if expected else "it ends"
    assert str(entry["message"]).startswith(message_start)


def test_a_hostile_text_is_read_quickly() -> None:
    before = time.process_time()
    for piece in ("for(", "a[b] ", "((", "f(){", "int a = 1;"):
        diagnose_crash(
            AuthorFile("a", "a.fs", piece * (200_000 // len(piece))), "it ends", late=True
        )
    assert time.process_time() - before < 10
