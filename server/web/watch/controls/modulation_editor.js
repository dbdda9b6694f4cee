// The editor of a modulation: a feature of the music, an oscillator, or keyframes. It has no state
// except the selected keyframe; every action sets a complete modulation, as a request has it.

import { PULSE_DECAY_S } from "../../player/animation/event_envelopes.js";
import { isModulation } from "../../player/animation/modulation_values.js";
import { createElement } from "../common/dom.js";
import { fieldKind } from "../common/input_range.js";
import { buttonOf, checkboxOf, choiceOf, labelled, sliderOf } from "./editor_fields.js";
import { FIELDS } from "./fields.js";
import { Keyframes } from "./keyframes.js";
import { effectModulation, featureRange, isPulse, isSwitch, requiredRange } from "./modulations.js";

const EASES = ["linear", "in", "out", "inout"];
const SHAPES = ["sine", "triangle", "saw", "square"];
const PERIODS = [
  ...[0.25, 0.5, 1, 2, 3, 4, 8, 16, 32].map((beats) => ({ beats })),
  ...[0.5, 1, 2, 4, 8, 16].map((seconds) => ({ seconds })),
];
const DEFAULT_BEATS = 4;
const KIND_LABELS = { none: "None", bind: "Follow", osc: "Oscillate", keys: "Keyframes" };

export class ModulationEditor {
  /**
   * @param {object} item - the input, as the program has it
   * @param {object} video - {fps, frames, seconds, catalogue: the features that can be followed,
   *     features, frame: the one that is shown, seek(frame)}
   * @param {{get: function(): *, set: function(*): void}} value - of the input
   */
  constructor(item, video, value) {
    Object.assign(this, { item, video, value });
    this.keyframes = new Keyframes(item, video, {
      get: () => this.modulation,
      set: (modulation) => value.set(modulation),
    });
    this.box = createElement("div", { className: "modulation" });
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", `Modulation of ${item.title}`);
    this.refresh();
  }

  /** The modulation: the one that was set, else the effect's own; null where there is none. */
  get modulation() {
    const value = this.value.get();
    if (value === undefined) return effectModulation(this.item);
    return isModulation(value) ? value : null;
  }

  /** Show the modulation as it is. */
  refresh() {
    const { modulation } = this;
    const kind = ["bind", "osc", "keys"].find((key) => modulation?.[key]) ?? "none";
    const fields = {
      none: () => [],
      bind: () => this.bindingFields(modulation),
      osc: () => this.oscillatorFields(modulation),
      keys: () => this.keyframeFields(modulation),
    };
    this.box.replaceChildren(this.kindButtons(kind), ...fields[kind]());
  }

  /** Set a keyframe at the frame that is shown; another modulation becomes one of keyframes. */
  setKeyframe(value) {
    if (!this.modulation?.keys) this.changeKind("keys");
    else this.keyframes.setAtFrame(value);
    this.refresh();
  }

  kindButtons(current) {
    const buttons = createElement("div", { className: "choices" });
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", "Kind of modulation");
    for (const [kind, label] of Object.entries(KIND_LABELS)) {
      if (kind === "keys" && this.item.kind === "event") continue;
      const button = createElement("button", { type: "button" }, label);
      button.dataset.kind = kind;
      button.setAttribute("aria-pressed", String(kind === current));
      button.onclick = () => this.changeKind(kind);
      buttons.append(button);
    }
    return buttons;
  }

  changeKind(kind) {
    const { item, value } = this;
    const own = effectModulation(item);
    const defaults = {
      bind: () => ({ bind: "kick", ...requiredRange(item) }),
      osc: () => ({ osc: "sine", beats: DEFAULT_BEATS, ...requiredRange(item) }),
      keys: () => this.keyframes.initialModulation(value.get()),
    };
    if (kind === "none") value.set(own && item.kind !== "event" ? item.default : undefined);
    else value.set(own && kind in own ? own : defaults[kind]());
    this.refresh();
  }

