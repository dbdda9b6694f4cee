"""The photo fitted into the frame: never stretched, drawn once.

    cover    fills the frame, centred, cropped
    contain  the whole photo, centred, with black bars
    blur     as cover if the photo's shape is close to the frame's, cropping less above than below;
             else the whole photo, centred, which goes over into a larger copy of it, blurred and
             darkened

Resizing uses a Lanczos filter of 3 lobes, first along one axis and then along the other, on a box
mean of the photo that is less than twice too large. No driver mipmaps are used: some drivers
truncate where others round, each level half a step of 8 bits darker than the one before, and the
browser's player must draw the same image as the server.
"""

import math
from dataclasses import dataclass

from server.errors import ToqiboxError
from server.messages import message
from server.protocol.scene import FITS
from server.render.gl.context import Context, Size
from server.render.gl.draw_call import BAYER_DITHER, draw_once
from server.render.gl.render_target import RenderTarget, TextureSource
from server.render.textures.box_mean import build_pyramid, downscale
from server.render.textures.image import ImageTexture

_MAX_CROP_RATIO = 1.34
"""Shapes are similar up to this ratio, as 4:3 and 16:9 are: at most a quarter is cropped."""
_TOP_CROP = 0.2
"""Share of a cropped height that is cut above: heads are in the upper half."""
_BACKDROP_BRIGHTNESS = 0.6
"""Brightness of the copy around the photo, far from it."""

_RESAMPLE = """#version 330 core
uniform sampler2D source;
uniform float vertical;
uniform vec2 place;  // along the axis, in source pixels: where the frame begins, size of a pixel
out vec4 color;
const float LOBES = 3.0;
const float PI = 3.14159265358979;
vec2 turned(vec2 at, vec2 by) {
    return vec2(at.x * by.x - at.y * by.y, at.x * by.y + at.y * by.x);
}
int mirrored(int k, int last) {
    int period = 2 * (last + 1);
    k -= period * int(floor(float(k) / float(period)));  // % of less than 0 is undefined
    return min(k, period - 1 - k);
}
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    bool up = vertical > 0.5;
    int last = (up ? textureSize(source, 0).y : textureSize(source, 0).x) - 1;
    float stretch = max(place.y, 1.0);
    float center = place.x + (float(up ? at.y : at.x) + 0.5) * place.y;
    int first = int(floor(center - LOBES * stretch));
    int taps = int(ceil(2.0 * LOBES * stretch)) + 1;
    // The phases of sin(x) and sin(x / 3) as (cos, sin), and how far they turn from tap to tap: a
    // turn costs a processor a fraction of two sines.
    float x = PI * (float(first) + 0.5 - center) / stretch;
    vec2 wide = vec2(cos(x), sin(x)), narrow = vec2(cos(x / LOBES), sin(x / LOBES));
    vec2 wide_turn = vec2(cos(PI / stretch), sin(PI / stretch));
    vec2 narrow_turn = vec2(cos(PI / stretch / LOBES), sin(PI / stretch / LOBES));
    vec4 sum = vec4(0.0);
    float total = 0.0;
    for (int i = 0; i < taps; i++) {
        int k = mirrored(first + i, last);
        float p = x + float(i) * PI / stretch;
        float weight = LOBES * wide.y * narrow.y / (p * p);
        // Near 0 its series, since the phases' errors would be divided by p.
        if (abs(p) < 0.05) weight = 1.0 - p * p * (5.0 / 27.0);
        if (abs(p) >= LOBES * PI) weight = 0.0;
        sum += weight * texelFetch(source, up ? ivec2(at.x, k) : ivec2(k, at.y), 0);
        total += weight;
        wide = turned(wide, wide_turn);
        narrow = turned(narrow, narrow_turn);
    }
    color = sum / total;
}
"""

# The photo continues as its mirror image, more blurred with the distance, which turns into a
# strongly blurred larger copy: no edge shows, and what is far away is not seen twice. The pyramid's
# levels are enlarged by a cubic B-spline (a bilinear grid would show its corners) and the result is
# dithered, because such a smooth gradient would show its steps in 8 bits.
_COMPOSE = (
    "#version 330 core\n"
    + BAYER_DITHER
    + """
uniform sampler2D photo;
uniform sampler2D pyramid;
uniform float levels; // of the pyramid
uniform vec4 rect;   // left, bottom, right, top of the photo in pixels
uniform vec2 frame;
uniform float lit;
out vec4 color;
const float SPLINE = 0.65;   // standard deviation of a B-spline, in texels
const float DEVIATION = 0.075; // of the blur far from the photo, in short sides of the frame
const float NEAR = 0.16;      // distance over which the blur grows to that, in short sides
const float MIRROR = 0.3;     // distance over which the mirror image turns into the copy
const float FADE = 0.5;       // distance over which it becomes darker
vec4 cubic(float t) {
    float a = 1.0 - t;
    return vec4(a * a * a, 4.0 - 6.0 * t * t + 3.0 * t * t * t,
        4.0 - 6.0 * a * a + 3.0 * a * a * a, t * t * t) / 6.0;
}
// Level 1 and higher of the pyramid.
vec3 smoothly(vec2 place, int level) {
    ivec2 size = (ivec2(frame) + 1) / 2;
    int bottom = 0;
    for (int below = 1; below < level; below++) {
        bottom += size.y;
        size = (size + 1) / 2;
    }
    vec2 at = place / float(1 << level) - 0.5;
    ivec2 base = ivec2(floor(at));
    vec4 wx = cubic(fract(at.x)), wy = cubic(fract(at.y));
    vec3 sum = vec3(0.0);
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
            ivec2 k = clamp(base + ivec2(x - 1, y - 1), ivec2(0), size - 1);
            sum += wx[x] * wy[y] * texelFetch(pyramid, k + ivec2(0, bottom), 0).rgb;
        }
    }
    return sum;
}
// The photo at a place, blurred by a standard deviation, both in pixels of the frame.
vec3 blurred(vec2 place, float deviation) {
    float level = min(log2(max(deviation / SPLINE, 1.0)), levels);
    int lower = int(level), upper = min(lower + 1, int(levels));
    vec3 sharper = lower == 0 ? texelFetch(photo, ivec2(place), 0).rgb : smoothly(place, lower);
    return mix(sharper, smoothly(place, upper), fract(level));
}
// The position of a pixel in a copy of the photo that covers the frame.
vec2 behind() {
    vec2 size = rect.zw - rect.xy;
    float larger = max(frame.x / size.x, frame.y / size.y);
    return 0.5 * (rect.xy + rect.zw) + (gl_FragCoord.xy - 0.5 * frame) / larger;
}
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 here = gl_FragCoord.xy;
    float side = min(frame.x, frame.y);
    vec3 sharp = texelFetch(photo, at, 0).rgb;
    // The distance to the photo, across those of its edges that are inside the frame.
    vec2 beyond = max(max(rect.xy - here, here - rect.zw), 0.0);
    float away = max(beyond.x, beyond.y) / side;
    if (lit == 0.0 || away == 0.0) {
        color = vec4(away > 0.0 ? vec3(0.0) : sharp, 1.0);
        return;
    }
    // What surrounds the photo begins as its mirror image, so that no edge shows.
    float deviation = DEVIATION * side * smoothstep(0.0, 1.0, sqrt(away / NEAR));
    vec3 copy = blurred(behind(), DEVIATION * side);
    vec3 soft = mix(blurred(here, deviation), copy, smoothstep(0.0, MIRROR, away));
    soft *= mix(1.0, lit, smoothstep(0.0, FADE, away));
    color = vec4(soft + ordered(at) / 255.0, 1.0);
}
"""
)


