"""The names that are in scope at a position of a shader."""

import pytest

from server.effects.diagnostics.hints import find_hint
from server.effects.diagnostics.location import SourceLocation
from server.effects.diagnostics.scope import declared_before

TEXT = """#define TURN_A(x) turnMacro
uniform vec2 one, two; // turnComment
float early(float given, vec3 taken) {
    float inner = call(used, passed), next;
    return inner;
}
struct Ray { vec3 origin; };
void main() {
    for (int i = 0, j = 1; i < j; i++) {
        float deep = 1.0;
        vec4 HERE
    }
    float late;
}
float after;
"""


def test_names_of_open_blocks_alone_are_in_scope() -> None:
    line_number = next(n for n, expected in enumerate(TEXT.split("\n"), 1) if "HERE" in expected)
    names = declared_before(TEXT, line_number, 14) - {
        "vec2",
        "vec3",
        "float",
        "void",
        "int",
        "struct",
    }
    assert names == {"TURN_A", "one", "two", "early", "Ray", "main", "i", "j", "deep"}
    assert {"given", "taken", "inner"} <= declared_before(TEXT, 5, 12)
    assert "inner" not in declared_before(TEXT, 4, 10)


@pytest.mark.parametrize(
    ("text", "line", "name", "expected"),
    [
        ("float a = turnY;\nfloat b = turnZ;\n", 1, "turnY", None),
        ("void f() { float turnX = 1.; turnX; }\n\nfloat b = turnZ;\n", 3, "turnZ", None),
        ("float b = turnZ;\nfloat turnX;\n", 1, "turnZ", None),
        ("#define turnX turnQ\nfloat c = turnQ;\n", 2, "turnQ", "turnX"),
        ("float turnX;\nfloat b = turnZ;\n", 2, "turnZ", "turnX"),
        ("void f(float turnX) {\n  float b = turnZ;\n  turnX;}\n", 2, "turnZ", "turnX"),
    ],
)
def test_a_hint_names_what_is_declared(
    text: str, line: int, name: str, expected: str | None
) -> None:
    column = text.split("\n")[line - 1].index(name) + 1
    hint_text = find_hint(
        f"`{name}' undeclared", SourceLocation(text=text, line=line, column=column)
    )
    meant = f"did you mean “{expected}”?" if expected else f"“{name}” is not defined"
    assert hint_text is not None
    assert hint_text.startswith(meant)
