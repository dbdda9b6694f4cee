"""Fragment shaders of other players, and transitions; and their translation for browsers."""

import json
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server.effects.dialects import decode, detect
from server.effects.web_program import build_program
from tests.fuzz.harness import short
from tests.fuzz.inputs import damaged, texts_of
from tests.fuzz.test_isf import check_effect

FEATURES = Path(__file__).parents[1] / "data" / "features"
MAIN = "\nvoid main() { gl_FragColor = vec4(a); }\n"
DECLARATIONS = texts_of(
    *("uniform ", "float ", "vec2 ", "sampler2D ", "mediump ", "a", "u_time", "iTime", "b[3]"),
    *(";", "= 1.0", "// @range 0..1\n", "{", "}", "(", ")", "#version 450\n"),
    *("layout(location = 0)", "in ", "out ", "/*{", '"PASSES": [', '"pixelRatio": 1', "]}*/"),
    *("// min=0 max=1", "struct S {", "#ifdef BUFFER_0\n", "#elif defined(X)\n", "#endif\n"),
    *("#pragma ", "texture2DRect", "gl_FragColor", ",", "\\\n", "const "),
)
FRAGMENTS = DECLARATIONS.map(lambda text: text + MAIN) | DECLARATIONS
TRANSITIONS = texts_of(
    *("vec4 transition(vec2 uv) {", "}", "getFromColor(uv)", "getToColor", "progress", "ratio"),
    *("uniform ", "float ", "bool ", "ivec2 ", "a", "/* = 1.0 */", "// = vec2(1, 2)", ";"),
    *("// Author: x\n", "mix("),
    *("// License: MIT\n", "= 3;", "vec4", "true", "1e99", "-", "sampler2D luma;", ")", "\n"),
).map(lambda text: f"{text}\nvec4 transition(vec2 uv) {{ return getToColor(uv); }}")


@cache
def _files() -> tuple[bytes, ...]:
    """Return the small effects of every dialect that the tests have."""
    paths = sorted(path for path in FEATURES.rglob("*") if path.suffix in (".fs", ".frag", ".glsl"))
    return tuple(path.read_bytes() for path in paths)


FILES = st.deferred(lambda: damaged(st.sampled_from(_files())))


@short
@given(FRAGMENTS | TRANSITIONS)
def test_a_text_is_an_effect_or_refused(text: str) -> None:
    check_effect(text)


@short
@given(FILES | st.binary(max_size=60))
def test_a_file_is_an_effect_or_refused(content: bytes) -> None:
    text = decode(content)
    assert detect(text) in (None, "isf", "shadertoy", "transition", "fragment")
    check_effect(text)


@short
@given(FILES | FRAGMENTS.map(str.encode))
def test_an_effect_has_a_program_for_browsers(content: bytes) -> None:
    effect = check_effect(decode(content))
    if effect is None:
        return
    program = build_program(effect, "ru")
    json.dumps(program, allow_nan=False)
    assert len(program["passes"]) == len(effect.passes)
    for shader in program["passes"]:
        assert shader["fragment"].startswith("#version 300 es\n")
