// Controls for the inputs of an effect. A value that was not changed is not sent at all: the effect
// then has its default, or its own modulation.

import { isModulation } from "../../player/animation/modulation_values.js";
import { createElement } from "../common/dom.js";
import { fieldKind } from "../common/input_range.js";
import { FIELDS } from "./fields.js";
import { ModulationEditor } from "./modulation_editor.js";
import { describeModulation } from "./modulations.js";

const TRANSITION_PREFIX = "isft_"; // of the uniforms that time a transition
const STATIC_KINDS = ["text"];
const TEXTURE_KINDS = ["image", "audio", "audioFFT", "audioHistory"];
const NO_LIMIT = 1e9;

export class Controls {
  /**
   * @param {HTMLElement} container - of the controls
   * @param {object} video - see ModulationEditor
   * @param {object} listener - {changed(), fired(name), editorChanged()}: called after a value was
   *     set or reset, when an event is fired, and when a modulation editor opens or closes
   */
  constructor(container, video, listener) {
    Object.assign(this, { container, video, listener });
    Object.assign(this, { values: {}, controls: new Map(), editor: null });
  }

  /** Show the inputs of an effect; values that are still valid are kept. */
  show(inputs) {
    const openName = this.editor?.item.name;
    this.closeEditor();
    this.controls.clear();
    const values = Object.entries(this.values).map(([name, value]) => {
      const item = inputs.find((input) => input.name === name);
      return [name, item ? adaptValue(item, value) : undefined];
    });
    this.values = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    this.container.replaceChildren(
      ...inputs.map((item) => this.createControl(this.withReach(item))),
    );
    if (!inputs.length) {
      const note = createElement("p", { className: "source" }, "The effect has no inputs.");
      this.container.replaceChildren(note);
    }
    this.refresh();
    if (this.controls.get(openName)?.editButton) this.openEditor(openName);
  }

  /** Return the input with a limit for its slider: a transition may be long after the video. */
  withReach(item) {
    const isTransitionTime = item.uniform.startsWith(TRANSITION_PREFIX) && item.kind === "float";
    if (!isTransitionTime) return item;
    const seconds = Math.ceil(this.video.seconds);
    return { ...item, reach: Math.min(item.maximum, Math.max(seconds, item.default)) };
  }

  /** Reset values: all, or those of the names. */
  reset(names = Object.keys(this.values)) {
    for (const name of names) delete this.values[name];
    this.editor?.refresh();
    this.refresh();
    this.listener.changed();
  }

  /** Show the current values of the inputs that change by themselves: `uniforms` by name. */
  showUniforms(uniforms) {
    for (const { item, show } of this.controls.values()) {
      const value = this.values[item.name];
      const isModulated = value === undefined ? item.motion || item.photo : isModulation(value);
      if (isModulated && show) show(uniforms[item.uniform]);
    }
  }

  set(item, value) {
    if (value === undefined) delete this.values[item.name];
    else this.values[item.name] = value;
    this.refresh();
    this.listener.changed();
  }

  /** Take a value from a field: of an input with keyframes it sets one at this frame. */
  setFromField(item, value) {
    const current = this.values[item.name];
    const hasKeyframes = isModulation(current) && current.keys;
    if (hasKeyframes && this.editor?.item.name !== item.name) this.openEditor(item.name);
    if (hasKeyframes) this.editor.setKeyframe(value);
    else this.set(item, value);
    if (this.editor?.item.name === item.name) this.editor.refresh();
  }

  refresh() {
    for (const { item, box, show, summary, resetButton } of this.controls.values()) {
      const value = this.values[item.name];
      const isSet = value !== undefined;
      const modulation = isSet ? isModulation(value) && value : item.motion;
      box.classList.toggle("set", isSet);
      // A field that follows the music is only shown: an edit would remove the modulation.
      const isReadOnly = isModulation(value ?? null) && !value.keys;
      box.classList.toggle("modulated", isReadOnly);
      if (show) box.querySelector(".row").inert = isReadOnly;
      resetButton.disabled = !isSet;
      const photoColor = !isSet && item.photo ? `the photo's ${item.photo} colour` : "";
      summary.textContent = modulation ? describeModulation(modulation) : photoColor;
      if (show && !isModulation(value ?? null)) {
        show(value ?? item.lettering?.text ?? item.default ?? item.minimum);
      }
    }
  }

