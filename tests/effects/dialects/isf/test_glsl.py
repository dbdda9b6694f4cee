"""The translation, checked by exact pixels on framebuffers of 16 by 9."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.dialects import load
from server.effects.glsl.glsl330 import fallback_sources

Draw = Callable[..., NDArray[np.uint8]]
IMAGE = {"NAME": "inputImage", "TYPE": "image"}


def isf(body: str, **header: object) -> str:
    return f"/*{json.dumps(header)}*/\n{body}"


@pytest.mark.parametrize(
    ("expression", "pixel"),
    [
        ("vec4(1.0, 0.0, 0.2, 1.0)", (255, 0, 51, 255)),
        ("vec4(RENDERSIZE / 255.0, 0.0, 1.0)", (16, 9, 0, 255)),
        ("vec4(TIME, TIMEDELTA, float(FRAMEINDEX), 1.0)", (0, 0, 0, 255)),
        ("vec4((DATE.x - 1990.0) / 255.0, DATE.yz / 255.0, DATE.w)", (10, 1, 1, 0)),
        ("vec4(PASSINDEX)", (0, 0, 0, 0)),
        ("vec4(IMG_SIZE(inputImage) / 255.0, 0.0, 1.0)", (16, 9, 0, 255)),
        ("vec4(_inputImage_imgSize / 255.0, _inputImage_imgRect.zw)", (16, 9, 255, 255)),
        ("vec4(_inputImage_flip ? 1.0 : 0.0)", (0, 0, 0, 0)),
    ],
)
def test_builtins(draw: Draw, expression: str, pixel: tuple[int, ...]) -> None:
    text = isf(f"void main() {{ gl_FragColor = {expression}; }}", INPUTS=[IMAGE])
    assert (draw(text) == pixel).all()


def test_time_follows_the_frame_number(draw: Draw) -> None:
    text = isf(
        "void main() { gl_FragColor = vec4(TIME, TIMEDELTA, float(FRAMEINDEX) / 255., 1.); }"
    )
    assert tuple(draw(text, frame=1)[0, 0]) == (64, 64, 1, 255)
    assert tuple(draw(text, frame=3)[0, 0]) == (191, 64, 3, 255)


def test_coordinates_start_at_the_bottom_left(draw: Draw) -> None:
    pixels = draw(isf("void main() { gl_FragColor = vec4(isf_FragNormCoord, 0.0, 1.0); }"))
    x, y = np.meshgrid((np.arange(16) + 0.5) / 16, (np.arange(9) + 0.5) / 9)
    assert np.abs(pixels[..., 0] - x * 255).max() <= 0.51
    assert np.abs(pixels[..., 1] - y * 255).max() <= 0.51
    corner = draw(isf("void main() { gl_FragColor = vec4(gl_FragCoord.xy / 255., 0., 1.); }"))
    assert tuple(corner[8, 15, :2]) in ((15, 8), (16, 9), (16, 8), (15, 9))


@pytest.mark.parametrize(
    "expression",
    [
        "IMG_PIXEL(inputImage, gl_FragCoord.xy)",
        "IMG_NORM_PIXEL(inputImage, isf_FragNormCoord)",
        "IMG_THIS_PIXEL(inputImage)",
        "IMG_THIS_NORM_PIXEL(inputImage)",
        "IMG_NORM_THIS_PIXEL(inputImage)",
        "IMG_NORM_PIXEL(inputImage, vv_FragNormCoord)",
        "IMG_PIXEL(inputImage, gl_FragCoord.xy, 0.0)",
        "IMG_NORM_PIXEL(inputImage, isf_FragNormCoord, 0.0)",
        "texture2D(inputImage, isf_FragNormCoord)",
        "texture(inputImage, isf_FragNormCoord)",
        "texture2DLod(inputImage, isf_FragNormCoord, 0.0)",
        "texture2DRect(inputImage, gl_FragCoord.xy)",
        "texelFetch(inputImage, ivec2(gl_FragCoord.xy), 0)",
        "through(inputImage,\n    isf_FragNormCoord)",
    ],
)
def test_every_function_that_reads_an_image(draw: Draw, expression: str) -> None:
    through = "vec4 through(sampler2D s, vec2 p) { return IMG_NORM_PIXEL(s, p); }\n"
    text = isf(f"{through}void main() {{ gl_FragColor = {expression}; }}", INPUTS=[IMAGE])
    pixels = draw(text)
    x, y = np.linspace(0, 255, 16, dtype=np.uint8), np.linspace(0, 255, 9, dtype=np.uint8)
    assert (pixels[..., 0] == x).all()
    assert (pixels[..., 1] == y[:, np.newaxis]).all()
    assert (pixels[..., 2:] == (128, 255)).all()


def test_inputs_of_every_type(draw: Draw) -> None:
    inputs = [
        {"NAME": "f", "TYPE": "float", "DEFAULT": 0.2},
        {"NAME": "b", "TYPE": "bool"},
        {"NAME": "l", "TYPE": "long", "VALUES": [3, 5], "DEFAULT": 5},
        {"NAME": "p", "TYPE": "point2D", "DEFAULT": [0.4, 0.6]},
        {"NAME": "c", "TYPE": "color", "DEFAULT": [0, 0, 0, 1]},
        {"NAME": "sound", "TYPE": "audio"},
        {"NAME": "fft", "TYPE": "audioFFT"},
    ]
    effect = isf(
        "void main() { gl_FragColor = vec4(f, b ? 1. : 0., float(l) / 255., c.a); }", INPUTS=inputs
    )
    assert tuple(draw(effect)[0, 0]) == (51, 255, 5, 255)
    assert tuple(draw(effect, {"f": 1, "b": False, "l": 3, "c": "#00000000"})[0, 0]) == (
        255,
        0,
        3,
        0,
    )
    two = isf(
        "void main() { gl_FragColor = vec4(p, IMG_NORM_PIXEL(sound, vec2(0.5, 0.0)).r,"
        " IMG_NORM_PIXEL(fft, vec2(0.5, 1.0)).r); }",
        INPUTS=inputs,
    )
    assert tuple(draw(two)[0, 0]) == (102, 153, 128, 230)


def test_a_bound_input_follows_the_audio_until_it_is_set(draw: Draw) -> None:
    item = {"NAME": "p", "TYPE": "float", "MIN": 0.2, "MAX": 0.8, "BIND": "level"}
    text = isf("void main() { gl_FragColor = vec4(p); }", INPUTS=[item])
    assert [int(draw(text, frame=n)[0, 0, 0]) for n in (0, 3)] == [51, 204]
    assert [int(draw(text, {"p": 0.4}, frame=n)[0, 0, 0]) for n in (0, 3)] == [102, 102]


@pytest.mark.parametrize(
    "name", ["filter", "smooth", "case", "texture", "gl_X", "a__b", "sample", "buffer", "length"]
)
def test_inputs_named_by_keywords(draw: Draw, name: str) -> None:
    item = {"NAME": name, "TYPE": "float", "DEFAULT": 0.2}
    text = isf(
        f"#define HALF ({name} * 0.5)\nvoid main() {{ gl_FragColor = vec4({name}, HALF, 0, 1); }}",
        INPUTS=[item],
    )
    assert tuple(draw(text)[0, 0]) == (51, 26, 0, 255)


@pytest.mark.parametrize(
    "body",
    [
        "#version 120\nvoid main() { gl_FragColor = vec4(1.0); }",
        "#extension GL_OES_standard_derivatives : enable\nvoid main() { gl_FragColor = vec4(1); }",
        "float x;\n#extension GL_ARB_shader_texture_lod : require\n"
        "void main() { gl_FragColor = vec4(1.0); }",
        "#ifdef GL_ES\nprecision highp float;\n#endif\nvoid main(void) { gl_FragColor = vec4(1); }",
        "#if __VERSION__ <= 120\nbroken\n#else\nvoid main() { gl_FragColor = vec4(1.0); }\n#endif",
        "/* comment with é and #version 100 */ // and\nvoid main() { gl_FragColor = vec4(1.0); }",
        "float sample(float filter, float input) { return filter * input; }\n"
        "void main() { float buffer = 1.0; gl_FragColor = vec4(sample(buffer, 1.0)); }",
        "uint twice(uint x) { return x * 2; }\n"
        "void main() { uint a = 1; int b = 1; gl_FragColor = vec4(twice(a + b)); }",
        "float one() { return 1; }\nvoid main() { gl_FragColor = vec4(one()); }",
        "void main() { vec4 half = vec4(0.5), common = half; gl_FragColor = half + common; }",
        "void main() { gl_FragColor = vec4(1); } // a comment that ends in a backslash \\\n",
        "#define A 0.0\n#define A(x) x\nvoid main() { gl_FragColor = vec4(A(1.0)); }",
        "#define A 0.0\n#define A 1.0\nvoid main() { gl_FragColor = vec4(A); }",
        "float flat(float smooth) { return smooth; }\n"
        "void main() { gl_FragColor = vec4(flat(1)); }",
        "void main() { float case = 1.0, precision = case; gl_FragColor = vec4(precision); }",
        "#version 300 es\nprecision highp float;\nout vec4 own;\nvoid main() { own = vec4(1.0); }",
        "layout(location = 0) out mediump vec4 own;\nvoid main() { own = vec4(1.0); }",
        "void main() { gl_FragData[0] = vec4(1.0); }",
        "void main() { gl_FragCoord.xy *= 0.0; gl_FragColor = vec4(gl_FragCoord.x + 1.0); }",
        "out vec4 own; out vec4 other;\nvoid main() { own = vec4(1.0); other = vec4(0.0); }",
        "uniform float TIME, TIMEDELTA;\nuniform int PASSINDEX;\n"
        "void main() { gl_FragColor = vec4(TIME + TIMEDELTA + 1.0); }",
        "uniform float TIME; varying vec2 vv_FragNormCoord;\n"
        "void main() { gl_FragColor = vec4(vv_FragNormCoord.x + TIME + 1.0); }",
        "float min(float a, float b, float c) { return min(a, min(b, c)); }\n"
        "void main() { gl_FragColor = vec4(min(1.0, 2.0, max(3.0, 1.0))); }",
        "int mod(int a, int b) { return a - b * (a / b); }\n"
        "void main() { gl_FragColor = mod(vec4(7.0), 2.0) * float(mod(3, 2)); }",
        "float sign(vec2 a, vec2 b) { return dot(a, b); }\nfloat length(vec2 p) { return 0.5; }\n"
        "void main() { gl_FragColor = vec4(length(vec2(0)) * sign(2.0) * length(vec3(2))); }",
        "void main() { uint a = packHalf2x16(vec2(1.0)); gl_FragColor = unpackHalf2x16(a).xyxy; }",
    ],
)
def test_older_and_odd_spellings(draw: Draw, body: str) -> None:
    assert (draw(isf(body)) == 255).all()


def test_versions_and_renamed_identifiers_of_the_fallback_sources() -> None:
    fragment = (
        load("test", "test.fs", isf("float sample, filter;\nvoid main() {}")).passes[0].fragment
    )
    first, second = fallback_sources(fragment)
    assert first.startswith("#version 330 core\n#extension")
    assert second.startswith("#version 450 core\n#")
    assert "float sample, isf_filter;" in first
    assert "float isf_sample, isf_filter;" in second
    assert fallback_sources("void main() {}") == ()


def test_pixels_that_are_not_written_are_transparent_black(draw: Draw) -> None:
    text = isf("void main() { if (gl_FragCoord.x > 8.0) gl_FragColor = vec4(1.0); }")
    pixels = draw(text)
    assert (pixels[:, :8] == 0).all()
    assert (pixels[:, 8:] == 255).all()


def test_passes_read_each_other(draw: Draw) -> None:
    text = isf(
        """
        void main() {
            if (PASSINDEX == 0) gl_FragColor = vec4(RENDERSIZE / 255.0, 0.0, 1.0);
            else gl_FragColor = vec4(IMG_NORM_PIXEL(small, vec2(0.5)).rg, IMG_SIZE(small) / 255.0);
        }
        """,
        PASSES=[{"TARGET": "small", "WIDTH": "$WIDTH / 4", "HEIGHT": "$HEIGHT/4"}, {}],
    )
    assert tuple(draw(text)[0, 0]) == (4, 2, 4, 2)


def test_a_persistent_target_keeps_its_content_and_the_last_pass_is_the_output(draw: Draw) -> None:
    text = isf(
        "void main() { gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(10.0 / 255.0); }",
        PASSES=[{"TARGET": "sum", "PERSISTENT": True, "WIDTH": 3}],
    )
    assert [int(draw(text, frame=n)[0, 0, 0]) for n in range(3)] == [10, 20, 30]


def test_a_pass_reads_only_what_it_needs() -> None:
    """PASSINDEX is a constant: a static pass must not seem to depend on the time."""
    effect = load(
        "test",
        "test.fs",
        isf(
            "void main() { gl_FragColor = vec4(PASSINDEX == 0 ? 1.0 : TIME); }",
            PASSES=[{"TARGET": "a"}, {}],
        ),
    )
    assert "const int PASSINDEX = 0;" in effect.passes[0].fragment
    assert "const int PASSINDEX = 1;" in effect.passes[1].fragment


VERTEX = """varying vec2 offset;
void main() {
    isf_vertShaderInit();
    offset = isf_FragNormCoord + IMG_NORM_PIXEL(inputImage, vec2(0.0)).rg * shift;
    if (shift > 0.5) gl_Position.x *= 0.5;
}
"""


def test_a_vertex_shader_in_a_file_of_its_own(draw: Draw) -> None:
    item = {"NAME": "shift", "TYPE": "float", "DEFAULT": 0.0}
    text = isf(
        "varying vec2 offset;\nvoid main() { gl_FragColor = vec4(offset, 0.0, 1.0); }",
        INPUTS=[IMAGE, item],
    )
    effect = load("test", "test.fs", text, VERTEX)
    assert effect.vertex_source == VERTEX
    pixels = draw(effect)
    assert tuple(pixels[4, 8]) == (135, 128, 0, 255)
    squeezed = draw(effect, {"shift": 1.0})
    assert (squeezed[:, :4] == 0).all()
    assert (squeezed[:, 4:12, 3] == 255).all()
