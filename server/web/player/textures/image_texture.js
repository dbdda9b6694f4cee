// Textures of images, and copies of textures: flipped ones and cubes.

import { DrawCall, VerticalFlip } from "../gl/draw_call.js";
import { FRAGMENT_HEADER } from "../gl/program.js";
import { RenderTarget } from "../gl/render_target.js";
import { Texture, byteFormat } from "../gl/texture.js";

// The square in the middle of the source, upside down: seen from inside the cube, the first row of
// a face is the upper one.
const FACE = `${FRAGMENT_HEADER}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  vec2 whole = vec2(textureSize(source, 0));
  vec2 at = gl_FragCoord.xy / size - 0.5;
  color = texture(source, 0.5 + vec2(at.x, -at.y) * (min(whole.x, whole.y) / whole));
}`;

/**
 * Upload an image as a texture, lowest row first, with mipmaps.
 * @param {Context} context
 * @param {{width: number, height: number, data: Uint8Array}|TexImageSource} image - rows of RGBA
 *     from the top, or anything that WebGL takes as a source of pixels
 */
export function uploadImage(context, image) {
  const { gl } = context;
  const width = image.naturalWidth ?? image.videoWidth ?? image.width;
  const height = image.naturalHeight ?? image.videoHeight ?? image.height;
  const texture = new Texture(context, "2D", width, height);
  if (image.data) {
    texture.write(gl.RGBA8, image.data);
  } else {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
  }
  // UNPACK_FLIP_Y does not flip every kind of source; a draw does.
  const flip = new VerticalFlip(context);
  const target = flip.draw(texture, new RenderTarget(context, width, height));
  texture.release();
  return target.detachTexture().buildMipmaps();
}

/** Make a texture from bytes: noise, a volume, zeros. */
export function dataTexture(context, kind, width, height, components, data) {
  const texture = new Texture(context, kind, width, height);
  return texture.write(byteFormat(context.gl, components), data, components);
}

/** Make a cube whose faces show `textures` in turn, each cut to the square in its middle. */
export function makeCube(context, textures, edge) {
  const program = context.fullscreenProgram(FACE);
  const cube = new RenderTarget(context, edge, edge, { cube: true });
  const source = { texture: null };
  const drawCall = new DrawCall(context, program, { source: { source } });
  program.set("size", [edge, edge]);
  drawCall.renderTo(cube, (face) => {
    source.texture = textures[face % textures.length];
  });
  return cube.detachTexture();
}

/** A texture upside down; an animated one is flipped again before every draw. */
export class FlippedCopy {
  constructor(context, source, floating, animated) {
    Object.assign(this, { source, animated, flip: new VerticalFlip(context) });
    const { width, height } = source.texture;
    this.renderTarget = new RenderTarget(context, width, height, { floating });
    this.redraw();
  }

  get texture() {
    return this.renderTarget.texture;
  }

  refresh() {
    if (this.animated) this.redraw();
  }

  redraw() {
    const { texture } = this.source;
    this.renderTarget.resize(texture.width, texture.height);
    this.flip.draw(texture, this.renderTarget);
  }

  release() {
    this.renderTarget.release();
  }
}
