// The timeline's picture: how loud the track is, its kicks and sections, the region that is looped,
// and over it what a motion does to its input.

import { completed, fires, moved } from "../../player/animation/modulation.js";
import { ends } from "../shared/input_range.js";

const STEPS_PER_S = 60;
const CLEAR_KICK = 0.3;
const LEAST_FRAMES = 30;
const SAMPLES = 4; // of a motion in each column of pixels, at most
/** What of the height is left free above and below a curve. */
export const MARGIN = 0.1;
const COLORS = ["#ff8a5c", "#5fd39a", "#7fb2ff", "#e8eaf0"];

export class Strip {
  /**
   * @param {object} view - {overview, curve: canvases, named: output}
   * @param {object} film - {fps, frames, sound}
   */
  constructor(view, film) {
    Object.assign(this, { view, film, from: 0, to: film.frames, region: null, item: null, motion: null });
  }

  /** Where a frame is, 0 at the left and 1 at the right. */
  share(frame) {
    return (frame - this.from) / (this.to - this.from);
  }

  /** The frame at a share of the width. */
  frame(share) {
    const frame = Math.floor(this.from + share * (this.to - this.from));
    return Math.min(Math.max(frame, 0), this.film.frames - 1);
  }

  /** Show a part of the track, so many times as long, around a frame. */
  zoom(factor, frame) {
    const { frames } = this.film;
    const length = Math.min(Math.max((this.to - this.from) * factor, Math.min(LEAST_FRAMES, frames)), frames);
    this.show(frame - length * this.share(frame), length);
  }

  /** Turn the page where a frame is no longer on it; returns whether it was. */
  keep(frame) {
    if (frame >= this.from && frame < this.to) return false;
    this.show(frame, this.to - this.from);
    return true;
  }

  show(from, length) {
    this.from = Math.round(Math.min(Math.max(from, 0), this.film.frames - length));
    this.to = Math.round(this.from + length);
    this.paint();
  }

  paint() {
    this.waveform();
    this.trace(this.item, this.motion);
  }

  waveform() {
    const { width, height, paint } = sized(this.view.overview);
    const { sound, fps } = this.film;
    const level = sound.stepped("level");
    const step = (x) => Math.floor((this.frame(0) + (x / width) * (this.to - this.from)) * (STEPS_PER_S / fps));
    const kicks = new Set(sound.hits.kick.filter(([, strength]) => strength > CLEAR_KICK).map(([time]) => Math.floor(this.share(time * fps) * width)));
    paint.fillStyle = "#1b1f28";
    paint.fillRect(0, 0, width, height);
    for (let x = 0; x < width; x++) {
      const loud = Math.max(...level.subarray(step(x), Math.max(step(x + 1), step(x) + 1)), 0) * (height - 6);
      paint.fillStyle = kicks.has(x) ? "#8b94a8" : "#4b5364";
      paint.fillRect(x, (height - loud) / 2, 1, Math.max(loud, 1));
    }
    paint.fillStyle = "#e8eaf055";
    for (const [time] of sound.hits.section) paint.fillRect(Math.floor(this.share(time * fps) * width), 0, 1, height);
    if (this.region) this.loop(paint, width, height);
  }

  loop(paint, width, height) {
    const [first, end] = this.region.map((frame) => Math.round(this.share(frame) * width));
    paint.fillStyle = "#0e1014b0";
    paint.fillRect(0, 0, first, height);
    paint.fillRect(end, 0, width - end, height);
    paint.fillStyle = "#ff8a5c";
    paint.fillRect(first, 0, 2, height);
    paint.fillRect(end - 2, 0, 2, height);
  }

  /** Draw what a motion, as a request has it, does to an input; nothing without one. */
  trace(item, motion) {
    Object.assign(this, { item, motion });
    const { width, height, paint } = sized(this.view.curve);
    paint.clearRect(0, 0, width, height);
    this.view.named.value = item && motion ? item.label : "";
    if (!item || !motion) return;
    const whole = completed(item, motion);
    if (item.kind === "event") this.ticks(paint, whole, width, height);
    else this.curves(paint, item, whole, width, height);
  }

  ticks(paint, motion, width, height) {
    paint.fillStyle = COLORS[0];
    for (let frame = this.from; frame < this.to; frame++) {
      if (fires(motion, frame, this.film)) paint.fillRect(Math.floor(this.share(frame) * width), 0, 2, height);
    }
  }

  curves(paint, item, motion, width, height) {
    const count = moved(motion, this.from, this.film).length;
    const per = (this.to - this.from) / width;
    // Averages over seconds cost too much to be drawn at every frame, and change slowly.
    const samples = motion.smooth > 1 ? 1 : Math.min(Math.ceil(per), SAMPLES);
    const rows = [];
    for (let x = 0; x <= width; x++) {
      for (let part = 0; part < samples; part++) {
        const frame = Math.min(Math.floor(this.from + (x + part / samples) * per), this.film.frames - 1);
        rows.push([x + part / samples, moved(motion, frame, this.film)]);
      }
    }
    paint.lineWidth = 1.6 * (window.devicePixelRatio || 1);
    for (let part = 0; part < count; part++) {
      const [low, high] = item.values.length ? [0, item.values.length - 1] : item.kind === "bool" ? [0, 1] : ends(item, Array.isArray(item.default) ? part : null);
      paint.strokeStyle = COLORS[part];
      paint.beginPath();
      for (const [x, values] of rows) {
        const share = (values[part] - low) / (high - low || 1);
        paint.lineTo(x, height * (1 - MARGIN - share * (1 - 2 * MARGIN)));
      }
      paint.stroke();
    }
  }
}

/** A canvas as large as it is shown. */
function sized(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = (canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio)));
  const height = (canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio)));
  return { width, height, paint: canvas.getContext("2d") };
}
