// The picture that this browser draws: the frame of the moment, once for each change.

import { Meter } from "./frame_meter.js";

const CATCH_UP = 3;

export class Screen {
  /** @param {Page} watch - the page: its clock, film, sound, values, live player, and parts */
  constructor(watch) {
    Object.assign(this, { watch, drawn: -1, dirty: true, meter: new Meter() });
  }

  /** Draw the moment's frame where it is not the one that is shown. */
  draw() {
    const { frame, film, sound, playing, compare, live } = this.watch;
    if (frame === this.drawn && !this.dirty) return;
    if (playing || !sound.has(frame, film.fps)) void sound.load(frame, film.fps);
    if (!sound.has(frame, film.fps)) return;
    if (frame !== this.drawn && !playing) compare.stale();
    this.drawn = frame;
    this.dirty = false;
    this.watch.bar.show(frame);
    if (!live) return;
    this.run(frame);
    this.watch.controls.follow(live.timeline.uniforms(frame, this.watch.values, new Set()));
  }

  /** Draw a frame, and a few that a sequential effect has missed before it. */
  run(frame) {
    const { live: player, values, stage, context, subject } = this.watch;
    const behind = frame - player.last;
    const between = player.program.sequential && behind > 1 && behind <= CATCH_UP;
    const first = between ? player.last + 1 : frame;
    player.pointer = stage.pointer(player);
    try {
      for (let next = first; next < frame; next++) player.draw(next, values, false);
      this.meter.measure(context.gl, () => player.draw(frame, values));
      stage.paint(player);
    } catch (error) {
      subject.refuse(error);
    }
  }

  /** Show the same frame again: in another view, or with the mouse elsewhere. */
  redraw() {
    const { live, stage } = this.watch;
    if (stage.moused) this.dirty = true;
    else if (live?.last >= 0) {
      live.present();
      stage.paint(live);
    }
  }

  /** Let an event happen in the frame that is shown. */
  fire(name) {
    const { live, frame } = this.watch;
    if (!live) return;
    live.fire(name);
    this.run(frame);
  }
}
