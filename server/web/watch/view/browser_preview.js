// The frame that this browser draws: the one of the clock, drawn once for each change.

import { FrameMeter } from "./frame_meter.js";

const MAX_CATCH_UP_FRAMES = 3;

export class BrowserPreview {
  /** @param {Page} page */
  constructor(page) {
    Object.assign(this, { page, frame: -1, isStale: true, meter: new FrameMeter() });
  }

  /** Draw the frame of the clock where it is not the one that is shown. */
  update() {
    const { frame, config, features, playing, comparison, activePlayer } = this.page;
    if (frame === this.frame && !this.isStale) return;
    const isLoaded = features.has(frame, config.fps);
    if (playing || !isLoaded) void features.load(frame, config.fps);
    if (!isLoaded) return;
    if (frame !== this.frame && !playing) comparison.invalidate();
    this.frame = frame;
    this.isStale = false;
    this.page.timelineBar.showFrame(frame);
    if (!activePlayer) return;
    this.draw(frame);
    const uniforms = activePlayer.timeline.uniforms(frame, this.page.values, new Set());
    this.page.controls.showUniforms(uniforms);
  }

  /** Draw a frame, and the few before it that playback of a sequential effect has skipped. */
  draw(frame) {
    const { activePlayer: player, values, viewer, context, watchedFile } = this.page;
    const step = frame - player.lastFrame;
    const catchesUp = player.program.sequential && step > 1 && step <= MAX_CATCH_UP_FRAMES;
    const first = catchesUp ? player.lastFrame + 1 : frame;
    player.pageUniforms = viewer.mouseUniforms(player);
    try {
      for (let next = first; next < frame; next++) player.draw(next, values, false);
      this.meter.measure(context.gl, () => player.draw(frame, values));
      viewer.showPlayer(player);
    } catch (error) {
      watchedFile.reject(error);
    }
  }

  /** Show the same frame again: in another view, or with the mouse elsewhere. */
  redraw() {
    const { activePlayer, viewer } = this.page;
    if (viewer.usesMouse) this.isStale = true;
    else if (activePlayer?.lastFrame >= 0) {
      activePlayer.present();
      viewer.showPlayer(activePlayer);
    }
  }

  /** Fire an event input in the frame that is shown. */
  fire(name) {
    const { activePlayer, frame } = this.page;
    if (!activePlayer) return;
    activePlayer.fire(name);
    this.draw(frame);
  }
}
