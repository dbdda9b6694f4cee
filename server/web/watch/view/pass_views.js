// Views of an effect other than its frame over the photo: the effect alone, its alpha, single
// passes; and the numbers of one pixel.

import { DrawCall } from "../../player/gl/draw_call.js";
import { FRAGMENT_HEADER } from "../../player/gl/program.js";

const CHECKERBOARD = `${FRAGMENT_HEADER}
uniform sampler2D source;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 upper = clamp(texelFetch(source, at, 0), 0.0, 1.0);
  vec3 square = vec3(((at.x >> 3) + (at.y >> 3) & 1) == 0 ? 0.28 : 0.36);
  color = vec4(mix(square, upper.rgb, upper.a), 1.0);
}`;

const ALPHA = `${FRAGMENT_HEADER}
uniform sampler2D source;
out vec4 color;
void main() {
  color = vec4(vec3(clamp(texelFetch(source, ivec2(gl_FragCoord.xy), 0).a, 0.0, 1.0)), 1.0);
}`;

// NaN and infinity are magenta.
const PASS = `${FRAGMENT_HEADER}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  vec2 at = gl_FragCoord.xy / size * vec2(textureSize(source, 0));
  vec3 value = texelFetch(source, ivec2(at), 0).rgb;
  bool invalid = any(isnan(value)) || any(isinf(value));
  color = vec4(invalid ? vec3(1.0, 0.0, 1.0) : clamp(value, 0.0, 1.0), 1.0);
}`;

/** The id of the view that a video shows. */
export const FRAME_VIEW = "frame";

/** Return the views of a player: {id, label} each, that of the frame first. */
export function viewsOf(player) {
  const passes = player.compiledPasses.flatMap(({ allocated, renderTarget }, index) => {
    const { cube, floating, width, height } = renderTarget;
    if (cube) return [];
    const name = allocated ? `${allocated.target.name} ${width}×${height}` : "frame";
    const label = `Pass ${index + 1}: ${name}${floating ? " float" : ""}`;
    return [{ id: `pass ${index}`, label }];
  });
  return [
    { id: FRAME_VIEW, label: "Frame" },
    { id: "effect", label: "Effect alone" },
    { id: "alpha", label: "Alpha" },
    ...(passes.length > 1 ? passes : []),
  ];
}

/** Draw a view of the player's last frame onto the canvas, which shows the frame itself already. */
export function drawView(player, view) {
  if (view === FRAME_VIEW) return;
  const { context } = player;
  const { gl } = context;
  const fragment = { effect: CHECKERBOARD, alpha: ALPHA }[view] ?? PASS;
  const program = context.fullscreenProgram(fragment);
  program.set("size", player.size);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, ...player.size);
  const source = targetOf(player, view);
  new DrawCall(context, program, { source: { source, filter: "nearest" } }).drawStrip();
}

/**
 * Read the pixel of the canvas at x, y from its lower left.
 * @returns {{canvas: number[], values: number[]}} the bytes of the canvas, and the red, green, blue
 *     and alpha of the effect or the pass
 */
export function readPixel(player, view, x, y) {
  const { gl } = player.context;
  const { floating, framebuffer, width, height } = targetOf(player, view);
  const [canvasWidth, canvasHeight] = player.size;
  const at = [Math.floor((x / canvasWidth) * width), Math.floor((y / canvasHeight) * height)];
  const canvas = new Uint8Array(4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
  const values = floating ? new Float32Array(4) : new Uint8Array(4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.readPixels(...at, 1, 1, gl.RGBA, floating ? gl.FLOAT : gl.UNSIGNED_BYTE, values);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  const scale = floating ? 1 : 255;
  return { canvas: [...canvas.slice(0, 3)], values: Array.from(values, (value) => value / scale) };
}

function targetOf(player, view) {
  const index = view.startsWith("pass ") ? Number(view.slice(5)) : -1;
  const passes = player.compiledPasses;
  return (passes[index] ?? passes.at(-1)).renderTarget;
}
