// GLSL programs, and the parts that the player's own shaders share.

/** The vertex shader of the player's own programs: the corners of the target, as a strip. */
export const FULLSCREEN_VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0, 0.0, 1.0);
}`;

/** The first lines of the player's own fragment shaders. */
export const FRAGMENT_HEADER = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
`;

/** A shader that the browser cannot compile or link: `stage` names it, `log` is the compiler's. */
export class CompileError extends Error {
  constructor(stage, log) {
    super(`${stage}: ${log}`);
    this.stage = stage;
    this.log = log;
  }
}

/** A linked program, its active uniforms by name, and its samplers in the order of their units. */
export class Program {
  /**
   * @param {Context} context
   * @param {string} vertex - source of the vertex shader
   * @param {string} fragment - source of the fragment shader
   * @throws {CompileError}
   */
  constructor(context, vertex, fragment) {
    const { gl } = context;
    this.gl = gl;
    this.uniforms = new Map();
    this.samplers = [];
    this.handle = link(gl, vertex, fragment);
    gl.useProgram(this.handle);
    const count = gl.getProgramParameter(this.handle, gl.ACTIVE_UNIFORMS);
    for (let index = 0; index < count; index++) {
      this.addUniform(gl.getActiveUniform(this.handle, index));
    }
  }

  addUniform({ name, type, size }) {
    const { gl } = this;
    const location = gl.getUniformLocation(this.handle, name);
    const baseName = name.replace(/\[0\]$/, "");
    const kind = { [gl.SAMPLER_2D]: "2D", [gl.SAMPLER_3D]: "3D", [gl.SAMPLER_CUBE]: "cube" }[type];
    if (kind) {
      gl.uniform1i(location, this.samplers.length);
      this.samplers.push({ name: baseName, kind });
    } else {
      this.uniforms.set(baseName, { location, size, set: uniformSetter(gl, type) });
    }
  }

  /** Set a uniform of numbers, bools or vectors; a name that is not in use is ignored. */
  set(name, value) {
    const uniform = this.uniforms.get(name);
    if (!uniform || !uniform.set) return;
    this.gl.useProgram(this.handle);
    const components = typeof value === "object" ? value : [Number(value)];
    uniform.set.call(this.gl, uniform.location, components);
  }

  release() {
    this.gl.deleteProgram(this.handle);
  }
}

function uniformSetter(gl, type) {
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
