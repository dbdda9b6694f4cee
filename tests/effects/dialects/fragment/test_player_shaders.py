"""Shaders of many players: active code, rejected features, unwritten alpha."""

import pytest

from server.effects.dialects import load
from server.effects.effect import Effect, Kind
from server.effects.source.alpha import never_writes_alpha
from server.effects.source.conditions import blank_inactive
from server.errors import ToqiboxError

MAIN = "void main() { gl_FragColor = vec4(1.0); }\n"


def read(text: str) -> Effect:
    return load("test", "test.frag", text)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("#ifdef A", "A"),
        ("#ifndef A", "not A"),
        ("#if defined(A)", "A"),
        ("#if defined A && !defined(B)", "A"),
        ("#if defined(B) || (defined(A) && !(defined(B)))", "A"),
        ("#if defined(B) && X > 1", "A not A"),
        ("#if X", "A not A"),
        ("#if defined(X) || defined(A)", "A"),
        ("#if defined(X) && defined(B)", "not A"),
        (f"#if {'(' * 9999}", "A not A"),
    ],
)
def test_the_part_that_a_compiler_sees(condition: str, kept: str) -> None:
    text = f"{condition}\nA\n#else\nnot A\n#endif"
    seen = blank_inactive(text, ("A", "B"), ("A",))
    assert (
        " ".join(
            line_text for line_text in seen.split("\n") if not line_text.startswith("#")
        ).split()
        == kept.split()
    )
    assert [len(line_text) for line_text in seen.split("\n")] == [
        len(line_text) for line_text in text.split("\n")
    ]


def test_branches_after_the_one_taken_are_removed() -> None:
    text = "#ifdef B\nb\n#elif defined(A)\na\n#elif X\nx\n#else\nrest\n#endif\nall"
    assert blank_inactive(text, ("A", "B"), ("A",)).split() == [
        *("#ifdef", "B", "#elif", "defined(A)", "a", "#elif", "X", "#else", "#endif", "all")
    ]


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("c.rgb = vec3(1.0);", True),
        ("c.r += 1.0; c.gb *= c.a;", True),
        ("c = vec4(1.0);", False),
        ("c.rgb = x; c.a = 1.0;", False),
        ("c.rgb = x; fill(c);", False),
        ("c.rgb = x; fill(c.a);", False),
        ("c.rgb = x; c[3] = 1.0;", False),
        ("if (c.r == 1.0) discard;", False),
        ("", False),
    ],
)
def test_alpha_that_is_never_written(code: str, never: bool) -> None:
    assert never_writes_alpha(code, ["c"]) is never


def test_passes_that_one_text_draws() -> None:
    text = """uniform sampler2D u_buffer0; uniform sampler2D u_buffer1; uniform sampler2D u_scene;
void main() {
#ifdef BUFFER_0
    gl_FragColor = texture2D(u_buffer1, vec2(0.5));
#elif defined(BUFFER_1)
    gl_FragColor = texture2D(u_buffer0, vec2(0.5));
#elif defined(POSTPROCESSING)
    gl_FragColor = texture2D(u_scene, vec2(0.5));
#else
    gl_FragColor = texture2D(u_buffer1, vec2(0.5));
#endif
}"""
    effect = read(text)
    assert [one.target for one in effect.passes] == ["u_buffer0", "u_buffer1", "u_scene", None]
    kept = {target.name: target.persistent for target in effect.targets}
    assert kept == {"u_buffer0": False, "u_buffer1": True, "u_scene": False}
    assert effect.inputs == ()
    assert read(f"uniform sampler2D u_buffer0;\n{MAIN}").input_image == "u_buffer0"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("\n#ifdef CONVOLUTION_PYRAMID_0\n#endif\n#ifdef BUFFER_0\n#endif\n", 2, "pyramids"),
        ("\n#ifdef BUFFER_0\n#endif\nuniform sampler2D u_sceneDepth;\n", 4, "no depth"),
    ],
)
def test_unsupported_objects_are_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(ToqiboxError, match=reason) as caught:
        read(f"uniform sampler2D u_buffer0;{text}{MAIN}")
    assert caught.value.code == "shader_rejected"
    assert (caught.value.diagnostics or [])[0]["line"] == line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("u_convolutionPyramid0", "pyramids"),
        ("u_convolutionPyramidTex1", "pyramids"),
        ("u_pyramid0", "pyramids"),
        ("u_flood0", "flood fills"),
        ("u_sceneDepth", "no depth"),
        ("u_sceneDepth0", "no depth"),
        ("u_sceneNormal", "no geometry"),
        ("u_lightShadowMap", "no geometry"),
    ],
)
def test_textures_that_a_viewer_draws_by_itself_are_refused(name: str, reason: str) -> None:
    with pytest.raises(ToqiboxError, match=f"“{name}” is not supported: .*{reason}") as caught:
        read(f"uniform sampler2D u_own, {name};\n{MAIN}")
    entry = (caught.value.diagnostics or [])[0]
    assert (entry["line"], entry["column"]) == (1, 26)


