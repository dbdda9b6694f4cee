// Draws an effect of TOQIBOX Render in a browser, with WebGL 2, as the server draws it.
//
//   const effect = await (await fetch("/effects/ring")).json();
//   const options = { width: 1280, height: 720, photo, features };
//   const player = new Player(canvas, effect.program, options);
//   player.draw(90, { size: 0.5 });          // frame 90 at 30 frames a second: second 3
//
// Passes, targets, samplers, clears and rounding are the same; only the arithmetic of the two
// renderers differs. There are no dependencies, and nothing is evaluated as code except GLSL.

import { Timeline } from "./animation/timeline.js";
import { Context } from "./gl/context.js";
import { DrawCall } from "./gl/draw_call.js";
import { CompileError, FRAGMENT_HEADER, Program } from "./gl/program.js";
import { RenderTarget } from "./gl/render_target.js";
import { Targets } from "./targets.js";
import { EffectTextures } from "./textures/effect_textures.js";
import { DEFAULT_FIT } from "./textures/photo_fit.js";

export { CompileError, Context };

const COMPOSITE = `${FRAGMENT_HEADER}
uniform sampler2D above;
uniform sampler2D below;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 upper = clamp(texelFetch(above, at, 0), 0.0, 1.0);
  color = vec4(mix(texelFetch(below, at, 0).rgb, upper.rgb, upper.a), 1.0);
}`;

/** The number of frames of a sequential effect that `seek` draws before the one it is asked for. */
export const MAX_REPLAYED_FRAMES = 900;

