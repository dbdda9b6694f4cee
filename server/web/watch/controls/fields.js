// The fields of inputs: what a person moves to set a number, a choice, a point, a colour or a text.
//
// Each maker of KINDS takes (item, id, set) and returns {elements, put}: what is shown, and the
// function that shows a value. Values are rounded to what a person can see of the field's range, so
// that what is copied and what is written into a file are the same short numbers.

import { made } from "../shared/dom.js";
import { ends, rounded } from "../shared/input_range.js";

const STEPS = 200;

function slider(item, id, set, whole) {
  const [low, high] = ends(item);
  const step = whole ? 1 : (high - low) / STEPS || 1;
  const range = made("input", { type: "range", id, min: low, max: high, step: whole ? 1 : "any" });
  const most = item.max ?? high;
  const number = made("input", { type: "number", min: low, max: most, step: whole ? 1 : "any" });
  number.setAttribute("aria-label", `${item.label}, a number`);
  const take = (input) => () => {
    const value = Math.min(Math.max(input.valueAsNumber, item.min ?? -1e9), item.max ?? 1e9);
    if (Number.isFinite(value)) set(whole ? Math.round(value) : input === range ? rounded(value, low, high) : value);
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
    if (document.activeElement !== number) number.value = whole ? value : rounded(value, low, high);
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
    set([...parts.map((part) => rounded(part, 0, 1)), alpha.valueAsNumber]);
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
  const short = (at) => at.map((part, axis) => rounded(part, ...axes[axis]));
  const place = (at) => at.map((part, axis) => Math.min(Math.max(part, axes[axis][0]), axes[axis][1]));
  const take = (event) => {
    const { left, top, width, height } = area.getBoundingClientRect();
    const parts = [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    set(short(place(parts.map((part, axis) => axes[axis][0] + part * (axes[axis][1] - axes[axis][0])))));
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
    set(short(place(now.map((part, axis) => part + (way[axis] * (axes[axis][1] - axes[axis][0])) / 100))));
  };
  const put = (value) => {
    now = value;
    const parts = value.map((part, axis) => (part - axes[axis][0]) / (axes[axis][1] - axes[axis][0] || 1));
    knob.style.left = `${parts[0] * 100}%`;
    knob.style.top = `${(1 - parts[1]) * 100}%`;
    told.value = value.map((part) => Number(part.toFixed(3))).join(", ");
  };
  return { elements: [made("div", { className: "grow" }, area, told)], put };
}

/** The makers, by the kind of input. */
export const KINDS = {
  float: (item, id, set) => slider(item, id, set, false),
  long: (item, id, set) => slider(item, id, set, true),
  bool: toggle,
  text: words,
  choice,
  color,
  point2D: pad,
};
