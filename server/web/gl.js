// What the player draws with: programs, textures and surfaces of WebGL 2.

/** The vertex shader of the player's own draws: the exact corners, as a strip. */
export const STRIP = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0, 0.0, 1.0);
}`;

/** The head of the player's own fragment shaders. */
export const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
`;

const WRAPS = { clamp: "CLAMP_TO_EDGE", repeat: "REPEAT", mirror: "MIRRORED_REPEAT" };
const FILTERS = {
  nearest: ["NEAREST", "NEAREST"],
  linear: ["LINEAR", "LINEAR"],
  mipmap: ["LINEAR_MIPMAP_LINEAR", "LINEAR"],
};

/** A shader that the browser does not compile; `log` is what it said, `stage` what it was. */
export class CompileError extends Error {
  constructor(stage, log) {
    super(`${stage}: ${log}`);
    this.stage = stage;
    this.log = log;
  }
}

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

/** A linked program, its active uniforms by name, and its samplers in the order of their units. */
export class Program {
  /** @throws {CompileError} */
  constructor(context, vertex, fragment) {
    const { gl } = context;
    this.gl = gl;
    this.uniforms = new Map();
    this.samplers = [];
    this.handle = link(gl, vertex, fragment);
    gl.useProgram(this.handle);
    const count = gl.getProgramParameter(this.handle, gl.ACTIVE_UNIFORMS);
    for (let index = 0; index < count; index++) {
      this.add(gl.getActiveUniform(this.handle, index));
    }
  }

  add({ name, type, size }) {
    const { gl } = this;
    const location = gl.getUniformLocation(this.handle, name);
    const plain = name.replace(/\[0\]$/, "");
    const kind = { [gl.SAMPLER_2D]: "2D", [gl.SAMPLER_3D]: "3D", [gl.SAMPLER_CUBE]: "cube" }[type];
    if (kind) {
      gl.uniform1i(location, this.samplers.length);
      this.samplers.push({ name: plain, kind });
    } else {
      this.uniforms.set(plain, { location, size, set: setter(gl, type) });
    }
  }

  /** Set a uniform of numbers, bools or vectors; a name that is not in use is passed over. */
  set(name, value) {
    const uniform = this.uniforms.get(name);
    if (!uniform || !uniform.set) return;
    this.gl.useProgram(this.handle);
    uniform.set.call(this.gl, uniform.location, typeof value === "object" ? value : [Number(value)]);
  }

  release() {
    this.gl.deleteProgram(this.handle);
  }
}

function setter(gl, type) {
  return {
    [gl.FLOAT]: gl.uniform1fv,
    [gl.FLOAT_VEC2]: gl.uniform2fv,
    [gl.FLOAT_VEC3]: gl.uniform3fv,
    [gl.FLOAT_VEC4]: gl.uniform4fv,
    [gl.INT]: gl.uniform1iv,
    [gl.INT_VEC2]: gl.uniform2iv,
    [gl.INT_VEC3]: gl.uniform3iv,
    [gl.INT_VEC4]: gl.uniform4iv,
    [gl.BOOL]: gl.uniform1iv,
    [gl.UNSIGNED_INT]: gl.uniform1uiv,
  }[type];
}

function link(gl, vertex, fragment) {
  const program = gl.createProgram();
  const shaders = [];
  try {
    for (const [stage, type, source] of [
      ["vertex shader", gl.VERTEX_SHADER, vertex],
      ["fragment shader", gl.FRAGMENT_SHADER, fragment],
    ]) {
      const shader = gl.createShader(type);
      shaders.push(shader);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
        throw new CompileError(stage, gl.getShaderInfoLog(shader) ?? "");
      }
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      throw new CompileError("link", gl.getProgramInfoLog(program) ?? "");
    }
    return program;
  } catch (error) {
    gl.deleteProgram(program);
    throw error;
  } finally {
    for (const shader of shaders) gl.deleteShader(shader);
  }
}

/** A texture: 2D, 3D or cube. Its lowest row comes first, as everywhere in OpenGL. */
export class Texture {
  constructor(context, kind, width, height) {
    const { gl } = context;
    this.gl = gl;
    this.kind = kind;
    this.width = width;
    this.height = height;
    this.bind = { "2D": gl.TEXTURE_2D, "3D": gl.TEXTURE_3D, cube: gl.TEXTURE_CUBE_MAP }[kind];
    this.handle = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bind, this.handle);
    gl.texParameteri(this.bind, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  }

  /** Fill it from bytes or floats, of 1 to 4 components. */
  write(format, data, components = 4) {
    const { gl } = this;
    const kinds = [gl.RED, gl.RG, gl.RGB, gl.RGBA];
    const type = data instanceof Float32Array ? gl.FLOAT : gl.UNSIGNED_BYTE;
    const size = this.kind === "3D" ? [this.width, this.height, this.height] : [this.width, this.height];
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(this.bind, this.handle);
    const upload = this.kind === "3D" ? gl.texImage3D : gl.texImage2D;
    upload.call(gl, this.bind, 0, format, ...size, 0, kinds[components - 1], type, data);
    return this;
  }

  /** Build its mipmaps. */
  mipmap() {
    this.gl.activeTexture(this.gl.TEXTURE0);
    this.gl.bindTexture(this.bind, this.handle);
    this.gl.generateMipmap(this.bind);
    this.mipmapped = true;
    return this;
  }

  release() {
    this.gl.deleteTexture(this.handle);
  }
}

/** The format of an 8-bit texture of 1 to 4 components. */
export function bytesFormat(gl, components) {
  return [gl.R8, gl.RG8, gl.RGB8, gl.RGBA8][components - 1];
}
