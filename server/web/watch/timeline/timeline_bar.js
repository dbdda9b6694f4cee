// The timeline at the foot of the page: the strip with its slider, key frames and region.

import { Dots } from "./keyframe_markers.js";
import { Strip } from "./waveform.js";

const at = (id) => document.getElementById(id);

export class Bar {
  /**
   * @param {object} score - {fps, frames, sound}: see Strip
   * @param {Controls} controls - whose open editor is traced
   */
  constructor(score, controls) {
    Object.assign(this, { score, controls });
    this.strip = new Strip({ overview: at("overview"), curve: at("curve"), named: at("named") }, score);
    this.dots = new Dots(at("dots"), this.strip, () => controls.editor?.refresh());
    this.turn();
    new ResizeObserver(() => this.strip.paint()).observe(at("overview"));
  }

  /** Show a frame and its time; turns the page where it is on another. */
  show(frame) {
    if (this.strip.keep(frame)) this.turn();
    at("time").value = frame;
    at("clock").value = `${inMinutes(frame / this.score.fps)} · frame ${frame}`;
  }

  /** Fit the slider and the key frames to the part of the track that the strip shows. */
  turn() {
    at("time").min = this.strip.from;
    at("time").max = this.strip.to - 1;
    at("time").value = this.score.frame;
    this.mark();
  }

  /** Show what moves the input whose motion is open. */
  trace() {
    const { editor } = this.controls;
    this.strip.trace(editor?.item ?? null, editor?.motion ?? null);
    this.mark();
  }

  mark() {
    const { editor } = this.controls;
    this.dots.show(editor?.motion?.keys ? editor.keyed : null);
  }

  /** Show a part of the track, so many times as long, around a frame. */
  zoom(factor, frame) {
    this.strip.zoom(factor, frame);
    this.turn();
  }

  /** Show the region that is looped; null shows none. */
  region(region) {
    this.strip.region = region;
    this.strip.paint();
    at("loop").setAttribute("aria-pressed", String(region !== null));
  }
}

function inMinutes(seconds) {
  const rest = (seconds % 60).toFixed(2).padStart(5, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}
