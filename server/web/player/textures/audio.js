// The sound as textures: what ISF's audio and audioFFT inputs show, and Shadertoy's. As
// server/render/textures/audio.py has it.

import { PULSE_DECAYS_S, WORDS } from "../animation/event_envelopes.js";
import { Texture } from "../gl/texture.js";

const SAMPLES = 2048;
const BINS = 1024;
const BANDS = 96;
const FEW = 64;
const SOUND_WIDTH = 512;
const RATE = 44100;
const STEPS_PER_S = 60;
const [LOWEST_HZ, HIGHEST_HZ] = [30, 16000];
const [HISTORY_BINS, MOST_HISTORY_BINS, MOST_COLUMNS] = [96, 512, 1024];

/** What ISF's audio and audioFFT inputs show: a row a channel. */
export class SoundPicture {
  constructor(context, item, sound, fps) {
    Object.assign(this, { context, sound, fps, spectrum: item.kind === "audioFFT", step: -1 });
    this.ofTrack = item.scale === "track";
    const bins = this.ofTrack ? BANDS : BINS;
    const native = this.spectrum ? bins : SAMPLES;
    this.width = Math.min(item.width ?? native, this.spectrum ? bins : context.maxSize);
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
      const levels = this.ofTrack ? this.sound.levels(step, channel) : this.sound.spectrum(step, channel);
      return runs(Float32Array.from(levels, (level) => level / 255), this.width);
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

/** What an audioHistory input shows: see server/render/textures/audio_history.py. */
export class AudioHistory {
  constructor(context, item, sound, fps) {
    Object.assign(this, { context, sound, fps, step: -1, rows: new Map() });
    const span = (item.past + item.future) * STEPS_PER_S;
    this.width = Math.min(Math.max(Math.floor(span + 0.5), 2), MOST_COLUMNS, context.maxSize);
    this.ofTrack = item.scale === "track";
    this.height = Math.min(item.width ?? HISTORY_BINS, this.ofTrack ? BANDS : MOST_HISTORY_BINS);
    const at = (column) => ((column + 0.5) * span) / this.width - item.past * STEPS_PER_S;
    this.offsets = Array.from({ length: this.width }, (_, column) => Math.floor(at(column)));
    const octaves = HIGHEST_HZ / LOWEST_HZ;
    this.edges = Array.from({ length: this.height + 1 }, (_, bin) =>
      Math.min((LOWEST_HZ * octaves ** (bin / this.height) * 2 * BINS) / RATE + 0.5, BINS),
    );
    sound?.widen(item.past, item.future);
    this.texture = new Texture(context, "2D", this.width, this.height);
    this.show(null);
  }

  show(frame) {
    const step = frame === null || !this.sound ? null : Math.floor((frame * STEPS_PER_S) / this.fps);
    if (step === this.step) return;
    this.step = step;
    const pixels = new Uint8Array(this.width * this.height * 4);
    if (step !== null) this.fill(pixels, step);
    this.texture.write(this.context.gl.RGBA8, pixels);
  }

  fill(pixels, step) {
    const loaded = this.sound.has?.(step, STEPS_PER_S) !== false;
    this.offsets.forEach((offset, column) => {
      const at = step + offset;
      if (at < 0) return;
      const row = this.rows.get(at) ?? this.row(at);
      if (loaded) this.rows.set(at, row); // what was not loaded yet is asked for again
      row.levels.forEach((level, bin) => {
        pixels.set([level, ...row.whole], (bin * this.width + column) * 4);
      });
    });
  }

  row(at) {
    const { sound } = this;
    const features = [
      sound.column("level", at, STEPS_PER_S),
      WORDS.pulse(sound.hits.accent, at, STEPS_PER_S, PULSE_DECAYS_S.accent),
      WORDS.pulse(sound.hits.onset, at, STEPS_PER_S),
    ];
    const levels = this.ofTrack ? this.ofBands(at) : this.ofBins(at);
    return { levels, whole: features.map((value) => Math.floor(value * 255 + 0.5)) };
  }

  ofBands(at) {
    const levels = this.sound.levels(this.sound.step(at, STEPS_PER_S), null);
    return Uint8Array.from(runs(Float64Array.from(levels), this.height), (mean) => Math.floor(mean + 0.5));
  }

  ofBins(at) {
    const { sound } = this;
    const sums = [0];
    for (const level of sound.spectrum(sound.step(at, STEPS_PER_S), null)) {
      sums.push(sums.at(-1) + level);
    }
    const sum = (edge) => {
      const below = Math.min(Math.floor(edge), BINS - 1);
      return sums[below] + (edge - below) * (sums[below + 1] - sums[below]);
    };
    return Uint8Array.from({ length: this.height }, (_, bin) => {
      const [low, high] = [this.edges[bin], this.edges[bin + 1]];
      return Math.floor((sum(high) - sum(low)) / (high - low) + 0.5);
    });
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
