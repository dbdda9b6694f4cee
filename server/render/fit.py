"""The photo in the frame: never stretched, drawn once.

    cover    fills the frame, centred, what stands over is cut off
    contain  all of the photo, centred, black around it
    blur     as contain, around it a blurred, darkened copy that covers the frame

Sizes change by a Lanczos filter of 3 lobes, first along one axis and then along the other, from
the mipmap that is less than twice too large.
"""

import math
from dataclasses import dataclass

from server.effects.texture import Filter
from server.errors import ToqiboxError
from server.reasons import reason
from server.render.context import Context, Size
from server.render.draw import ORDERED, STRIP, Draw
from server.render.photo import Still
from server.render.surface import Picture, Surface, View

FITS = ("blur", "contain", "cover")
_SMALL = 90
"""Short side, in pixels, at which the surroundings are blurred."""
_SIGMA = 0.055
"""Standard deviation of the blur as a part of the short side."""

_RESAMPLE = """#version 330 core
uniform sampler2D source;
uniform float level;
uniform float vertical;
uniform vec2 place;  // along the axis, in source pixels: where the frame begins, size of a pixel
out vec4 color;
const float LOBES = 3.0;
const float PI = 3.14159265358979;
float lanczos(float x) {
    float p = PI * x;
    return abs(x) < 1e-4 ? 1.0 : abs(x) >= LOBES ? 0.0 : LOBES * sin(p) * sin(p / LOBES) / (p * p);
}
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int lod = int(level);
    bool up = vertical > 0.5;
    int last = (up ? textureSize(source, lod).y : textureSize(source, lod).x) - 1;
    float stretch = max(place.y, 1.0);
    float center = place.x + (float(up ? at.y : at.x) + 0.5) * place.y;
    int first = int(floor(center - LOBES * stretch));
    int taps = int(ceil(2.0 * LOBES * stretch)) + 1;
    vec4 sum = vec4(0.0);
    float total = 0.0;
    for (int i = 0; i < taps; i++) {
        int k = clamp(first + i, 0, last);
        float weight = lanczos((float(first + i) + 0.5 - center) / stretch);
        sum += weight * texelFetch(source, up ? ivec2(at.x, k) : ivec2(k, at.y), lod);
        total += weight;
    }
    color = sum / total;
}
"""

_COVER = """#version 330 core
uniform sampler2D source;
uniform vec4 place;  // in parts of the photo: where the frame begins, size of a pixel
uniform float level;
out vec4 color;
void main() {
    color = vec4(textureLod(source, place.xy + gl_FragCoord.xy * place.zw, level).rgb, 1.0);
}
"""

_BLUR = """#version 330 core
uniform sampler2D source;
uniform vec2 axis;
uniform float sigma;
out vec4 color;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 last = textureSize(source, 0) - 1;
    int reach = int(ceil(3.0 * sigma));
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int i = -reach; i <= reach; i++) {
        float weight = exp(-0.5 * float(i * i) / (sigma * sigma));
        sum += weight * texelFetch(source, clamp(at + i * ivec2(axis), ivec2(0), last), 0).rgb;
        total += weight;
    }
    color = vec4(sum / total, 1.0);
}
"""

# The surroundings are enlarged by a cubic B-spline (no corners of a bilinear grid to be seen) and
# dithered, because so smooth a gradient would show its steps in 8 bits.
_COMPOSE = (
    "#version 330 core\n"
    + ORDERED
    + """
uniform sampler2D photo;
uniform sampler2D around;
uniform vec4 rect;   // left, bottom, right, top of the photo in pixels
uniform vec2 frame;
uniform float lit;
out vec4 color;
vec4 cubic(float t) {
    float a = 1.0 - t;
    return vec4(a * a * a, 4.0 - 6.0 * t * t + 3.0 * t * t * t,
        4.0 - 6.0 * a * a + 3.0 * a * a * a, t * t * t) / 6.0;
}
vec3 smoothly(vec2 uv) {
    vec2 at = uv * vec2(textureSize(around, 0)) - 0.5;
    ivec2 base = ivec2(floor(at));
    ivec2 last = textureSize(around, 0) - 1;
    vec4 wx = cubic(fract(at.x)), wy = cubic(fract(at.y));
    vec3 sum = vec3(0.0);
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
            ivec2 k = clamp(base + ivec2(x - 1, y - 1), ivec2(0), last);
            sum += wx[x] * wy[y] * texelFetch(around, k, 0).rgb;
        }
    }
    return sum;
}
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 out_by = max(max(rect.xy - gl_FragCoord.xy, gl_FragCoord.xy - rect.zw), vec2(0.0));
    float far = length(out_by) / min(frame.x, frame.y);
    vec3 soft = smoothly(gl_FragCoord.xy / frame);
    float grey = dot(soft, vec3(0.2126, 0.7152, 0.0722));
    soft = mix(vec3(grey), soft, 1.2) * lit * (1.0 - 0.45 * exp(-far * 40.0));
    soft += ordered(at) / 255.0;
    color = vec4(far > 0.0 ? soft : texelFetch(photo, at, 0).rgb, 1.0);
}
"""
)


