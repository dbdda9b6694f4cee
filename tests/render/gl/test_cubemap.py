"""Cubes drawn by passes, face by face."""

from pathlib import Path

import numpy as np
import pytest

from server.effects.effect import Builtin, Channel, Filter, Target
from server.errors import ToqiboxError
from server.render.effect import checkpoint
from server.render.effect.renderer import EffectRenderer
from server.render.gl.context import Context
from tests.render.drawing import draw_frame, make_effect, make_renderer, one_pass

WAYS = ("1, 0, 0", "-1, 0, 0", "0, 1, 0", "0, -1, 0", "0, 0, 1", "0, 0, -1")
NEAR = Channel(uniform="cube", source="cube", filter=Filter.NEAREST)
LOOK = "".join(f"if (int(gl_FragCoord.x) == {i}) way = vec3({way});" for i, way in enumerate(WAYS))
"""Column i of the output looks at face i."""


def _cube_renderer(
    context: Context, body: str, declarations: str = "", persistent: bool = False
) -> EffectRenderer:
    target = Target(name="cube", cube=True, width="8", floating=True, persistent=persistent)
    return make_renderer(
        context,
        make_effect(
            one_pass(body, f"uniform int face; {declarations}", NEAR, target="cube"),
            one_pass(f"vec3 way = vec3(1); {LOOK} color = texture(cube, way);",
                     "uniform samplerCube cube;", NEAR),
            targets=(target,),
            uniforms={"face": Builtin.FACE, "FRAMEINDEX": Builtin.FRAME_INDEX,
                      "RENDERSIZE": Builtin.RENDER_SIZE},
        ),
    )  # fmt: skip


def test_each_face_is_drawn(context: Context) -> None:
    body = "color = vec4(float(face) / 10.0, RENDERSIZE / 100.0, 1.0);"
    renderer = _cube_renderer(context, body, "uniform vec2 RENDERSIZE;")
    seen = draw_frame(renderer)[0, :6]
    np.testing.assert_allclose(seen[:, 0], np.arange(6) * 25.5, atol=0.6)
    np.testing.assert_allclose(seen[:, 1:3], 255 * 0.08, atol=0.6)
    assert context.draw_count == 6 + 1
    renderer.draw(1)
    assert context.draw_count == 6 + 1  # nothing changes


def test_a_pixel_is_at_its_coordinates(context: Context) -> None:
    """As if the face were drawn directly: s = x, t = y of OpenGL's table of cube faces."""
    target = Target(name="cube", cube=True, width="8")
    renderer = make_renderer(
        context,
        make_effect(
            one_pass("color = vec4(floor(gl_FragCoord.xy) / 255.0, 0.0, 1.0);", "", target="cube"),
            one_pass(
                """vec2 st = (floor(gl_FragCoord.xy) + 0.5) / 8.0 * 2.0 - 1.0;
                color = texture(cube, vec3(1.0, -st.y, -st.x));""",
                "uniform samplerCube cube;", NEAR,
            ),
            targets=(target,),
        ),
    )  # fmt: skip
    seen = draw_frame(renderer)[::-1][:8, :8]
    assert seen[..., 0].tolist() == [list(range(8))] * 8
    assert seen[..., 1].T.tolist() == [list(range(8))] * 8


ADD = """vec3 way = vec3(1); int i = face;
    if (i == 0) way = vec3(1, 0, 0); if (i == 1) way = vec3(-1, 0, 0);
    if (i == 2) way = vec3(0, 1, 0); if (i == 3) way = vec3(0, -1, 0);
    if (i == 4) way = vec3(0, 0, 1); if (i == 5) way = vec3(0, 0, -1);
    color = texture(cube, way) + vec4(float(face + 1) / 255.0);"""


def test_a_cube_that_samples_itself_sees_the_content_before(
    context: Context, tmp_path: Path
) -> None:
    renderer = _cube_renderer(context, ADD, "uniform samplerCube cube;", persistent=True)
    renderer.begin(0)
    for frame in range(3):
        expected = [(frame + 1) * (face + 1) for face in range(6)]
        np.testing.assert_allclose(draw_frame(renderer, frame)[0, :6, 0], expected, atol=0.1)
    checkpoint.save(tmp_path / "state", 3, renderer.persistent_targets)
    renderer.begin(0)
    assert draw_frame(renderer, 0)[0, 5, 0] == 6
    renderer.begin(3)
    checkpoint.load(tmp_path / "state", 3, renderer.persistent_targets)
    assert draw_frame(renderer, 3)[0, :6, 0].tolist() == [4, 8, 12, 16, 20, 24]


def test_a_cube_cannot_be_the_output(context: Context) -> None:
    with pytest.raises(ToqiboxError, match="cube") as caught:
        make_renderer(
            context,
            make_effect(
                one_pass("color = vec4(1.0);", "", target="cube"),
                targets=(Target(name="cube", cube=True, width="4"),),
            ),
        )
    assert caught.value.code == "shader_rejected"


def test_a_cube_counts_six_times(context: Context) -> None:
    with pytest.raises(ToqiboxError, match="MiB"):
        make_renderer(
            context,
            make_effect(
                one_pass("color = vec4(1.0);", "", target="cube"),
                one_pass("color = vec4(1.0);", ""),
                targets=(Target(name="cube", cube=True, width="2200", floating=True),),
            ),
        )
