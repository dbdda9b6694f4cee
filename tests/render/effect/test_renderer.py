"""Passes, targets and redraws, in exact pixels."""

import numpy as np
import pytest

from server.animation.timeline import Timeline
from server.effects.dialects import load
from server.effects.effect import Target
from server.errors import ToqiboxError
from server.render.effect.renderer import EffectRenderer
from server.render.gl.context import Context
from server.render.gl.memory_budget import MemoryBudget
from tests.render.drawing import (
    SIZE,
    Rising,
    draw_frame,
    flat,
    isf,
    make_effect,
    make_renderer,
    one_pass,
    paint,
    read_pixels,
)


def test_pass_order_and_later_pass_sees_new_content(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = vec4(0.2, 0.0, 0.0, 1.0);
            else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) * 2.0;
            else gl_FragColor = IMG_THIS_PIXEL(b) + IMG_THIS_PIXEL(a);
        }""",
        '{"PASSES": [{"TARGET": "a"}, {"TARGET": "b"}, {}]}',
    )
    renderer = make_renderer(context, effect)
    renderer.draw(0)
    assert read_pixels(renderer.output)[0, 0].tolist() == [153, 0, 0, 255]


def test_a_temporary_target_is_black_before_its_first_writer(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(b) + vec4(0.2);
            else if (PASSINDEX == 1) gl_FragColor = vec4(TIME + 0.4);
            else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r, IMG_THIS_PIXEL(b).r, 0.0, 1.0);
        }""",
        '{"PASSES": [{"TARGET": "a"}, {"TARGET": "b"}, {}]}',
    )
    renderer = make_renderer(context, effect)
    for frame in range(2):
        renderer.draw(frame)
    assert read_pixels(renderer.output)[0, 0].tolist() == [51, 128, 0, 255]


@pytest.mark.fault("G07")
def test_persistent_target_starts_clear_and_sees_itself(context: Context) -> None:
    effect = isf(
        "void main() { gl_FragColor = IMG_THIS_PIXEL(p) + vec4(1.0, 0.0, TIME, 0.5); }",
        '{"PASSES": [{"TARGET": "p", "PERSISTENT": true, "FLOAT": true}]}',
    )
    renderer = make_renderer(context, effect)
    renderer.begin(0)
    seen = []
    for frame in range(3):
        renderer.draw(frame)
        seen.append(read_pixels(renderer.output)[17, 31].tolist())
    np.testing.assert_allclose(seen, [[1, 0, 0, 0.5], [2, 0, 0.1, 1], [3, 0, 0.3, 1.5]], atol=1e-6)
    renderer.begin(0)
    renderer.draw(0)
    assert read_pixels(renderer.output)[0, 0].tolist() == [1, 0, 0, 0.5]


def test_two_passes_on_one_target_draw_in_turn(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = vec4(0.2);
            else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) + vec4(0.2);
            else gl_FragColor = IMG_THIS_PIXEL(a);
        }""",
        '{"PASSES": [{"TARGET": "a"}, {"TARGET": "a"}, {}]}',
    )
    renderer = make_renderer(context, effect)
    for frame in range(3):
        renderer.draw(frame)
        assert read_pixels(renderer.output)[0, 0].tolist() == [102] * 4


def test_an_early_pass_sees_a_persistent_target_of_the_frame_before(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(p);
            else if (PASSINDEX == 1) gl_FragColor = vec4(float(FRAMEINDEX) + 1.0);
            else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r, IMG_THIS_PIXEL(p).r, 0.0, 0.0) / 10.0;
        }""",
        """{"PASSES": [{"TARGET": "a", "FLOAT": true},
            {"TARGET": "p", "PERSISTENT": true, "FLOAT": true}, {}]}""",
    )
    renderer = make_renderer(context, effect)
    for frame in range(3):
        renderer.draw(frame)
        assert read_pixels(renderer.output)[0, 0, :2].tolist() == [
            round(25.5 * frame),
            round(25.5 * (frame + 1)),
        ]


