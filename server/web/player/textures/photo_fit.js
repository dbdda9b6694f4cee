// The photo in the frame, as server/render/textures/photo_fit.py draws it: never stretched, drawn once.
//
//   cover    fills the frame, centred, what stands over is cut off
//   contain  all of the photo, centred, black around it
//   blur     as cover where the photo's shape is near the frame's, less cut off above than below;
//            else all of the photo, centred, and behind it, in its shadow, a larger copy of it,
//            blurred and darkened

import { Draw } from "../gl/draw_call.js";
import { HEAD } from "../gl/program.js";
import { Surface } from "../gl/render_target.js";

export const FITS = ["blur", "contain", "cover"];

const NEAR = 1.34;
const ABOVE = 0.2;
const LIT = 0.6;

const MEAN = `${HEAD}
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
`;

const REDUCE = `${MEAN}
uniform vec2 size;  // of the result
void main() {
  vec2 scale = vec2(textureSize(source, 0)) / size;
  color = mean((gl_FragCoord.xy - 0.5) * scale, (gl_FragCoord.xy + 0.5) * scale);
}`;

// Level 1 is lowest, each next one above it, half as wide and high, rounded up.
const PYRAMID = `${MEAN}
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
}`;

const RESAMPLE = `${HEAD}
uniform sampler2D source;
uniform float vertical;
uniform vec2 place;
out vec4 color;
const float LOBES = 3.0;
const float PI = 3.14159265358979;
float lanczos(float x) {
  float p = PI * x;
  return abs(x) < 1e-4 ? 1.0 : abs(x) >= LOBES ? 0.0 : LOBES * sin(p) * sin(p / LOBES) / (p * p);
}
int mirrored(int k, int last) {
  int period = 2 * (last + 1);
  k -= period * int(floor(float(k) / float(period)));
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
  vec4 sum = vec4(0.0);
  float total = 0.0;
  for (int i = 0; i < taps; i++) {
    int k = mirrored(first + i, last);
    float weight = lanczos((float(first + i) + 0.5 - center) / stretch);
    sum += weight * texelFetch(source, up ? ivec2(at.x, k) : ivec2(k, at.y), 0);
    total += weight;
  }
  color = sum / total;
}`;

const COMPOSE = `${HEAD}
uniform sampler2D photo;
uniform sampler2D pyramid;
uniform float levels;  // of the pyramid
uniform vec4 rect;   // left, bottom, right, top of the photo in pixels
uniform vec2 frame;
uniform float lit;
out vec4 color;
const float SPLINE = 0.65;   // standard deviation of a B-spline, in texels
const float DEVIATION = 0.05; // of the copy's blur, in short sides of the frame
const float SHADE = 0.12;    // width of the photo's shadow, in short sides
const float DEPTH = 0.35;    // how much the shadow darkens at the photo's edge
const float FEATHER = 0.025; // width of the photo's edge, in short sides
float ordered(ivec2 at) {
  int y = at.y & 7, v = (at.x ^ at.y) & 7;
  int b = (v & 1) << 5 | (y & 1) << 4 | (v & 2) << 2 | (y & 2) << 1 | (v & 4) >> 1 | (y & 4) >> 2;
  return (float(b) + 0.5) / 64.0 - 0.5;
}
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
// A place of the frame in a copy of the photo that is so large that it covers the frame.
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
  // How far a pixel is inside the photo, from those of its edges that are inside the frame.
  vec2 low = mix(vec2(1e6), here - rect.xy, greaterThan(rect.xy, vec2(0.0)));
  vec2 high = mix(vec2(1e6), rect.zw - here, lessThan(rect.zw, frame));
  float inside = min(min(low.x, low.y), min(high.x, high.y));
  float feather = min(FEATHER * side, 0.1 * min(rect.z - rect.x, rect.w - rect.y));
  if (lit == 0.0 || inside >= feather) {
    color = vec4(inside > 0.0 ? sharp : vec3(0.0), 1.0);
    return;
  }
  vec3 soft = blurred(behind(), DEVIATION * side);
  float grey = dot(soft, vec3(0.2126, 0.7152, 0.0722));
  float near = 1.0 - smoothstep(0.0, SHADE, max(-inside, 0.0) / side);
  soft = max(mix(vec3(grey), soft, 1.2), vec3(0.0)) * lit * (1.0 - DEPTH * near * near);
  soft = mix(soft, sharp, smoothstep(0.0, feather, inside));
  color = vec4(soft + ordered(at) / 255.0, 1.0);
}`;

