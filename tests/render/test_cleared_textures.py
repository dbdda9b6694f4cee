"""A shader never sees what was in the memory of its textures before."""

from collections.abc import Iterator

import numpy as np
import pytest

from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.harness.rendering import effect_of

_SIZE = (64, 36)
_PASSES = """/*{"ISFVSN": "2", "INPUTS": [], "PASSES": [
    {"TARGET": "kept", "PERSISTENT": true, "FLOAT": true}, {"TARGET": "later"}, {}]}*/
"""
MARK = _PASSES + "void main() { gl_FragColor = vec4(0.7 + 0.1 * float(PASSINDEX)); }\n"
"""Fills its targets, in every frame."""
LEAK = (
    _PASSES
    + """
void main() {
    vec2 at = isf_FragNormCoord;
    if (PASSINDEX == 0) {
        vec4 seen = abs(IMG_THIS_PIXEL(kept)) + IMG_THIS_PIXEL(later);
        for (int level = 1; level < 7; level++) {
            seen += abs(textureLod(kept, at, float(level))) + textureLod(later, at, float(level));
            seen += abs(texelFetch(kept, ivec2(0), level)) + texelFetch(later, ivec2(1), level);
        }
        gl_FragColor = seen;
    } else if (PASSINDEX == 1) {
        gl_FragColor = vec4(0.0);
    } else {
        gl_FragColor = vec4(IMG_THIS_PIXEL(kept).rgb + IMG_THIS_PIXEL(kept).a, 1.0);
    }
}
"""
)
"""Shows all that is in targets that it has not drawn yet, and in missing mip levels."""


@pytest.fixture(scope="module")
def own() -> Iterator[Context]:
    with Context() as context:
        yield context


def _draw(
    context: Context, source: str, frames: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    spec = SceneSpec(effects=(effect_of(source),), size=_SIZE, fps=10, frames=10, fit="cover")
    scene = Scene(context, spec)
    scene.begin(0)
    for frame in range(frames):
        scene.draw(frame)
    pixels = read_rgba(scene.output)
    del scene
    context.collect()
    return pixels


def test_targets_of_another_scene_are_never_seen(own: Context) -> None:
    assert _draw(own, MARK, 3)[..., 0].min() > 200
    for _ in range(3):
        assert (_draw(own, LEAK, 2) == (0, 0, 0, 255)).all()


@pytest.mark.parametrize("floating", [False, True])
@pytest.mark.parametrize("components", [1, 2, 4])
def test_a_new_texture_is_empty(own: Context, components: int, floating: bool) -> None:
    for _ in range(4):  # memory that was released is given out again
        texture = own.texture(_SIZE, components, floating=floating)
        assert not any(texture.read(alignment=1))
        texture.write(b"\x3f" * (64 * 36 * components * (4 if floating else 1)), alignment=1)
        texture.release()
