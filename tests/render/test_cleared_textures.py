"""A shader never sees what was in the memory of its textures before."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.cubemap import CubeTarget
from server.render.gl.pixels import read_rgba
from server.render.gl.render_target import RenderTarget, RenderTargets
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


_MARK = b"\x3f"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """A context of a driver that gives out memory in which other textures were, unlike Mesa's."""
    with Context() as context:
        gl: Any = context._gl
        for name, faces in (("texture", 1), ("texture_cube", 6)):
            monkeypatch.setattr(gl, name, _dirty(getattr(gl, name), faces))
        yield context


def _dirty(create: Callable[..., Any], faces: int) -> Callable[..., Any]:
    def create_dirty(
        size: tuple[int, int], components: int, data: Any = None, dtype: str = "f1", **more: Any
    ) -> Any:
        if data is None:
            data = _MARK * (size[0] * size[1] * components * faces * int(dtype[1]))
        return create(size, components, data, dtype=dtype, **more)

    return create_dirty


def _draw(context: Context, source: str, frames: int) -> NDArray[np.uint8]:
    spec = SceneSpec(effects=(effect_of(source),), size=_SIZE, fps=10, frames=10, fit="cover")
    scene = Scene(context, spec)
    scene.begin(0)
    for frame in range(frames):
        scene.draw(frame)
    return read_rgba(scene.output)


def test_what_is_in_the_memory_of_a_target_is_never_seen(own: Context) -> None:
    assert _draw(own, MARK, 3)[..., 0].min() > 200
    for _ in range(3):
        assert (_draw(own, LEAK, 2) == (0, 0, 0, 255)).all()


@pytest.mark.parametrize("floating", [False, True])
@pytest.mark.parametrize("components", [1, 2, 4])
def test_a_new_texture_is_empty(own: Context, components: int, floating: bool) -> None:
    texture = own.texture(_SIZE, components, floating=floating)
    assert not any(texture.read(alignment=1))


def test_new_render_targets_are_empty(own: Context) -> None:
    target = RenderTarget(own, _SIZE, double_buffered=True)
    target.resize((8, 4))
    assert not any(target.read())
    targets = RenderTargets(own, 2, _SIZE, 4)
    assert not any(targets.framebuffer.read(components=4, attachment=1, alignment=1))
    cube = CubeTarget(own, (8, 8), double_buffered=True)
    assert not any(cube.read())
