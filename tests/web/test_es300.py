"""The translation of GLSL 3.30 to GLSL ES 3.00 as text; test_same_picture.py draws it."""

import re

from server.effects.dialects import load
from server.effects.glsl import es300
from server.effects.web_program import build_program

_SOURCE = """#version 330 core
#extension GL_ARB_gpu_shader5 : enable
#line 1000001
out vec4 color;
uniform float sample;
#line 7
precision mediump float;
#ifdef GL_ES
lowp float a;
#endif
{}
void main() {{ color = vec4(sample); }}
"""


def _translate(body: str) -> str:
    return es300.translate(_SOURCE.format(body))


def _line_of(text: str, word: str) -> int:
    """Return the number that a compiler gives to the line of `word`."""
    number = 0
    for line in text.split("\n"):
        directive = re.match(r"#line (\d+)", line)
        number = int(directive[1]) - 1 if directive else number + 1
        if word in line:
            return number
    raise AssertionError(word)


def test_header_and_renamed_identifiers() -> None:
    text = _translate("int version = __VERSION__;")
    assert text.startswith("#version 300 es\nprecision highp float;\n")
    assert "#extension" not in text
    assert "uniform float es_sample;" in text
    assert "#ifdef es_GL_ES" in text
    assert "mediump" not in text
    assert "version = 330" in text
    assert es300.rename("sample") == "es_sample"
    assert es300.rename("samples") == "samples"


def test_globals_are_set_in_main_and_keep_their_lines() -> None:
    body = "vec2 at = gl_FragCoord.xy,\n  half_way = at * 0.5;\nfloat plain = 1.0;\nvec2 last;"
    text = _translate(body)
    assert "vec2 at, half_way;" in text
    assert "at = gl_FragCoord.xy;" in text
    assert "float plain = 1.0;" in text
    assert "void main() { es_set();" in text
    assert _line_of(text, "half_way = at * 0.5;") == 11 + 1
    assert _line_of(text, "float plain") == 11 + 2
    assert _line_of(text, "void main()") == 11 + 4


def test_functions_with_names_of_glsl_and_redefined_macros() -> None:
    body = (
        "float sign(vec2 a, vec2 b) { return a.x - b.x; }\n#define N 1\n#define N 2\nfloat n = N;"
    )
    text = _translate(body)
    assert "float isf_sign(vec2 a, vec2 b)" in text
    assert "#undef N\n" in text
    assert _line_of(text, "#define N 2") == 13
    assert _line_of(text, "float n") == 14


def test_nothing_else_is_changed() -> None:
    body = "const vec2 fixed_ = vec2(1.0);\nstruct S { float a; } s;\n"
    body += "float f(float x) { float y = x; return y; }"
    assert body in _translate(body)


def test_a_program_names_uniforms_as_its_shaders_do() -> None:
    text = """/*{"INPUTS": [{"NAME": "iimage2D", "TYPE": "float", "DEFAULT": 0.5}],
        "PASSES": [{"TARGET": "uimage3D"}, {}]}*/
        void main() { gl_FragColor = vec4(iimage2D) + IMG_THIS_PIXEL(uimage3D); }"""
    program = build_program(load("test", "test.fs", text))
    assert [item["uniform"] for item in program["inputs"]] == ["es_iimage2D"]
    assert [target["name"] for target in program["targets"]] == ["es_uimage3D"]
    assert [one["target"] for one in program["passes"]] == ["es_uimage3D", None]
    assert all("uniform float es_iimage2D;" in one["fragment"] for one in program["passes"])
    assert (program["picture"], program["second"], program["sequential"]) == (None, None, False)
