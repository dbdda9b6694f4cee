"""Loops that may not end, and guards that change nothing else."""

import time

import pytest

from server.effects.dialects import load
from server.effects.loops.loop_guards import add_loop_guards, build_loop_counter
from server.effects.loops.termination import find_unbounded_loops

HOST = (
    "#version 330 core\n#line 1000001\nvoid host() { while (true) {} }\nout vec4 color;\n#line 1\n"
)


def _lines(text: str) -> list[int]:
    return [loop.line for loop in find_unbounded_loops(HOST + text)]


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
        ("#define EVER ;;\nfor (EVER) {}", 2),
        ("#define WHILE while\n#define UNTIL WHILE\nUNTIL (true) {}", 3),
        ("while (\n#ifdef A\ntrue\n#else\nx < 1.\n#endif\n) {}", 1),
        ("while (bool go = true) {}", 1),
        ("for (int i = 0; bool go = i < 5; ) {}", 1),
        ("do if (x > 1.) x++; else for (int i = 0; i < 9; i++) x--; while (x < 3.);", 1),
        ("#define BACK i--\nfor (int i = 0; i < 4; i++) { BACK; }", 2),
        ("#define BACK MINUS\n#define MINUS i--\nfor (int i = 0; i < 4; i++) BACK;", 3),
        ("#define SET(a, b) a b\nfor (int i = 0; i < 4; i++) { SET(i, = 0); }", 2),
        ("#define LESS(a) --a\nfor (int i = 0; i < 4; i++) { LESS(i + 1); }", 2),
        ("#define OPEN {\nfor (int i = 0; i < 4; i++) { if (y) OPEN } i--; }", 2),
        ("#define LOOP for (int i = 0; i < 4; i++)\nvoid main() { LOOP { i--; } }", 1),
        ("#define ROUNDS(N) for (int i = 0; i < N; i++)\n#define N 4\n", 1),
        ("#define N 9\n#undef N\nuniform int N;\nfor (int i = 0; i < N; i++) {}", 4),
        ("const int N = 9;\nvoid f(int N) { for (int i = 0; i < N; i++) {} }", 2),
        ("for (int i = 0; i < 9; i++) for (int j = 0; j < 2; j++) i--;", 1),
        ("for (int i = 0; i < 9; i++) { (i)--; }", 1),
        ("for (int i = 0; i < 9; i++) { back(f(1), i); }", 1),
        ("void abs(inout int x) { x--; }\nfor (int i = 0; i < 9; i++) { abs(i); }", 2),
        ("for (uint i = 9u; i >= 0u; i--) {}", 1),
        ("for (int i = 2147483640; i <= 2147483647; i++) {}", 1),
        ("for (float t = 16777216.; t < 16777219.; t += .5) {}", 1),
    ],
)
def test_other_loops_may_not_end(text: str, line: int) -> None:
    assert _lines(text) == [line]
    safe = add_loop_guards(HOST + text)
    assert safe.split("#line 1\n")[1].count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("#define OPEN (\ndo {} while OPEN true)", 2),
        ("#define TRUE true) ; while (false\nwhile (TRUE) {}", 1),
        ("while (\n#if 0\n) {} while (\n#endif\ntrue) {}", 1),
        ("wh\\\nile (true) {}", 1),
        ("#define JOIN(a, b) a ## b\nJOIN(wh, ile) (true) {}", 1),
        ("#define APART(a, b) a b\nAPART(while, (true)) {}", 2),
        ("#define if(x)\nwhile (true) {}", 2),
    ],
)
def test_loops_that_cannot_be_read(text: str, line: int) -> None:
    loop = find_unbounded_loops(HOST + text)[0]
    assert (loop.line, loop.body) == (line, None)
    assert "isf_unreadable" in add_loop_guards(HOST + text)


def test_no_loop_after_many_is_missed() -> None:
    text = "for (int i = 0; i < 9; i++) {}\n" * 1000 + "while (x) {}\n" * 1001
    loops = find_unbounded_loops(HOST + text)
    assert len(loops) == 1001
    assert (loops[-1].line, loops[-1].body) == (2001, None)


def test_identifiers_like_loops_are_unchanged() -> None:
    text = "#pragma for while\n#error do\n#define A for\n#define N 3\n"
    loop = "for (int i = 0; i < N; i++) { x += hash(float(i) * 2.) + a[i] + abs(i) + M(i * 2); }"
    assert add_loop_guards(f"{HOST}#define M(i) (i + 1)\n{text}{loop}") == (
        f"{HOST}#define M(i) (i + 1)\n{text}{loop}"
    )


def test_names_of_the_author_do_not_affect_the_guard() -> None:
    text = "#define isf_round(a, b) true\nwhile (true) {}"
    assert "break; else" in add_loop_guards(HOST + text)
    assert add_loop_guards(HOST + text).count("isf_round(") == 1


def test_only_short_loops_have_no_guard() -> None:
    for rounds, count in ((256, 0), (257, 1)):
        text = f"for (int i = 0; i < {rounds}; i++) {{}}"
        assert add_loop_guards(HOST + text).count("isf_round(isf_rounds_1, 1)") == count


def test_the_while_of_a_do_is_one_loop() -> None:
    text = "if (x > 1.) do x++; while (x < 3.); else do { while (y) {} } while (x < 4.);"
    assert len(find_unbounded_loops(HOST + text)) == 3
    safe = add_loop_guards(HOST + text)
    assert "do if (!isf_round(isf_rounds_1, 1)) break; else  x++; while (x < 3.);" in safe
    assert safe.count("isf_once_2 = 0") == 1


def test_counters_work_in_every_dialect() -> None:
    body = "while (x < 1.) x += .1;"
    texts = {
        "a.fs": f'/*{{"ISFVSN": "2"}}*/\nvoid main() {{ float x = 0.; {body} }}',
        "b.frag": f"uniform vec2 u_resolution;\nvoid main() {{ float x = 0.; {body} }}",
        "c.glsl": f"void mainImage(out vec4 c, vec2 p) {{ float x = 0.; {body} c = vec4(x); }}",
        "d.glsl": f"vec4 transition(vec2 uv) {{ float x = 0.; {body} return vec4(x); }}",
    }
    for file, text in texts.items():
        (render_pass,) = load("a", file, text).passes
        counted = build_loop_counter(render_pass.fragment)
        (loop,) = counted.loops
        assert counted.text.count("isf_counted()") >= 1, file
        assert text.split("\n")[loop.line - 1][loop.column - 1 :].startswith("while"), file


def test_a_hostile_text_is_read_quickly() -> None:
    pieces = ["for(", "{for(int i=0;i<9;i++)", "do ", "while(x)", "for(int i=0;i<9;i++){f(1,i);"]
    before = time.process_time()
    for piece in pieces:
        add_loop_guards(HOST + piece * (60_000 // len(piece)))
    assert time.process_time() - before < 3