def test_buffers_that_one_statement_declares_are_drawn() -> None:
    text = (
        "uniform sampler2D u_buffer0, u_buffer1;\n#ifdef BUFFER_0\n#endif\n#ifdef BUFFER_1\n#endif"
    )
    effect = read(f"{text}\n{MAIN}")
    assert [one.target for one in effect.passes] == ["u_buffer0", "u_buffer1", None]


IMAGES = """#version 420 core
layout(r32ui) uniform coherent uimage2D[3] computeTex; uniform layout(rgba8) image2D a, b[2];
layout(binding = 0) uniform atomic_uint counter; // computeTex
"""
ISF = '/*{"ISFVSN": "2"}*/\n'


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (f"{IMAGES}{MAIN}", "a.glsl"),
        (f"{ISF}{IMAGES}{MAIN}", "a.fs"),
        (f"{IMAGES}void mainImage(out vec4 c, in vec2 p) {{ c = vec4(1.0); }}", "a.glsl"),
        (f"{IMAGES}vec4 transition(vec2 uv) {{ return getToColor(uv); }}", "a.glsl"),
    ],
)
def test_unused_images_are_omitted(text: str, file: str) -> None:
    effect = load("test", file, text)
    for name in ("computeTex", "image2D", "atomic_uint", "r32ui"):
        assert name not in effect.passes[0].fragment
    assert effect.passes[0].fragment.count("\n") > text.count("\n")
    assert (effect.warnings, effect.source) == ((), text)


@pytest.mark.parametrize(
    ("use", "column", "reason"),
    [
        ("uint f() { return imageLoad(computeTex[0], ivec2(0)).x; }", 29, "“computeTex” is a "
         "uniform of type uimage2D, which is not supported"),
        ("uint f() { return atomicCounter(counter); }", 33, "of type atomic_uint"),
        ("layout(std430, binding = 1) buffer Data { float a[]; };", 1, "“Data” is a "
         "storage buffer"),
    ],
)  # fmt: skip
def test_images_and_storage_that_are_used_are_refused(use: str, column: int, reason: str) -> None:
    with pytest.raises(ToqiboxError, match=reason) as caught:
        read(f"{IMAGES}{use}\n{MAIN}")
    entry = (caught.value.diagnostics or [])[0]
    assert caught.value.code == "shader_rejected"
    assert (entry["line"], entry["column"]) == (4, column)


def test_a_matrix_that_nothing_sets_is_named() -> None:
    declared = "uniform mat4 u_view; uniform mat3 own = mat3(2.0);"
    effect = read(f"{declared}\nvoid main() {{ gl_FragColor = u_view[0] + own[0].xyzz; }}")
    assert [(one["message"], one["column"]) for one in effect.warnings] == [
        ("the uniform “u_view” (mat4) is never set: it stays the unit matrix", 14)
    ]
    assert "own = mat3(2.0)" in effect.passes[0].fragment


def test_a_header_of_settings_gives_passes_and_images() -> None:
    header = """{"audio": true, "PASSES": [{"TARGET": "a", "FLOAT": true, "WIDTH": "$WIDTH/2"}, {}],
        "IMPORTED": {"logo": {"PATH": "./art/logo.png"}, "clip": {"PATH": "clip.mp4"},
        "song": {"PATH": "song.mp3"}}}"""
    names = "uniform sampler2D a; uniform sampler2D logo; uniform sampler2D clip;"
    more = "uniform sampler2D song; uniform sampler2D spectrum; uniform sampler2D samples;"
    main = "void main() { gl_FragColor = texture2D(a, vec2(0.5)); }"
    effect = read(f"/*{header}*/\n{names}{more}uniform int PASSINDEX;\n{main}")
    assert effect.dialect == "fragment"
    assert [one.target for one in effect.passes] == ["a", None]
    assert [(one.name, one.floating, one.width) for one in effect.targets] == [
        ("a", True, "$WIDTH/2")
    ]
    assert effect.files == ("art/logo.png",)
    kinds = {item.name: item.kind for item in effect.inputs}
    assert kinds == {"clip": Kind.IMAGE, "spectrum": Kind.AUDIO_FFT, "samples": Kind.AUDIO}
    assert sorted(one.name for one in effect.textures) == ["logo", "song"]


def test_files_of_a_header_stay_in_the_folder() -> None:
    with pytest.raises(ToqiboxError, match="outside the effect"):
        read(f'/*{{"audio": true, "IMPORTED": {{"a": {{"PATH": "../a.png"}}}}}}*/\n{MAIN}')


def test_unused_declarations_of_bonzomatic_cost_nothing() -> None:
    effect = read(f"uniform sampler1D texFFT; uniform sampler1D texFFTIntegrated;\n{MAIN}")
    assert (effect.inputs, effect.textures, effect.sequential) == ((), (), False)
