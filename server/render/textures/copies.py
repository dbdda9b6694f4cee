"""Copies of textures that OpenGL cannot sample directly: upside down, or as faces of a cube."""

import struct
from collections.abc import Sequence

from server.render.gl.context import Context, Size, Texture
from server.render.gl.cubemap import FACES, CubeTarget
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.render_target import RenderTarget, TextureSource

_FLIP = """#version 330 core
uniform sampler2D source;
out vec4 color;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    color = texelFetch(source, ivec2(at.x, textureSize(source, 0).y - 1 - at.y), 0);
}
"""

# The central square of the source, upside down.
_FACE = """#version 330 core
uniform sampler2D source;
uniform float edge;
out vec4 color;
void main() {
    vec2 size = vec2(textureSize(source, 0));
    vec2 at = gl_FragCoord.xy / edge - 0.5;
    vec2 part = min(size.x, size.y) / size;
    color = texture(source, 0.5 + vec2(at.x, -at.y) * part);
}
"""


class FlippedCopy(TextureSource):
    """An upside-down copy of a 2D texture, redrawn if the texture changes."""

    texture: Texture

    def __init__(self, context: Context, source: TextureSource) -> None:
        self._source = source
        floating = source.texture.dtype == "f4"
        self._render_target = RenderTarget(context, _size(source), floating=floating)
        self._draw = DrawCall(
            context, context.program(FULLSCREEN_VERTEX, _FLIP), {"source": source}
        )
        super().__init__(self._render_target.texture)

    @staticmethod
    def size_bytes(source: TextureSource) -> int:
        """Return the bytes that a copy of `source` takes."""
        width, height = _size(source)
        return width * height * (16 if source.texture.dtype == "f4" else 4)

    def refresh(self) -> None:
        """Redraw the copy if the source has changed."""
        self._source.refresh()
        if _size(self._source) != self._render_target.size:
            self._render_target.resize(_size(self._source))
        self._draw.render_to(self._render_target)
        self.texture, self.version = self._render_target.texture, self._render_target.version


def _size(source: TextureSource) -> Size:
    texture = source.texture
    assert isinstance(texture, Texture)
    return texture.size


def make_cube(context: Context, sources: Sequence[TextureSource], edge: int) -> CubeTarget:
    """Create a cube whose faces show `sources` in turn, each cropped to its central square.

    They are upright seen from inside with y up, x to the right and z ahead.
    """
    cube = CubeTarget(context, (edge, edge))
    render_target = RenderTarget(context, (edge, edge))
    for face in range(FACES):
        views = {"source": sources[face % len(sources)]}
        draw = DrawCall(context, context.program(FULLSCREEN_VERTEX, _FACE), views)
        draw.set("edge", struct.pack("=f", edge))
        draw.render_to(render_target)
        cube.copy_face(face, render_target)
        draw.release()
    render_target.release()
    return cube
