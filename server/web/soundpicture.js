// The sound as textures: what ISF's audio and audioFFT inputs show, and Shadertoy's. As
// server/render/soundpicture.py has it.

import { Texture } from "./gl.js";

const SAMPLES = 2048;
const BINS = 1024;
const FEW = 64;
const SOUND_WIDTH = 512;

/** What ISF's audio and audioFFT inputs show: a row a channel. */
export class SoundPicture {
  constructor(context, item, sound, fps) {
    Object.assign(this, { context, sound, fps, spectrum: item.kind === "audioFFT", step: -1 });
    const native = this.spectrum ? BINS : SAMPLES;
    this.width = Math.min(item.width ?? native, this.spectrum ? BINS : context.maxSize);
    this.texture = new Texture(context, "2D", this.width, 2);
    this.pixels = new Float32Array(this.width * 2 * 4);
    this.show(null);
  }

  /** Make it the sound at the start of `frame`. */
  show(frame) {
    const step = frame === null || !this.sound ? null : this.sound.step(frame, this.fps);
    if (step === this.step) return;
    this.step = step;
    for (const channel of [0, 1]) {
      const row = step === null ? this.silence() : this.row(step, channel);
      // WebGL has no way to show one component as three: the same value is written thrice.
      row.forEach((value, at) => {
        this.pixels.set([value, value, value, 1], (channel * this.width + at) * 4);
      });
    }
    this.texture.write(this.context.floats, this.pixels);
  }

  release() {
    this.texture.release();
  }

  silence() {
    return new Float32Array(this.width).fill(this.spectrum ? 0 : 0.5);
  }

  row(step, channel) {
    if (this.spectrum) {
      return runs(Float32Array.from(this.sound.spectrum(step, channel), (level) => level / 255), this.width);
    }
    if (this.width > FEW) {
      return this.sound.waveform(step, this.width, channel).map((sample) => 0.5 + 0.5 * sample);
    }
    const squares = this.sound.waveform(step, SAMPLES, channel).map((sample) => sample * sample);
    return runs(squares, this.width).map((mean) => 0.5 + 0.5 * Math.sqrt(mean));
  }
}

/** Shadertoy's sound: 512 x 2 of one component, the spectrum below the waveform. */
export class SoundTexture {
  constructor(context, sound, fps) {
    Object.assign(this, { context, sound, fps, step: -1 });
    this.texture = new Texture(context, "2D", SOUND_WIDTH, 2);
    this.show(null);
  }

  show(frame) {
    const step = frame === null || !this.sound ? null : this.sound.step(frame, this.fps);
    if (step === this.step) return;
    this.step = step;
    const pixels = new Uint8Array(SOUND_WIDTH * 2).fill(128, SOUND_WIDTH);
    if (step !== null) {
      pixels.set(this.sound.spectrum(step, null).subarray(0, SOUND_WIDTH));
      pixels.set(this.sound.wave(step, SAMPLES).subarray(0, SOUND_WIDTH), SOUND_WIDTH);
    }
    this.texture.write(this.context.gl.R8, pixels, 1);
  }

  release() {
    this.texture.release();
  }
}

/** The means of `count` runs, as even as they can be, that make up `values`. */
function runs(values, count) {
  const edge = (index) => Math.floor((index * values.length) / count);
  return Float32Array.from({ length: count }, (_, index) => {
    const run = values.subarray(edge(index), edge(index + 1));
    return run.reduce((sum, value) => sum + value, 0) / run.length;
  });
}
