// Controls for the inputs of an effect. A value that was not touched is not given at all: the
// effect then has its default, or follows the sound.

const STEPS = 200;
const TIMED = "isft_"; // how uniforms of a transition's times begin

export class Controls {
  /**
   * @param {HTMLElement} place - where they go
   * @param {number} seconds - length of the video
   * @param {function(): void} changed - called after a value was set or taken back
   * @param {function(string): void} happened - called with the name of an event
   */
  constructor(place, seconds, changed, happened) {
    Object.assign(this, { place, seconds, changed, happened, values: {}, shown: new Map() });
  }

  /** Show the inputs of an effect; values that still fit are kept. */
  show(inputs) {
    this.shown.clear();
    const kept = Object.entries(this.values).map(([name, value]) => {
      const item = inputs.find((one) => one.name === name);
      return [name, item ? fitting(item, value) : undefined];
    });
    this.values = Object.fromEntries(kept.filter(([, value]) => value !== undefined));
    this.place.replaceChildren(...inputs.map((item) => this.control(this.reached(item))));
    if (!inputs.length) this.place.replaceChildren(made("p", { className: "given" }, "It has none."));
    this.refresh();
  }

  /** The input with an end for its slider: times of a transition may be far beyond the video. */
  reached(item) {
    const timed = item.uniform.startsWith(TIMED) && item.kind === "float";
    return timed ? { ...item, reach: Math.min(item.max, Math.max(Math.ceil(this.seconds), item.default)) } : item;
  }

  /** Take all values back. */
  reset() {
    this.values = {};
    this.refresh();
    this.changed();
  }

  /** Show what inputs that nobody set are now: `current` by uniform. */
  follow(current) {
    for (const { item, put } of this.shown.values()) {
      if ((item.motion || item.photo) && this.values[item.name] === undefined) put(current[item.uniform]);
    }
  }

  set(item, value) {
    if (value === undefined) delete this.values[item.name];
    else this.values[item.name] = value;
    this.refresh();
    this.changed();
  }

  refresh() {
    for (const { item, box, put } of this.shown.values()) {
      const value = this.values[item.name];
      box.classList.toggle("set", value !== undefined);
      put(value ?? item.lettering?.text ?? item.default ?? item.min);
    }
  }

  control(item) {
    const box = made("div", { className: "control" });
    box.dataset.name = item.name;
    const make = { image: given, audio: given, audioFFT: given, audioHistory: given, event: this.event }[item.kind];
    if (make) {
      box.classList.toggle("quiet", make === given);
      box.append(...make.call(this, item));
      return box;
    }
    const id = `input-${item.name}`;
    const label = made("label", { htmlFor: id, title: item.name }, item.label);
    const undo = made("button", { type: "button", className: "undo", title: "As the effect has it" }, "↺");
    undo.setAttribute("aria-label", `Reset ${item.label}`);
    undo.onclick = () => this.set(item, undefined);
    const words = item.motion ? followed(item.motion) : item.photo && `the photo's ${item.photo} colour`;
    const follows = words ? [made("span", { className: "bound" }, words)] : [];
    const { elements, put } = KINDS[kindOf(item)](item, id, (value) => this.set(item, value));
    box.append(made("div", { className: "head" }, label, ...follows, undo));
    box.append(made("div", { className: "row" }, ...elements));
    this.shown.set(item.name, { item, box, put });
    return box;
  }

  event(item) {
    const button = made("button", { type: "button", className: "happen" }, item.label);
    button.onclick = () => this.happened(item.name);
    const follows = item.motion ? [made("span", { className: "bound" }, `also: ${followed(item.motion)}`)] : [];
    return [button, ...follows];
  }
}

/** In words what moves an input. */
function followed({ bind, osc, beats, seconds, keys, unit, transition }) {
  if (transition) return "goes by itself";
  if (bind) return `follows ${bind}`;
  if (keys) return `${keys.length} key frames in ${unit === "beat" ? "beats" : "seconds"}`;
  return `swings: ${osc}, ${beats === undefined ? `${seconds} s` : `${beats} beats`}`;
}

function made(kind, properties, ...children) {
  const element = Object.assign(document.createElement(kind), properties);
  element.append(...children);
  return element;
}

function given(item) {
  const words = { image: "a picture", audio: "the waveform", audioFFT: "the spectrum" }[item.kind];
  const label = made("span", { className: "label", title: item.name }, item.label);
  return [made("div", { className: "head" }, label, made("span", { className: "given" }, words))];
}

function kindOf(item) {
  return item.kind === "long" && item.values.length ? "choice" : item.kind;
}

