"""Proof of opacity: only what cannot change is proven."""

import pytest

from server.render.gl.context import Context
from server.render.gl.draw_call import FULLSCREEN_VERTEX
from tests.render.drawing import SIZE, isf, make_effect, make_renderer, one_pass

INPUT = '{"INPUTS": [{"NAME": "some", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 1}]}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("gl_FragColor = vec4(some, some, some, 1.0);", True),
        ("gl_FragColor = vec4(1.0); gl_FragColor.a += 0.0 * gl_FragCoord.x;", True),
        (
            "if (some > 0.5) gl_FragColor = vec4(1.0); else gl_FragColor = vec4(vec3(0.2), 1.0);",
            True,
        ),
        ("gl_FragColor = vec4(1.0, 1.0, 1.0, some);", False),
        ("gl_FragColor = vec4(1.0, 1.0, 1.0, 0.5);", False),
        ("gl_FragColor = vec4(gl_FragCoord.x < 63.0);", False),
        ("gl_FragColor = vec4(1.0); if (some < 0.5) discard;", False),
        ("gl_FragColor = vec4(1.0); if (gl_FragCoord.y < 1.0) discard;", False),
    ],
)
def test_an_effect(context: Context, body: str, expected: bool) -> None:
    renderer = make_renderer(context, isf(f"void main() {{ {body} }}", INPUT))
    assert renderer.is_opaque is expected


def test_a_shader_without_a_dialect(context: Context) -> None:
    assert make_renderer(context, make_effect(one_pass("color = vec4(1.0);", ""))).is_opaque


def test_a_vertex_shader_that_may_leave_pixels_out(context: Context) -> None:
    moved = FULLSCREEN_VERTEX.replace("void main", "uniform float some;\nvoid main")
    moved = moved.replace("0.0, 1.0);", "some, 1.0);")
    effect = make_effect(one_pass("color = vec4(1.0);", ""))
    assert moved.count("some") == 2
    changed = effect.passes[0].__class__(vertex=moved, fragment=effect.passes[0].fragment)
    assert not make_renderer(context, make_effect(changed)).is_opaque


def test_proving_leaves_the_frame_as_it_was(context: Context) -> None:
    renderer = make_renderer(
        context, isf("void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }")
    )
    renderer.draw(0)
    before = renderer.output.read()
    assert renderer.is_opaque
    renderer.draw(1)
    assert renderer.output.read() == before
    assert renderer.output.size == SIZE