def test_sizes_are_expressions_and_rendersize_is_not_rounded(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = vec4(RENDERSIZE, IMG_SIZE(s));
            else gl_FragColor = vec4(RENDERSIZE, IMG_SIZE(s));
        }""",
        """{"INPUTS": [{"NAME": "n", "TYPE": "float", "DEFAULT": 16, "MIN": 1, "MAX": 64}],
            "PASSES": [{"TARGET": "s", "FLOAT": true, "WIDTH": "$WIDTH/$n", "HEIGHT": "$HEIGHT/16"},
            {"TARGET": "o", "FLOAT": true, "WIDTH": "3", "PERSISTENT": true}]}""",
    )
    renderer = make_renderer(context, effect)
    renderer.draw(0)
    assert read_pixels(renderer.output).shape == (36, 64, 4)
    assert read_pixels(renderer.output)[0, 0].tolist() == [64, 36, 4, 2]
    renderer = make_renderer(context, effect, {"n": 64.0})
    renderer.draw(0)
    assert read_pixels(renderer.output)[0, 0, 2:].tolist() == [1, 2]


def test_a_changing_size_scales_a_persistent_target(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = FRAMEINDEX == 0
                ? vec4(step(0.5, isf_FragNormCoord.x), RENDERSIZE, 1.0)
                : vec4(IMG_THIS_PIXEL(p).r, RENDERSIZE, 1.0);
            else gl_FragColor = IMG_THIS_PIXEL(p);
        }""",
        """{"INPUTS": [{"NAME": "n", "TYPE": "float", "MIN": 8, "MAX": 48, "BIND": "level"}],
            "PASSES": [{"TARGET": "p", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$n + 0.5"},
            {}]}""",
    )
    renderer = make_renderer(context, effect)
    renderer.begin(0)
    for frame in range(5):
        renderer.draw(frame)
        target = renderer.persistent_targets["p"]
        assert target.size == (8 + 2 * frame, 36)
        held = read_pixels(target)
        np.testing.assert_allclose(held[0, 0], [0, 8.5 + 2 * frame, 36, 1], atol=1e-5)
        np.testing.assert_allclose(held[35, -1], [1, 8.5 + 2 * frame, 36, 1], atol=1e-5)
    assert context.draw_count == 5 * 2 + 4


def test_targets_that_change_size_at_once_keep_their_content(context: Context) -> None:
    sized = '"PERSISTENT": true, "WIDTH": "$n"'
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = FRAMEINDEX == 0 ? vec4(0.2) : IMG_THIS_PIXEL(a);
            else if (PASSINDEX < 3) gl_FragColor = FRAMEINDEX == 0 ? vec4(0.4) : IMG_THIS_PIXEL(b);
            else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r, IMG_THIS_PIXEL(b).r, 0.0, 1.0);
        }""",
        f"""{{"INPUTS": [{{"NAME": "n", "TYPE": "float", "MIN": 8, "MAX": 48, "BIND": "level"}}],
            "PASSES": [{{"TARGET": "a", {sized}}}, {{"TARGET": "b", {sized}}},
            {{"TARGET": "b", {sized}}}, {{}}]}}""",
    )
    renderer = make_renderer(context, effect)
    renderer.begin(0)
    for frame in range(5):
        assert draw_frame(renderer, frame)[0, 0].tolist() == [51, 102, 0, 255]


def test_static_passes_are_drawn_once(context: Context) -> None:
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(inputImage);
            else gl_FragColor = IMG_THIS_PIXEL(a) * (FRAMEINDEX < 2 ? 1.0 : 0.5);
        }""",
        """{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}],
            "PASSES": [{"TARGET": "a"}, {}]}""",
    )
    picture = paint(context, flat((100, 50, 0, 200)))
    renderer = make_renderer(context, effect, sources={"inputImage": picture})
    for frame in range(4):
        renderer.draw(frame)
    assert context.draw_count == 1 + 4
    assert read_pixels(renderer.output)[0, 0].tolist() == [50, 25, 0, 100]
    picture.write(flat((200, 0, 0, 0)).tobytes())
    renderer.draw(4)
    assert context.draw_count == 5 + 2
    assert read_pixels(renderer.output)[0, 0].tolist() == [100, 0, 0, 0]


def test_an_effect_without_time_is_drawn_only_once(context: Context) -> None:
    renderer = make_renderer(
        context, isf("void main() { gl_FragColor = vec4(isf_FragNormCoord, 0, 1); }")
    )
    for frame in range(5):
        renderer.draw(frame)
    assert context.draw_count == 1
    # The lower left is (0, 0), as everywhere in OpenGL.
    assert read_pixels(renderer.output)[35, 0].tolist() == [2, 4, 0, 255]
    assert read_pixels(renderer.output)[0, 63].tolist() == [253, 251, 0, 255]


