"""Plain fragment shaders: the meaning of their names, comments and declarations."""

import pytest

from server.effects.dialects import detect, load
from server.effects.dialects.fragment import uniform_names
from server.effects.dialects.fragment.declarations import blank_ranges, declarations
from server.effects.dialects.fragment.uniform_names import SamplerContent
from server.effects.effect import Builtin, Content, Effect, Input, Kind, Value
from server.effects.model.modulation import FeatureBinding
from server.errors import ToqiboxError

MAIN = "void main() { gl_FragColor = vec4(1.0); }\n"


def read(text: str, effect_id: str = "my-shader_2") -> Effect:
    return load(effect_id, f"{effect_id}.frag", text)


def named(text: str, meaning: object) -> list[tuple[str, object]]:
    """Return each word of the text with that meaning."""
    return [(word, meaning) for word in text.split()]


def made(declaration: str) -> Input:
    """Return the only input of a declaration."""
    (item,) = read(f"{declaration}\n{MAIN}").inputs
    return item


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        (MAIN, "fragment"),
        ("void main(void)\n{}", "fragment"),
        (f"/* void mainImage( */ {MAIN}", "fragment"),
        (f"// vec4 transition(vec2 uv)\n{MAIN}", "fragment"),
        (f"uniform float u_time;\nvoid mainImage(out vec4 c, in vec2 p) {{}}\n{MAIN}", "fragment"),
        (f"uniform float iTime;\nvoid mainImage(out vec4 c, in vec2 p) {{}}\n{MAIN}", "shadertoy"),
        ("void mainImage(out vec4 c, in vec2 p) {}", "shadertoy"),
        ("void  mainImage (\n out vec4 c, vec2 p) {} // void main() {}", "shadertoy"),
        ("vec4 transition (vec2 uv) { return vec4(1.0); }", "transition"),
        ("vec4\ntransition(in vec2 p) {}", "transition"),
        (f'/*{{"CREDIT": "x"}}*/ {MAIN}', "isf"),
        (f'// words\n/* \n * {{"INPUTS": []}} */ {MAIN}', "isf"),
        (f"/* a comment of words */ {MAIN}", "fragment"),
        (f'/*{{"pixelRatio": 2, "audio": true}}*/ {MAIN}', "fragment"),
        (f'/*{{"PASSES": [{{}}]}}*/ uniform float time; {MAIN}', "fragment"),
        (f'/*{{"PASSES": [{{}}]}}*/ {MAIN}', "isf"),
        (f'/*{{"Inputs": []}}*/ {MAIN}', "isf"),
        (f'/*{{"audio": true, "ISFVSN": "2"}}*/ {MAIN}', "isf"),
        (f'/*{{"someone": "else"}}*/ {MAIN}', "fragment"),
        ('/*{"INPTS": []}*/ void main() { gl_FragColor = vec4(TIME); }', "isf"),
        (f"// {{}}\n/* {{ */ {MAIN}", "isf"),
        ('{"ver": "0.1", "renderpass": []}', "shadertoy"),
        (' [{"Shader": {"renderpass" : [{}]}}]', "shadertoy"),
        ('{"name": "x"}', None),
        ("vec3 helper(vec3 p) { return p; }", None),
        ("/* void main() {} */", None),
        ("// void main() {}", None),
        ("", None),
    ],
)
def test_the_dialect_is_detected_from_the_content(text: str, dialect: str | None) -> None:
    assert detect(text) == dialect


def test_a_text_of_no_dialect_is_refused() -> None:
    with pytest.raises(ToqiboxError) as caught:
        read("vec3 helper(vec3 p) { return p; }")
    assert caught.value.code == "shader_compile_failed"
    entry = (caught.value.diagnostics or [])[0]
    assert entry["message"] == "main, mainImage, transition or an ISF header is required"
    assert (entry["file"], entry["line"]) == ("my-shader_2.frag", 1)