export class Player {
  /**
   * Compile the effect; nothing is drawn yet.
   *
   * @param {HTMLCanvasElement|OffscreenCanvas|Context} canvas - a Context where players share one
   * @param {object} program - the `program` of GET /effects/{id}
   * @param {object} options
   * @param {number} options.width - of the frame, in pixels; `height` likewise
   * @param {number} [options.fps] - frames a second, 30
   * @param {number} [options.frames] - of the whole video, 900; a transition is in its middle
   * @param {object} [options.photo] - {width, height, data} with rows of RGBA from the top, or an
   *     image, canvas or ImageBitmap; black without one
   * @param {Object<string, string>} [options.palette] - the photo's colours by name, "#rrggbb", as
   *     server/media/photos/photo_palette.py computes them; without it inputs have their own
   *     defaults
   * @param {object} [options.photo2] - the second photo
   * @param {string} [options.fit] - how a photo fills the frame: blur, contain or cover
   * @param {object} [options.features] - see audio_features.js; silence without them
   * @param {string} [options.title] - of the track, for texts; `artist` likewise
   * @param {Object<string, object>} [options.texts] - textures of text inputs by name, where they
   *     are made elsewhere: {width, height, data} as in server/typography/glyph_texture.py
   * @param {Object<string, object>} [options.images] - the program's files by path, as photos
   * @throws {CompileError} with the browser's log; see `parseCompilerLog`
   * @throws {Error} when the effect needs more than the browser has
   */
  constructor(canvas, program, options) {
    const defaults = { fps: 30, frames: 900, fit: DEFAULT_FIT, features: null, images: {} };
    this.context = canvas instanceof Context ? canvas : new Context(canvas);
    this.program = program;
    this.options = { ...defaults, ...options };
    this.size = [this.options.width, this.options.height];
    /** The number of the last frame that was drawn; -1 before the first. */
    this.lastFrame = -1;
    /** Whether the last frame has what all frames before it leave in persistent targets. */
    this.exact = true;
    /** More uniforms of a page by name, such as the position of the mouse; null for none. */
    this.pageUniforms = null;
    this.resources = [];
    this.compiledPasses = [];
    this.firedEvents = new Set();
    this.timeline = new Timeline(program, this.options);
    try {
      this.compile();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  compile() {
    const { context, program, options } = this;
    const programs = program.passes.map((pass) =>
      this.keep(new Program(context, pass.vertex, pass.fragment)),
    );
    this.textures = this.keep(new EffectTextures(context, program, options));
    const usages = program.passes.map((pass, index) => targetUsage(pass, programs[index]));
    const numbers = this.timeline.numbers(0, {}, this.firedEvents);
    this.targets = this.keep(new Targets(context, program, this.size, usages, numbers));
    this.compiledPasses = program.passes.map((pass, index) =>
      this.compilePass(pass, programs[index], index),
    );
    const { renderTarget } = this.compiledPasses.at(-1);
    this.composite = new DrawCall(context, context.fullscreenProgram(COMPOSITE), {
      above: { source: renderTarget },
      below: { source: this.textures.fittedPhoto },
    });
  }

  compilePass(pass, program, index) {
    const targets = animatedViews(this.targets.sourcesForPass(index));
    const sources = { ...this.textures.views, ...targets };
    const views = { ...sources };
    for (const { uniform, source, filter, wrap, flipped } of pass.channels) {
      if (!program.samplers.some(({ name }) => name === uniform)) continue;
      const view = sources[source];
      if (!view) throw new Error(`the sampler “${uniform}” has no texture`);
      views[uniform] = { ...(flipped ? this.textures.flipped(view) : view), filter, wrap };
    }
    const allocated = pass.target ? this.targets.allocated.get(pass.target) : null;
    const renderTarget =
      allocated?.renderTarget ?? this.keep(new RenderTarget(this.context, ...this.size));
    const drawCall = new DrawCall(this.context, program, views);
    return { drawCall, program, renderTarget, allocated };
  }

  /** Release `resource` with the player. */
  keep(resource) {
    this.resources.push(resource);
    return resource;
  }

  /**
   * Draw one frame onto the canvas: the effect over the fitted photo.
   *
   * The frames of a sequential effect follow each other; after a jump `exact` is false: use `seek`.
   *
   * @param {number} frame - its number; the time is frame / fps
   * @param {object} [values] - of the inputs, by name; the others have their defaults
   * @param {boolean} [present] - false leaves the canvas as it is
   */
  draw(frame, values = {}, present = true) {
    if (frame === 0 && this.lastFrame !== -1) this.begin(0);
    this.trackSequence(frame, values);
    const uniforms = this.timeline.uniforms(frame, values, this.firedEvents);
    this.resizeTargets(frame, values);
    this.textures.update(frame, values);
    for (const compiledPass of this.compiledPasses) this.drawPass(compiledPass, uniforms);
    this.firedEvents.clear();
    if (present) this.present();
  }

  /** Make `frame` the next one, with empty persistent targets. */
  begin(frame, values = {}) {
    this.resizeTargets(Math.max(frame - 1, 0), values);
    this.targets.clear();
    this.exact = frame === 0;
    this.lastFrame = frame - 1;
    this.valuesKey = JSON.stringify(values);
  }

  /**
   * Draw `frame` and, for a sequential effect, those before it, at most MAX_REPLAYED_FRAMES.
   * A generator: it yields after each frame, so that the caller can do other work in between.
   * @param {number} frame
   * @param {object} [values] - of the inputs, by name
   * @param {number} [from] - the first frame that is drawn of a sequential effect
   */
  *seek(frame, values = {}, from = Math.max(0, frame - MAX_REPLAYED_FRAMES)) {
    const first = this.program.sequential ? from : frame;
    if (this.program.sequential) this.begin(first, values);
    for (let next = first; next <= frame; next++) {
      this.draw(next, values, next === frame);
      yield next;
    }
  }

  /** Fire an event input in the next frame that is drawn, and only there. */
  fire(name) {
    this.firedEvents.add(name);
  }

  /** Return the pixels of the frame as RGBA bytes, rows from the bottom. */
  read() {
    this.present();
    const { gl } = this.context;
    const [width, height] = this.size;
    const pixels = new Uint8Array(width * height * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  }

  /** Delete the textures, programs and framebuffers. */
  release() {
    for (const resource of this.resources.splice(0)) resource.release();
  }

  trackSequence(frame, values) {
    if (this.program.sequential) {
      const key = JSON.stringify(values);
      const sameValues = this.valuesKey === undefined || this.valuesKey === key;
      this.exact &&= frame === this.lastFrame + 1 && sameValues && this.firedEvents.size === 0;
      this.valuesKey = key;
    }
    this.lastFrame = frame;
  }

  resizeTargets(frame, values) {
    this.targets.resize(this.timeline.numbers(frame, values, this.firedEvents));
  }

  drawPass({ drawCall, program, renderTarget, allocated }, uniforms) {
    const [width, height] = allocated?.exactSize ?? this.size;
    for (const [name, value] of Object.entries({ ...uniforms, ...this.pageUniforms })) {
      program.set(name, value);
    }
    for (const [name, count] of this.timeline.sizeUniforms) {
      program.set(name, [width, height, 1].slice(0, count));
    }
    for (const { source, filter, animated } of drawCall.views) {
      source.refresh?.();
      if (filter === "mipmap" && (animated || !source.texture.hasMipmaps)) {
        source.texture.buildMipmaps();
      }
    }
    drawCall.renderTo(renderTarget, (face) => {
      for (const name of this.timeline.faceUniforms) program.set(name, face);
    });
  }

  /** Draw the last frame onto the canvas. */
  present() {
    const { gl } = this.context;
    const [width, height] = this.size;
    if (gl.canvas.width !== width) gl.canvas.width = width;
    if (gl.canvas.height !== height) gl.canvas.height = height;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, width, height);
    this.composite.drawStrip();
  }
}

/** Return the target that a pass writes and the names that it samples. */
function targetUsage(pass, program) {
  const channels = new Map(pass.channels.map((channel) => [channel.uniform, channel.source]));
  const samples = program.samplers.map(({ name }) => channels.get(name) ?? name);
  return { writes: pass.target, samples: new Set(samples) };
}

function animatedViews(sources) {
  const views = Object.entries(sources).map(([name, source]) => [name, { source, animated: true }]);
  return Object.fromEntries(views);
}

/**
 * Parse the errors and warnings of a browser's log, line by line.
 * @param {string} log - of a CompileError
 * @returns {{line: number, text: number, message: string}[]} `text` is the number of the author's
 *     file that the line is in: 0 the effect, 1 the player's own lines, 2 the vertex shader, 3 and
 *     more other files
 */
export function parseCompilerLog(log) {
  return [...log.matchAll(/^(?:ERROR|WARNING): \d+:(\d+): (.*)$/gm)].map(([, line, message]) => ({
    line: Number(line) % 1e6,
    text: Math.floor(Number(line) / 1e6),
    message,
  }));
}