def test_pixels_that_a_pass_leaves_out_are_transparent(context: Context) -> None:
    effect = isf(
        """void main() {
            if (isf_FragNormCoord.x < 0.5) discard;
            gl_FragColor = vec4(1.0, 0.0, 0.0, fract(TIME));
        }"""
    )
    renderer = make_renderer(context, effect)
    for frame in (0, 5):
        renderer.draw(frame)
    assert read_pixels(renderer.output)[0, 0].tolist() == [0, 0, 0, 0]
    # Blending is off: alpha is stored, not applied.
    assert read_pixels(renderer.output)[0, 63].tolist() == [255, 0, 0, 128]


def test_a_vertex_shader_may_move_the_corners(context: Context) -> None:
    vertex = "void main() { isf_vertShaderInit(); gl_Position.x *= 0.5; }"
    effect = load("test", "test.fs", "/*{}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n", vertex)
    renderer = make_renderer(context, effect)
    renderer.draw(0)
    row = read_pixels(renderer.output)[18, :, 3]
    assert row[:16].max() == 0
    assert row[16:48].min() == 255
    assert row[48:].max() == 0


def test_a_compile_error_is_reported_in_the_authors_lines(context: Context) -> None:
    effect = isf("float a = 1.0;\nvoid main() {\n    gl_FragColor = vec4(nothing);\n}")
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, effect)
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.values == {"name": "test"}
    assert caught.value.diagnostics is not None
    first = caught.value.diagnostics[0]
    assert (first["file"], first["line"], first["severity"]) == ("test.fs", 4, "error")
    assert "nothing" in first["message"]
    assert first["source"] == "gl_FragColor = vec4(nothing);"


def test_a_sampler_without_a_source_is_refused(context: Context) -> None:
    body = "uniform sampler2D mine;\nvoid main() { gl_FragColor = texture(mine, vec2(0.5)); }"
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, isf(body))
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.diagnostics is not None
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic["message"] == "the sampler mine has no source"
    assert (diagnostic["line"], diagnostic["column"]) == (2, 19)


@pytest.mark.fault("G13")
def test_targets_that_take_too_much_memory_are_refused(context: Context) -> None:
    targets = ", ".join(
        f'{{"TARGET": "t{i}", "FLOAT": true, "WIDTH": 8192, "HEIGHT": 8192}}' for i in range(2)
    )
    effect = isf("void main() { gl_FragColor = vec4(1.0); }", f'{{"PASSES": [{targets}, {{}}]}}')
    with pytest.raises(ToqiboxError, match="MiB") as caught:
        make_renderer(context, effect)
    assert caught.value.code == "shader_rejected"


def test_more_passes_than_allowed_are_refused(context: Context) -> None:
    passes = [one_pass("color = vec4(1.0);", "", target="t") for _ in range(17)]
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, make_effect(*passes, targets=(Target(name="t"),)))
    assert caught.value.code == "shader_rejected"
    assert caught.value.detail == "it has 17 passes: at most 16 are allowed"


def test_only_double_buffered_targets_count_twice(context: Context) -> None:
    target = Target(name="t", floating=True, persistent=True)

    def bytes_of(read: str) -> None:
        effect = make_effect(
            one_pass(f"color = vec4(1.0) + {read};", "uniform sampler2D t;", target="t"),
            one_pass("color = texture(t, vec2(0.5));", "uniform sampler2D t;"),
            targets=(target,),
        )
        timeline = Timeline(effect, {}, Rising(), 1, 10)
        EffectRenderer(
            context, effect, timeline, SIZE, {}, MemoryBudget(effect, SIZE[0] * SIZE[1] * 16)
        )

    bytes_of("vec4(0.0)")
    with pytest.raises(ToqiboxError):
        bytes_of("texture(t, vec2(0.5))")


def test_features_of_later_glsl_versions_are_accepted(context: Context) -> None:
    """GLSL 4.50 converts an int to a uint implicitly; 3.30 does not."""
    body = "uint a = 5; int b = 3; uint c = b; color = vec4(float(a + c) / 10.0);"
    seen = draw_frame(make_renderer(context, make_effect(one_pass(body, ""))))
    assert seen[0, 0].tolist() == [204] * 4


def test_the_output_has_the_requested_size(context: Context) -> None:
    renderer = make_renderer(context, isf("void main() { gl_FragColor = vec4(1.0); }"))
    renderer.draw(0)
    assert read_pixels(renderer.output).shape == (SIZE[1], SIZE[0], 4)
