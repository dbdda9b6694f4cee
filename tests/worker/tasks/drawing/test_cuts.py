"""A sequential effect drawn in two segments equals one segment, in every dialect."""

from pathlib import Path

import pytest

from server.render.effect import checkpoint
from server.render.gl.context import Context
from server.render.scene import Scene
from tests.harness.rendering import MakeTask, effect_of
from tests.render.drawing import TRAIL

LAST = 6

BUFFERS = """// Pass: Buffer A
// iChannel0: buffer B (mipmap)
// iChannel1: buffer A
void mainImage(out vec4 color, vec2 at) {
    vec2 uv = at / iResolution.xy;
    color = textureLod(iChannel0, uv, 2.0) + 0.5 * texture(iChannel1, uv + 0.02) + 0.01 + iTime;
}
// Pass: Buffer B
// iChannel0: buffer A
// iChannel1: buffer B
void mainImage(out vec4 color, vec2 at) {
    color = fract(0.7 * texelFetch(iChannel0, ivec2(at), 0) + texelFetch(iChannel1, ivec2(at), 0));
    color.x += at.x * 0.001;
}
// Pass: Image
// iChannel0: buffer B
void mainImage(out vec4 color, vec2 at) { color = texture(iChannel0, at / iResolution.xy); }
"""
CUBE = """// Pass: Cube A
// iChannel0: cube A
void mainCubemap(out vec4 color, vec2 at, vec3 from, vec3 to) {
    color = texture(iChannel0, to.yzx) * 0.9 + vec4(abs(to) * 0.1, 1.0);
}
// Pass: Image
// iChannel0: cube A
void mainImage(out vec4 color, vec2 at) {
    color = texture(iChannel0, vec3(at / iResolution.xy - 0.5, 0.3));
}
"""
BACKBUFFER = """uniform sampler2D backbuffer;
uniform vec2 u_resolution;
void main() {
    vec2 uv = gl_FragCoord.xy / u_resolution;
    gl_FragColor = texture2D(backbuffer, uv + 0.01) + vec4(0.03, uv * 0.1, 0.2);
}
"""
DISSOLVE = """vec4 transition(vec2 uv) {
    return mix(getFromColor(uv), getToColor(uv), step(uv.x, progress));
}
"""
PLAIN = """uniform float u_time;
uniform sampler2D u_picture;
void main() { gl_FragColor = 0.5 * texelFetch(u_picture, ivec2(gl_FragCoord.xy), 0); }
"""
KINDS = {
    "isf": (TRAIL,),
    "shadertoy": (BUFFERS,),
    "cube": (CUBE,),
    "fragment": (BACKBUFFER,),
    "chain": (TRAIL, BUFFERS, PLAIN, CUBE, DISSOLVE, BACKBUFFER),
}


@pytest.mark.parametrize("kind", KINDS)
def test_two_segments_equal_one(
    make_task: MakeTask, tmp_path: Path, context: Context, kind: str
) -> None:
    chain = tuple(
        effect_of(source, id=f"e{at}", file=f"e{at}.glsl") for at, source in enumerate(KINDS[kind])
    )
    job = make_task("", effects=chain, frames=LAST, cube_edge=8).scene
    scene = Scene(context, job)
    assert scene.sequential
    scene.begin(0)
    whole = _drawn(scene, 0, LAST)
    assert len(set(whole)) == LAST
    for cut in (1, 3):
        scene.begin(0)
        assert _drawn(scene, 0, cut) == whole[:cut]
        checkpoint.save(tmp_path / "state", cut, scene.persistent_targets)
        scene.begin(0)
        _drawn(scene, 4, 5)  # frames drawn in between must not matter
        scene.begin(cut)
        checkpoint.load(tmp_path / "state", cut, scene.persistent_targets)
        assert _drawn(scene, cut, LAST) == whole[cut:]


def _drawn(scene: Scene, first: int, last: int) -> list[bytes]:
    """Return the composite of every frame."""
    frames = []
    for frame in range(first, last):
        scene.draw_effects(frame)
        scene.composite.draw()
        frames.append(scene.composite.output.read())
    return frames