@dataclass(frozen=True)
class Placement:
    """Position of the photo in whole pixels from the frame's lower left; may exceed the frame."""

    left: int
    bottom: int
    width: int
    height: int


def place_photo(photo: Size, frame: Size, *, cover: bool, above: float = 0.5) -> Placement:
    """Centre `photo` in `frame`, scaled to fit inside it or to cover it.

    Of a height that exceeds the frame, the share `above` is cut off at the top.
    """
    choose = max if cover else min
    scale = choose(frame[0] / photo[0], frame[1] / photo[1])
    width, height = (max(1, math.floor(side * scale + 0.5)) for side in photo)
    below = 1 - above if height > frame[1] else 0.5
    return Placement(
        (frame[0] - width) // 2, math.floor((frame[1] - height) * below), width, height
    )


def is_similar_shape(photo: Size, frame: Size) -> bool:
    """Return True if a photo's shape is so close to a frame's that it may be cropped to fill it."""
    ratio = photo[0] * frame[1] / (photo[1] * frame[0])
    return max(ratio, 1 / ratio) <= _MAX_CROP_RATIO


def fit(context: Context, photo: ImageTexture, size: Size, mode: str) -> RenderTarget:
    """Draw the photo into a new opaque render target of `size`.

    Raises:
        ToqiboxError: ``invalid_parameter`` if `mode` is not one of FITS.
    """
    if mode not in FITS:
        why = message("one_of", known=", ".join(FITS))
        raise ToqiboxError("invalid_parameter", field="fit", name="fit", reason=why)
    fills = mode == "cover" or (mode == "blur" and is_similar_shape(photo.size, size))
    placement = place_photo(
        photo.size, size, cover=fills, above=_TOP_CROP if mode == "blur" else 0.5
    )
    sharp = _resample(context, photo, size, placement)
    if placement.width >= size[0] and placement.height >= size[1]:
        return sharp
    # The widest blur reads blocks of at most a quarter of the short side.
    levels = max(min(size).bit_length() - 3, 1) if mode == "blur" else 1
    pyramid = build_pyramid(context, sharp, size, levels)
    right, top = placement.left + placement.width, placement.bottom + placement.height
    composed = RenderTarget(context, size)
    draw_once(
        context,
        _COMPOSE,
        composed,
        {"photo": sharp, "pyramid": pyramid},
        levels=levels,
        rect=(placement.left, placement.bottom, right, top),
        frame=size,
        lit=_BACKDROP_BRIGHTNESS if mode == "blur" else 0.0,
    )
    pyramid.release()
    sharp.release()
    return composed


def _resample(
    context: Context, photo: ImageTexture, size: Size, placement: Placement
) -> RenderTarget:
    level = max(0, math.floor(math.log2(max(photo.size[0] / placement.width, 1.0))))
    level = min(level, max(photo.size).bit_length() - 1)
    source = (max(photo.size[0] >> level, 1), max(photo.size[1] >> level, 1))
    # Start with the axis that leaves fewer pixels for the second one.
    across_first = size[0] * source[1] < source[0] * size[1]
    between = (size[0], source[1]) if across_first else (source[0], size[1])
    steps = (source[0] / placement.width, source[1] / placement.height)
    starts = (-placement.left * steps[0], -placement.bottom * steps[1])

    reduced = downscale(context, photo, source) if level else None

    def along(axis: int, source: TextureSource, target: RenderTarget) -> None:
        step = (starts[axis], steps[axis])
        draw_once(context, _RESAMPLE, target, {"source": source}, vertical=axis, place=step)

    half = RenderTarget(context, between, floating=True)
    along(0 if across_first else 1, reduced or photo, half)
    sharp = RenderTarget(context, size)
    along(1 if across_first else 0, half, sharp)
    half.release()
    if reduced:
        reduced.release()
    return sharp
