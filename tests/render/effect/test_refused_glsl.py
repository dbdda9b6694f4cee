"""GLSL that no effect may contain, whichever of its versions a shader is tried as."""

import pytest

from server.effects.dialects import load
from server.errors import ToqiboxError
from server.render.gl.context import Context
from tests.render.drawing import draw_frame, isf, make_renderer

_WHITE = "void main() { gl_FragColor = vec4(1.0); }"


def _refuse(context: Context, body: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, load("test", "test.fs", f"/*{{}}*/\n{body}\n"))
    assert caught.value.code in ("shader_compile_failed", "shader_rejected")
    assert caught.value.diagnostics


_MEMORY = {
    "storage buffer": (
        "layout(std430, binding = 0) buffer Words { float words[]; };",
        "words[0] = 1.0;",
    ),
    "image": ("layout(rgba8) uniform image2D picture;", "imageStore(picture, ivec2(0), vec4(1));"),
    "atomic counter": ("layout(binding = 0) uniform atomic_uint n;", "atomicCounterIncrement(n);"),
    "uniform block": ("layout(std140) uniform Words { float words[4]; };", "x += words[0];"),
    "uniform block at a place": (
        "layout(binding = 0) uniform Words { float words[4]; };",
        "x += words[0];",
    ),
    "pointer": ("struct Words { float word; }; uniform Words *words;", "x += words->word;"),
}
"""Declarations of memory that a shader could share with another, and their use."""


@pytest.mark.fault("G05")
@pytest.mark.parametrize("name", _MEMORY)
@pytest.mark.parametrize(
    "directive",
    ["", "#version 460\n", "#extension all : enable\n", "#pragma optionNV(unroll all)\n"],
    ids=["bare", "version", "extension", "pragma"],
)
def test_memory_outside_the_shader_is_refused(context: Context, name: str, directive: str) -> None:
    declaration, use = _MEMORY[name]
    main = f"void main() {{ float x = 0.0; {use} gl_FragColor = vec4(x); }}"
    _refuse(context, f"{directive}{declaration}\n{main}")


_CLOCKS = {
    "ARB": ("GL_ARB_shader_clock", "clockARB()"),
    "EXT": ("GL_EXT_shader_realtime_clock", "clockRealtimeEXT()"),
    "two words": ("GL_ARB_shader_clock", "clock2x32ARB().x"),
}


@pytest.mark.fault("G18")
@pytest.mark.parametrize("name", _CLOCKS)
def test_no_clock_can_be_read(context: Context, name: str) -> None:
    extension, call = _CLOCKS[name]
    main = f"void main() {{ gl_FragColor = vec4(float({call})); }}"
    _refuse(context, f"#extension {extension} : enable\n{main}")


@pytest.mark.fault("G11")
@pytest.mark.parametrize(
    "body",
    [
        f"{_WHITE}\n{_WHITE}",
        f"{_WHITE} }} void more() {{",
        f"#define main other\n{_WHITE}",
        f"#define gl_FragColor nothing\n{_WHITE}",
        f"#define vec4(a) nothing\n{_WHITE}",
        f"float gl_Thing;\n{_WHITE}",
        f"uniform float TIME;\n{_WHITE.replace('vec4(1.0)', 'vec4(TIME = 1.0)')}",
        f"{_WHITE}\n#endif\n#if 1",
        f"{_WHITE}\n/* no end",
    ],
    ids=[
        "main twice",
        "brace",
        "main",
        "output",
        "type",
        "name",
        "uniform",
        "condition",
        "comment",
    ],
)
def test_the_text_of_the_host_cannot_be_changed(context: Context, body: str) -> None:
    _refuse(context, body)


@pytest.mark.fault("G11")
@pytest.mark.parametrize(
    "line", ["#define texture nothing", "#undef texture2D", "#undef IMG_PIXEL", "#line 900 7"]
)
def test_a_changed_macro_is_without_effect_on_the_host(context: Context, line: str) -> None:
    frame = draw_frame(make_renderer(context, isf(f"{line}\n{_WHITE}")))
    assert frame.min() == 255


@pytest.mark.fault("G12")
def test_more_uniforms_than_the_driver_has_are_refused(context: Context) -> None:
    body = "uniform vec4 much[100000];\nuniform int at;\nvoid main() { gl_FragColor = much[at]; }"
    _refuse(context, body)


@pytest.mark.fault("G04")
@pytest.mark.parametrize(
    "body",
    [
        "float a(float x) { return x > 9.0 ? x : a(x + 1.0); }",
        "float b(float x);\nfloat a(float x) { return b(x); }\nfloat b(float x) { return a(x); }",
    ],
    ids=["itself", "mutual"],
)
def test_recursion_is_refused(context: Context, body: str) -> None:
    _refuse(context, f"{body}\nvoid main() {{ gl_FragColor = vec4(a(TIME)); }}")
