// What the page says: the state of the file, what is wrong with it, what a frame costs, and how far
// the browser and the server agree.

import { complaints } from "../../player/player.js";
import { show } from "./diagnostics.js";
import { agreement, browserNote, note } from "./status_text.js";

const at = (id) => document.getElementById(id);
const WORDS = {
  checking: ["compiling", ""],
  good: ["drawn as saved", "good"],
  blank: ["it draws nothing that can be seen", "fair"],
};
const WORDS_MS = 300;

/** The sentence over some warnings; empty where there are none. */
function warned(count) {
  if (count === 0) return "";
  return count === 1 ? "It is drawn, with one warning." : `It is drawn, with ${count} warnings.`;
}

/** Say in a word or two how it stands. */
export function say(words, kind) {
  at("state").textContent = words;
  at("state").className = `state ${kind}`;
}

export class Report {
  /** @param {Page} watch - see page.js */
  constructor(watch) {
    Object.assign(this, { watch, facts: {}, texts: [], priced: "", said: 0 });
  }

  /** What was said of the server's last frame is of another text. */
  forget() {
    this.facts = {};
    this.priced = "";
    this.watch.screen.meter.server = null;
  }

  /** Say what effect it is. */
  effect({ title, dialect, program, description, credit, license }) {
    document.title = `${title} · watch`;
    at("title").textContent = title;
    at("dialect").textContent = dialect;
    at("dialect").hidden = false;
    at("sequential").hidden = !program.sequential;
    at("pick-photo2").hidden = !program.second;
    at("about").textContent = [description, credit, license].filter(Boolean).join(" · ");
  }

  /** Say how the file stands. */
  state() {
    const { subject, broken } = this.watch;
    const { state, refused } = subject;
    const { effect, verdict, diagnostics, warnings, reason, renderer } = state;
    const bad = [effect ? "it cannot be drawn" : "it cannot be read", "bad"];
    const alone = refused && !broken;
    say(...(alone ? ["drawn by the server alone", "fair"] : (WORDS[verdict] ?? bad)));
    at("renderer").textContent = at("renderer").title = renderer;
    at("stage").classList.toggle("stale", verdict === "bad");
    at("unable").textContent = browserNote(state, alone, Boolean(subject.player));
    at("unable").hidden = !at("unable").textContent;
    this.watch.stage.alone(Boolean(alone));
    this.texts = effect?.lines ?? this.texts;
    if (verdict === "bad") show(at("problems"), reason, diagnostics, this.texts);
    else if (alone) show(at("problems"), "Only this browser refuses it.", this.objections(refused), this.texts);
    else if (broken) show(at("problems"), "", [], []);
    else show(at("problems"), warned(warnings.length), warnings, this.texts);
    this.agree();
  }

  objections({ log, message }) {
    const { file } = this.watch.film;
    const found = complaints(log ?? "").map(({ line, text, message: words }) => {
      const of = this.texts.find((one) => one.text === text);
      const [from, itself, first] = of?.origins?.findLast(([start]) => start <= line) ?? [1, of?.file ?? file, 1];
      return { file: itself, line: of ? first + line - from : null, message: words };
    });
    return found.length ? found : [{ file, message }];
  }

  /** Take what is known of the server's frame. */
  frame(facts) {
    this.facts = facts;
    if (facts.renderer) at("renderer").textContent = at("renderer").title = facts.renderer;
    this.agree();
    if (facts.difference && !this.watch.playing) void this.price();
  }

  /** Ask once for each text and size what a frame costs the server. */
  async price() {
    const { screen, revision, values, size, fit } = this.watch;
    const key = `${revision} ${size}`;
    if (this.priced === key) return;
    this.priced = key;
    const [width, height] = size;
    const body = JSON.stringify({ revision, values, width, height, fit });
    const answer = await fetch("/cost", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.status === 200 && this.priced === key) screen.meter.server = await answer.json();
    else if (answer.status === 204) this.priced = "";
  }

  /** Say now and then what a frame costs. */
  cost() {
    if (performance.now() - this.said < WORDS_MS) return;
    this.said = performance.now();
    const { screen, playing, clock, film } = this.watch;
    at("meter").textContent = screen.meter.words(playing, clock.frames, film.fps) || "\u00a0";
  }

  agree() {
    const { subject, broken, revision, stage, compare } = this.watch;
    const { state } = subject;
    at("retry").hidden = !(broken ? state?.retryable : this.facts.error);
    const { words, kind } = agreement(broken ? {} : this.facts, stage.moused);
    at("agreement").textContent = words || "\u00a0";
    at("agreement").className = `agreement ${kind}`;
    at("note").textContent = state ? note(state, this.facts, compare.painted === revision) : "";
    at("note").hidden = !at("note").textContent;
  }
}
