// The watch page: the effect running here, its inputs, the server's frame, and what is wrong.

import { Clock } from "./clock.js";
import { Compare } from "./compare.js";
import { Controls } from "./controls.js";
import { Dots } from "./dots.js";
import { drops } from "./drops.js";
import { keys } from "./keys.js";
import { material } from "./material.js";
import { FITS, SIZES, recall, remember } from "./memory.js";
import { Meter } from "./meter.js";
import { Context, Player } from "./player.js";
import { Report, say } from "./report.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { Tuned } from "./tuned.js";

const CATCH_UP = 3;

const at = (id) => document.getElementById(id);

class Watch {
  constructor(film, photos, sound) {
    Object.assign(this, { film, photos, sound, state: null, player: null, refused: null, built: 0 });
    Object.assign(this, { drawn: -1, dirty: true, images: {}, context: null });
    this.clock = new Clock(at("audio"), film.fps, film.seconds);
    const score = { ...film, frames: this.clock.frames, sound, seek: (frame) => this.seek(frame) };
    Object.defineProperty(score, "frame", { get: () => this.frame });
    const told = { changed: () => this.touch(), happened: (name) => this.fire(name), opened: () => this.trace() };
    this.controls = new Controls(at("controls"), score, told);
    this.strip = new Strip({ overview: at("overview"), curve: at("curve"), named: at("named") }, score);
    this.dots = new Dots(at("dots"), this.strip, () => this.controls.editor?.refresh());
    this.stage = new Stage(this);
    this.tuned = new Tuned(film, this);
    this.meter = new Meter();
    this.report = new Report(this);
    const view = { picture: at("picture"), heat: at("heat"), waiting: at("waiting") };
    this.compare = new Compare(view, this, (facts) => this.report.frame(facts));
    this.turn();
    try {
      this.context = new Context(at("canvas"));
      at("browser").textContent = at("browser").title = this.context.renderer;
    } catch (error) {
      this.refused = error;
    }
  }

  // What the parts of the page want to know

  get revision() {
    return this.state?.revision ?? 0;
  }

  get broken() {
    return !["good", "blank"].includes(this.state?.verdict);
  }

  get effect() {
    return this.state?.effect ?? null;
  }

