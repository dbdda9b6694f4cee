"""Loops that may not end: which are found, and what a guard leaves as it was."""

import time

import pytest

from server.effects.dialects import load
from server.effects.guards import counting, guarded
from server.effects.loops import loops_without_bound

HOST = (
    "#version 330 core\n#line 1000001\nvoid host() { while (true) {} }\nout vec4 color;\n#line 1\n"
)


def _lines(text: str) -> list[int]:
    return [loop.line for loop in loops_without_bound(HOST + text)]


@pytest.mark.parametrize(
    "text",
    [
        "for (int i = 0; i < 9; i++) {}",
        "for (float t = 1.; t >= -.5; t -= .25) x += t;",
        "#define STEPS 300\nfor (int i = 0; i < STEPS; ++i) { x += vec2(i, 1).x; }",
        "const int N = 8;\nfor (int i = -N; i <= N; i += 2) if (i == 3 || i >= 4) break;",
        "do { x++; } while (false);",
    ],
)
def test_a_loop_from_a_constant_to_a_constant_ends(text: str) -> None:
    assert _lines(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("while (true) {}", 1),
        ("\nfor (;;) if (x++ > 3.) break;", 2),
        ("do\n{ x++; } while (x < 3.);", 1),
        ("for (int i = 0; i < 9; i++) { i -= 1; }", 1),
        ("for (int i = 0; i < 9; i++) { turn_back(i); }", 1),
        ("for (int i = 0; i < 9; i--) {}", 1),
        ("for (int i = 0; i < 9; i += 0) {}", 1),
        ("for (int i = 0; i < 40000; i++) {}", 1),
        ("for (int i = 0; i < count; i++) {}", 1),
        ("#define N 9\n#define M 8\nint count = 3;\nfor (int i = 0; i < N * M; i++) {}", 4),
        ("#define EVER for (;;)\nvoid main() { EVER {} }", 1),
    ],
)
def test_other_loops_may_not_end(text: str, line: int) -> None:
    assert _lines(text) == [line]
    safe = guarded(HOST + text)
    assert safe.split("#line 1\n")[1].count("\n") == text.count("\n")


def test_only_short_loops_go_without_a_guard() -> None:
    for rounds, count in ((256, 0), (257, 1)):
        text = f"for (int i = 0; i < {rounds}; i++) {{}}"
        assert guarded(HOST + text).count("isf_round(isf_rounds_1, 1)") == count


def test_the_while_of_a_do_is_one_loop() -> None:
    text = "if (x > 1.) do x++; while (x < 3.); else do { while (y) {} } while (x < 4.);"
    assert len(loops_without_bound(HOST + text)) == 3
    safe = guarded(HOST + text)
    assert "do x++; while ((x < 3.) && isf_round(isf_rounds_1, 1));" in safe
    assert safe.count("isf_once_2 = 0") == 1


def test_what_counts_is_made_of_every_dialect() -> None:
    body = "while (x < 1.) x += .1;"
    texts = {
        "a.fs": f'/*{{"ISFVSN": "2"}}*/\nvoid main() {{ float x = 0.; {body} }}',
        "b.frag": f"uniform vec2 u_resolution;\nvoid main() {{ float x = 0.; {body} }}",
        "c.glsl": f"void mainImage(out vec4 c, vec2 p) {{ float x = 0.; {body} c = vec4(x); }}",
        "d.glsl": f"vec4 transition(vec2 uv) {{ float x = 0.; {body} return vec4(x); }}",
    }
    for file, text in texts.items():
        (one,) = load("a", file, text).passes
        counted, (loop,) = counting(one.fragment)
        assert counted.count("void isf_counted_main") == 1, file
        assert text.split("\n")[loop.line - 1][loop.column - 1 :].startswith("while"), file


def test_a_hostile_text_is_read_in_no_time() -> None:
    pieces = ["for(", "{for(int i=0;i<9;i++)", "do ", "while(x)", "for(int i=0;i<9;i++){f(1,i);"]
    before = time.process_time()
    for piece in pieces:
        guarded(HOST + piece * (200_000 // len(piece)))
    assert time.process_time() - before < 5
