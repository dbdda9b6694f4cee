// The textures that samplers of an effect read besides its targets: photos, files, noise, sound.

import { Draw, Flip } from "../gl/draw_call.js";
import { HEAD } from "../gl/program.js";
import { Surface } from "../gl/render_target.js";
import { Texture, bytesFormat } from "../gl/texture.js";
import { AudioHistory, SoundPicture, SoundTexture } from "./audio.js";
import { fit } from "./photo_fit.js";
import { LetteredTexture } from "./text.js";

const LARGEST_EDGE = 1024;
const BLACK = { width: 1, height: 1, data: new Uint8Array([0, 0, 0, 255]) };

// The part of the source that is square and in its middle, upside down: a face's first row is its
// upper one to who looks from inside.
const FACE = `${HEAD}
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
  vec2 whole = vec2(textureSize(source, 0));
  vec2 at = gl_FragCoord.xy / size - 0.5;
  color = texture(source, 0.5 + vec2(at.x, -at.y) * (min(whole.x, whole.y) / whole));
}`;

/**
 * A picture as a texture, lowest row first, with mipmaps.
 * @param {Context} context
 * @param {{width: number, height: number, data: Uint8Array}|TexImageSource} picture - rows of RGBA
 *     from the top, or anything that WebGL takes as a source of pixels
 */
export function upload(context, picture) {
  const { gl } = context;
  const width = picture.naturalWidth ?? picture.videoWidth ?? picture.width;
  const height = picture.naturalHeight ?? picture.videoHeight ?? picture.height;
  const texture = new Texture(context, "2D", width, height);
  if (picture.data) {
    texture.write(gl.RGBA8, picture.data);
  } else {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  }
  // UNPACK_FLIP_Y does not turn every kind of source; a draw does.
  const surface = new Flip(context).draw(texture, new Surface(context, width, height));
  texture.release();
  return surface.detach().mipmap();
}

/**
 * A photo as a texture, and fitted to the picture. Both are kept for the next player of the
 * context; the fitted one until another size or fit is asked for.
 */
function photo(context, picture, { width, height, fit: mode }) {
  const known = context.photos.get(picture) ?? { texture: upload(context, picture), key: "" };
  context.photos.set(picture, known);
  const key = `${width} ${height} ${mode}`;
  if (known.key !== key) {
    known.before?.release(); // not the last one: the player that is about to go draws with it
    known.before = known.fitted;
    known.fitted = fit(context, known.texture, width, height, mode);
    known.key = key;
  }
  return known;
}

/** A cube whose faces show `pictures` in turn, each cut to the square in its middle. */
export function cubeOf(context, pictures, edge) {
  const program = context.own(FACE);
  const cube = new Surface(context, edge, edge, { cube: true });
  const source = { texture: null };
  const draw = new Draw(context, program, { source: { source } });
  program.set("size", [edge, edge]);
  draw.onto(cube, (face) => {
    source.texture = pictures[face % pictures.length];
  });
  return cube.detach();
}

/** Plain data as a texture: noise, a volume, nothing. */
export function dataTexture(context, kind, width, height, components, data) {
  const texture = new Texture(context, kind, width, height);
  return texture.write(bytesFormat(context.gl, components), data, components);
}

/** A texture upside down, drawn anew for every draw where it is `moving`. */
export class Flipped {
  constructor(context, source, floating, moving) {
    Object.assign(this, { source, moving, flip: new Flip(context) });
    const { width, height } = source.texture;
    this.surface = new Surface(context, width, height, { floating });
    this.turn();
  }

  get texture() {
    return this.surface.texture;
  }

  refresh() {
    if (this.moving) this.turn();
  }

  turn() {
    const { texture } = this.source;
    this.surface.resize(texture.width, texture.height);
    this.flip.draw(texture, this.surface);
  }

  release() {
    this.surface.release();
  }
}


/** The textures of one effect, by the name of their sampler. */
export class Textures {
  constructor(context, program, settings) {
    Object.assign(this, { context, program, settings, sounds: [], texts: [], owned: [], turned: new Map() });
    const first = photo(context, settings.photo ?? BLACK, settings);
    const second = settings.photo2 ? photo(context, settings.photo2, settings) : first;
    Object.assign(this, { photo: first.texture, below: first.fitted });
    Object.assign(this, { photo2: second.texture, beside: second.fitted });
    this.named = Object.fromEntries([
      ...program.textures.map((one) => [one.name, this.texture(one)]),
      ...program.inputs.map((item) => [item.uniform, this.input(item)]).filter(([, view]) => view),
    ]);
  }

