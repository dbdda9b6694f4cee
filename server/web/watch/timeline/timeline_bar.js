// The timeline at the foot of the page: the waveform with its slider, keyframes and region.

import { byId } from "../common/dom.js";
import { KeyframeMarkers } from "./keyframe_markers.js";
import { Waveform } from "./waveform.js";

export class TimelineBar {
  /**
   * @param {object} video - {fps, frames, features, frame: the one that is shown}
   * @param {Controls} controls - the modulation that is edited there is drawn
   */
  constructor(video, controls) {
    Object.assign(this, { video, controls });
    const canvases = { waveform: byId("waveform"), curve: byId("curve") };
    this.waveform = new Waveform({ ...canvases, label: byId("curve-label") }, video);
    const refreshEditor = () => controls.editor?.refresh();
    this.markers = new KeyframeMarkers(byId("keyframes"), this.waveform, refreshEditor);
    this.updateRange();
    new ResizeObserver(() => this.waveform.draw()).observe(byId("waveform"));
  }

  /** Show a frame and its time; turns to another part of the track where it is outside. */
  showFrame(frame) {
    if (this.waveform.scrollTo(frame)) this.updateRange();
    byId("position").value = frame;
    byId("time").value = `${formatMinutes(frame / this.video.fps)} · frame ${frame}`;
  }

  /** Fit the slider and the keyframes to the part of the track that is shown. */
  updateRange() {
    byId("position").min = this.waveform.from;
    byId("position").max = this.waveform.to - 1;
    byId("position").value = this.video.frame;
    this.showKeyframes();
  }

  /** Draw the modulation that is edited. */
  showModulation() {
    const { editor } = this.controls;
    this.waveform.drawModulation(editor?.item ?? null, editor?.modulation ?? null);
    this.showKeyframes();
  }

  showKeyframes() {
    const { editor } = this.controls;
    this.markers.show(editor?.modulation?.keys ? editor.keyframes : null);
  }

  /** Show `factor` as much of the track, around a frame. */
  zoom(factor, frame) {
    this.waveform.zoom(factor, frame);
    this.updateRange();
  }

  /** Show the region that is looped; null shows none. */
  showRegion(region) {
    this.waveform.region = region;
    this.waveform.draw();
    byId("loop").setAttribute("aria-pressed", String(region !== null));
  }
}

function formatMinutes(seconds) {
  const rest = (seconds % 60).toFixed(2).padStart(5, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}
