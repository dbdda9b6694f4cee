"""Box means of a texture: a smaller copy of it, and a pyramid of smaller copies.

They replace a driver's mipmaps where every driver and browser has to draw the same image: the
filter and rounding of mipmaps are left to the driver (OpenGL 3.3, 3.8.14), and some truncate, which
makes each level half a step of 8 bits darker than the one before.
"""

from server.render.gl.context import Context, Size
from server.render.gl.draw_call import draw_once
from server.render.gl.render_target import RenderTarget, TextureSource

_MEAN = """#version 330 core
uniform sampler2D source;
out vec4 color;
vec4 mean(vec2 low, vec2 high) {  // of a rectangle, in pixels of the source
    ivec2 end = min(ivec2(ceil(high)), textureSize(source, 0));
    vec4 sum = vec4(0.0);
    float total = 0.0;
    for (int y = int(low.y); y < end.y; y++) {
        float rows = min(high.y, float(y + 1)) - max(low.y, float(y));
        for (int x = int(low.x); x < end.x; x++) {
            float weight = rows * (min(high.x, float(x + 1)) - max(low.x, float(x)));
            sum += weight * texelFetch(source, ivec2(x, y), 0);
            total += weight;
        }
    }
    return sum / total;
}
"""

_REDUCE = (
    _MEAN
    + """
uniform vec2 size;  // of the result
void main() {
    vec2 scale = vec2(textureSize(source, 0)) / size;
    color = mean((gl_FragCoord.xy - 0.5) * scale, (gl_FragCoord.xy + 0.5) * scale);
}
"""
)

# Level 1 is lowest, each next one above it, half as wide and high, rounded up.
_PYRAMID = (
    _MEAN
    + """
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), full = textureSize(source, 0), size = (full + 1) / 2;
    int block = 2;
    while (at.y >= size.y) {
        at.y -= size.y;
        size = (size + 1) / 2;
        block *= 2;
    }
    color = vec4(0.0);
    if (at.x < size.x) color = mean(vec2(at * block), vec2(min((at + 1) * block, full)));
}
"""
)


def downscale(context: Context, source: TextureSource, size: Size) -> RenderTarget:
    """Return a copy of `size`, at most the source's, whose pixels are means of areas."""
    reduced = RenderTarget(context, size)
    draw_once(context, _REDUCE, reduced, {"source": source}, size=size)
    return reduced


def build_pyramid(context: Context, source: TextureSource, size: Size, levels: int) -> RenderTarget:
    """Return levels 1 to `levels` of a source of `size` in one render target of floats.

    A pixel of level n is the mean of a block of 2^n by 2^n. Level 1 is lowest, each next one above
    it, half as wide and high, rounded up.
    """
    heights = [-(-size[1] >> level) for level in range(1, levels + 1)]
    pyramid = RenderTarget(context, ((size[0] + 1) // 2, sum(heights)), floating=True)
    draw_once(context, _PYRAMID, pyramid, {"source": source})
    return pyramid
