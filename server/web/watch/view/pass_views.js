// Views of an effect besides its picture over the photo: the effect alone, its alpha, single passes;
// and the numbers behind one pixel.

import { Draw } from "../../player/gl/draw_call.js";
import { HEAD } from "../../player/gl/program.js";

const CHECKED = `${HEAD}
uniform sampler2D source;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 upper = clamp(texelFetch(source, at, 0), 0.0, 1.0);
  vec3 square = vec3(((at.x >> 3) + (at.y >> 3) & 1) == 0 ? 0.28 : 0.36);
  color = vec4(mix(square, upper.rgb, upper.a), 1.0);
}`;

const ALPHA = `${HEAD}
uniform sampler2D source;
out vec4 color;
void main() {
  color = vec4(vec3(clamp(texelFetch(source, ivec2(gl_FragCoord.xy), 0).a, 0.0, 1.0)), 1.0);
}`;

// A value that is no number is magenta.
const PASS = `${HEAD}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  vec3 value = texelFetch(source, ivec2(gl_FragCoord.xy / size * vec2(textureSize(source, 0))), 0).rgb;
  bool wrong = any(isnan(value)) || any(isinf(value));
  color = vec4(wrong ? vec3(1.0, 0.0, 1.0) : clamp(value, 0.0, 1.0), 1.0);
}`;

export const PICTURE = "picture";

/** The views of a player: {id, label} each, the picture first. */
export function viewsOf(player) {
  const passes = player.steps.flatMap(({ area, surface }, index) => {
    if (surface.cube) return [];
    const size = area ? `${area.target.name} ${surface.width}×${surface.height}` : "picture";
    return [{ id: `pass ${index}`, label: `Pass ${index + 1}: ${size}${surface.floating ? " float" : ""}` }];
  });
  return [
    { id: PICTURE, label: "Picture" },
    { id: "effect", label: "Effect alone" },
    { id: "alpha", label: "Alpha" },
    ...(passes.length > 1 ? passes : []),
  ];
}

/** Draw a view of the player's last frame onto the canvas; the picture is there already. */
export function showView(player, view) {
  if (view === PICTURE) return;
  const { context } = player;
  const { gl } = context;
  const source = surfaceOf(player, view);
  const program = context.own(view === "effect" ? CHECKED : view === "alpha" ? ALPHA : PASS);
  program.set("size", player.size);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, ...player.size);
  new Draw(context, program, { source: { source, filter: "nearest" } }).strip();
}

/**
 * What is at a pixel of the canvas, from its lower left.
 * @returns {{shown: number[], values: number[], at: number[]}} the bytes of the canvas, the red,
 *     green, blue and alpha of the effect's picture or of the pass, and its pixel there
 */
export function pixelAt(player, view, x, y) {
  const { gl } = player.context;
  const surface = surfaceOf(player, view);
  const [width, height] = player.size;
  const at = [Math.floor((x / width) * surface.width), Math.floor((y / height) * surface.height)];
  const shown = new Uint8Array(4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, shown);
  const values = surface.floating ? new Float32Array(4) : new Uint8Array(4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, surface.framebuffer);
  gl.readPixels(...at, 1, 1, gl.RGBA, surface.floating ? gl.FLOAT : gl.UNSIGNED_BYTE, values);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  const unit = surface.floating ? 1 : 255;
  return { shown: [...shown.slice(0, 3)], values: Array.from(values, (value) => value / unit), at };
}

function surfaceOf(player, view) {
  const index = view.startsWith("pass ") ? Number(view.slice(5)) : -1;
  return (player.steps[index] ?? player.steps.at(-1)).surface;
}
