// The spectrum around a frame as a texture; mirrors server/render/textures/audio_history.py.

import { ENVELOPES, PULSE_DECAYS_S } from "../animation/event_envelopes.js";
import { Texture } from "../gl/texture.js";
import { BAND_COUNT, BINS, runMeans } from "./audio_texture.js";

const STEPS_PER_S = 60;
const SAMPLE_RATE = 44100;
const [MIN_HZ, MAX_HZ] = [30, 16000];
const [DEFAULT_BINS, MAX_BINS, MAX_COLUMNS] = [96, 512, 1024];

/** The texture of an audioHistory input: a column for each moment, a row for each frequency. */
export class AudioHistoryTexture {
  constructor(context, item, features, fps) {
    Object.assign(this, { context, features, fps, step: -1, columns: new Map() });
    const span = (item.past + item.future) * STEPS_PER_S;
    this.width = Math.min(Math.max(Math.floor(span + 0.5), 2), MAX_COLUMNS, context.maxTextureSize);
    this.hasTrackScale = item.scale === "track";
    this.height = Math.min(item.width ?? DEFAULT_BINS, this.hasTrackScale ? BAND_COUNT : MAX_BINS);
    const stepAt = (column) => ((column + 0.5) * span) / this.width - item.past * STEPS_PER_S;
    this.offsets = Array.from({ length: this.width }, (_, column) => Math.floor(stepAt(column)));
    this.edges = spectrumEdges(this.height);
    features?.widen(item.past, item.future);
    this.texture = new Texture(context, "2D", this.width, this.height);
    this.update(null);
  }

  /** Update the texture to the audio around the start of `frame`; null is silence. */
  update(frame) {
    const { features, fps } = this;
    const isSilent = frame === null || !features;
    const step = isSilent ? null : Math.floor((frame * STEPS_PER_S) / fps);
    if (step === this.step) return;
    this.step = step;
    const texels = new Uint8Array(this.width * this.height * 4);
    if (step !== null) this.fill(texels, step);
    this.texture.write(this.context.gl.RGBA8, texels);
  }

  release() {
    this.texture.release();
  }

  fill(texels, step) {
    const isLoaded = this.features.has?.(step, STEPS_PER_S) !== false;
    this.offsets.forEach((offset, x) => {
      const at = step + offset;
      if (at < 0) return;
      const column = this.columns.get(at) ?? this.computeColumn(at);
      if (isLoaded) this.columns.set(at, column); // else it is computed again once it is loaded
      column.levels.forEach((level, y) => {
        texels.set([level, ...column.overall], (y * this.width + x) * 4);
      });
    });
  }

  computeColumn(at) {
    const { features } = this;
    const overall = [
      features.column("level", at, STEPS_PER_S),
      ENVELOPES.pulse(features.events.accent, at, STEPS_PER_S, PULSE_DECAYS_S.accent),
      ENVELOPES.pulse(features.events.onset, at, STEPS_PER_S),
    ].map((value) => Math.floor(value * 255 + 0.5));
    return { levels: this.hasTrackScale ? this.bandLevels(at) : this.binLevels(at), overall };
  }

  bandLevels(at) {
    const { features } = this;
    const levels = features.levels(features.step(at, STEPS_PER_S), null);
    const means = runMeans(Float64Array.from(levels), this.height);
    return Uint8Array.from(means, (mean) => Math.floor(mean + 0.5));
  }

  binLevels(at) {
    const { features } = this;
    const sums = [0];
    for (const level of features.spectrum(features.step(at, STEPS_PER_S), null)) {
      sums.push(sums.at(-1) + level);
    }
    const sumBelow = (edge) => {
      const bin = Math.min(Math.floor(edge), BINS - 1);
      return sums[bin] + (edge - bin) * (sums[bin + 1] - sums[bin]);
    };
    return Uint8Array.from({ length: this.height }, (_, index) => {
      const [low, high] = [this.edges[index], this.edges[index + 1]];
      return Math.floor((sumBelow(high) - sumBelow(low)) / (high - low) + 0.5);
    });
  }
}

/** Return the edges of `count` bins of equal width in octaves, in bins of the spectrum. */
function spectrumEdges(count) {
  const ratio = MAX_HZ / MIN_HZ;
  return Array.from({ length: count + 1 }, (_, index) => {
    const hertz = MIN_HZ * ratio ** (index / count);
    return Math.min((hertz * 2 * BINS) / SAMPLE_RATE + 0.5, BINS);
  });
}
