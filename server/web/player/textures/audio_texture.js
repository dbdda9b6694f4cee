// The audio as textures: ISF's audio and audioFFT inputs, and Shadertoy's channel. Mirrors
// server/render/textures/audio.py.

import { Texture } from "../gl/texture.js";

const SAMPLES = 2048;
export const BINS = 1024;
export const BAND_COUNT = 96;
const METER_WIDTH = 64;
const SHADERTOY_TEXELS = 512;

/** The texture of an ISF audio or audioFFT input: a row for each channel. */
export class AudioInputTexture {
  constructor(context, item, features, fps) {
    Object.assign(this, { context, features, fps, step: -1 });
    this.isSpectrum = item.kind === "audioFFT";
    this.hasTrackScale = item.scale === "track";
    const bins = this.hasTrackScale ? BAND_COUNT : BINS;
    const defaultWidth = this.isSpectrum ? bins : SAMPLES;
    const maxWidth = this.isSpectrum ? bins : context.maxTextureSize;
    this.width = Math.min(item.width ?? defaultWidth, maxWidth);
    this.texture = new Texture(context, "2D", this.width, 2);
    this.texels = new Float32Array(this.width * 2 * 4);
    this.update(null);
  }

  /** Update the texture to the audio at the start of `frame`; null is silence. */
  update(frame) {
    const { features, fps, width } = this;
    const step = frame === null || !features ? null : features.step(frame, fps);
    if (step === this.step) return;
    this.step = step;
    for (const channel of [0, 1]) {
      const values = step === null ? this.silence() : this.channelValues(step, channel);
      // WebGL cannot swizzle one component to three: the same value is written to each.
      values.forEach((value, index) => {
        this.texels.set([value, value, value, 1], (channel * width + index) * 4);
      });
    }
    this.texture.write(this.context.floatFormat, this.texels);
  }

  release() {
    this.texture.release();
  }

  silence() {
    return new Float32Array(this.width).fill(this.isSpectrum ? 0 : 0.5);
  }

  channelValues(step, channel) {
    const { features, width } = this;
    if (this.isSpectrum) {
      const levels = this.hasTrackScale
        ? features.levels(step, channel)
        : features.spectrum(step, channel);
      return runMeans(
        Float32Array.from(levels, (level) => level / 255),
        width,
      );
    }
    if (width > METER_WIDTH) {
      return features.waveform(step, width, channel).map((sample) => 0.5 + 0.5 * sample);
    }
    const squares = features.waveform(step, SAMPLES, channel).map((sample) => sample * sample);
    return runMeans(squares, width).map((mean) => 0.5 + 0.5 * Math.sqrt(mean));
  }
}

/** Shadertoy's audio: 512 x 2 of one component, the spectrum below the waveform. */
export class ByteAudioTexture {
  constructor(context, features, fps) {
    Object.assign(this, { context, features, fps, step: -1 });
    this.texture = new Texture(context, "2D", SHADERTOY_TEXELS, 2);
    this.update(null);
  }

  /** Update the texture to the audio at the start of `frame`; null is silence. */
  update(frame) {
    const { features, fps } = this;
    const step = frame === null || !features ? null : features.step(frame, fps);
    if (step === this.step) return;
    this.step = step;
    const texels = new Uint8Array(SHADERTOY_TEXELS * 2).fill(128, SHADERTOY_TEXELS);
    if (step !== null) {
      texels.set(features.spectrum(step, null).subarray(0, SHADERTOY_TEXELS));
      const wave = features.wave(step, SAMPLES);
      texels.set(wave.subarray(0, SHADERTOY_TEXELS), SHADERTOY_TEXELS);
    }
    this.texture.write(this.context.gl.R8, texels, 1);
  }

  release() {
    this.texture.release();
  }
}

/** Divide `values` into `count` runs as equal as possible, and return the mean of each. */
export function runMeans(values, count) {
  const edge = (index) => Math.floor((index * values.length) / count);
  return Float32Array.from({ length: count }, (_, index) => {
    const run = values.subarray(edge(index), edge(index + 1));
    return run.reduce((sum, value) => sum + value, 0) / run.length;
  });
}
