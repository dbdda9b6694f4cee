// The editor of what moves an input: a feature of the music, an oscillator, or key frames. It holds
// no state but which key is selected; every act sets a complete motion, as a request has it.

import { isMotion } from "../../player/animation/modulation.js";
import { made } from "../shared/dom.js";
import { kindOf } from "../shared/input_range.js";
import { KINDS } from "./fields.js";
import { Keyed } from "./keyframes.js";

const EASES = ["linear", "in", "out", "inout"];
const SHAPES = ["sine", "triangle", "saw", "square"];
const LENGTHS = [
  ...[0.25, 0.5, 1, 2, 3, 4, 8, 16, 32].map((beats) => ({ beats })),
  ...[0.5, 1, 2, 4, 8, 16].map((seconds) => ({ seconds })),
];
const SWITCHED = ["bool", "event"];
const PULSE_S = 0.18;

/** In words what moves an input. */
export function inWords({ bind, osc, beats, seconds, keys, unit, transition }) {
  if (transition) return "goes by itself";
  if (bind) return `follows ${bind}`;
  if (keys) return `${keys.length} key frame${keys.length === 1 ? "" : "s"} in ${unit === "beat" ? "beats" : "seconds"}`;
  return `swings: ${osc}, ${beats === undefined && seconds ? `${seconds} s` : `${beats ?? 4} beats`}`;
}

export class MotionEditor {
  /**
   * @param {object} item - the input, as the program has it
   * @param {object} film - {fps, frames, seconds, catalogue: features as GET /film tells them, sound,
   *     frame: the one that is shown}
   * @param {{get: function(): *, set: function(*): void}} value - of the input
   */
  constructor(item, film, value) {
    Object.assign(this, { item, film, value });
    this.keyed = new Keyed(item, film, { get: () => this.motion, set: (motion) => value.set(motion) });
    this.box = made("div", { className: "motion" });
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", `Motion of ${item.label}`);
    this.refresh();
  }

  /** What moves it now: what was set, else the effect's own; null where nothing does. */
  get motion() {
    const value = this.value.get();
    if (value === undefined) return ownMotion(this.item);
    return isMotion(value) ? value : null;
  }

  /** Show what the motion is now. */
  refresh() {
    const { motion } = this;
    const kind = !motion ? "still" : motion.bind ? "bind" : motion.osc ? "osc" : "keys";
    const parts = { still: () => [], bind: () => this.follow(motion), osc: () => this.swing(motion), keys: () => this.keys(motion) };
    this.box.replaceChildren(this.kinds(kind), ...parts[kind]());
  }

  /** Set a key at the frame that is shown, where key frames move it. */
  key(value) {
    if (!this.motion?.keys) this.become("keys");
    else this.keyed.put(value);
    this.refresh();
  }

