// The watch page: the effect running here, its inputs, the server's frame, and what is wrong.

import { Clock, overview } from "./clock.js";
import { Compare } from "./compare.js";
import { Controls } from "./controls.js";
import { keys } from "./keys.js";
import { Context, Player, complaints } from "./player.js";
import { show } from "./problems.js";
import { Recorded } from "./sound.js";

const SIZES = ["640×360", "1280×720", "1920×1080", "360×640", "720×1280", "720×720", "256×144"];
const FITS = ["blur", "contain", "cover"];
const CATCH_UP = 3;
const AGREED = 1;

const at = (id) => document.getElementById(id);

class Watch {
  constructor(film, photos, sound) {
    Object.assign(this, { film, photos, sound, state: null, player: null, refused: null });
    Object.assign(this, { drawn: -1, dirty: true, images: new Map(), context: null, facts: {} });
    this.clock = new Clock(at("audio"), film.fps, film.seconds);
    this.controls = new Controls(at("controls"), film.seconds, () => this.touch(), (name) => this.fire(name));
    const view = { picture: at("picture"), heat: at("heat"), waiting: at("waiting") };
    this.compare = new Compare(view, this, (facts) => this.told(facts));
    at("time").max = this.clock.frames - 1;
    try {
      this.context = new Context(at("canvas"));
      at("browser").textContent = at("browser").title = this.context.renderer;
    } catch (error) {
      this.refused = error;
    }
  }

  // What Compare wants to know

  get revision() {
    return this.state?.revision ?? 0;
  }

  get broken() {
    return !["good", "blank"].includes(this.state?.verdict);
  }

  /** The player, where it is one of the newest text. */
  get live() {
    return this.refused ? null : this.player;
  }

  get playing() {
    return this.clock.playing;
  }

  get frame() {
    return this.clock.frame;
  }

  get values() {
    return this.controls.values;
  }

  get size() {
    return at("size").value.split("×").map(Number);
  }

  get fit() {
    return at("fit").value;
  }

  heard(frame) {
    return this.sound.has(frame, this.film.fps) ? null : this.sound.load(frame, this.film.fps);
  }

  // The file

  async follow(state) {
    const before = this.state;
    this.state = state;
    if (state.effect && state.revision !== before?.revision) await this.take(state);
    if (this.state !== state) return; // a newer one came meanwhile
    if (state.verdict !== before?.verdict || state.revision !== before?.revision) this.compare.stale();
    this.report();
  }

  async take({ effect }) {
    document.title = `${effect.title} · watch`;
    at("title").textContent = effect.title;
    for (const [id, text] of [["dialect", effect.dialect], ["sequential", "sequential"]]) {
      at(id).textContent = text;
      at(id).hidden = id === "sequential" && !effect.program.sequential;
    }
    const about = [effect.description, effect.credit, effect.license].filter(Boolean);
    at("about").textContent = about.join(" · ");
    await this.load(effect.files);
    this.controls.show(effect.program.inputs);
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
    if (!this.context || !this.state?.effect) return;
    try {
      const { program } = this.state.effect;
      const player = new Player(this.context, program, { ...settings, ...this.photos, sound: this.sound });
      this.player?.release();
      this.player = player;
      this.refused = null;
    } catch (error) {
      this.refused = error;
    }
    this.touch();
  }

  // The picture

  touch() {
    this.dirty = true;
    this.remember();
    this.compare.stale();
  }

  loop = () => {
    requestAnimationFrame(this.loop);
    this.clock.keep();
    const { frame } = this;
    if (frame !== this.drawn || this.dirty) this.draw(frame);
    this.compare.tick();
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
    try {
      for (let next = between ? player.last + 1 : frame; next <= frame; next++) {
        player.draw(next, this.values, next === frame);
      }
    } catch (error) {
      this.refused = error;
      this.report();
    }
  }

  fire(name) {
    if (!this.player) return;
    this.player.fire(name);
    this.run(this.frame);
  }

  // What is said