  /** Make those that follow the sound what they are in `frame`, and texts what `values` say. */
  show(frame, values) {
    for (const text of this.texts) text.show(values);
    for (const sound of this.sounds) sound.show(frame);
  }

  /** A view upside down. */
  flipped(view) {
    if (!this.turned.has(view.source)) {
      const floating = view.source.floating ?? false;
      this.turned.set(view.source, this.own(new Flipped(this.context, view.source, floating, view.moving)));
    }
    return { ...view, source: this.turned.get(view.source) };
  }

  release() {
    for (const thing of this.owned.splice(0)) thing.release();
  }

  own(thing) {
    this.owned.push(thing);
    return thing;
  }

  still(texture) {
    return { source: texture.texture ? texture : { texture } };
  }

  heard(sound) {
    this.sounds.push(this.own(sound));
    return { source: sound, moving: true };
  }

  input(item) {
    const { context, settings, program } = this;
    if (item.kind === "text") {
      this.texts.push(this.own(new LetteredTexture(context, program, item, settings)));
      return { source: this.texts.at(-1), moving: true };
    }
    if (item.kind === "audioHistory") {
      return this.heard(new AudioHistory(context, item, settings.sound, settings.fps));
    }
    if (item.kind === "audio" || item.kind === "audioFFT") {
      return this.heard(new SoundPicture(context, item, settings.sound, settings.fps));
    }
    if (item.kind !== "image") return null;
    if (item.name === program.picture) return this.still(this.below);
    if (item.name === "photo") return { ...this.still(this.photo), filter: "mipmap" };
    if (item.name === "photo2") return { ...this.still(this.photo2), filter: "mipmap" };
    return this.still(this.beside);
  }

  texture(one) {
    const { context, settings } = this;
    switch (one.content) {
      case "photo":
        return this.still(this.photo);
      case "sound":
        return this.heard(new SoundTexture(context, settings.sound, settings.fps));
      case "zeros":
        return this.still(this.own(dataTexture(context, "2D", 256, 3, 1, new Uint8Array(768))));
      case "image":
        return this.still(this.file(one.files[0]));
      case "cube":
        return this.still(this.cube(one));
      case "noise":
      case "volume":
        return this.still(this.noise(one));
      default:
        throw new Error(`a texture of an unknown content: ${one.content}`);
    }
  }

  noise({ content, size, components }) {
    const kind = content === "volume" ? "3D" : "2D";
    const grains = noise(size ** (kind === "3D" ? 3 : 2) * components);
    const data = kind === "3D" ? grains : paired(grains, size, components);
    return this.own(dataTexture(this.context, kind, size, size, components, data).mipmap());
  }

  file(path) {
    const picture = this.settings.images[path];
    if (!picture) throw new Error(`the image file “${path}” is not there`);
    return this.own(upload(this.context, picture));
  }

  cube({ files }) {
    const faces = files.length ? files.map((file) => this.file(file)) : [this.photo];
    const smallest = Math.max(...faces.map((face) => Math.min(face.width, face.height)));
    return this.own(cubeOf(this.context, faces, Math.min(smallest, LARGEST_EDGE)).mipmap());
  }
}

/**
 * White noise: byte i is the top byte of a hash of i, as the server computes it (the generator
 * PCG-RXS-M-XS of 32 bits, O'Neill 2014).
 */
export function noise(count) {
  return Uint8Array.from({ length: count }, (_, index) => {
    const state = (Math.imul(index, 747796405) + 2891336453) >>> 0;
    const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
    return (((word >>> 22) ^ word) >>> 0) >>> 24;
  });
}

/** Flat noise whose green is its red moved by (37, -17), and alpha blue, as the server has it. */
export function paired(grains, edge, components) {
  const data = grains.slice();
  for (let from = 0; from + 1 < components; from += 2) {
    for (let y = 0; y < edge; y++) {
      const row = (y + 17) % edge;
      for (let x = 0; x < edge; x++) {
        const column = (((x - 37) % edge) + edge) % edge;
        data[(y * edge + x) * components + from + 1] =
          grains[(row * edge + column) * components + from];
      }
    }
  }
  return data;
}
