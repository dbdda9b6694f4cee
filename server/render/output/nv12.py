"""RGBA to NV12 in shaders: BT.709 (ITU-R BT.709-6, items 3.4 and 3.5), limited range, top-down.

Where the effect is transparent the layer below shows. Chroma is sited as H.264 has it by default
(type 0): level with the left one of two columns, between two rows. Before rounding, ordered dither
of less than half a step is added, so that gradients keep their levels and a flat colour stays
within one step.
"""

from collections.abc import Mapping

from server.render.gl.context import Buffer, Context, Size
from server.render.gl.draw_call import BAYER_DITHER, FULLSCREEN_VERTEX, DrawCall
from server.render.gl.extensions import row_length
from server.render.gl.render_target import RenderTargets, TextureSource

_COMMON = """
uniform sampler2D above;
ivec2 last = textureSize(above, 0) - 1;
ivec2 turned(ivec2 at) { return ivec2(clamp(at.x, 0, last.x), last.y - at.y); }
const vec3 WEIGHTS = vec3(0.2126, 0.7152, 0.0722);
"""

_OPAQUE = """
vec3 picture(ivec2 at) { return clamp(texelFetch(above, turned(at), 0).rgb, 0.0, 1.0); }
"""

_OVER = """
uniform sampler2D below;
vec3 picture(ivec2 at) {
    vec4 upper = clamp(texelFetch(above, turned(at), 0), 0.0, 1.0);
    return mix(texelFetch(below, turned(at), 0).rgb, upper.rgb, upper.a);
}
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

# One draw reads each pixel once for both planes, and the column to the left of a block once more.
_BLOCK = """
layout(location = 0) out PIXELS upper;
layout(location = 1) out PIXELS lower;
layout(location = 2) out PIXELS pairs;
float luma(vec3 color, ivec2 at) {
    return (16.0 + 219.0 * dot(color, WEIGHTS) + ordered(at)) / 255.0;
}
vec2 chroma(vec3 sum, ivec2 at) {
    vec3 mean = sum / 8.0;
    vec2 difference = (mean.br - dot(mean, WEIGHTS)) / vec2(1.8556, 1.5748);
    return (128.0 + 224.0 * difference + ordered(at)) / 255.0;
}
void main() {
    ivec2 block = ivec2(gl_FragCoord.xy), at = block * ivec2(WIDE, 2);
    ivec2 pair = block * ivec2(WIDE / 2, 1);
    vec3 upper_left = rgb(at - ivec2(1, 0)), lower_left = rgb(at + ivec2(-1, 1));
    for (int x = 0; x < WIDE; x += 2) {
        vec3 upper_color = rgb(at), lower_color = rgb(at + ivec2(0, 1));
        vec3 upper_right = rgb(at + ivec2(1, 0)), lower_right = rgb(at + ivec2(1, 1));
        upper[x] = luma(upper_color, at);
        upper[x + 1] = luma(upper_right, at + ivec2(1, 0));
        lower[x] = luma(lower_color, at + ivec2(0, 1));
        lower[x + 1] = luma(lower_right, at + ivec2(1, 1));
        vec3 sum = 2.0 * (upper_color + lower_color);
        sum += upper_left + upper_right;
        sum += lower_left + lower_right;
        vec2 difference = chroma(sum, pair);
        pairs[x] = difference.x;
        pairs[x + 1] = difference.y;
        upper_left = upper_right;
        lower_left = lower_right;
        at.x += 2;
        pair.x += 1;
    }
}
"""


class Nv12Converter:
    """The two planes of a frame: luma (W x H bytes) and chroma (W/2 x H/2 pairs of Cb, Cr).

    They are drawn in blocks of two rows and of four pixels, or two if the width requires it: the
    luma of the upper row, that of the lower one, and the pairs are a texel each of three textures.
    On a software renderer that takes a third of the time of a draw for each plane.

    Args:
        context: the context to draw in.
        size: width and height of the frame, both even.
        above: the effect's output, straight alpha.
        below: the opaque layer below it; None if `above` is opaque.
    """

    def __init__(
        self,
        context: Context,
        size: Size,
        above: TextureSource,
        below: TextureSource | None,
    ) -> None:
        self._context = context
        self._size = size
        self._block_width = 2 if size[0] % 4 else 4
        self._sources = {"above": above, "below": below} if below else {"above": above}
        self.frame_bytes = size[0] * size[1] * 3 // 2
        """Of a whole frame."""
        grid = (size[0] // self._block_width, size[1] // 2)
        self._targets = RenderTargets(context, 3, grid, self._block_width)
        self._plain_draw = self._make_draw_call(_PLAIN, self._sources)
        self._dimmed_draw: DrawCall | None = None

    def _make_draw_call(self, source: str, sources: Mapping[str, TextureSource]) -> DrawCall:
        wide = self._block_width
        sizes = f"#version 330 core\n#define PIXELS vec{wide}\nconst int WIDE = {wide};\n"
        picture = _OVER if "below" in sources else _OPAQUE
        text = sizes + _COMMON + picture + source + BAYER_DITHER + _BLOCK
        return DrawCall(self._context, self._context.program(FULLSCREEN_VERTEX, text), sources)

    def set_gains(self, gains: TextureSource | None) -> None:
        """Set the gains of frames that are drawn with `dimmed`; see gain_map.py."""
        if self._dimmed_draw is not None:
            self._dimmed_draw.release()
        sources = {**self._sources, "gains": gains} if gains else None
        self._dimmed_draw = self._make_draw_call(_DIMMED, sources) if sources else None

    def draw(self, *, dimmed: bool = False) -> bool:
        """Convert the frame if it has changed; return True if it had."""
        draw_call = self._dimmed_draw if dimmed else self._plain_draw
        assert draw_call is not None, "only gains dim"
        return draw_call.render_to(self._targets)

    def read_into(self, destination: Buffer | memoryview) -> None:
        """Copy the planes, luma first, rows from the top, tightly packed."""
        width, height = self._size
        row = width // self._block_width
        framebuffer, components = self._targets.framebuffer, self._block_width

        def read(attachment: int, at: int) -> None:
            framebuffer.read_into(
                destination,
                components=components,
                attachment=attachment,
                alignment=1,
                write_offset=at,
            )

        with row_length(2 * row):
            read(0, 0)
            read(1, width)
        read(2, width * height)

    def read(self) -> bytes:
        """Read the frame as NV12."""
        frame = bytearray(self.frame_bytes)
        self.read_into(memoryview(frame))
        return bytes(frame)
