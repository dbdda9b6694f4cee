// The watch page: its parts, and what they share.

import { Context } from "../player/player.js";
import { Controls } from "./controls/controls.js";
import { Tuned } from "./export/tuned_values.js";
import { Report, say } from "./report/report.js";
import { SIZES, remember } from "./session.js";
import { Clock } from "./timeline/playback_clock.js";
import { Bar } from "./timeline/timeline_bar.js";
import { reload, sayRefused } from "./uploads.js";
import { Screen } from "./view/browser_preview.js";
import { Compare } from "./view/server_comparison.js";
import { Stage } from "./view/viewer.js";
import { Subject } from "./watched_file.js";

const at = (id) => document.getElementById(id);

export class Page {
  constructor(film, photos, sound) {
    Object.assign(this, { film, photos, sound, context: null });
    this.clock = new Clock(at("audio"), film.fps, film.seconds);
    this.subject = new Subject(this);
    const score = { ...film, frames: this.clock.frames, sound, seek: (frame) => this.seek(frame) };
    Object.defineProperty(score, "frame", { get: () => this.frame });
    this.controls = new Controls(at("controls"), score, {
      changed: () => this.touch(),
      happened: (name) => this.screen.fire(name),
      opened: () => this.bar.trace(),
    });
    this.bar = new Bar(score, this.controls);
    this.screen = new Screen(this);
    this.stage = new Stage(this);
    this.tuned = new Tuned(film, this);
    this.report = new Report(this);
    const view = { picture: at("picture"), heat: at("heat"), waiting: at("waiting") };
    this.compare = new Compare(view, this, (facts) => this.report.frame(facts));
    this.start();
  }

  /** Take the graphics context, where there is one. */
  start() {
    try {
      this.context = new Context(at("canvas"));
      at("browser").textContent = at("browser").title = this.context.renderer;
    } catch (error) {
      this.subject.refused = error;
    }
    at("canvas").addEventListener("webglcontextlost", () => {
      this.subject.refuse(new Error("the graphics context was lost; load the page again"));
    });
  }

  // What the parts share

  get revision() {
    return this.subject.revision;
  }

  get broken() {
    return this.subject.broken;
  }

  get effect() {
    return this.subject.effect;
  }

  get player() {
    return this.subject.player;
  }

  get live() {
    return this.subject.live;
  }

  get playing() {
    return this.clock.playing;
  }

  /** Whether the server's picture is to be renewed while it plays. */
  get paired() {
    return this.stage.shown !== "browser";
  }

  get frame() {
    return this.clock.frame;
  }

  get values() {
    return this.controls.values;
  }

  get size() {
    return (at("size").value || SIZES[0]).split("×").map(Number);
  }

  get fit() {
    return at("fit").value;
  }

  get region() {
    return this.clock.region;
  }

  /** A promise of the sound of a frame; null where it is there. */
  heard(frame) {
    return this.sound.has(frame, this.film.fps) ? null : this.sound.load(frame, this.film.fps);
  }

  async follow(state) {
    // With another track or photo nothing of the page stays as it is.
    if (state.material !== this.film.material) return reload();
    await this.subject.follow(state);
    sayRefused(say);
  }

  // What changes

  /** Draw again: the values are others, or the moment is. */
  touch() {
    this.screen.dirty = true;
    remember(this);
    this.compare.stale();
    this.tuned.show();
    this.bar.trace();
  }

  redraw() {
    this.screen.redraw();
  }

  /** Which pictures are shown is another. */
  moved() {
    remember(this);
    this.compare.stale();
  }

  seek(frame) {
    this.clock.seek(frame);
    this.touch();
  }

  setRegion(region) {
    this.clock.loop(region);
    this.bar.region(region);
    this.touch();
  }

  /** Judge again what the server could not judge or draw. */
  async retry() {
    if (this.subject.state?.retryable) await this.subject.retry();
    else this.compare.stale();
  }

  /** The file has these values now: they are no longer ours. */
  written(names) {
    for (const name of names) delete this.values[name];
    this.touch();
  }

  restored(values) {
    Object.assign(this.values, values);
    this.controls.refresh();
    this.touch();
  }

  loop = () => {
    requestAnimationFrame(this.loop);
    this.clock.keep();
    this.screen.draw();
    this.compare.tick();
    this.report.cost();
  };
}
