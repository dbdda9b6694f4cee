// Runs an effect of TOQIBOX Render in a browser, with WebGL 2, as the server draws it.
//
//   const effect = await (await fetch("/effects/ring")).json();
//   const player = new Player(canvas, effect.program, { width: 1280, height: 720, photo, sound });
//   player.draw(90, { size: 0.5 });          // frame 90 at 30 frames a second: second 3
//
// The same passes in the same order, the same targets, samplers, clears and rounding: what differs
// is how two renderers compute a sine. No dependencies, nothing is evaluated as code but GLSL.

import { Timeline } from "./animation/timeline.js";
import { Context } from "./gl/context.js";
import { Draw } from "./gl/draw_call.js";
import { CompileError, HEAD, Program } from "./gl/program.js";
import { Surface } from "./gl/render_target.js";
import { Targets } from "./targets.js";
import { Textures } from "./textures/textures.js";

export { CompileError, Context };

const OVER = `${HEAD}
uniform sampler2D above;
uniform sampler2D below;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 upper = clamp(texelFetch(above, at, 0), 0.0, 1.0);
  color = vec4(mix(texelFetch(below, at, 0).rgb, upper.rgb, upper.a), 1.0);
}`;

/** Most frames that are drawn before the wanted one of a sequential effect. */
export const MOST_FRAMES = 900;