/**
 * The photo in a new opaque surface of width x height.
 * @param {Context} context
 * @param {Texture} photo
 */
export function fit(context, photo, width, height, mode) {
  if (!FITS.includes(mode)) throw new Error(`fit is one of ${FITS.join(", ")}`);
  const fills = mode === "cover" || (mode === "blur" && near(photo, width, height));
  const where = place(photo, width, height, fills, mode === "blur" ? ABOVE : 0.5);
  const sharp = resampled(context, photo, width, height, where);
  if (where.width >= width && where.height >= height) return sharp;
  // The widest blur reads blocks of at most a quarter of the short side.
  const levels = mode === "blur" ? Math.max(32 - Math.clz32(Math.min(width, height)) - 3, 1) : 1;
  const pyramid = new Surface(context, ...pyramidSize(width, height, levels), { floating: true });
  once(context, PYRAMID, { source: sharp }, pyramid);
  const composed = once(context, COMPOSE, { photo: sharp, pyramid }, new Surface(context, width, height), {
    levels,
    rect: [where.left, where.bottom, where.left + where.width, where.bottom + where.height],
    frame: [width, height],
    lit: mode === "blur" ? LIT : 0,
  });
  pyramid.release();
  sharp.release();
  return composed;
}

/** The width and height that levels 1 to `levels` take, one above the other. */
function pyramidSize(width, height, levels) {
  let sum = 0;
  for (let level = 1; level <= levels; level++) sum += Math.ceil(height / 2 ** level);
  return [Math.ceil(width / 2), sum];
}

/** Whether the photo's shape is near the frame's, so that it may be cropped to fill it. */
function near(photo, width, height) {
  const ratio = (photo.width * height) / (photo.height * width);
  return Math.max(ratio, 1 / ratio) <= NEAR;
}

/**
 * Where the photo is in the frame, in whole pixels from the lower left; may stand over. Of a height
 * that does, the part `above` is cut off at the top.
 */
function place(photo, width, height, cover, above) {
  const scale = (cover ? Math.max : Math.min)(width / photo.width, height / photo.height);
  const [wide, high] = [photo.width, photo.height].map((side) =>
    Math.max(1, Math.floor(side * scale + 0.5)),
  );
  return {
    left: Math.floor((width - wide) / 2),
    bottom: Math.floor((height - high) * (high > height ? 1 - above : 0.5)),
    width: wide,
    height: high,
  };
}

function once(context, fragment, pictures, surface, uniforms = {}) {
  const program = context.own(fragment);
  const reads = Object.entries(pictures).map(([name, picture]) => [
    name,
    { source: picture.texture ? picture : { texture: picture } },
  ]);
  const draw = new Draw(context, program, Object.fromEntries(reads));
  for (const [name, value] of Object.entries(uniforms)) program.set(name, value);
  draw.onto(surface);
  return surface;
}

function resampled(context, photo, width, height, where) {
  const largest = Math.floor(Math.log2(Math.max(photo.width, photo.height)));
  const wanted = Math.floor(Math.log2(Math.max(photo.width / where.width, 1)));
  const level = Math.min(Math.max(0, wanted), largest);
  const source = [photo.width, photo.height].map((side) => Math.max(side >> level, 1));
  // The axis is first along which less is left for the second.
  const first = width * source[1] < source[0] * height ? 0 : 1;
  const between = first === 0 ? [width, source[1]] : [source[0], height];
  const steps = [source[0] / where.width, source[1] / where.height];
  const starts = [-where.left * steps[0], -where.bottom * steps[1]];
  const reduced = level > 0 ? new Surface(context, ...source) : null;
  if (reduced) once(context, REDUCE, { source: photo }, reduced, { size: source });
  const along = (axis, picture, onto) =>
    once(context, RESAMPLE, { source: picture }, onto, {
      vertical: axis,
      place: [starts[axis], steps[axis]],
    });
  const half = along(first, reduced ?? photo, new Surface(context, ...between, { floating: true }));
  const sharp = along(1 - first, half, new Surface(context, width, height));
  half.release();
  reduced?.release();
  return sharp;
}