def test_comments_give_description_and_author() -> None:
    effect = read(
        "// Title: Blue *hour*\n/* @author Someone\n * Licence : CC BY 4.0\n"
        " * Description: A calm one.\n * tags: Calm, Blue ,\n */\n" + MAIN
    )
    assert (effect.title, effect.credit) == ("Blue *hour*", "Someone")
    assert (effect.license, effect.description) == ("CC BY 4.0", "A calm one.")
    assert effect.categories == ("Calm", "Blue")
    plain = read(f'// see http://example.org: it says "license"\n{MAIN}')
    assert (plain.title, plain.credit, plain.license) == ("My shader 2", "", "")
    assert read(f"// Author @someone ( here )\n{MAIN}").credit == "@someone ( here )"


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        *(
            (name, Builtin.TIME)
            for name in ["u_time", "time", "iTime", "uTime", "iGlobalTime", "fGlobalTime"]
        ),
        *named("u_resolution resolution uResolution", Builtin.RENDER_SIZE),
        *named("iResolution v2Resolution u_viewport", Builtin.RENDER_SIZE),
        *named("u_delta iTimeDelta deltaTime", Builtin.TIME_DELTA),
        *named("u_frame iFrame frameCount", Builtin.FRAME_INDEX),
        ("iDate", Builtin.DATE_FROM_ZERO),
        ("u_aspect", Builtin.ASPECT),
        *named("speed timeScale u_colour screen runtimes", None),
    ],
)
def test_usual_names_of_host_values(name: str, meaning: Builtin | None) -> None:
    assert uniform_names.builtin(name) is meaning


@pytest.mark.parametrize(
    ("name", "feature"),
    [
        *named("u_bass bass audioBass bassLevel u_audio_bass uLow", "bass"),
        *named("u_beat kick iBeat u_onset", "kick"),
        *named("u_level volume u_audio audioLevel u_rms", "level"),
        *named("u_high treble u_highs", "treble"),
        ("u_lowMid", "lowmid"),
        ("u_mids", "mid"),
        *named("low high pulse u_speed middle_of beatles", None),
    ],
)
def test_usual_names_of_audio_features(name: str, feature: str | None) -> None:
    assert uniform_names.feature(name) == feature


@pytest.mark.parametrize(
    ("name", "show"),
    [
        *named("u_texture u_tex0 tDiffuse iChannel0 photo map", SamplerContent.IMAGE),
        *named("u_fft u_spectrum audioTexture iChannel1 texFFT", SamplerContent.AUDIO),
        *named("backbuffer u_prevFrame u_feedback", SamplerContent.BEFORE),
        *named("u_noise noiseTex", SamplerContent.NOISE),
    ],
)
def test_usual_names_of_textures(name: str, show: SamplerContent) -> None:
    assert uniform_names.sampler_content(name) is show


@pytest.mark.parametrize(
    ("declaration", "default", "low", "high"),
    [
        ("uniform float x;", 0.5, 0, 1),
        ("uniform float x; // = 0.3", 0.3, 0, 1),
        ("uniform float x; // = .7 of all", 0.7, 0, 1),
        ("uniform float x; // =50.", 50, 0, 100),
        ("uniform float x; // = -2", -2, -4, 4),
        ("uniform float x; // = 0.3 [0.1, 2] How far", 0.3, 0.1, 2),
        ("uniform float x; // = 9 [0, 2]", 2, 0, 2),
        ("uniform float x; // min: -1, max: 3", 0.5, -1, 3),
        ("uniform float x = 0.25;", 0.25, 0, 1),
        ("uniform float speed;", 1, 0, 2),
        ("uniform float x; // = something", 0.5, 0, 1),
        ("uniform float x; // = 1e99", 1e9, 0, 2e9),
        ("uniform int x;", 0, 0, 10),
        ("uniform int count; // = 30", 30, 0, 60),
        ("uniform int octaves;", 4, 0, 10),
        ("uniform bool x; // = true", True, None, None),
        ("uniform bool x;", False, None, None),
        ("uniform bool x; // = 0", False, None, None),
        ("uniform vec2 x; // = vec2(0.5)", (0.5, 0.5), (-1, -1), (1, 1)),
        ("uniform vec2 x; // = vec2(0.0, 3.0)", (0, 3), (-6, -6), (6, 6)),
        ("uniform ivec2 x; // = ivec2(10,10)", (10, 10), (-20, -20), (20, 20)),
        ("uniform vec3 color; // = vec3(0.9, 0.4, 0.2)", (0.9, 0.4, 0.2, 1), (0,) * 4, (1,) * 4),
        ("uniform vec3 color;", (1, 1, 1, 1), (0,) * 4, (1,) * 4),
        ("uniform vec3 x; // = vec3(2.0, 0.0, 0.0)", (2, 0, 0, 1), (-4,) * 4, (4,) * 4),
        ("uniform vec4 x /* = vec4(0.5) */;", (0.5,) * 4, (0,) * 4, (1,) * 4),
    ],
)
def test_inputs(declaration: str, default: Value, low: Value | None, high: Value | None) -> None:
    item = made(declaration)
    assert (item.default, item.minimum, item.maximum) == (default, low, high)