export class Player {
  /**
   * Compiles the effect; nothing is drawn yet.
   *
   * @param {HTMLCanvasElement|OffscreenCanvas|Context} canvas - a Context where players share one
   * @param {object} program - the `program` of GET /effects/{id}
   * @param {object} options
   * @param {number} options.width - of the picture, in pixels; `height` likewise
   * @param {number} [options.fps] - frames a second, 30
   * @param {number} [options.frames] - of the whole video; transitions stand in its middle
   * @param {object} [options.photo] - {width, height, data} with rows of RGBA from the top, or an
   *     image, canvas or ImageBitmap; black without one
   * @param {Object<string, string>} [options.palette] - the photo's colours by name, "#rrggbb", as
   *     server/media/photos/palette.py finds them; colours that take one have their own default without it
   * @param {object} [options.photo2] - the second photo
   * @param {string} [options.fit] - how a photo fills the frame: blur, contain or cover
   * @param {object} [options.sound] - see audio_features.js; silence without one
   * @param {string} [options.title] - what texts show as the title; `artist` likewise
   * @param {Object<string, object>} [options.texts] - textures of text inputs by name, where they
   *     are not to be drawn here: {width, height, data} as server/typography/glyph_texture.py has them
   * @param {Object<string, object>} [options.images] - the program's files by path, as photos
   * @throws {CompileError} with the browser's log; its lines are the author's (see `complaints`)
   * @throws {Error} when the effect asks for more than the browser has
   */
  constructor(canvas, program, options) {
    const settings = { fps: 30, frames: 900, fit: "blur", sound: null, images: {}, ...options };
    this.context = canvas instanceof Context ? canvas : new Context(canvas);
    Object.assign(this, { program, settings, owned: [], steps: [], last: -1, exact: true, pointer: null });
    this.size = [settings.width, settings.height];
    this.fired = new Set();
    this.timeline = new Timeline(program, settings);
    try {
      this.build();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  build() {
    const { context, program, settings } = this;
    const programs = program.passes.map((pass) =>
      this.own(new Program(context, pass.vertex, pass.fragment)),
    );
    this.textures = this.own(new Textures(context, program, settings));
    const uses = program.passes.map((pass, index) => this.use(pass, programs[index]));
    const numbers = this.timeline.numbers(0, {}, this.fired);
    this.targets = this.own(new Targets(context, program, this.size, uses, numbers));
    this.steps = program.passes.map((pass, index) => this.step(pass, programs[index], index));
    const { surface } = this.steps.at(-1);
    this.over = new Draw(context, context.own(OVER), {
      above: { source: surface },
      below: { source: this.textures.below },
    });
  }

  own(thing) {
    this.owned.push(thing);
    return thing;
  }

  /** What a pass does with targets. */
  use(pass, compiled) {
    const channels = new Map(pass.channels.map((channel) => [channel.uniform, channel.source]));
    const samples = compiled.samplers.map(({ name }) => channels.get(name) ?? name);
    return { writes: pass.target, samples: new Set(samples) };
  }

  step(pass, compiled, index) {
    const sources = { ...this.textures.named, ...this.wrapped(this.targets.seenBy(index)) };
    const reads = { ...sources };
    for (const { uniform, source, filter, wrap, flipped } of pass.channels) {
      if (!compiled.samplers.some(({ name }) => name === uniform)) continue;
      const view = sources[source];
      if (!view) throw new Error(`nothing is given for the sampler ${uniform}`);
      reads[uniform] = { ...(flipped ? this.textures.flipped(view) : view), filter, wrap };
    }
    const area = pass.target ? this.targets.areas.get(pass.target) : null;
    const surface = area ? area.surface : this.own(new Surface(this.context, ...this.size));
    return { draw: new Draw(this.context, compiled, reads), compiled, surface, area };
  }

  wrapped(surfaces) {
    const views = Object.entries(surfaces).map(([name, source]) => [name, { source, moving: true }]);
    return Object.fromEntries(views);
  }

  /**
   * Draw one frame onto the canvas: the effect's picture over the fitted photo.
   *
   * Frames of a sequential effect follow each other: `exact` says whether what it kept is what
   * all frames before this one would have left; where not, use `seek`.
   *
   * @param {number} frame - its number; the time is frame / fps
   * @param {object} [values] - of the inputs, by name; the rest have their defaults
   * @param {boolean} [shown] - false leaves the canvas as it is
   */
  draw(frame, values = {}, shown = true) {
    if (frame === 0 && this.last !== -1) this.begin(0);
    this.follow(frame, values);
    const uniforms = this.timeline.uniforms(frame, values, this.fired);
    this.resize(frame, values);
    this.textures.show(frame, values);
    for (const step of this.steps) this.paint(step, uniforms);
    this.fired.clear();
    if (shown) this.present();
  }

  /** Make `frame` the next one: what a sequential effect kept is gone. */
  begin(frame, values = {}) {
    this.resize(Math.max(frame - 1, 0), values);
    this.targets.clear();
    this.exact = frame === 0;
    this.last = frame - 1;
    this.key = JSON.stringify(values);
  }

  /**
   * Draw `frame` and, for a sequential effect, all that lead to it, at most MOST_FRAMES.
   * A generator: it yields after each frame, so that the caller may do other things in between.
   * @param {number} [from] - where a sequential effect begins
   */
  *seek(frame, values = {}, from = Math.max(0, frame - MOST_FRAMES)) {
    const first = this.program.sequential ? from : frame;
    if (this.program.sequential) this.begin(first, values);
    for (let next = first; next <= frame; next++) {
      this.draw(next, values, next === frame);
      yield next;
    }
  }

  /** Let an event happen in the next frame that is drawn, and only there. */
  fire(name) {
    this.fired.add(name);
  }

  /** The pixels of the picture as RGBA bytes, rows from the bottom. */
  read() {
    this.present();
    const { gl } = this.context;
    const [width, height] = this.size;
    const pixels = new Uint8Array(width * height * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  }

  /** Give back all that it holds of the graphics device. */
  release() {
    for (const thing of this.owned.splice(0)) thing.release();
  }

  follow(frame, values) {
    if (this.program.sequential) {
      const key = JSON.stringify(values);
      const same = this.key === undefined || this.key === key;
      this.exact &&= frame === this.last + 1 && same && this.fired.size === 0;
      this.key = key;
    }
    this.last = frame;
  }

  resize(frame, values) {
    this.targets.resize(this.timeline.numbers(frame, values, this.fired));
  }

  paint({ draw, compiled, surface, area }, uniforms) {
    const [width, height] = area ? area.exact : this.size;
    for (const [name, value] of Object.entries({ ...uniforms, ...this.pointer })) compiled.set(name, value);
    for (const [name, count] of this.timeline.sizes) {
      compiled.set(name, [width, height, 1].slice(0, count));
    }
    for (const { source, filter, moving } of draw.reads) {
      source.refresh?.();
      if (filter === "mipmap" && (moving || !source.texture.mipmapped)) source.texture.mipmap();
    }
    draw.onto(surface, (face) => {
      for (const name of this.timeline.faces) compiled.set(name, face);
    });
  }

  present() {
    const { gl } = this.context;
    const [width, height] = this.size;
    if (gl.canvas.width !== width) gl.canvas.width = width;
    if (gl.canvas.height !== height) gl.canvas.height = height;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    this.over.strip();
  }
}

/**
 * What a browser's log says, line by line.
 * @param {string} log - of a CompileError
 * @returns {{line: number, text: number, message: string}[]} `text` tells which of the author's
 *     texts the line is of: 0 the file, 1 our own, 2 the vertex shader, 3 and more further ones
 */
export function complaints(log) {
  return [...log.matchAll(/^(?:ERROR|WARNING): \d+:(\d+): (.*)$/gm)].map(([, line, message]) => ({
    line: Number(line) % 1e6,
    text: Math.floor(Number(line) / 1e6),
    message,
  }));
}