@dataclass(frozen=True)
class Place:
    """Where the photo lies in the frame, in whole pixels from the lower left; may stand over."""

    left: int
    bottom: int
    width: int
    height: int


def place(photo: Size, frame: Size, *, cover: bool) -> Place:
    """Centre `photo` in `frame`, scaled by one factor: all of it, or covering all of the frame."""
    choose = max if cover else min
    scale = choose(frame[0] / photo[0], frame[1] / photo[1])
    width, height = (max(1, math.floor(side * scale + 0.5)) for side in photo)
    return Place((frame[0] - width) // 2, (frame[1] - height) // 2, width, height)


def fit(context: Context, photo: Still, size: Size, mode: str) -> Surface:
    """Draw the photo into a new opaque surface of `size`.

    Raises:
        ToqiboxError: ``invalid_parameter`` when `mode` is not one of FITS.
    """
    if mode not in FITS:
        why = reason("one_of", known=", ".join(FITS))
        raise ToqiboxError("invalid_parameter", field="fit", name="fit", reason=why)
    where = place(photo.size, size, cover=mode == "cover")
    sharp = _resampled(context, photo, size, where)
    if mode == "cover" or (where.width >= size[0] and where.height >= size[1]):
        return sharp
    around = _surroundings(context, photo, size)
    draw = Draw(context, context.program(STRIP, _COMPOSE), {"photo": sharp, "around": around})
    right, top = where.left + where.width, where.bottom + where.height
    draw.set_floats(
        rect=(where.left, where.bottom, right, top),
        frame=size,
        lit=0.6 if mode == "blur" else 0.0,
    )
    return _once(draw, Surface(context, size), sharp, around)


def _once(draw: Draw, surface: Surface, *used: Surface) -> Surface:
    """Draw, and give back what was only needed for it."""
    draw.onto(surface)
    draw.release()
    for other in used:
        other.release()
    return surface


def _resampled(context: Context, photo: Still, size: Size, where: Place) -> Surface:
    level = max(0, math.floor(math.log2(max(photo.size[0] / where.width, 1.0))))
    level = min(level, max(photo.size).bit_length() - 1)
    source = (max(photo.size[0] >> level, 1), max(photo.size[1] >> level, 1))
    # The axis is first along which less is left for the second.
    across_first = size[0] * source[1] < source[0] * size[1]
    between = (size[0], source[1]) if across_first else (source[0], size[1])
    steps = (source[0] / where.width, source[1] / where.height)
    starts = (-where.left * steps[0], -where.bottom * steps[1])

    def along(axis: int, picture: Picture, lod: int, onto: Surface) -> None:
        filtering = Filter.MIPMAP if lod else Filter.LINEAR
        draw = Draw(
            context, context.program(STRIP, _RESAMPLE), {"source": View(picture, filtering)}
        )
        draw.set_floats(level=lod, vertical=axis, place=(starts[axis], steps[axis]))
        draw.onto(onto)
        draw.release()

    half = Surface(context, between, floating=True)
    along(0 if across_first else 1, photo, level, half)
    sharp = Surface(context, size)
    along(1 if across_first else 0, half, 0, sharp)
    half.release()
    return sharp


def _surroundings(context: Context, photo: Still, size: Size) -> Surface:
    """A small, blurred copy of the photo that covers the frame."""
    factor = max(1, min(size) // _SMALL)
    small = (math.ceil(size[0] / factor), math.ceil(size[1] / factor))
    where = place(photo.size, size, cover=True)
    scale = (size[0] / small[0] / where.width, size[1] / small[1] / where.height)
    draw = Draw(context, context.program(STRIP, _COVER), {"source": View(photo, Filter.MIPMAP)})
    draw.set_floats(
        place=(-where.left / where.width, -where.bottom / where.height, *scale),
        level=math.log2(max(scale[0] * photo.size[0], 1.0)),
    )
    covering = _once(draw, Surface(context, small, floating=True))
    sigma = max(_SIGMA * min(small), 0.5)
    for axis in ((1.0, 0.0), (0.0, 1.0)):
        draw = Draw(context, context.program(STRIP, _BLUR), {"source": covering})
        draw.set_floats(axis=axis, sigma=sigma)
        covering = _once(draw, Surface(context, small, floating=True), covering)
    return covering