  kinds(now) {
    const known = { still: "Still", bind: "Follow", osc: "Swing", ...(this.item.kind === "event" ? {} : { keys: "Keys" }) };
    const row = made("div", { className: "choices" });
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "What moves it");
    for (const [kind, words] of Object.entries(known)) {
      const button = made("button", { type: "button" }, words);
      button.dataset.kind = kind;
      button.setAttribute("aria-pressed", String(kind === now));
      button.onclick = () => this.become(kind);
      row.append(button);
    }
    return row;
  }

  become(kind) {
    const { item } = this;
    const own = kind in (ownMotion(item) ?? {}) ? ownMotion(item) : null;
    const fresh = { bind: () => ({ bind: "kick", ...this.ends() }), osc: () => ({ osc: "sine", beats: 4, ...this.ends() }), keys: () => this.keyed.first(this.value.get()) };
    if (kind === "still") this.value.set(ownMotion(item) && item.kind !== "event" ? item.default : undefined);
    else this.value.set(own ?? fresh[kind]());
    this.refresh();
  }

  /** The ends that a motion must state, because the input has none of its own. */
  ends() {
    const { item } = this;
    if (SWITCHED.includes(item.kind) || item.values.length || (item.min !== null && item.max !== null)) return {};
    const spread = (by) => (Array.isArray(item.default) ? item.default.map((part) => part + by) : (item.default ?? 0) + by);
    return { min: item.min ?? spread(0), max: item.max ?? spread(1) };
  }

  /** Change some of the motion's keys; those that are undefined are left out. */
  edit(change) {
    const whole = Object.entries({ ...this.motion, ...change });
    this.value.set(Object.fromEntries(whole.filter(([, value]) => value !== undefined)));
  }

  // The three kinds

  follow(motion) {
    const { item, film } = this;
    const feature = film.catalogue.find(({ name }) => name === motion.bind);
    const groups = new Map();
    for (const { name, description } of film.catalogue) {
      const group = name.split(".")[0];
      if (!groups.has(group)) groups.set(group, made("optgroup", { label: group }));
      groups.get(group).append(made("option", { value: name, title: description }, name));
    }
    const select = made("select", { value: "" }, ...groups.values());
    select.value = motion.bind;
    select.onchange = () => {
      const { name, unit } = film.catalogue.find((one) => one.name === select.value);
      this.edit({ bind: name, decay: pulses(name) ? motion.decay : undefined, from: this.span(unit, name) });
      this.refresh();
    };
    return [
      part("Feature", select),
      made("p", { className: "told" }, this.described(feature)),
      ...this.range(motion),
      ...this.over(motion, feature),
      part("Curve", this.choice(EASES, motion.curve ?? "linear", (curve) => this.edit({ curve: curve === "linear" ? undefined : curve }))),
      part("Smooth", ...this.slide(0, 2, 0.05, motion.smooth ?? 0, "s", (smooth) => this.edit({ smooth: smooth || undefined }))),
      ...(pulses(motion.bind) ? [part("Decay", ...this.slide(0.05, 2, 0.01, motion.decay ?? PULSE_S, "s", (decay) => this.edit({ decay })))] : []),
      ...(item.kind === "event" ? [] : [part("Invert", this.toggle(motion.invert, (invert) => this.edit({ invert: invert || undefined })))]),
    ];
  }

  /** A feature in words: that of an event alone is its pulse. */
  described(feature) {
    const { catalogue } = this.film;
    return (catalogue.find(({ name }) => name === feature?.description) ?? feature)?.description ?? "";
  }

  /** What of a feature that is no share becomes the ends; undefined where nothing need be said. */
  span(unit, name) {
    const many = Array.isArray(this.item.default);
    if (unit === "share" || (unit === "count" && !many)) return undefined;
    if (unit === "count") return [0, 3];
    if (unit === "bpm") return [60, 180];
    return /\.(since|until)$/.test(name) ? [0, 1] : [0, Math.max(1, Math.round(this.film.seconds))];
  }

  over(motion, feature) {
    if (!motion.from) return [];
    const most = { bpm: 240, count: 64 }[feature?.unit] ?? Math.max(8, Math.ceil(this.film.seconds), motion.from[1]);
    const set = (at) => (end) => {
      const from = [...this.motion.from];
      from[at] = end;
      if (from[0] < from[1]) this.edit({ from });
    };
    return [0, 1].map((at) => part(at ? "… until" : "Over", ...this.slide(0, most, most > 20 ? 1 : 0.1, motion.from[at], feature?.unit ?? "", set(at))));
  }

  swing(motion) {
    const name = ({ beats, seconds }) => (seconds === undefined ? `${beats ?? 4} beat${beats === 1 ? "" : "s"}` : `${seconds} s`);
    const lengths = new Map([...LENGTHS, motion].map((one) => [name(one), one]));
    const set = (word) => {
      const { beats, seconds } = lengths.get(word);
      this.edit(seconds === undefined ? { beats: beats ?? 4, seconds: undefined } : { beats: undefined, seconds });
    };
    return [
      part("Shape", this.choice(SHAPES, motion.osc, (osc) => this.edit({ osc }))),
      part("Period", this.choice([...lengths.keys()], name(motion), set)),
      part("Phase", ...this.slide(0, 1, 0.01, motion.phase ?? 0, "", (phase) => this.edit({ phase: phase || undefined }))),
      ...this.range(motion),
    ];
  }

  keys(motion) {
    const { keyed } = this;
    const act = (words, title, does) => {
      const button = made("button", { type: "button", title }, words);
      button.onclick = () => {
        does();
        this.refresh();
      };
      return button;
    };
    const row = made(
      "div",
      { className: "acts" },
      act("Key here", "A key frame at this moment (K)", () => keyed.put()),
      act("Remove", "Remove the key frame that is selected (Delete)", () => keyed.remove()),
      act("‹", "To the key frame before", () => keyed.go(-1)),
      act("›", "To the next key frame", () => keyed.go(1)),
    );
    row.children[2].setAttribute("aria-label", "To the key frame before");
    row.children[3].setAttribute("aria-label", "To the next key frame");
    const units = this.choice(["s", "beat"], motion.unit ?? "s", (unit) => {
      keyed.convert(unit);
      this.refresh();
    });
    const [, , ease] = keyed.selected ?? [];
    return [
      row,
      part("Comes by", this.choice([...EASES, "hold"], ease ?? keyed.usual, (word) => keyed.ease(word))),
      part("Times in", units),
      made("p", { className: "told" }, "Set the input above, or drag the dots on the waveform."),
    ];
  }

  // Their fields

  /** What it moves between: the input's own field, twice. */
  range(motion) {
    const { item } = this;
    if (SWITCHED.includes(item.kind)) return [];
    return ["min", "max"].map((end, at) => {
      const set = (value) => {
        const other = this.motion[at ? "min" : "max"];
        const crossed = typeof value === "number" && typeof other === "number" && !item.values.length && (at ? value < other : value > other);
        this.edit({ [end]: value, ...(crossed ? { [at ? "min" : "max"]: value } : {}) });
      };
      const { elements, put } = KINDS[kindOf(item)](item, `${end}-${item.name}`, (value) => {
        set(value);
        put(value);
      });
      put(choiceOf(item, motion[end]) ?? (item.values.length ? item.values.at(at ? -1 : 0) : item[end]));
      return part(at ? "To" : "From", made("div", { className: "row" }, ...elements));
    });
  }

  choice(words, now, set) {
    const known = words.includes(now) ? words : [...words, now];
    const select = made("select", {}, ...known.map((word) => made("option", { value: word }, String(word))));
    select.value = now;
    select.onchange = () => set(known[select.selectedIndex]);
    return select;
  }

  slide(min, max, step, now, unit, set) {
    const range = made("input", { type: "range", min, max: Math.max(max, now), step, value: now });
    const shown = made("output", {}, `${now} ${unit}`);
    range.oninput = () => {
      shown.value = `${range.valueAsNumber} ${unit}`;
      set(range.valueAsNumber);
    };
    return [made("div", { className: "row" }, range, shown)];
  }

  toggle(now, set) {
    const box = made("input", { type: "checkbox", checked: Boolean(now) });
    box.onchange = () => set(box.checked);
    return box;
  }
}

