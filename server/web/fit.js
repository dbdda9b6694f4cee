// The photo in the frame, as server/render/fit.py draws it: never stretched, drawn once.
//
//   cover    fills the frame, centred, what stands over is cut off
//   contain  all of the photo, centred, black around it
//   blur     as contain, around it a blurred, darkened copy that covers the frame

import { HEAD } from "./gl.js";
import { Draw, Surface } from "./surface.js";

export const FITS = ["blur", "contain", "cover"];

const SMALL = 90;
const SIGMA = 0.055;

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
}`;

const COVER = `${HEAD}
uniform sampler2D source;
uniform vec4 place;
uniform float level;
out vec4 color;
void main() {
  color = vec4(textureLod(source, place.xy + gl_FragCoord.xy * place.zw, level).rgb, 1.0);
}`;

const BLUR = `${HEAD}
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
}`;

const COMPOSE = `${HEAD}
uniform sampler2D photo;
uniform sampler2D around;
uniform vec4 rect;
uniform vec2 frame;
uniform float lit;
out vec4 color;
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
}`;

/**
 * The photo in a new opaque surface of width x height.
 * @param {Context} context
 * @param {Texture} photo - with mipmaps
 */
export function fit(context, photo, width, height, mode) {
  if (!FITS.includes(mode)) throw new Error(`fit is one of ${FITS.join(", ")}`);
  const where = place(photo, width, height, mode === "cover");
  const sharp = resampled(context, photo, width, height, where);
  if (mode === "cover" || (where.width >= width && where.height >= height)) return sharp;
  const around = surroundings(context, photo, width, height);
  const composed = once(context, COMPOSE, { photo: sharp, around }, new Surface(context, width, height), {
    rect: [where.left, where.bottom, where.left + where.width, where.bottom + where.height],
    frame: [width, height],
    lit: mode === "blur" ? 0.6 : 0,
  });
  sharp.release();
  around.release();
  return composed;
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

/** A small, blurred copy of the photo that covers the frame. */
function surroundings(context, photo, width, height) {
  const factor = Math.max(1, Math.floor(Math.min(width, height) / SMALL));
  const small = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const where = place(photo, width, height, true);
  const scale = [width / small[0] / where.width, height / small[1] / where.height];
  const surface = () => new Surface(context, ...small, { floating: true });
  let covering = once(context, COVER, { source: photo }, surface(), {
    place: [-where.left / where.width, -where.bottom / where.height, ...scale],
    level: Math.log2(Math.max(scale[0] * photo.width, 1)),
  });
  const sigma = Math.max(SIGMA * Math.min(...small), 0.5);
  for (const axis of [[1, 0], [0, 1]]) {
    const blurred = once(context, BLUR, { source: covering }, surface(), { axis, sigma });
    covering.release();
    covering = blurred;
  }
  return covering;
}
