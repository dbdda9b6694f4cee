"""Globals that GLSL ES does not allow, rewritten in linear time."""

import pytest

from server.effects.dialects import MAX_SOURCE_LENGTH, load
from server.effects.glsl.globals import hoist_global_initializers
from server.effects.web_program import build_program

MAIN = "void main() {}\n"


def test_a_global_of_many_digits_is_read_quickly() -> None:
    value = "3.14159265358979323846264338327950288419716939937510582 * iTime"
    assert f"turn = {value};" in hoist_global_initializers(f"float turn = {value};\n{MAIN}")


@pytest.mark.parametrize(
    "value", ["1.0", "-.5e3", "vec2(1.0, 2e-3)", "float[2](1.0, 0x1Fu)", "mat2(true)", "1.e5 / 3.f"]
)
def test_constants_stay_where_they_are(value: str) -> None:
    source = f"float x = {value};\n{MAIN}"
    assert hoist_global_initializers(source) == source


def test_a_brace_in_a_macro_opens_a_function() -> None:
    source = f"#define Start void f() {{\nvec2 q;\nStart\n    q = gl_FragCoord.xy;\n}}\n{MAIN}"
    assert hoist_global_initializers(source) == source
    after = "#line 40\nvec2 p = gl_FragCoord.xy;\n"
    assert "#line 40\nvoid es_set_0() { p = gl_FragCoord.xy; }" in hoist_global_initializers(
        source + after
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("body", ["\n", "#\n", "1."])
def test_repetitive_texts_become_programs_quickly(body: str) -> None:
    text = body * (MAX_SOURCE_LENGTH // len(body) - 100)
    for shader in (f"{text}\n{MAIN}", f"{MAIN}float x = {text};", f"{MAIN}in A {{}}{' ' * 200000}"):
        assert build_program(load("test", "test.frag", shader))["passes"]
