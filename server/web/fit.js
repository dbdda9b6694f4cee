// The photo in the frame, as server/render/fit.py draws it: never stretched, drawn once.
//
//   cover    fills the frame, centred, what stands over is cut off
//   contain  all of the photo, centred, black around it
//   blur     as cover where the photo's shape is near the frame's; else all of the photo, centred,
//            and around it the photo goes on mirrored, more blurred and darker the farther it is

import { HEAD } from "./gl.js";
import { Draw, Surface } from "./surface.js";

export const FITS = ["blur", "contain", "cover"];

const NEAR = 1.2;
const LIT = 0.55;

const RESAMPLE = `${HEAD}
uniform sampler2D source;
uniform float level;
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
    int k = mirrored(first + i, last);
    float weight = lanczos((float(first + i) + 0.5 - center) / stretch);
    sum += weight * texelFetch(source, up ? ivec2(at.x, k) : ivec2(k, at.y), lod);
    total += weight;
  }
  color = sum / total;
}`;

const COMPOSE = `${HEAD}
uniform sampler2D photo;
uniform vec4 rect;   // left, bottom, right, top of the photo in pixels
uniform vec2 frame;
uniform float lit;
out vec4 color;
const float BLUR = 0.3;    // standard deviation at a distance from the photo, as a part of it
const float MOST = 0.06;   // the most, in short sides of the frame
const float SPLINE = 0.65;   // standard deviation of a B-spline, in texels
const float REACH = 0.45;  // where it is darkest, in short sides of the frame
const int LEVELS = 9;    // mipmaps that are read: enough for a frame of 4096 pixels
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
vec3 smoothly(vec2 uv, int lod) {
  vec2 at = uv * vec2(textureSize(photo, lod)) - 0.5;
  ivec2 base = ivec2(floor(at));
  ivec2 last = textureSize(photo, lod) - 1;
  vec4 wx = cubic(fract(at.x)), wy = cubic(fract(at.y));
  vec3 sum = vec3(0.0);
  for (int y = 0; y < 4; y++) {
    for (int x = 0; x < 4; x++) {
      ivec2 k = clamp(base + ivec2(x - 1, y - 1), ivec2(0), last);
      sum += wx[x] * wy[y] * texelFetch(photo, k, lod).rgb;
    }
  }
  return sum;
}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec2 out_by = max(max(rect.xy - gl_FragCoord.xy, gl_FragCoord.xy - rect.zw), vec2(0.0));
  float far = max(out_by.x, out_by.y), side = min(frame.x, frame.y);
  vec3 sharp = texelFetch(photo, at, 0).rgb;
  if (far == 0.0 || lit == 0.0) {
    color = vec4(far == 0.0 ? sharp : vec3(0.0), 1.0);
    return;
  }
  float level = min(log2(max(min(BLUR * far, MOST * side) / SPLINE, 1.0)), float(LEVELS));
  vec2 uv = gl_FragCoord.xy / frame;
  vec3 soft = vec3(0.0);
  // One level after the other: some drivers take one level for all pixels of a quad.
  for (int lod = 0; lod <= LEVELS; lod++) {
    float weight = max(1.0 - abs(level - float(lod)), 0.0);
    if (weight > 0.0) soft += weight * smoothly(uv, lod);
  }
  // A B-spline of the picture itself is already blurred: the first pixels come to it.
  soft = mix(sharp, soft, smoothstep(0.0, 2.0 * SPLINE / BLUR, far));
  float away = smoothstep(0.0, REACH, far / side);
  float grey = dot(soft, vec3(0.2126, 0.7152, 0.0722));
  soft = mix(vec3(grey), soft, mix(1.0, 1.15, away)) * mix(1.0, lit, away);
  color = vec4(soft + ordered(at) / 255.0, 1.0);
}`;

/**
 * The photo in a new opaque surface of width x height.
 * @param {Context} context
 * @param {Texture} photo - with mipmaps
 */
export function fit(context, photo, width, height, mode) {
  if (!FITS.includes(mode)) throw new Error(`fit is one of ${FITS.join(", ")}`);
  const fills = mode === "cover" || (mode === "blur" && near(photo, width, height));
  const where = place(photo, width, height, fills);
  const sharp = resampled(context, photo, width, height, where);
  if (where.width >= width && where.height >= height) return sharp;
  sharp.texture.mipmap();
  const composed = once(context, COMPOSE, { photo: sharp }, new Surface(context, width, height), {
    rect: [where.left, where.bottom, where.left + where.width, where.bottom + where.height],
    frame: [width, height],
    lit: mode === "blur" ? LIT : 0,
  });
  sharp.release();
  return composed;
}

/** Whether the photo's shape is near the frame's, so that it may be cropped to fill it. */
function near(photo, width, height) {
  const ratio = (photo.width * height) / (photo.height * width);
  return Math.max(ratio, 1 / ratio) <= NEAR;
}

/** Where the photo lies in the frame, in whole pixels from the lower left; may stand over. */
function place(photo, width, height, cover) {
  const scale = (cover ? Math.max : Math.min)(width / photo.width, height / photo.height);
  const [wide, high] = [photo.width, photo.height].map((side) =>
    Math.max(1, Math.floor(side * scale + 0.5)),
  );
  return {
    left: Math.floor((width - wide) / 2),
    bottom: Math.floor((height - high) / 2),
    width: wide,
    height: high,
  };
}

function once(context, fragment, pictures, surface, uniforms) {
  const program = context.own(fragment);
  const reads = Object.entries(pictures).map(([name, picture]) => [
    name,
    { source: picture.texture ? picture : { texture: picture } },
  ]);
  const draw = new Draw(context, program, Object.fromEntries(reads));
  if (pictures.source?.mipmapped) draw.reads[0].filter = "mipmap";
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
  const along = (axis, picture, lod, onto) =>
    once(context, RESAMPLE, { source: picture }, onto, {
      level: lod,
      vertical: axis,
      place: [starts[axis], steps[axis]],
    });
  const half = along(first, photo, level, new Surface(context, ...between, { floating: true }));
  const sharp = along(1 - first, half, 0, new Surface(context, width, height));
  half.release();
  return sharp;
}
