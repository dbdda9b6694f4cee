"""Macros rewritten so that Mesa's preprocessor expands them as any other does."""

import pytest

from server.effects.glsl.glsl330 import Piece, compose, fallback_sources
from server.effects.glsl.mesa_macros import rewrite_mesa_macros
from server.render.gl.context import CompileError, Context

VERTEX = "#version 330 core\nvoid main() { gl_Position = vec4(0.0); }\n"
HOST = "out vec4 color;\n"


def compiles(context: Context, source: str) -> bool:
    try:
        context.program(VERTEX, source).release()
    except CompileError:
        return False
    return True


@pytest.mark.parametrize(
    "body",
    [
        "#define M(a) a\nvoid main() { float M = M(1.0);\n#ifdef M\ncolor = vec4(M);\n#endif\n}",
        "#define A(a) vec2(a 1.0, a-2.0)\nvoid main() { color.rg = 1.0 + A(-); }",
        "#define A(a) \\\n  (1e-3 a-2.0)\nvoid main() { color.r = A(-); color.r--; }",
    ],
)
def test_macros_that_the_drivers_preprocessor_breaks_compile(gl: Context, body: str) -> None:
    source = compose((), HOST, [Piece(body)])
    assert compiles(gl, source) or any(compiles(gl, other) for other in fallback_sources(source))
    assert compiles(gl, rewrite_mesa_macros(source))


def test_lines_and_correct_macros_are_unchanged() -> None:
    right = "#define A 1e-3\n#define B(x) ((x)*2)\nfloat f() { return B(A); }\n"
    assert rewrite_mesa_macros(right).replace(" ", "") == right.replace(" ", "")
    wrong = "#define M(a) a\nfloat f(float M) {\n  return -M; }\nfloat g() { return f(M(1)); }\n"
    assert rewrite_mesa_macros(wrong).count("\n") == wrong.count("\n")


def test_many_macros_are_one_scan_of_the_text() -> None:
    text = "".join(f"#define M{n}(a) a\n(M{n})\n" for n in range(10_000))
    assert rewrite_mesa_macros(text).count("(isf_M") == 10_000