def test_inputs_have_labels() -> None:
    assert made("uniform float u_zoomQuickness;").label == "Zoom quickness"
    assert made("uniform float zoom; // = 0.3 [0.1, 2.0] How far").label == "How far"
    assert made("uniform sampler2D u_tex0;").label == "Tex0"
    bound = made("uniform float u_bass;")
    assert (bound.modulation, bound.minimum, bound.maximum, bound.default) == (
        FeatureBinding(feature="bass"),
        0,
        1,
        0,
    )
    assert made("uniform float u_bass; // = 0.4").modulation is None


def test_uniforms_that_are_set_without_an_input() -> None:
    effect = read(
        "uniform vec2 u_resolution, u_mouse;\nuniform mat4 view;\nuniform float levels[8];\n"
        f"uniform sampler2D u_spectrum;\nuniform samplerCube sky;\n{MAIN}"
    )
    assert effect.inputs == ()
    assert effect.uniforms == {"u_resolution": Builtin.RENDER_SIZE}
    shown = {texture.name: texture.content for texture in effect.textures}
    assert shown == {"u_spectrum": Content.AUDIO, "sky": Content.CUBE}
    assert not effect.sequential
    assert read(f"uniform sampler2D backbuffer;\n{MAIN}").sequential


def test_pictures() -> None:
    effect = read(f"uniform sampler2D u_tex0, u_tex1;\n{MAIN}")
    assert [item.kind for item in effect.inputs] == [Kind.IMAGE, Kind.IMAGE]
    assert (effect.input_image, effect.transition_image) == ("u_tex0", None)


@pytest.mark.parametrize("kind", ["sampler1D", "isampler2D", "sampler2DArray"])
def test_samplers_without_a_texture_are_refused(kind: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        read(f"// words\nuniform {kind} bins;\n{MAIN}")
    assert caught.value.code == "shader_rejected"
    entry = (caught.value.diagnostics or [])[0]
    assert (entry["line"], entry["column"]) == (2, 1)
    assert kind in entry["message"]


def test_declarations_are_those_at_file_scope() -> None:
    text = (
        "#define A uniform float not_me;\n// uniform float nor_me;\n"
        "layout(location = 0) out highp vec4 color;\nuniform mediump float a, b[2]; // = 0.5\n"
        "vec2 f(in vec2 p, out vec2 q) { vec2 inside; return p; }\n"
        "flat centroid in vec3 normal;\nuniform vec2 c = vec2(1.0, 2.0),\n d;\n"
    )
    entry = declarations(text)
    fields = [(item.storage, item.type, item.name, item.array, item.initial) for item in entry]
    assert fields == [
        ("out", "vec4", "color", "", ""),
        ("uniform", "float", "a", "", ""),
        ("uniform", "float", "b", "[2]", ""),
        ("in", "vec3", "normal", "", ""),
        ("uniform", "vec2", "c", "", "vec2(1.0, 2.0)"),
        ("uniform", "vec2", "d", "", ""),
    ]
    assert entry[1].note == "= 0.5"
    assert entry[3].interpolation == "flat centroid"
    left = blank_ranges(text, [(item.start, item.end) for item in entry])
    assert len(left) == len(text)
    assert left.count("\n") == text.count("\n")
    assert "uniform vec2" not in left


@pytest.mark.parametrize("text", ["/*" * 120_000, "uniform float " * 18_000, ";{" * 120_000])
def test_parsing_time_is_linear_in_the_length(text: str) -> None:
    assert declarations(text) == []


def test_an_error_is_reported_at_the_authors_line(draw: object) -> None:
    assert callable(draw)
    with pytest.raises(ToqiboxError) as caught:
        draw(
            read(
                "uniform vec3 color = vec3(1.0);\n\nvoid main() {\n    gl_FragColor = colour;\n}\n"
            )
        )
    entry = (caught.value.diagnostics or [])[0]
    assert (entry["line"], entry["source"]) == (4, "gl_FragColor = colour;")
