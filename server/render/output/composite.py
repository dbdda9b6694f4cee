"""A texture over another by straight alpha: the input of the next effect of a chain."""

from server.render.gl.context import Context, Size
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.render_target import RenderTarget, TextureSource

_OVER = """#version 330 core
uniform sampler2D above;
uniform sampler2D below;
out vec4 color;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 upper = clamp(texelFetch(above, at, 0), 0.0, 1.0);
    color = vec4(mix(texelFetch(below, at, 0).rgb, upper.rgb, upper.a), 1.0);
}
"""


class Composite:
    """`above` over `below`, both of `size`; `output` is opaque."""

    def __init__(
        self, context: Context, size: Size, above: TextureSource, below: TextureSource
    ) -> None:
        self.output = RenderTarget(context, size)
        sources = {"above": above, "below": below}
        self._draw = DrawCall(context, context.program(FULLSCREEN_VERTEX, _OVER), sources)

    def draw(self) -> None:
        """Draw the composite if either texture has changed."""
        self._draw.render_to(self.output)
