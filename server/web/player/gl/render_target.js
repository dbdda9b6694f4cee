// Render targets: the textures that passes draw into.

import { Texture } from "./texture.js";

/**
 * A picture that is drawn on: transparent black at the start and before every draw.
 *
 * A doubled one is drawn on its other side, so that the draw can sample what was there before;
 * `texture` is always the side that was finished last. A cube has six faces, drawn one by one.
 */
export class Surface {
  constructor(context, width, height, { floating = false, double = false, cube = false } = {}) {
    Object.assign(this, { context, floating, cube, count: double ? 2 : 1 });
    this.make(width, height);
    this.clear();
  }

  make(width, height) {
    this.width = width;
    this.height = this.cube ? width : height;
    this.sides = Array.from({ length: this.count }, () => this.side());
    this.front = 0;
  }

  side() {
    const { gl, floats } = this.context;
    const texture = new Texture(this.context, this.cube ? "cube" : "2D", this.width, this.height);
    const format = this.floating ? [floats, gl.RGBA, gl.FLOAT] : [gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE];
    const faces = this.faces();
    for (const face of faces) {
      gl.texImage2D(face, 0, format[0], this.width, this.height, 0, format[1], format[2], null);
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
    return this.sides[this.front].texture;
  }

  get framebuffer() {
    return this.sides[this.front].framebuffers[0];
  }

  /** Draw all of it, face by face: `draw` is called with the number of each. */
  paint(draw) {
    const { gl } = this.context;
    const next = (this.front + 1) % this.count;
    this.sides[next].framebuffers.forEach((framebuffer, face) => {
      target(gl, framebuffer, this.width, this.height);
      draw(face);
    });
    this.front = next;
  }

  clear() {
    const { gl } = this.context;
    for (const { framebuffers } of this.sides) {
      for (const framebuffer of framebuffers) target(gl, framebuffer, this.width, this.height);
    }
  }

  /** Take another size; what it holds is scaled where `copy` (a Copy) is given, else cleared. */
  resize(width, height, copy = null) {
    if (this.width === width && (this.cube || this.height === height)) return;
    const old = { sides: this.sides, texture: this.texture };
    this.make(width, height);
    this.clear();
    if (copy && !this.cube) copy.draw(old.texture, this);
    release(this.context.gl, old.sides);
  }

  /** Its texture, the framebuffers given back: for a picture that is drawn once. */
  detach() {
    const { gl } = this.context;
    for (const framebuffer of this.sides[0].framebuffers) gl.deleteFramebuffer(framebuffer);
    return this.texture;
  }

  release() {
    release(this.context.gl, this.sides);
  }
}

function target(gl, framebuffer, width, height) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.viewport(0, 0, width, height);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
}

function release(gl, sides) {
  for (const { texture, framebuffers } of sides) {
    for (const framebuffer of framebuffers) gl.deleteFramebuffer(framebuffer);
    texture.release();
  }
}

