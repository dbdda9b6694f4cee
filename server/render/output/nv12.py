"""RGBA to NV12 in shaders: BT.709 (ITU-R BT.709-6, items 3.4 and 3.5), limited range, top-down.

Where the effect is transparent the layer below shows. Chroma is sited as H.264 has it by default
(type 0): level with the left one of two columns, between two rows. Before rounding, ordered dither
of less than half a step is added, so that gradients keep their levels and a flat colour stays
within one step.
"""

from collections.abc import Mapping

from server.render.gl.context import Buffer, Context, Size
from server.render.gl.draw_call import BAYER_DITHER, FULLSCREEN_VERTEX, DrawCall
from server.render.gl.render_target import RenderTarget, TextureSource

_COMMON = """#version 330 core
uniform sampler2D above;
uniform sampler2D below;
ivec2 last = textureSize(above, 0) - 1;
vec3 picture(ivec2 at) {
    ivec2 turned = ivec2(clamp(at.x, 0, last.x), last.y - at.y);
    vec4 upper = clamp(texelFetch(above, turned, 0), 0.0, 1.0);
    return mix(texelFetch(below, turned, 0).rgb, upper.rgb, upper.a);
}
const vec3 WEIGHTS = vec3(0.2126, 0.7152, 0.0722);
"""

_PLAIN = """
vec3 rgb(ivec2 at) { return picture(at); }
"""

# Multiplying linear light ((c + 0.055) / 1.055) ^ 2.4 by a gain means multiplying c + 0.055. The
# larger of the two results is exact on either side of the end of sRGB's linear part, and off by at
# most a hundredth for values that a strong gain moves across it.
_DIMMED = """
uniform sampler2D gains;
vec3 rgb(ivec2 at) {
    vec2 place = (vec2(at) + 0.5) / vec2(last + 1);
    vec2 gain = texture(gains, vec2(place.x, 1.0 - place.y)).rg;
    vec3 color = picture(at);
    return max((color + 0.055) * gain.r - 0.055, color * gain.g);
}
"""

_LUMA = """
float luma(ivec2 at) {
    return (16.0 + 219.0 * dot(rgb(at), WEIGHTS) + ordered(at)) / 255.0;
}
"""

_LUMA_BYTE = """
out float pixel;
void main() {
    pixel = luma(ivec2(gl_FragCoord.xy));
}
"""

_LUMA_FOUR_BYTES = """
out vec4 pixels;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy) * ivec2(4, 1);
    pixels = vec4(luma(at), luma(at + ivec2(1, 0)), luma(at + ivec2(2, 0)), luma(at + ivec2(3, 0)));
}
"""

_CHROMA = """
out vec2 chroma;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 left = at * 2;
    vec3 sum = 2.0 * (rgb(left) + rgb(left + ivec2(0, 1)));
    sum += rgb(left + ivec2(-1, 0)) + rgb(left + ivec2(1, 0));
    sum += rgb(left + ivec2(-1, 1)) + rgb(left + ivec2(1, 1));
    vec3 mean = sum / 8.0;
    vec2 difference = (mean.br - dot(mean, WEIGHTS)) / vec2(1.8556, 1.5748);
    chroma = (128.0 + 224.0 * difference + ordered(at)) / 255.0;
}
"""


class Nv12Converter:
    """The two planes of a frame: luma (W x H bytes) and chroma (W/2 x H/2 pairs of Cb, Cr).

    If the width allows it, four bytes of luma are drawn as one RGBA pixel: on a software renderer
    that takes half the time.

    Args:
        context: the context to draw in.
        size: width and height of the frame, both even.
        above: the effect's output, straight alpha.
        below: the opaque layer below it.
    """

    def __init__(
        self,
        context: Context,
        size: Size,
        above: TextureSource,
        below: TextureSource,
    ) -> None:
        width, height = size
        self._pixels_per_texel = 1 if width % 4 else 4
        self._context = context
        self._sources = {"above": above, "below": below}
        self.frame_bytes = width * height * 3 // 2
        """Of a whole frame."""
        self.luma = RenderTarget(
            context, (width // self._pixels_per_texel, height), self._pixels_per_texel
        )
        self.chroma = RenderTarget(context, (width // 2, height // 2), 2)
        self._plain_draws = self._make_draw_calls(_PLAIN, self._sources)
        self._dimmed_draws: list[tuple[DrawCall, RenderTarget]] = []

    def _make_draw_calls(
        self, source: str, sources: Mapping[str, TextureSource]
    ) -> list[tuple[DrawCall, RenderTarget]]:
        luma = (
            _COMMON
            + source
            + BAYER_DITHER
            + _LUMA
            + (_LUMA_FOUR_BYTES if self._pixels_per_texel == 4 else _LUMA_BYTE)
        )
        chroma = _COMMON + source + BAYER_DITHER + _CHROMA
        return [
            (
                DrawCall(self._context, self._context.program(FULLSCREEN_VERTEX, text), sources),
                render_target,
            )
            for text, render_target in ((luma, self.luma), (chroma, self.chroma))
        ]

    def set_gains(self, gains: TextureSource | None) -> None:
        """Set the gains of frames that are drawn with `dimmed`; see gain_map.py."""
        for draw, _ in self._dimmed_draws:
            draw.release()
        self._dimmed_draws = (
            self._make_draw_calls(_DIMMED, {**self._sources, "gains": gains}) if gains else []
        )

    def draw(self, *, dimmed: bool = False) -> bool:
        """Convert the frame if it has changed; return True if it had."""
        draws = self._dimmed_draws if dimmed else self._plain_draws
        drawn = [draw.render_to(render_target) for draw, render_target in draws]
        return any(drawn)

    def read_into(self, destination: Buffer | memoryview) -> None:
        """Copy the planes, luma first, rows from the top, tightly packed."""
        at = 0
        for plane in (self.luma, self.chroma):
            parts = plane.components
            plane.framebuffer.read_into(destination, components=parts, alignment=1, write_offset=at)
            at += plane.size[0] * plane.size[1] * parts
