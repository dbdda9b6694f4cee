// Controls for the inputs of an effect. A value that was not touched is not given at all: the
// effect then has its default, or follows the sound.

import { isMotion } from "../../player/animation/modulation.js";
import { made } from "../shared/dom.js";
import { kindOf } from "../shared/input_range.js";
import { KINDS } from "./fields.js";
import { MotionEditor, inWords } from "./motion_editor.js";

const TIMED = "isft_"; // how uniforms of a transition's times begin
const STILL = ["text"];

export class Controls {
  /**
   * @param {HTMLElement} place - where they go
   * @param {object} film - {fps, frames, seconds, catalogue, sound, clock}: see MotionEditor
   * @param {object} told - {changed(), happened(name), opened(item or null)}: called after a value
   *     was set or taken back, with the name of an event, and when a motion is opened or closed
   */
  constructor(place, film, told) {
    Object.assign(this, { place, film, told, values: {}, shown: new Map(), editor: null });
  }

  /** Show the inputs of an effect; values that still fit are kept. */
  show(inputs) {
    const open = this.editor?.item.name;
    this.close();
    this.shown.clear();
    const kept = Object.entries(this.values).map(([name, value]) => {
      const item = inputs.find((one) => one.name === name);
      return [name, item ? fitting(item, value) : undefined];
    });
    this.values = Object.fromEntries(kept.filter(([, value]) => value !== undefined));
    this.place.replaceChildren(...inputs.map((item) => this.control(this.reached(item))));
    if (!inputs.length) this.place.replaceChildren(made("p", { className: "given" }, "It has none."));
    this.refresh();
    if (this.shown.get(open)?.move) this.open(open);
  }

  /** The input with an end for its slider: times of a transition may be far beyond the video. */
  reached(item) {
    const timed = item.uniform.startsWith(TIMED) && item.kind === "float";
    const { seconds } = this.film;
    return timed ? { ...item, reach: Math.min(item.max, Math.max(Math.ceil(seconds), item.default)) } : item;
  }

  /** Take values back: all, or those of the names. */
  reset(names = Object.keys(this.values)) {
    for (const name of names) delete this.values[name];
    this.editor?.refresh();
    this.refresh();
    this.told.changed();
  }

  /** Show what inputs that something moves are now: `current` by uniform. */
  follow(current) {
    for (const { item, put } of this.shown.values()) {
      const value = this.values[item.name];
      const moved = value === undefined ? item.motion || item.photo : isMotion(value);
      if (moved && put) put(current[item.uniform]);
    }
  }

  set(item, value) {
    if (value === undefined) delete this.values[item.name];
    else this.values[item.name] = value;
    this.refresh();
    this.told.changed();
  }

  /** What a person set in the field: of an input with key frames it is a key at this moment. */
  touch(item, value) {
    const now = this.values[item.name];
    const keyed = isMotion(now) && now.keys;
    if (keyed && this.editor?.item.name !== item.name) this.open(item.name);
    if (keyed) this.editor.key(value);
    else this.set(item, value);
    if (this.editor?.item.name === item.name) this.editor.refresh();
  }

  refresh() {
    for (const { item, box, put, bound, undo } of this.shown.values()) {
      const value = this.values[item.name];
      const motion = value === undefined ? item.motion : isMotion(value) && value;
      box.classList.toggle("set", value !== undefined);
      // What follows the music is shown, not set: a touch would take its motion away.
      const led = isMotion(value ?? null) && !value.keys;
      box.classList.toggle("moved", led);
      if (put) box.querySelector(".row").inert = led;
      undo.disabled = value === undefined;
      const own = value === undefined && item.photo ? `the photo's ${item.photo} colour` : "";
      bound.textContent = motion ? inWords(motion) : own;
      if (put && !isMotion(value ?? null)) put(value ?? item.lettering?.text ?? item.default ?? item.min);
    }
  }

  control(item) {
    const box = made("div", { className: "control" });
    box.dataset.name = item.name;
    if (["image", "audio", "audioFFT", "audioHistory"].includes(item.kind)) {
      box.classList.add("quiet");
      box.append(...given(item));
      return box;
    }
    const id = `input-${item.name}`;
    const label = made("label", { htmlFor: id, title: item.name }, item.label);
    const bound = made("span", { className: "bound" });
    const undo = made("button", { type: "button", className: "undo", title: "As the effect has it" }, "↺");
    undo.setAttribute("aria-label", `Reset ${item.label}`);
    undo.onclick = () => {
      this.set(item, undefined);
      if (this.editor?.item.name === item.name) this.editor.refresh();
    };
    const move = this.mover(item);
    const { elements, put } = this.field(item, id);
    box.append(made("div", { className: "head" }, label, bound, undo, ...(move ? [move] : [])));
    box.append(made("div", { className: "row" }, ...elements));
    this.shown.set(item.name, { item, box, put, bound, undo, move });
    return box;
  }

  field(item, id) {
    if (item.kind !== "event") return KINDS[kindOf(item)](item, id, (value) => this.touch(item, value));
    const button = made("button", { type: "button", className: "happen", id }, `Fire ${item.label}`);
    button.onclick = () => this.told.happened(item.name);
    return { elements: [button], put: null };
  }

  // What moves an input

  mover(item) {
    if (item.still || STILL.includes(item.kind) || item.uniform.startsWith(TIMED)) return null;
    const button = made("button", { type: "button", className: "move", title: "What moves it" }, "∿");
    button.setAttribute("aria-label", `Motion of ${item.label}`);
    button.setAttribute("aria-expanded", "false");
    button.onclick = () => (this.editor?.item.name === item.name ? this.close() : this.open(item.name));
    return button;
  }

  open(name) {
    this.close();
    const { item, box, move } = this.shown.get(name);
    this.editor = new MotionEditor(item, this.film, {
      get: () => this.values[name],
      set: (value) => this.set(item, value),
    });
    box.append(this.editor.box);
    move.setAttribute("aria-expanded", "true");
    this.told.opened(item);
  }

  close() {
    if (!this.editor) return;
    this.shown.get(this.editor.item.name)?.move.setAttribute("aria-expanded", "false");
    this.editor.box.remove();
    this.editor = null;
    this.told.opened(null);
  }
}

function given(item) {
  const words = { image: "a picture", audio: "the waveform", audioFFT: "the spectrum" }[item.kind];
  const label = made("span", { className: "label", title: item.name }, item.label);
  return [made("div", { className: "head" }, label, made("span", { className: "given" }, words ?? "the sound around"))];
}

/** A value as it may be under an input that has changed; undefined where it may not. */
function fitting(item, value) {
  const clamp = (number, low, high) => Math.min(Math.max(number, low ?? -1e9), high ?? 1e9);
  const part = (of, at) => (Array.isArray(of) ? of[at] : of);
  if (isMotion(value)) return item.kind === "text" || item.still ? undefined : value;
  switch (kindOf(item)) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "choice":
      return item.values.includes(value) ? value : undefined;
    case "float":
    case "long":
      return typeof value === "number" ? clamp(value, item.min, item.max) : undefined;
    case "point2D":
    case "color":
      if (!Array.isArray(value) || value.length !== (item.kind === "color" ? 4 : 2)) return undefined;
      return value.map((number, at) => clamp(number, part(item.min, at), part(item.max, at)));
    default:
      return undefined;
  }
}
