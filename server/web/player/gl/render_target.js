// Render targets: the textures that passes draw into.

import { Texture } from "./texture.js";

/**
 * A texture to draw into: transparent black at the start and before every draw.
 *
 * A double-buffered target is drawn into its other buffer, so that the draw can sample the previous
 * content; `texture` is always the buffer that was finished last. A cube has six faces, drawn one
 * by one.
 */
export class RenderTarget {
  constructor(
    context,
    width,
    height,
    { floating = false, doubleBuffered = false, cube = false } = {},
  ) {
    Object.assign(this, { context, floating, cube, bufferCount: doubleBuffered ? 2 : 1 });
    this.allocate(width, height);
    this.clear();
  }

  allocate(width, height) {
    this.width = width;
    this.height = this.cube ? width : height;
    this.buffers = Array.from({ length: this.bufferCount }, () => this.makeBuffer());
    this.front = 0;
  }

  makeBuffer() {
    const { gl, floatFormat } = this.context;
    const { width, height } = this;
    const texture = new Texture(this.context, this.cube ? "cube" : "2D", width, height);
    const [format, type] = this.floating ? [floatFormat, gl.FLOAT] : [gl.RGBA8, gl.UNSIGNED_BYTE];
    const faces = this.faces();
    for (const face of faces) {
      gl.texImage2D(face, 0, format, width, height, 0, gl.RGBA, type, null);
    }
    const framebuffers = faces.map((face) => {
      const framebuffer = gl.createFramebuffer();
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, face, texture.handle, 0);
      return framebuffer;
    });
    return { texture, framebuffers };
  }

  faces() {
    const { gl } = this.context;
    if (!this.cube) return [gl.TEXTURE_2D];
    return [0, 1, 2, 3, 4, 5].map((face) => gl.TEXTURE_CUBE_MAP_POSITIVE_X + face);
  }

  get texture() {
    return this.buffers[this.front].texture;
  }

  get framebuffer() {
    return this.buffers[this.front].framebuffers[0];
  }

  /** Draw every face: `drawFace` is called with the number of each. */
  render(drawFace) {
    const { gl } = this.context;
    const next = (this.front + 1) % this.bufferCount;
    this.buffers[next].framebuffers.forEach((framebuffer, face) => {
      bindAndClear(gl, framebuffer, this.width, this.height);
      drawFace(face);
    });
    this.front = next;
  }

  clear() {
    const { gl } = this.context;
    for (const { framebuffers } of this.buffers) {
      for (const framebuffer of framebuffers) {
        bindAndClear(gl, framebuffer, this.width, this.height);
      }
    }
  }

  /** Change the size; the content is scaled where `copy` (a TextureCopy) is given, else cleared. */
  resize(width, height, copy = null) {
    if (this.width === width && (this.cube || this.height === height)) return;
    const old = { buffers: this.buffers, texture: this.texture };
    this.allocate(width, height);
    this.clear();
    if (copy && !this.cube) copy.draw(old.texture, this);
    releaseBuffers(this.context.gl, old.buffers);
  }

  /** Return the texture and delete the framebuffers: for a target that is drawn once. */
  detachTexture() {
    const { gl } = this.context;
    for (const framebuffer of this.buffers[0].framebuffers) gl.deleteFramebuffer(framebuffer);
    return this.texture;
  }

  release() {
    releaseBuffers(this.context.gl, this.buffers);
  }
}

function bindAndClear(gl, framebuffer, width, height) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.viewport(0, 0, width, height);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
}

function releaseBuffers(gl, buffers) {
  for (const { texture, framebuffers } of buffers) {
    for (const framebuffer of framebuffers) gl.deleteFramebuffer(framebuffer);
    texture.release();
  }
}
