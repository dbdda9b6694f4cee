// Draw calls: a program and the textures that it reads.

import { HEAD } from "./program.js";

const COPY = `${HEAD}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  color = texture(source, gl_FragCoord.xy / size);
}`;

const FLIP = `${HEAD}
uniform sampler2D source;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  color = texelFetch(source, ivec2(at.x, textureSize(source, 0).y - 1 - at.y), 0);
}`;

/** A program with what its samplers read: {name: {texture, filter, wrap}}. */
export class Draw {
  constructor(context, program, reads) {
    this.context = context;
    this.program = program;
    this.reads = program.samplers.map(({ name, kind }) => {
      const found = reads[name];
      if (!found) throw new Error(`nothing is given for the sampler ${name}`);
      return { kind, ...found };
    });
    if (this.reads.length > context.units) {
      throw new Error(`${this.reads.length} pictures in a draw; at most ${context.units}`);
    }
  }

  /** Draw a strip into the framebuffer in use. */
  strip() {
    const { gl } = this.context;
    gl.useProgram(this.program.handle);
    this.reads.forEach(({ source, filter, wrap }, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(source.texture.bind, source.texture.handle);
      gl.bindSampler(unit, this.context.sampler(filter, wrap));
    });
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    for (const unit of this.reads.keys()) gl.bindSampler(unit, null);
  }

  onto(surface, before = () => {}) {
    surface.paint((face) => {
      before(face);
      this.strip();
    });
    return surface;
  }
}

/** Draws of one program that reads one texture, which may be another each time. */
class Once {
  constructor(context, fragment) {
    this.program = context.own(fragment);
    this.source = { texture: null };
    this.made = new Draw(context, this.program, { source: { source: this.source } });
  }

  draw(texture, surface) {
    this.source.texture = texture;
    this.program.set("size", [surface.width, surface.height]);
    return this.made.onto(surface);
  }
}

/** Scales a texture to a surface. */
export class Copy extends Once {
  constructor(context) {
    super(context, COPY);
  }
}

/** Turns a texture upside down, texel by texel. */
export class Flip extends Once {
  constructor(context) {
    super(context, FLIP);
  }
}
