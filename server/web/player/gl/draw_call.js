// Draw calls: a program and the textures that it samples.

import { FRAGMENT_HEADER } from "./program.js";

const COPY = `${FRAGMENT_HEADER}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  color = texture(source, gl_FragCoord.xy / size);
}`;

const FLIP = `${FRAGMENT_HEADER}
uniform sampler2D source;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  color = texelFetch(source, ivec2(at.x, textureSize(source, 0).y - 1 - at.y), 0);
}`;

/** A program with a view for each of its samplers. */
export class DrawCall {
  /**
   * @param {Context} context
   * @param {Program} program
   * @param {Object<string, {source: {texture: Texture}, filter: ?string, wrap: ?string}>} views -
   *     by the name of the sampler; the texture of a source is read at each draw
   * @throws {Error} when a sampler has no view, or there are too many of them
   */
  constructor(context, program, views) {
    this.context = context;
    this.program = program;
    this.views = program.samplers.map(({ name, kind }) => {
      const view = views[name];
      if (!view) throw new Error(`the sampler “${name}” has no texture`);
      return { kind, ...view };
    });
    const count = this.views.length;
    const limit = context.maxTextureUnits;
    if (count > limit) {
      throw new Error(`the pass samples ${count} textures: this browser allows at most ${limit}`);
    }
  }

  /** Draw a strip over the whole framebuffer that is bound. */
  drawStrip() {
    const { gl } = this.context;
    gl.useProgram(this.program.handle);
    this.views.forEach(({ source, filter, wrap }, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(source.texture.bindTarget, source.texture.handle);
      gl.bindSampler(unit, this.context.sampler(filter, wrap));
    });
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    for (const unit of this.views.keys()) gl.bindSampler(unit, null);
  }

  /** Draw into a target; `beforeFace` is called with the number of each face. */
  renderTo(target, beforeFace = () => {}) {
    target.render((face) => {
      beforeFace(face);
      this.drawStrip();
    });
    return target;
  }
}

/** Draws with a program that samples one texture, a different one each time. */
class SingleTextureDraw {
  constructor(context, fragment) {
    this.program = context.fullscreenProgram(fragment);
    this.source = { texture: null };
    this.drawCall = new DrawCall(context, this.program, { source: { source: this.source } });
  }

  draw(texture, target) {
    this.source.texture = texture;
    this.program.set("size", [target.width, target.height]);
    return this.drawCall.renderTo(target);
  }
}

/** Scales a texture to the size of a target. */
export class TextureCopy extends SingleTextureDraw {
  constructor(context) {
    super(context, COPY);
  }
}

/** Flips a texture vertically, texel by texel. */
export class VerticalFlip extends SingleTextureDraw {
  constructor(context) {
    super(context, FLIP);
  }
}
