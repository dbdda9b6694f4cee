// The WebGL 2 context: its limits, extensions, samplers and shared programs.

import { FULLSCREEN_VERTEX, Program } from "./program.js";

const WRAPS = { clamp: "CLAMP_TO_EDGE", repeat: "REPEAT", mirror: "MIRRORED_REPEAT" };
const FILTERS = {
  nearest: ["NEAREST", "NEAREST"],
  linear: ["LINEAR", "LINEAR"],
  mipmap: ["LINEAR_MIPMAP_LINEAR", "LINEAR"],
};

/** A WebGL 2 context with the extensions that effects need, shared by its players. */
export class Context {
  /**
   * @param {HTMLCanvasElement|OffscreenCanvas} canvas
   * @throws {Error} when the browser has no WebGL 2 or cannot draw into float textures
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
    if (!gl) throw new Error("this browser does not support WebGL 2");
    if (!gl.getExtension("EXT_color_buffer_float")) {
      throw new Error("this browser cannot draw into float textures");
    }
    gl.getExtension("EXT_float_blend");
    // Without it 32-bit floats can only be sampled NEAREST: 16 bits are closer to the server.
    this.floatFormat = gl.getExtension("OES_texture_float_linear") ? gl.RGBA32F : gl.RGBA16F;
    this.gl = gl;
    this.maxTextureSize = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    this.maxTextureUnits = gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS);
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.renderer = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    this.samplers = new Map();
    this.programs = new Map();
    this.photoTextures = new WeakMap();
    gl.disable(gl.DITHER);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  }

  /** Return the player's own program of a fragment shader over the whole target; made once. */
  fullscreenProgram(fragment) {
    if (!this.programs.has(fragment)) {
      this.programs.set(fragment, new Program(this, FULLSCREEN_VERTEX, fragment));
    }
    return this.programs.get(fragment);
  }

  /** Return the sampler object of a filter and a wrap; made once. */
  sampler(filter = "linear", wrap = "clamp") {
    const key = `${filter} ${wrap}`;
    if (!this.samplers.has(key)) {
      const { gl } = this;
      const sampler = gl.createSampler();
      const [minFilter, magFilter] = FILTERS[filter];
      gl.samplerParameteri(sampler, gl.TEXTURE_MIN_FILTER, gl[minFilter]);
      gl.samplerParameteri(sampler, gl.TEXTURE_MAG_FILTER, gl[magFilter]);
      for (const axis of ["S", "T", "R"]) {
        gl.samplerParameteri(sampler, gl[`TEXTURE_WRAP_${axis}`], gl[WRAPS[wrap]]);
      }
      this.samplers.set(key, sampler);
    }
    return this.samplers.get(key);
  }
}
