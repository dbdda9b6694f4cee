"""Sources that are refused by their text alone, at the author's line, and those that are not."""

import json

import pytest

from server.effects.budget.budget_check import check_budget, guard_loops, read_custom_effect
from server.effects.library.library import Library
from server.errors import ToqiboxError
from tests.hostile.shaders import FILES

_ISF = '/*{"ISFVSN": "2", "INPUTS": []}*/\n'
_TOY = "void mainImage(out vec4 c, in vec2 p)\n{ %s }\n"


IMPORTED = """/*{"ISFVSN": "2", "INPUTS": [],
"IMPORTED": {"logo": {"PATH": "logo.png"}}}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(logo); }
"""


NESTED = (
    "struct A{mat4 m[8];};struct B{A a[8];};struct C{B b[8];};struct D{C c[8];};"
    "void mainImage(out vec4 o,in vec2 p){D d;int i=int(p.x)%8;"
    "d.c[i].b[i].a[i].m[i]=mat4(p.x);o=d.c[7-i].b[i].a[i].m[i][0];}\n"
)
"""A compiler that optimises, as that of a preview does, takes tens of seconds for it."""


def _copies(levels: int) -> str:
    calls = [f"S f{n}(S s) {{ return f{n - 1}(f{n - 1}(s)); }}\n" for n in range(1, levels + 1)]
    structure = "struct S { mat4 m[20]; };\nS f0(S s) { s.m[0][0].x += 0.1; return s; }\n"
    return structure + "".join(calls) + _TOY % f"S s; c = f{levels}(s).m[0][0];"


def refusal(text: str) -> tuple[str, int | None, str]:
    """Return code, line and message of the refusal of a source."""
    with pytest.raises(ToqiboxError) as caught:
        check_budget(read_custom_effect("custom-1", "source", text))
    (entry, *_) = caught.value.diagnostics or [{}]
    assert entry["file"] == "source"
    return caught.value.code, entry["line"], entry["message"]


def _nested(levels: int, count: int) -> str:
    loops = "".join(f"for (int i{n} = 0; i{n} < {count}; i{n}++)\n" for n in range(levels))
    return _TOY % f"float x = 0.0;\n{loops} x += 0.001; c = vec4(x);"


@pytest.mark.parametrize(
    ("text", "line", "message_text"),
    [
        (FILES["bomb_macros.fs"].text, 10, "tokens once its macros are expanded"),
        (FILES["bomb_calls.fs"].text, 18, "tokens once its macros are expanded"),
        (FILES["bomb_structs.fs"].text, 4, "this structure has 2,048 components"),
        (FILES["bomb_arrays.fs"].text, 2, "this array is too large: at most 4,096 elements"),
        (FILES["crash.fs"].text, 2, "this expression has more than 2,000 operators"),
        (FILES["deep_blocks.fs"].text, 2, "brackets are nested more than 200 deep"),
        (FILES["deep_parentheses.fs"].text, 2, "brackets are nested more than 200 deep"),
        (NESTED, 1, "this structure has 8,192 components: at most 1,024 are allowed"),
        (_copies(9), 11, "its structures are copied"),
        (
            "\n".join(f"mat4 a{n}[400];" for n in range(200)) + "\n" + _TOY % "c = a1[0][0];",
            2,
            "its arrays have 1,280,000 components together: at most 8,192 are allowed",
        ),
        (
            "#define ROWS(n) mat4 n[400];\n" + _TOY % "ROWS(x) ROWS(y) c = x[0][0] + y[0][0];",
            1,
            "its arrays have 12,800 components together",
        ),
        (IMPORTED, 2, "a source is sent without any"),
        (_nested(4, 200), 3, "tokens in each pixel"),
        (
            "#define D(x) x x x x x x x x x x\n" + _TOY % f"float a; {'D(' * 7}a += 0.1;{')' * 7}",
            1,
            "tokens once its macros are expanded",
        ),
        (
            "#define LOOP for (int i = 0; i < 9999999; i++\n"
            + _TOY % "float x; LOOP) x += 0.1; c = vec4(x);",
            1,
            "this loop cannot be checked",
        ),
    ],
)
def test_a_source_that_is_refused(text: str | bytes, line: int | None, message_text: str) -> None:
    assert isinstance(text, str)
    code, actual_line, message = refusal(text)
    assert code == "shader_rejected"
    assert message_text in message
    assert actual_line == line


def test_a_shadertoy_project_is_checked_in_the_lines_of_its_code() -> None:
    code = _TOY % "float a[9999]; c = vec4(a[0]);"
    image = {"inputs": [], "outputs": [], "code": code, "name": "Image", "type": "image"}
    text = json.dumps({"ver": "0.1", "info": {"name": "x"}, "renderpass": [image]})
    with pytest.raises(ToqiboxError) as caught:
        check_budget(read_custom_effect("custom-1", "source", text))
    (entry,) = caught.value.diagnostics or []
    assert (entry["line"], "this array is too large" in entry["message"]) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        _TOY % "const float kernel[9] = float[9](1., 2., 1., 2., 4., 2., 1., 2., 1.);\n"
        "for (int i = 0; i < 9; i++) c += kernel[i];",
        _copies(3),
        "vec4 rows[1024], further[1000];\n" + _TOY % "c = rows[int(p.x)] + further[int(p.y)];",
    ],
)
def test_structures_and_arrays_of_usual_size_are_accepted(text: str) -> None:
    check_budget(read_custom_effect("custom-1", "source", text))


@pytest.mark.parametrize("count", [1, 3])
def test_loops_of_usual_length_are_accepted(count: int) -> None:
    check_budget(read_custom_effect("custom-1", "source", _nested(count, 100)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["aurora", "particles", "player"])
def test_the_largest_effects_of_the_library_would_be_accepted(name: str) -> None:
    check_budget(Library().get(name))


def test_every_loop_that_may_be_long_gets_a_guard() -> None:
    text = _TOY % "float x = 0.0; while (x < 1.0) x += c.r;\nfor (int i = 0; i < 9; i++) x += 1.0;"
    effect = read_custom_effect("custom-1", "source", text)
    (guarded,) = guard_loops(effect).passes
    (plain,) = effect.passes
    assert "isf_round(isf_rounds_1, 1)" in guarded.fragment
    assert "isf_rounds_2" not in guarded.fragment
    assert guarded.vertex == plain.vertex