  createControl(item) {
    const box = createElement("div", { className: "control" });
    box.dataset.name = item.name;
    if (TEXTURE_KINDS.includes(item.kind)) {
      box.classList.add("compact");
      box.append(textureSource(item));
      return box;
    }
    const id = `input-${item.name}`;
    const label = createElement("label", { htmlFor: id, title: item.name }, item.title);
    const summary = createElement("span", { className: "summary" });
    const resetButton = this.createResetButton(item);
    const editButton = this.createEditButton(item);
    const { elements, show } = this.createField(item, id);
    const buttons = editButton ? [resetButton, editButton] : [resetButton];
    box.append(createElement("div", { className: "head" }, label, summary, ...buttons));
    box.append(createElement("div", { className: "row" }, ...elements));
    this.controls.set(item.name, { item, box, show, summary, resetButton, editButton });
    return box;
  }

  createField(item, id) {
    if (item.kind !== "event") {
      return FIELDS[fieldKind(item)](item, id, (value) => this.setFromField(item, value));
    }
    const label = `Fire ${item.title}`;
    const button = createElement("button", { type: "button", className: "fire", id }, label);
    button.onclick = () => this.listener.fired(item.name);
    return { elements: [button], show: null };
  }

  createResetButton(item) {
    const title = "Reset to the default";
    const button = createElement("button", { type: "button", className: "reset", title }, "↺");
    button.setAttribute("aria-label", `Reset ${item.title}`);
    button.onclick = () => {
      this.set(item, undefined);
      if (this.editor?.item.name === item.name) this.editor.refresh();
    };
    return button;
  }

  // The editor of a modulation

  /** Create the button that opens the editor; null where the input cannot be modulated. */
  createEditButton(item) {
    const isTransitionTime = item.uniform.startsWith(TRANSITION_PREFIX);
    if (item.still || STATIC_KINDS.includes(item.kind) || isTransitionTime) return null;
    const title = "Edit the modulation";
    const button = createElement("button", { type: "button", className: "modulate", title }, "∿");
    button.setAttribute("aria-label", `Modulation of ${item.title}`);
    button.setAttribute("aria-expanded", "false");
    button.onclick = () => {
      if (this.editor?.item.name === item.name) this.closeEditor();
      else this.openEditor(item.name);
    };
    return button;
  }

  openEditor(name) {
    this.closeEditor();
    const { item, box, editButton } = this.controls.get(name);
    this.editor = new ModulationEditor(item, this.video, {
      get: () => this.values[name],
      set: (value) => this.set(item, value),
    });
    box.append(this.editor.box);
    editButton.setAttribute("aria-expanded", "true");
    this.listener.editorChanged();
  }

  closeEditor() {
    if (!this.editor) return;
    const { editButton } = this.controls.get(this.editor.item.name) ?? {};
    editButton?.setAttribute("aria-expanded", "false");
    this.editor.box.remove();
    this.editor = null;
    this.listener.editorChanged();
  }
}

/** Create the line that says what an image or audio input shows. */
function textureSource(item) {
  const sources = { image: "an image", audio: "the waveform", audioFFT: "the spectrum" };
  const label = createElement("span", { className: "label", title: item.name }, item.title);
  const source = sources[item.kind] ?? "the spectrum over time";
  const text = createElement("span", { className: "source" }, source);
  return createElement("div", { className: "head" }, label, text);
}

/** Return a value that is valid for an input that has changed; undefined where there is none. */
function adaptValue(item, value) {
  const clamp = (number, low, high) =>
    Math.min(Math.max(number, low ?? -NO_LIMIT), high ?? NO_LIMIT);
  const part = (limit, index) => (Array.isArray(limit) ? limit[index] : limit);
  if (isModulation(value)) return item.kind === "text" || item.still ? undefined : value;
  switch (fieldKind(item)) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "choice":
      return item.values.includes(value) ? value : undefined;
    case "float":
    case "long":
      return typeof value === "number" ? clamp(value, item.minimum, item.maximum) : undefined;
    case "point2D":
    case "color": {
      const length = item.kind === "color" ? 4 : 2;
      if (!Array.isArray(value) || value.length !== length) return undefined;
      return value.map((number, at) =>
        clamp(number, part(item.minimum, at), part(item.maximum, at)),
      );
    }
    default:
      return undefined;
  }
}