  /** Change keys of the modulation; those that are undefined are removed. */
  edit(changes) {
    const entries = Object.entries({ ...this.modulation, ...changes });
    this.value.set(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
  }

  // The fields of each kind

  bindingFields(modulation) {
    const { catalogue } = this.video;
    const feature = catalogue.find(({ name }) => name === modulation.bind);
    const { curve = "linear", smooth = 0, decay = PULSE_DECAY_S, invert } = modulation;
    const setCurve = (value) => this.edit({ curve: value === "linear" ? undefined : value });
    const setSmooth = (value) => this.edit({ smooth: value || undefined });
    const setInvert = (value) => this.edit({ invert: value || undefined });
    const smoothSlider = sliderOf({ max: 2, step: 0.05 }, smooth, "s", setSmooth);
    const fields = [
      labelled("Feature", this.featureSelect(modulation)),
      createElement("p", { className: "description" }, this.describeFeature(feature)),
      ...this.rangeFields(modulation),
      ...this.featureRangeFields(modulation, feature),
      labelled("Curve", choiceOf(EASES, curve, setCurve)),
      labelled("Smooth", smoothSlider),
    ];
    if (isPulse(modulation.bind, this.video.catalogue)) {
      const setDecay = (value) => this.edit({ decay: value });
      const limits = { min: 0.05, max: 2, step: 0.01 };
      fields.push(labelled("Decay", sliderOf(limits, decay, "s", setDecay)));
    }
    if (this.item.kind !== "event") fields.push(labelled("Invert", checkboxOf(invert, setInvert)));
    return fields;
  }

  featureSelect(modulation) {
    const { catalogue, seconds } = this.video;
    const groups = new Map();
    for (const { name, description } of catalogue) {
      const group = name.split(".")[0];
      if (!groups.has(group)) groups.set(group, createElement("optgroup", { label: group }));
      const option = createElement("option", { value: name, title: description }, name);
      groups.get(group).append(option);
    }
    const select = createElement("select", { value: "" }, ...groups.values());
    select.value = modulation.bind;
    select.onchange = () => {
      const feature = catalogue.find(({ name }) => name === select.value);
      this.edit({
        bind: feature.name,
        decay: isPulse(feature.name, catalogue) ? modulation.decay : undefined,
        from: featureRange(this.item, feature, seconds),
      });
      this.refresh();
    };
    return select;
  }

  /** Return the description of a feature: an event alone means its pulse. */
  describeFeature(feature) {
    const { catalogue } = this.video;
    const pulse = catalogue.find(({ name }) => name === feature?.description);
    return (pulse ?? feature)?.description ?? "";
  }

  featureRangeFields(modulation, feature) {
    const { from } = modulation;
    if (!from) return [];
    const unit = feature?.unit ?? "";
    const maxSeconds = Math.max(8, Math.ceil(this.video.seconds), from[1]);
    const max = { bpm: 240, count: 64 }[unit] ?? maxSeconds;
    const limits = { max, step: max > 20 ? 1 : 0.1 };
    const setEnd = (index) => (value) => {
      const range = [...this.modulation.from];
      range[index] = value;
      if (range[0] < range[1]) this.edit({ from: range });
    };
    return ["Over", "… until"].map((label, index) =>
      labelled(label, sliderOf(limits, from[index], unit, setEnd(index))),
    );
  }

  oscillatorFields(modulation) {
    const periods = new Map([...PERIODS, modulation].map((period) => [periodName(period), period]));
    const setPeriod = (name) => {
      const { beats = DEFAULT_BEATS, seconds } = periods.get(name);
      this.edit({ beats: seconds === undefined ? beats : undefined, seconds });
    };
    const setPhase = (phase) => this.edit({ phase: phase || undefined });
    const phaseSlider = sliderOf({ max: 1, step: 0.01 }, modulation.phase ?? 0, "", setPhase);
    return [
      labelled(
        "Shape",
        choiceOf(SHAPES, modulation.osc, (osc) => this.edit({ osc })),
      ),
      labelled("Period", choiceOf([...periods.keys()], periodName(modulation), setPeriod)),
      labelled("Phase", phaseSlider),
      ...this.rangeFields(modulation),
    ];
  }

  keyframeFields(modulation) {
    const { keyframes } = this;
    const action = (text, title, act) =>
      buttonOf(text, title, () => {
        act();
        this.refresh();
      });
    const buttons = createElement(
      "div",
      { className: "actions" },
      action("Set", "Set a keyframe at this frame (K)", () => keyframes.setAtFrame()),
      action("Remove", "Remove the selected keyframe (Delete)", () => keyframes.remove()),
      action("‹", "Previous keyframe", () => keyframes.selectNext(-1)),
      action("›", "Next keyframe", () => keyframes.selectNext(1)),
    );
    buttons.children[2].setAttribute("aria-label", "Previous keyframe");
    buttons.children[3].setAttribute("aria-label", "Next keyframe");
    const setUnit = (unit) => {
      keyframes.convertUnit(unit);
      this.refresh();
    };
    const [, , ease = keyframes.defaultEase] = keyframes.selected ?? [];
    const setEase = (value) => keyframes.setEase(value);
    const hint = "Set the input above, or drag the dots on the timeline.";
    return [
      buttons,
      labelled("Ease", choiceOf([...EASES, "hold"], ease, setEase)),
      labelled("Times in", choiceOf(["s", "beat"], modulation.unit ?? "s", setUnit)),
      createElement("p", { className: "description" }, hint),
    ];
  }

  /** Create the fields of the range: the field of the input, twice. */
  rangeFields(modulation) {
    const { item } = this;
    if (isSwitch(item)) return [];
    return ["min", "max"].map((end, index) => {
      const otherEnd = index ? "min" : "max";
      const set = (value) => {
        const other = this.modulation[otherEnd];
        const areNumbers = typeof value === "number" && typeof other === "number";
        const isCrossed = index ? value < other : value > other;
        const pushesOther = areNumbers && !item.values.length && isCrossed;
        this.edit({ [end]: value, ...(pushesOther ? { [otherEnd]: value } : {}) });
      };
      const { elements, show } = FIELDS[fieldKind(item)](item, `${end}-${item.name}`, (value) => {
        set(value);
        show(value);
      });
      const range = [item.minimum, item.maximum];
      const ends = item.values.length ? [item.values[0], item.values.at(-1)] : range;
      show(toChoiceValue(item, modulation[end]) ?? ends[index]);
      const row = createElement("div", { className: "row" }, ...elements);
      return labelled(index ? "To" : "From", row);
    });
  }
}

function periodName({ beats = DEFAULT_BEATS, seconds }) {
  if (seconds !== undefined) return `${seconds} s`;
  return `${beats} beat${beats === 1 ? "" : "s"}`;
}

/** Return the value of an end that names a choice by its label. */
function toChoiceValue(item, end) {
  const index = item.values.length ? item.labels.indexOf(end) : -1;
  return index >= 0 ? item.values[index] : end;
}
