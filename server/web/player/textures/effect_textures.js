// The textures that an effect samples in addition to its targets: photos, image files, noise,
// audio, texts.

import { AudioHistoryTexture } from "./audio_history.js";
import { AudioInputTexture, ByteAudioTexture } from "./audio_texture.js";
import { FlippedCopy, dataTexture, makeCube, uploadImage } from "./image_texture.js";
import { noise, pairChannels } from "./noise.js";
import { fit } from "./photo_fit.js";
import { TextTexture } from "./text_texture.js";

const MAX_CUBE_EDGE = 1024;
const BLACK = { width: 1, height: 1, data: new Uint8Array([0, 0, 0, 255]) };

/**
 * Return a photo as a texture, and fitted into the frame. Both are kept for the next player of the
 * context; the fitted one until another size or fit is used.
 */
function photoTextures(context, image, { width, height, fit: mode }) {
  const textures = context.photoTextures.get(image) ?? {
    texture: uploadImage(context, image),
    key: "",
  };
  context.photoTextures.set(image, textures);
  const key = `${width} ${height} ${mode}`;
  if (textures.key !== key) {
    textures.previous?.release(); // not the last one: the player to be replaced draws with it
    textures.previous = textures.fitted;
    textures.fitted = fit(context, textures.texture, width, height, mode);
    textures.key = key;
  }
  return textures;
}

/** The textures of one effect, as views by the name of their sampler. */
export class EffectTextures {
  /**
   * @param {Context} context
   * @param {object} program - of GET /effects/{id}
   * @param {object} options - of the player
   * @throws {Error} when an image file is missing
   */
  constructor(context, program, options) {
    Object.assign(this, { context, program, options });
    this.audioTextures = [];
    this.textTextures = [];
    this.resources = [];
    this.flippedCopies = new Map();
    const first = photoTextures(context, options.photo ?? BLACK, options);
    const second = options.photo2 ? photoTextures(context, options.photo2, options) : first;
    Object.assign(this, { photo: first.texture, fittedPhoto: first.fitted });
    Object.assign(this, { photo2: second.texture, fittedPhoto2: second.fitted });
    this.views = Object.fromEntries([
      ...program.textures.map((texture) => [texture.name, this.textureView(texture)]),
      ...program.inputs
        .map((item) => [item.uniform, this.inputView(item)])
        .filter(([, view]) => view),
    ]);
  }

  /** Update the textures that follow the audio to `frame`, and the texts to `values`. */
  update(frame, values) {
    for (const texture of this.textTextures) texture.update(values);
    for (const texture of this.audioTextures) texture.update(frame);
  }

  /** Return a view upside down. */
  flipped(view) {
    if (!this.flippedCopies.has(view.source)) {
      const floating = view.source.floating ?? false;
      const copy = new FlippedCopy(this.context, view.source, floating, view.animated);
      this.flippedCopies.set(view.source, this.keep(copy));
    }
    return { ...view, source: this.flippedCopies.get(view.source) };
  }

  release() {
    for (const resource of this.resources.splice(0)) resource.release();
  }

  /** Release `resource` with the textures. */
  keep(resource) {
    this.resources.push(resource);
    return resource;
  }

  staticView(texture) {
    return { source: texture.texture ? texture : { texture } };
  }

  audioView(audioTexture) {
    this.audioTextures.push(this.keep(audioTexture));
    return { source: audioTexture, animated: true };
  }

  inputView(item) {
    const { context, options, program } = this;
    const { features, fps } = options;
    switch (item.kind) {
      case "text": {
        const text = this.keep(new TextTexture(context, program, item, options));
        this.textTextures.push(text);
        return { source: text, animated: true };
      }
      case "audioHistory":
        return this.audioView(new AudioHistoryTexture(context, item, features, fps));
      case "audio":
      case "audioFFT":
        return this.audioView(new AudioInputTexture(context, item, features, fps));
      case "image":
        return this.imageInputView(item);
      default:
        return null;
    }
  }

  imageInputView(item) {
    if (item.name === this.program.picture) return this.staticView(this.fittedPhoto);
    if (item.name === "photo") return { ...this.staticView(this.photo), filter: "mipmap" };
    if (item.name === "photo2") return { ...this.staticView(this.photo2), filter: "mipmap" };
    return this.staticView(this.fittedPhoto2);
  }

  textureView(texture) {
    const { context, options } = this;
    switch (texture.content) {
      case "photo":
        return this.staticView(this.photo);
      case "sound":
        return this.audioView(new ByteAudioTexture(context, options.features, options.fps));
      case "zeros":
        return this.staticView(
          this.keep(dataTexture(context, "2D", 256, 3, 1, new Uint8Array(768))),
        );
      case "image":
        return this.staticView(this.fileTexture(texture.files[0]));
      case "cube":
        return this.staticView(this.cubeTexture(texture));
      case "noise":
      case "volume":
        return this.staticView(this.noiseTexture(texture));
      default:
        throw new Error(`“${texture.content}” is not a known content of a texture`);
    }
  }

  noiseTexture({ content, size, components }) {
    const isVolume = content === "volume";
    const noiseBytes = noise(size ** (isVolume ? 3 : 2) * components);
    const data = isVolume ? noiseBytes : pairChannels(noiseBytes, size, components);
    const kind = isVolume ? "3D" : "2D";
    const texture = dataTexture(this.context, kind, size, size, components, data);
    return this.keep(texture.buildMipmaps());
  }

  fileTexture(path) {
    const image = this.options.images[path];
    if (!image) throw new Error(`the image file “${path}” is missing`);
    return this.keep(uploadImage(this.context, image));
  }

  cubeTexture({ files }) {
    const faces = files.length ? files.map((file) => this.fileTexture(file)) : [this.photo];
    const largestSquare = Math.max(...faces.map((face) => Math.min(face.width, face.height)));
    const edge = Math.min(largestSquare, MAX_CUBE_EDGE);
    return this.keep(makeCube(this.context, faces, edge).buildMipmaps());
  }
}
