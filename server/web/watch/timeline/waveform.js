// The canvases of the timeline: the level of the track, its kicks and sections, the region that is
// looped, and the curve of a modulation over them.

import {
  completeModulation,
  eventFires,
  modulate,
} from "../../player/animation/modulation_values.js";
import { STEPS_PER_S } from "../../player/audio_features.js";
import { sliderRange } from "../common/input_range.js";

const MIN_KICK_STRENGTH = 0.3;
const MIN_FRAMES = 30;
const MAX_SAMPLES_PER_COLUMN = 4;
/** The share of the height that is free above and below a curve. */
export const CURVE_MARGIN = 0.1;
const COMPONENT_COLORS = ["#ff8a5c", "#5fd39a", "#7fb2ff", "#e8eaf0"];

export class Waveform {
  /**
   * @param {object} view - {waveform, curve: canvases, label: output}
   * @param {object} video - {fps, frames, features}
   */
  constructor(view, video) {
    Object.assign(this, { view, video, from: 0, to: video.frames });
    Object.assign(this, { region: null, item: null, modulation: null });
  }

  /** Return where a frame is: 0 at the left, 1 at the right. */
  shareOf(frame) {
    return (frame - this.from) / (this.to - this.from);
  }

  /** Return the frame at a share of the width. */
  frameAt(share) {
    const frame = Math.floor(this.from + share * (this.to - this.from));
    return Math.min(Math.max(frame, 0), this.video.frames - 1);
  }

  /** Show `factor` as much of the track, around a frame. */
  zoom(factor, frame) {
    const { frames } = this.video;
    const minLength = Math.min(MIN_FRAMES, frames);
    const length = Math.min(Math.max((this.to - this.from) * factor, minLength), frames);
    this.showPart(frame - length * this.shareOf(frame), length);
  }

  /** Show the part of the track from a frame on where it is not shown; returns whether it moved. */
  scrollTo(frame) {
    if (frame >= this.from && frame < this.to) return false;
    this.showPart(frame, this.to - this.from);
    return true;
  }

  showPart(from, length) {
    this.from = Math.round(Math.min(Math.max(from, 0), this.video.frames - length));
    this.to = Math.round(this.from + length);
    this.draw();
  }

  draw() {
    this.drawLevel();
    this.drawModulation(this.item, this.modulation);
  }

  drawLevel() {
    const { width, height, context } = resizeToElement(this.view.waveform);
    const { features, fps } = this.video;
    const level = features.stepValues("level");
    const columnOf = (time) => Math.floor(this.shareOf(time * fps) * width);
    const frames = this.to - this.from;
    const stepAt = (x) =>
      Math.floor((this.frameAt(0) + (x / width) * frames) * (STEPS_PER_S / fps));
    const clearKicks = features.events.kick.filter(([, strength]) => strength > MIN_KICK_STRENGTH);
    const kickColumns = new Set(clearKicks.map(([time]) => columnOf(time)));
    context.fillStyle = "#1b1f28";
    context.fillRect(0, 0, width, height);
    for (let x = 0; x < width; x++) {
      const first = stepAt(x);
      const levels = level.subarray(first, Math.max(stepAt(x + 1), first + 1));
      const barHeight = Math.max(...levels, 0) * (height - 6);
      context.fillStyle = kickColumns.has(x) ? "#8b94a8" : "#4b5364";
      context.fillRect(x, (height - barHeight) / 2, 1, Math.max(barHeight, 1));
    }
    context.fillStyle = "#e8eaf055";
    for (const [time] of features.events.section) context.fillRect(columnOf(time), 0, 1, height);
    if (this.region) this.drawRegion(context, width, height);
  }

  drawRegion(context, width, height) {
    const [first, end] = this.region.map((frame) => Math.round(this.shareOf(frame) * width));
    context.fillStyle = "#0e1014b0";
    context.fillRect(0, 0, first, height);
    context.fillRect(end, 0, width - end, height);
    context.fillStyle = "#ff8a5c";
    context.fillRect(first, 0, 2, height);
    context.fillRect(end - 2, 0, 2, height);
  }

  /** Draw the values that a modulation gives an input; clears the curve without one. */
  drawModulation(item, modulation) {
    Object.assign(this, { item, modulation });
    const { width, height, context } = resizeToElement(this.view.curve);
    context.clearRect(0, 0, width, height);
    this.view.label.value = item && modulation ? item.title : "";
    if (!item || !modulation) return;
    const complete = completeModulation(item, modulation);
    if (item.kind === "event") this.drawEvents(context, complete, width, height);
    else this.drawCurves(context, item, complete, width, height);
  }

  drawEvents(context, modulation, width, height) {
    context.fillStyle = COMPONENT_COLORS[0];
    for (let frame = this.from; frame < this.to; frame++) {
      if (!eventFires(modulation, frame, this.video)) continue;
      context.fillRect(Math.floor(this.shareOf(frame) * width), 0, 2, height);
    }
  }

  drawCurves(context, item, modulation, width, height) {
    const points = this.sampleCurves(modulation, width);
    context.lineWidth = 1.6 * (window.devicePixelRatio || 1);
    points[0].values.forEach((_, component) => {
      const [low, high] = curveRange(item, component);
      context.strokeStyle = COMPONENT_COLORS[component];
      context.beginPath();
      for (const { x, values } of points) {
        const share = (values[component] - low) / (high - low || 1);
        context.lineTo(x, height * (1 - CURVE_MARGIN - share * (1 - 2 * CURVE_MARGIN)));
      }
      context.stroke();
    });
  }

  sampleCurves(modulation, width) {
    const framesPerColumn = (this.to - this.from) / width;
    // Averages over seconds take too long to be sampled at every frame, and change slowly.
    const samples =
      modulation.smooth > 1 ? 1 : Math.min(Math.ceil(framesPerColumn), MAX_SAMPLES_PER_COLUMN);
    const points = [];
    for (let index = 0; index < (width + 1) * samples; index++) {
      const x = index / samples;
      const frame = Math.floor(this.from + x * framesPerColumn);
      const lastFrame = this.video.frames - 1;
      points.push({ x, values: modulate(modulation, Math.min(frame, lastFrame), this.video) });
    }
    return points;
  }
}

function curveRange(item, component) {
  if (item.values.length) return [0, item.values.length - 1];
  if (item.kind === "bool") return [0, 1];
  return sliderRange(item, Array.isArray(item.default) ? component : null);
}

/** Give a canvas as many pixels as its element has. */
function resizeToElement(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  return { width: canvas.width, height: canvas.height, context: canvas.getContext("2d") };
}
