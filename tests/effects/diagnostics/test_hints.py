"""Hints for mistakes that compilers report far from their position, or in terms of their own."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.dialects import load
from server.effects.glsl.macro_calls import find_unclosed_call, find_unclosed_macros
from server.errors import ToqiboxError

Draw = Callable[..., NDArray[np.uint8]]
MACRO = "/*{}*/\n#define SUM(a, b) (a + b)\n"
TOY = "void mainImage(out vec4 color, in vec2 at) {\n"


@pytest.mark.parametrize(
    ("file", "text", "line", "expected"),
    [
        (
            "test.fs",
            MACRO + "void main() {\n  float x = SUM(1.0, 2.0;\n  gl_FragColor = vec4(x);\n}\n",
            4,
            "add the missing “)” of this call",
        ),
        (
            "test.fs",
            "/*{}*/\n#define HALF(a) ((a) * 0.5\nvoid main() {\n gl_FragColor = vec4(HALF(1.)); }",
            4,
            "a “)” is missing in the macro “HALF” of line 2",
        ),
        (
            "test.glsl",
            TOY + "  color = IMG_NORM_PIXEL(iChannel0, at);\n}\n",
            2,
            "sampled with texture(iChannel0, uv)",
        ),
        (
            "test.frag",
            "void main() {\n  gl_FragColor = IMG_NORM_PIXEL(inputImage, vec2(0.5));\n}\n",
            2,
            "which needs a header at the start",
        ),
        (
            "test.glsl",
            TOY + "  float brightness = 1.0;\n  color = vec4(brightnes);\n}\n",
            3,
            "did you mean “brightness”?",
        ),
    ],
)
def test_an_error_is_explained_in_its_line(
    draw: Draw, file: str, text: str, line: int, expected: str
) -> None:
    with pytest.raises(ToqiboxError) as caught:
        draw(load("test", file, text))
    assert caught.value.diagnostics is not None
    first = caught.value.diagnostics[0]
    assert first["line"] == line
    assert expected in first["hint"]


def test_a_hint_names_nothing_that_is_undeclared_itself(draw: Draw) -> None:
    text = TOY + "  color = vec4(turnY, turnZ, turnY + turnZ, 1.0);\n"
    text += "  color += turnZ + turnY;\n}\n"
    with pytest.raises(ToqiboxError) as caught:
        draw(load("test", "test.glsl", text))
    hints = [entry["hint"] or "" for entry in caught.value.diagnostics or []]
    assert not any("did you mean" in hint for hint in hints)


def test_calls_and_macros_without_a_closing_parenthesis() -> None:
    assert find_unclosed_call("#define A(x) (x)\nf = A(1.0) + A((2.0;\n") == ("A", 30)
    assert find_unclosed_call("#define A(x) (x)\nf = A(1.0) + A(A(2.0)); // A(\n") is None
    assert find_unclosed_macros("#define A(x) (x\n#define B(x) \\\n ((x)\n#define C(x) (x)\n") == {
        "A": 1,
        "B": 2,
    }
