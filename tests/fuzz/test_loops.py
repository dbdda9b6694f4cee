"""The analysis of loops: every loop that may not end is guarded, and nothing else is changed."""

from hypothesis import example, given
from hypothesis import strategies as st

from server.effects.glsl.glsl330 import Piece, compose, prepare
from server.effects.loops.loop_guards import add_loop_guards, build_loop_counter
from server.effects.loops.slowest_loop import find_slowest_loop
from server.effects.loops.termination import find_unbounded_loops
from tests.fuzz.harness import assert_linear, short
from tests.fuzz.inputs import texts_of

TOKENS = (
    *("for (", "while (", "do ", "{", "}", ")", ";", "int i = 0", "i < 9", "i++", "i--"),
    *("i += 1", "true", "break;", "if (x) ", "else ", "#define A for\n", "#define B ;;\n", "A"),
    *("B", "#define P(a, b) a##b\n", "P(fo, r)", "\\\n", "\n", "#if X\n", "#else\n", "#endif\n"),
    *("const int N = 4;", "N", "discard;", "##", "void main() {", "gl_FragCoord", "1e9", "65536"),
    *("(", "[", "]", ",", "isf_over", "#undef A\n", "0"),
)
TEXTS = texts_of(*TOKENS) | st.text()


def _composed(text: str) -> str:
    extensions, code = prepare(text, {})
    return compose(extensions, "out vec4 color;\n", [Piece(code)])


@short
@given(TEXTS)
def test_guards_are_only_added(text: str) -> None:
    source = _composed(text)
    guarded = add_loop_guards(source)
    left = iter(guarded)
    assert all(character in left for character in source)
    assert guarded[guarded.rfind("#line 1\n") :].count("\n") == source[
        source.rfind("#line 1\n") :
    ].count("\n")
    if guarded == source:
        assert not find_unbounded_loops(source, 256)


@short
@given(TEXTS)
def test_loops_are_in_the_text(text: str) -> None:
    source = _composed(text)
    loops = find_unbounded_loops(source)
    assert [loop.number for loop in loops] == list(range(1, len(loops) + 1))
    assert all(0 <= loop.begin < len(source) for loop in loops)
    assert all(loop.body is None or loop.begin < loop.body <= len(source) for loop in loops)
    counter = build_loop_counter(source)
    assert counter.loops == loops
    line = find_slowest_loop(text)
    assert line is None or 1 <= line <= text.count("\n") + 1


@short
@given(st.sampled_from(TOKENS), st.sampled_from(TOKENS))
@example("do ", "(")
def test_the_work_grows_with_the_length(first: str, second: str) -> None:
    assert_linear(lambda text: add_loop_guards(_composed(text)), first + second, 40)
