// Fits a photo into the frame, never stretched; mirrors server/render/textures/photo_fit.py.
//
//   cover    fills the frame, centred; the rest is cropped
//   contain  the whole photo, centred, on black
//   blur     as cover where the shape of the photo is similar to that of the frame, cropped less at
//            the top than at the bottom; else the whole photo, centred, which goes over into a
//            larger copy of it, blurred and darkened

import { DrawCall } from "../gl/draw_call.js";
import { FRAGMENT_HEADER } from "../gl/program.js";
import { RenderTarget } from "../gl/render_target.js";

export const FITS = ["blur", "contain", "cover"];
export const DEFAULT_FIT = "blur";

const MAX_CROP_RATIO = 1.34;
const TOP_CROP = 0.2;
const BACKDROP_BRIGHTNESS = 0.6;

const MEAN = `${FRAGMENT_HEADER}
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

const DOWNSCALE = `${MEAN}
uniform vec2 size;  // of the result
void main() {
  vec2 scale = vec2(textureSize(source, 0)) / size;
  color = mean((gl_FragCoord.xy - 0.5) * scale, (gl_FragCoord.xy + 0.5) * scale);
}`;

// Level 1 is at the bottom, each next one above it, half as wide and high, rounded up.
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

const RESAMPLE = `${FRAGMENT_HEADER}
uniform sampler2D source;
uniform float vertical;
uniform vec2 place;
out vec4 color;
const float LOBES = 3.0;
const float PI = 3.14159265358979;
vec2 turned(vec2 at, vec2 by) {
  return vec2(at.x * by.x - at.y * by.y, at.x * by.y + at.y * by.x);
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
  // The phases of sin(x) and sin(x / 3) as (cos, sin), and how far they turn from tap to tap.
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
}`;

const COMPOSE = `${FRAGMENT_HEADER}
uniform sampler2D photo;
uniform sampler2D pyramid;
uniform float levels;  // of the pyramid
uniform vec4 rect;   // left, bottom, right, top of the photo in pixels
uniform vec2 frame;
uniform float lit;
out vec4 color;
const float SPLINE = 0.65;   // standard deviation of a B-spline, in texels
const float DEVIATION = 0.075; // of the blur far from the photo, in short sides of the frame
const float NEAR = 0.16;      // distance over which the blur grows to that, in short sides
const float MIRROR = 0.3;     // distance over which the mirror image turns into the copy
const float FADE = 0.5;       // distance over which it becomes darker
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
// The photo at a position, blurred by a standard deviation, both in pixels of the frame.
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
}`;

/**
 * Draw a photo into a new opaque render target.
 * @param {Context} context
 * @param {Texture} photo
 * @param {number} width - of the frame, in pixels
 * @param {number} height - of the frame, in pixels
 * @param {string} mode - blur, contain or cover
 */
export function fit(context, photo, width, height, mode) {
  if (!FITS.includes(mode)) throw new Error(`“${mode}” is not a valid fit: use ${FITS.join(", ")}`);
  const fills = mode === "cover" || (mode === "blur" && isSimilarShape(photo, width, height));
  const placement = place(photo, width, height, fills, mode === "blur" ? TOP_CROP : 0.5);
  const sharp = resample(context, photo, width, height, placement);
  if (placement.width >= width && placement.height >= height) return sharp;
  // The widest blur reads blocks of at most a quarter of the short side.
  const levels = mode === "blur" ? Math.max(32 - Math.clz32(Math.min(width, height)) - 3, 1) : 1;
  const size = pyramidSize(width, height, levels);
  const pyramid = new RenderTarget(context, ...size, { floating: true });
  drawOnce(context, PYRAMID, { source: sharp }, pyramid);
  const { left, bottom } = placement;
  const target = new RenderTarget(context, width, height);
  const composed = drawOnce(context, COMPOSE, { photo: sharp, pyramid }, target, {
    levels,
    rect: [left, bottom, left + placement.width, bottom + placement.height],
    frame: [width, height],
    lit: mode === "blur" ? BACKDROP_BRIGHTNESS : 0,
  });
  pyramid.release();
  sharp.release();
  return composed;
}

/** Return the width and height of levels 1 to `levels`, one above the other. */
function pyramidSize(width, height, levels) {
  let sum = 0;
  for (let level = 1; level <= levels; level++) sum += Math.ceil(height / 2 ** level);
  return [Math.ceil(width / 2), sum];
}

/** Return whether the photo's shape is so similar to the frame's that it may be cropped. */
function isSimilarShape(photo, width, height) {
  const ratio = (photo.width * height) / (photo.height * width);
  return Math.max(ratio, 1 / ratio) <= MAX_CROP_RATIO;
}

/**
 * Place the photo in the frame: whole pixels from the lower left, perhaps beyond the edges. Of a
 * height beyond them the share `topCrop` is cropped at the top.
 */
function place(photo, width, height, cover, topCrop) {
  const scale = (cover ? Math.max : Math.min)(width / photo.width, height / photo.height);
  const [scaledWidth, scaledHeight] = [photo.width, photo.height].map((side) =>
    Math.max(1, Math.floor(side * scale + 0.5)),
  );
  return {
    left: Math.floor((width - scaledWidth) / 2),
    bottom: Math.floor((height - scaledHeight) * (scaledHeight > height ? 1 - topCrop : 0.5)),
    width: scaledWidth,
    height: scaledHeight,
  };
}

function drawOnce(context, fragment, textures, target, uniforms = {}) {
  const program = context.fullscreenProgram(fragment);
  const views = Object.entries(textures).map(([name, texture]) => [
    name,
    { source: texture.texture ? texture : { texture } },
  ]);
  const drawCall = new DrawCall(context, program, Object.fromEntries(views));
  for (const [name, value] of Object.entries(uniforms)) program.set(name, value);
  return drawCall.renderTo(target);
}

/** Resample the photo to its placement, one axis after the other. */
function resample(context, photo, width, height, placement) {
  const maxLevel = Math.floor(Math.log2(Math.max(photo.width, photo.height)));
  const neededLevel = Math.floor(Math.log2(Math.max(photo.width / placement.width, 1)));
  const level = Math.min(Math.max(0, neededLevel), maxLevel);
  const sourceSize = [photo.width, photo.height].map((side) => Math.max(side >> level, 1));
  // The axis that leaves less for the second one is first.
  const first = width * sourceSize[1] < sourceSize[0] * height ? 0 : 1;
  const betweenSize = first === 0 ? [width, sourceSize[1]] : [sourceSize[0], height];
  const steps = [sourceSize[0] / placement.width, sourceSize[1] / placement.height];
  const starts = [-placement.left * steps[0], -placement.bottom * steps[1]];
  const reduced = level > 0 ? new RenderTarget(context, ...sourceSize) : null;
  if (reduced) drawOnce(context, DOWNSCALE, { source: photo }, reduced, { size: sourceSize });
  const resampleAxis = (axis, texture, target) =>
    drawOnce(context, RESAMPLE, { source: texture }, target, {
      vertical: axis,
      place: [starts[axis], steps[axis]],
    });
  const between = new RenderTarget(context, ...betweenSize, { floating: true });
  resampleAxis(first, reduced ?? photo, between);
  const sharp = resampleAxis(1 - first, between, new RenderTarget(context, width, height));
  between.release();
  reduced?.release();
  return sharp;
}