  /** The player, where it is one of the newest text. */
  get live() {
    return this.refused ? null : this.player;
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

  heard(frame) {
    return this.sound.has(frame, this.film.fps) ? null : this.sound.load(frame, this.film.fps);
  }

  // The file

  async follow(state) {
    if (state.material !== this.film.material) {
      location.reload(); // with another track or photo nothing of the page stays as it is
      return;
    }
    const before = this.state;
    this.state = state;
    if (state.effect && state.revision !== before?.revision) {
      this.report.effect(state.effect);
      this.controls.show(state.effect.program.inputs);
      this.tuned.show();
    }
    // Nothing runs here that the server has not drawn: a shader without an end would hang the page.
    if (!this.broken && this.built !== state.revision) await this.take(state);
    if (this.state !== state) return; // a newer one came meanwhile
    if (state.verdict !== before?.verdict || state.revision !== before?.revision) {
      this.report.forget();
      this.compare.stale();
    }
    this.report.state();
  }

  async take({ effect, revision }) {
    await this.load(effect.files);
    if (this.revision !== revision) return;
    this.built = revision;
    this.build();
  }

  /** The effect's own image files. */
  async load(files) {
    const rows = Object.entries(files).map(async ([name, url]) => {
      const answer = await fetch(`${url}?${this.revision}`);
      const options = { premultiplyAlpha: "none" };
      return [name, answer.ok ? await createImageBitmap(await answer.blob(), options) : null];
    });
    const found = await Promise.allSettled(rows);
    this.images = Object.fromEntries(found.flatMap(({ value }) => (value ? [value] : [])));
  }

  /** A player of the newest text; the one before stays where this browser refuses it. */
  build() {
    const [width, height] = this.size;
    const { fps, title, artist, palette } = this.film;
    const { frames } = this.clock;
    const settings = { width, height, fps, frames, title, artist, palette, fit: this.fit, images: this.images };
    at("stage").style.setProperty("--shape", `${width} / ${height}`);
    this.stage.arrange();
    if (!this.context || this.broken || this.built !== this.revision) return;
    try {
      const { program } = this.effect;
      const player = new Player(this.context, program, { ...settings, ...this.photos, sound: this.sound });
      this.player?.release();
      this.player = player;
      this.refused = null;
      this.stage.take(player);
    } catch (error) {
      this.refused = error;
    }
    this.touch();
  }

  // The picture

  /** The values are others, or the moment is. */
  touch() {
    this.dirty = true;
    remember(this);
    this.compare.stale();
    this.tuned.show();
    this.trace();
  }

  /** The same frame, seen in another way. */
  redraw() {
    if (this.stage.moused) this.dirty = true;
    else if (this.live?.last >= 0) {
      this.player.present();
      this.stage.paint(this.player);
    }
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

  loop = () => {
    requestAnimationFrame(this.loop);
    this.clock.keep();
    const { frame } = this;
    if (frame !== this.drawn || this.dirty) this.draw(frame);
    this.compare.tick();
    this.report.cost();
  };

  draw(frame) {
    if (!this.sound.has(frame, this.film.fps)) {
      void this.sound.load(frame, this.film.fps);
      return;
    }
    if (this.playing) void this.sound.load(frame, this.film.fps);
    if (frame !== this.drawn && !this.playing) this.compare.stale();
    this.drawn = frame;
    this.dirty = false;
    if (this.strip.keep(frame)) this.turn();
    at("time").value = frame;
    at("clock").value = `${told(frame / this.film.fps)} · frame ${frame}`;
    if (!this.live) return;
    this.run(frame);
    this.controls.follow(this.player.timeline.uniforms(frame, this.values, new Set()));
  }

  run(frame) {
    const { player } = this;
    const behind = frame - player.last;
    const between = player.program.sequential && behind > 1 && behind <= CATCH_UP;
    const first = between ? player.last + 1 : frame;
    player.pointer = this.stage.pointer(player);
    try {
      for (let next = first; next < frame; next++) player.draw(next, this.values, false);
      this.meter.measure(this.context.gl, () => player.draw(frame, this.values));
      this.stage.paint(player);
    } catch (error) {
      this.refused = error;
      this.report.state();
    }
  }

  fire(name) {
    if (!this.live) return;
    this.player.fire(name);
    this.run(this.frame);
  }

  // The timeline

  /** Show the part of the track that the strip has turned to. */
  turn() {
    at("time").min = this.strip.from;
    at("time").max = this.strip.to - 1;
    at("time").value = this.frame;
    this.dots.show(this.controls.editor?.motion?.keys ? this.controls.editor.keyed : null);
  }

  trace() {
    const { editor } = this.controls;
    this.strip.trace(editor?.item ?? null, editor?.motion ?? null);
    this.dots.show(editor?.motion?.keys ? editor.keyed : null);
  }

  zoom(factor) {
    this.strip.zoom(factor, this.frame);
    this.turn();
  }

  setRegion(region) {
    this.clock.loop(region);
    this.strip.region = region;
    this.strip.paint();
    at("loop").setAttribute("aria-pressed", String(region !== null));
    this.touch();
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
}

function told(seconds) {
  const rest = (seconds % 60).toFixed(2).padStart(5, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}

async function begin() {
  const { film, photos, sound } = await material();
  at("file").textContent = film.file;
  at("audio").src = `/track?${film.material}`;
  at("size").append(...SIZES.map((size) => new Option(size)));
  at("fit").append(...FITS.map((fit) => new Option(fit)));
  const watch = new Watch(film, photos, sound);
  const act = keys(watch);
  recall(watch);
  drops(film, say);
  at("size").onchange = at("fit").onchange = () => watch.build();
  at("canvas").addEventListener("webglcontextlost", () => {
    watch.refused = new Error("the graphics context was lost; load the page again");
    watch.report.state();
  });
  new ResizeObserver(() => watch.strip.paint()).observe(at("overview"));
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => watch.follow(JSON.parse(data));
  events.onerror = () => say("the command has ended", "bad");
  watch.loop();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) act.play();
  window.watch = watch;
}

begin().catch((error) => say(`the page cannot begin: ${error.message}`, "bad"));