/** A value as it may be under an input that has changed; undefined where it may not. */
function fitting(item, value) {
  const clamp = (number, low, high) => Math.min(Math.max(number, low ?? -1e9), high ?? 1e9);
  const part = (of, at) => (Array.isArray(of) ? of[at] : of);
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

/** The ends of a slider for an input that may have none. */
function ends(item, at = null) {
  const part = (of) => (Array.isArray(of) ? of[at] : of);
  const value = part(item.default) ?? 0;
  const reach = Math.max(1, Math.abs(value) * 2);
  return [part(item.min) ?? Math.min(0, value - reach), item.reach ?? part(item.max) ?? Math.max(1, value + reach)];
}

function slider(item, id, set, whole) {
  const [low, high] = ends(item);
  const step = whole ? 1 : (high - low) / STEPS || 1;
  const range = made("input", { type: "range", id, min: low, max: high, step: whole ? 1 : "any" });
  const most = item.max ?? high;
  const number = made("input", { type: "number", min: low, max: most, step: whole ? 1 : "any" });
  number.setAttribute("aria-label", `${item.label}, a number`);
  const take = (input) => () => {
    const value = Math.min(Math.max(input.valueAsNumber, item.min ?? -1e9), item.max ?? 1e9);
    if (Number.isFinite(value)) set(whole ? Math.round(value) : value);
  };
  range.oninput = take(range);
  number.onchange = take(number);
  range.onkeydown = (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    range.value = range.valueAsNumber + way * step * (event.shiftKey ? 10 : 1);
    range.oninput();
  };
  const put = (value) => {
    range.value = value;
    if (document.activeElement !== number) number.value = whole ? value : Number(value.toFixed(4));
  };
  return { elements: [range, number], put };
}

function toggle(_item, id, set) {
  const box = made("input", { type: "checkbox", id });
  box.onchange = () => set(box.checked);
  return { elements: [box], put: (value) => (box.checked = Boolean(value)) };
}

function words(_item, id, set) {
  const field = made("input", { type: "text", id, maxLength: 200, spellcheck: false });
  field.oninput = () => set(field.value);
  const put = (value) => document.activeElement !== field && (field.value = value);
  return { elements: [field], put };
}

function choice(item, id, set) {
  const options = item.values.map((value, at) => made("option", { value }, item.labels[at] ?? String(value)));
  const select = made("select", { id }, ...options);
  select.onchange = () => set(Number(select.value));
  return { elements: [select], put: (value) => (select.value = value) };
}

function color(item, id, set) {
  const tone = made("input", { type: "color", id });
  const alpha = made("input", { type: "range", min: 0, max: 1, step: 0.01 });
  alpha.setAttribute("aria-label", `${item.label}, opacity`);
  const share = made("output", {});
  const take = () => {
    const parts = [1, 3, 5].map((at) => parseInt(tone.value.slice(at, at + 2), 16) / 255);
    set([...parts, alpha.valueAsNumber]);
  };
  tone.oninput = alpha.oninput = take;
  const put = (value) => {
    const byte = (part) => Math.round(Math.min(Math.max(part, 0), 1) * 255).toString(16).padStart(2, "0");
    tone.value = `#${value.slice(0, 3).map(byte).join("")}`;
    alpha.value = value[3];
    share.value = `${Math.round(value[3] * 100)}%`;
  };
  return { elements: [tone, alpha, share], put };
}

function pad(item, id, set) {
  const knob = made("i", {});
  const area = made("div", { className: "pad", id, tabIndex: 0 }, knob);
  area.setAttribute("role", "application");
  area.setAttribute("aria-label", `${item.label}: a point, moved with the arrow keys`);
  const told = made("output", {});
  const axes = [ends(item, 0), ends(item, 1)];
  let now = [0, 0];
  const place = (at) => at.map((part, axis) => Math.min(Math.max(part, axes[axis][0]), axes[axis][1]));
  const take = (event) => {
    const { left, top, width, height } = area.getBoundingClientRect();
    const parts = [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    set(place(parts.map((part, axis) => axes[axis][0] + part * (axes[axis][1] - axes[axis][0]))));
  };
  area.onpointerdown = (event) => {
    area.setPointerCapture(event.pointerId);
    take(event);
  };
  area.onpointermove = (event) => event.buttons && take(event);
  area.onkeydown = (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    set(place(now.map((part, axis) => part + (way[axis] * (axes[axis][1] - axes[axis][0])) / 100)));
  };
  const put = (value) => {
    now = value;
    const parts = value.map((part, axis) => (part - axes[axis][0]) / (axes[axis][1] - axes[axis][0] || 1));
    knob.style.left = `${parts[0] * 100}%`;
    knob.style.top = `${(1 - parts[1]) * 100}%`;
    told.value = value.map((part) => Number(part.toFixed(3))).join(", ");
  };
  return { elements: [made("div", { style: "flex: 1" }, area, told)], put };
}

const KINDS = {
  float: (item, id, set) => slider(item, id, set, false),
  long: (item, id, set) => slider(item, id, set, true),
  bool: toggle,
  text: words,
  choice,
  color,
  point2D: pad,
};
