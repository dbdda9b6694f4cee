// The WebGL 2 context: its limits, extensions, samplers and shared programs.

import { Program, STRIP } from "./program.js";

const WRAPS = { clamp: "CLAMP_TO_EDGE", repeat: "REPEAT", mirror: "MIRRORED_REPEAT" };
const FILTERS = {
  nearest: ["NEAREST", "NEAREST"],
  linear: ["LINEAR", "LINEAR"],
  mipmap: ["LINEAR_MIPMAP_LINEAR", "LINEAR"],
};

/** A WebGL 2 context with the extensions that effects need, and what all players of it share. */
export class Context {
  /**
   * @param {HTMLCanvasElement|OffscreenCanvas} canvas
   * @throws {Error} when the browser has no WebGL 2 or cannot draw into floats.
   */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      premultipliedAlpha: false,
      preserveDrawingBuffer: true,
    });
    if (!gl) throw new Error("this browser has no WebGL 2");
    if (!gl.getExtension("EXT_color_buffer_float")) {
      throw new Error("this browser cannot draw into textures of floats");
    }
    gl.getExtension("EXT_float_blend");
    // Without it 32-bit floats can only be sampled NEAREST: 16 bits are nearer to the server.
    this.floats = gl.getExtension("OES_texture_float_linear") ? gl.RGBA32F : gl.RGBA16F;
    this.gl = gl;
    this.maxSize = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    this.units = gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS);
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.renderer = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    this.samplers = new Map();
    this.programs = new Map();
    this.photos = new WeakMap();
    gl.disable(gl.DITHER);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  }

  /** A program of the player's own, made once: a fragment shader over the whole surface. */
  own(fragment) {
    if (!this.programs.has(fragment)) {
      this.programs.set(fragment, new Program(this, STRIP, fragment));
    }
    return this.programs.get(fragment);
  }

  /** The sampler object for a filter and a wrap; LINEAR and CLAMP where nothing else is asked. */
  sampler(filter = "linear", wrap = "clamp") {
    const key = `${filter} ${wrap}`;
    if (!this.samplers.has(key)) {
      const { gl } = this;
      const sampler = gl.createSampler();
      const [smaller, larger] = FILTERS[filter];
      gl.samplerParameteri(sampler, gl.TEXTURE_MIN_FILTER, gl[smaller]);
      gl.samplerParameteri(sampler, gl.TEXTURE_MAG_FILTER, gl[larger]);
      for (const axis of ["S", "T", "R"]) {
        gl.samplerParameteri(sampler, gl[`TEXTURE_WRAP_${axis}`], gl[WRAPS[wrap]]);
      }
      this.samplers.set(key, sampler);
    }
    return this.samplers.get(key);
  }
}