  report() {
    const { effect, verdict, diagnostics, reason, renderer } = this.state;
    const words = {
      checking: ["compiling", ""],
      good: ["drawn as saved", "good"],
      blank: ["it draws nothing that can be seen", "fair"],
      bad: [effect ? "it cannot be drawn" : "it cannot be read", "bad"],
    };
    const alone = this.refused && (verdict === "good" || verdict === "blank");
    const [text, kind] = alone ? ["drawn by the server alone", "fair"] : words[verdict];
    at("state").textContent = text;
    at("state").className = `state ${kind}`;
    at("renderer").textContent = at("renderer").title = renderer;
    at("stage").classList.toggle("stale", verdict === "bad");
    at("unable").hidden = !alone;
    const texts = effect?.lines ?? this.texts ?? [];
    this.texts = texts;
    if (verdict === "bad") show(at("problems"), reason, diagnostics, texts);
    else if (alone) show(at("problems"), "Only this browser refuses it.", this.objections(texts), texts);
    else show(at("problems"), "", [], []);
    this.agree();
  }

  objections(texts) {
    const found = complaints(this.refused.log ?? "").map(({ line, text, message }) => {
      const of = texts.find((one) => one.text === text);
      return { file: of?.file ?? this.film.file, line: of ? line : null, message };
    });
    return found.length ? found : [{ file: this.film.file, message: this.refused.message }];
  }

  told(facts) {
    this.facts = facts;
    if (facts.renderer) at("renderer").textContent = at("renderer").title = facts.renderer;
    this.agree();
  }

  agree() {
    const { error, difference, exact, from, frame, waits } = this.broken ? {} : this.facts;
    const line = at("agreement");
    const parts = [];
    if (waits) parts.push("Each frame needs the one before it: the server draws when you pause.");
    else if (error) parts.push(`The server cannot draw it: ${error}`);
    else if (difference) {
      const { mean, largest } = difference;
      const word = mean <= AGREED ? "Both agree" : "They differ";
      parts.push(`${word} in frame ${frame}: by ${mean.toFixed(2)} of 255 in the mean, ${largest} at most.`);
    }
    if (exact === false) parts.push(`The server began at frame ${from}: its frame is not exact.`);
    line.textContent = parts.join(" ") || "\u00a0";
    const good = difference && difference.mean <= AGREED && exact;
    line.className = `agreement ${error || exact === false || (difference && !good) ? "fair" : good ? "good" : ""}`;
  }

  // What is kept when the page is loaded again

  remember() {
    const kept = { values: this.values, frame: this.frame, size: at("size").value, fit: this.fit };
    sessionStorage.setItem(this.film.file, JSON.stringify(kept));
  }

  recall() {
    const kept = JSON.parse(sessionStorage.getItem(this.film.file) ?? "{}");
    this.controls.values = kept.values ?? {};
    if (SIZES.includes(kept.size)) at("size").value = kept.size;
    if (FITS.includes(kept.fit)) at("fit").value = kept.fit;
    this.clock.seek(kept.frame ?? 0);
  }
}

function told(seconds) {
  const rest = (seconds % 60).toFixed(2).padStart(5, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}

async function photo(url) {
  const bytes = await (await fetch(url)).arrayBuffer();
  const [width, height] = new Uint32Array(bytes, 8, 2);
  return { width, height, data: new Uint8Array(bytes, 16) };
}

async function begin() {
  const film = await (await fetch("/film")).json();
  at("file").textContent = film.file;
  at("size").append(...SIZES.map((size) => new Option(size)));
  at("fit").append(...FITS.map((fit) => new Option(fit)));
  const [measured, first, second] = await Promise.all([
    fetch("/measured").then((answer) => answer.arrayBuffer()),
    photo("/photo"),
    film.photo2 ? photo("/photo2") : null,
  ]);
  const sound = new Recorded(film.sound, measured);
  const watch = new Watch(film, { photo: first, photo2: second }, sound);
  const act = keys(watch);
  watch.recall();
  at("size").onchange = at("fit").onchange = () => watch.build();
  at("canvas").addEventListener("webglcontextlost", () => {
    watch.refused = new Error("the graphics context was lost; load the page again");
    watch.report();
  });
  const strip = () => overview(at("overview"), sound, watch.clock.frames / film.fps);
  new ResizeObserver(strip).observe(at("overview"));
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => watch.follow(JSON.parse(data));
  events.onerror = () => {
    at("state").textContent = "the command has ended";
    at("state").className = "state bad";
  };
  watch.loop();
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) act.play();
  window.watch = watch;
}

begin().catch((error) => {
  at("state").textContent = `the page cannot begin: ${error.message}`;
  at("state").className = "state bad";
});