/** The effect's own motion as a request may have it: without what the input says anyway. */
function ownMotion(item) {
  if (!item.motion || item.motion.transition) return null;
  const { min, max, keys, phase, ...rest } = item.motion;
  const value = (part) => (item.values.length ? item.values[part] : item.kind === "bool" ? part >= 0.5 : part);
  if (keys) return { ...rest, keys: keys.map(([time, part, ease]) => [time, value(part), ease]) };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const whole = item.values.length && same([min, max], [0, item.values.length - 1]);
  const ends = SWITCHED.includes(item.kind) || whole || same([min, max], [item.min, item.max]) ? {} : { min: value(min), max: value(max) };
  return { ...rest, ...(phase ? { phase } : {}), ...ends };
}

const EVENTS = ["accent", "onset", "kick", "snare", "hat", "beat", "downbeat", "drop", "section"];

/** Whether a feature is the pulse of an event. */
function pulses(name) {
  const [event, word = "pulse"] = name.split(".");
  return EVENTS.includes(event) && word === "pulse" && name !== "section.energy";
}

/** An end of a choice is told by its value or its label; its field wants the value. */
function choiceOf(item, end) {
  const place = item.values.length ? item.labels.indexOf(end) : -1;
  return place >= 0 ? item.values[place] : end;
}

function part(words, ...elements) {
  for (const element of elements) {
    const field = element.matches("input, select") ? element : element.querySelector("input, select");
    if (field && !field.getAttribute("aria-label")) field.setAttribute("aria-label", words);
  }
  return made("div", { className: "part" }, made("span", {}, words), ...elements);
}
