// Fields that edit an input: a number, a choice, a point, a colour or a text.
//
// Each function of FIELDS takes (item, id, set) and returns {elements, show}: the elements of the
// field, and a function that shows a value in them. Values are rounded to the range of the field:
// the numbers that are copied and written into the file are short and the same.

import { createElement } from "../common/dom.js";
import { roundToRange, sliderRange } from "../common/input_range.js";

const SLIDER_STEPS = 200;
const PAD_STEPS = 100;
const NO_LIMIT = 1e9;

function numberField(item, id, set, isInteger) {
  const [low, high] = sliderRange(item);
  const arrowStep = isInteger ? 1 : (high - low) / SLIDER_STEPS || 1;
  const step = isInteger ? 1 : "any";
  const slider = createElement("input", { type: "range", id, min: low, max: high, step });
  const max = item.maximum ?? high;
  const number = createElement("input", { type: "number", min: low, max, step });
  number.setAttribute("aria-label", `${item.title}, a number`);
  const readFrom = (input) => () => {
    const limited = Math.max(input.valueAsNumber, item.minimum ?? -NO_LIMIT);
    const value = Math.min(limited, item.maximum ?? NO_LIMIT);
    if (!Number.isFinite(value)) return;
    if (isInteger) set(Math.round(value));
    else set(input === slider ? roundToRange(value, low, high) : value);
  };
  slider.oninput = readFrom(slider);
  number.onchange = readFrom(number);
  slider.onkeydown = (event) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    slider.value = slider.valueAsNumber + direction * arrowStep * (event.shiftKey ? 10 : 1);
    slider.oninput();
  };
  const show = (value) => {
    slider.value = value;
    if (document.activeElement === number) return;
    number.value = isInteger ? value : roundToRange(value, low, high);
  };
  return { elements: [slider, number], show };
}

function checkboxField(_item, id, set) {
  const checkbox = createElement("input", { type: "checkbox", id });
  checkbox.onchange = () => set(checkbox.checked);
  return { elements: [checkbox], show: (value) => (checkbox.checked = Boolean(value)) };
}

function textField(_item, id, set) {
  const field = createElement("input", { type: "text", id, maxLength: 200, spellcheck: false });
  field.oninput = () => set(field.value);
  const show = (value) => document.activeElement !== field && (field.value = value);
  return { elements: [field], show };
}

function choiceField(item, id, set) {
  const options = item.values.map((value, index) =>
    createElement("option", { value }, item.labels[index] ?? String(value)),
  );
  const select = createElement("select", { id }, ...options);
  select.onchange = () => set(Number(select.value));
  return { elements: [select], show: (value) => (select.value = value) };
}

function colorField(item, id, set) {
  const color = createElement("input", { type: "color", id });
  const alpha = createElement("input", { type: "range", min: 0, max: 1, step: 0.01 });
  alpha.setAttribute("aria-label", `${item.title}, opacity`);
  const percent = createElement("output", {});
  const read = () => {
    const parts = [1, 3, 5].map((start) => parseInt(color.value.slice(start, start + 2), 16) / 255);
    set([...parts.map((part) => roundToRange(part, 0, 1)), alpha.valueAsNumber]);
  };
  color.oninput = alpha.oninput = read;
  const hex = (part) => {
    const byte = Math.round(Math.min(Math.max(part, 0), 1) * 255);
    return byte.toString(16).padStart(2, "0");
  };
  const show = (value) => {
    color.value = `#${value.slice(0, 3).map(hex).join("")}`;
    alpha.value = value[3];
    percent.value = `${Math.round(value[3] * 100)}%`;
  };
  return { elements: [color, alpha, percent], show };
}

function pointField(item, id, set) {
  const knob = createElement("i", {});
  const pad = createElement("div", { className: "pad", id, tabIndex: 0 }, knob);
  pad.setAttribute("role", "application");
  pad.setAttribute("aria-label", `${item.title}: a point; the arrow keys move it`);
  const text = createElement("output", {});
  const ranges = [sliderRange(item, 0), sliderRange(item, 1)];
  const length = (axis) => ranges[axis][1] - ranges[axis][0];
  let current = [0, 0];
  const move = (point) => {
    const inside = point.map((part, axis) =>
      Math.min(Math.max(part, ranges[axis][0]), ranges[axis][1]),
    );
    set(inside.map((part, axis) => roundToRange(part, ...ranges[axis])));
  };
  const moveToPointer = (event) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    const shares = [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    move(shares.map((share, axis) => ranges[axis][0] + share * length(axis)));
  };
  pad.onpointerdown = (event) => {
    pad.setPointerCapture(event.pointerId);
    moveToPointer(event);
  };
  pad.onpointermove = (event) => event.buttons && moveToPointer(event);
  pad.onkeydown = (event) => {
    const directions = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowDown: [0, -1],
      ArrowUp: [0, 1],
    };
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    move(current.map((part, axis) => part + (direction[axis] * length(axis)) / PAD_STEPS));
  };
  const show = (value) => {
    current = value;
    const shares = value.map((part, axis) => (part - ranges[axis][0]) / (length(axis) || 1));
    knob.style.left = `${shares[0] * 100}%`;
    knob.style.top = `${(1 - shares[1]) * 100}%`;
    text.value = value.map((part) => Number(part.toFixed(3))).join(", ");
  };
  return { elements: [createElement("div", { className: "grow" }, pad, text)], show };
}

/** The functions that create a field, by its kind. */
export const FIELDS = {
  float: (item, id, set) => numberField(item, id, set, false),
  long: (item, id, set) => numberField(item, id, set, true),
  bool: checkboxField,
  text: textField,
  choice: choiceField,
  color: colorField,
  point2D: pointField,
};
