// The plain fields of the modulation editor: choices, sliders and checkboxes with a label.

import { createElement } from "../common/dom.js";

/** Create a line of a label and its fields. */
export function labelled(label, ...elements) {
  for (const element of elements) {
    const isField = element.matches("input, select");
    const field = isField ? element : element.querySelector("input, select");
    if (field && !field.getAttribute("aria-label")) field.setAttribute("aria-label", label);
  }
  return createElement("div", { className: "part" }, createElement("span", {}, label), ...elements);
}

/** Create a choice of values; `set` is called with the one that is chosen. */
export function choiceOf(values, current, set) {
  const all = values.includes(current) ? values : [...values, current];
  const options = all.map((value) => createElement("option", { value }, String(value)));
  const select = createElement("select", {}, ...options);
  select.value = current;
  select.onchange = () => set(all[select.selectedIndex]);
  return select;
}

/** Create a slider with its number and unit. */
export function sliderOf({ min = 0, max, step }, current, unit, set) {
  const limits = { min, max: Math.max(max, current), step };
  const slider = createElement("input", { type: "range", ...limits, value: current });
  const number = createElement("output", {}, `${current} ${unit}`);
  slider.oninput = () => {
    number.value = `${slider.valueAsNumber} ${unit}`;
    set(slider.valueAsNumber);
  };
  return createElement("div", { className: "row" }, slider, number);
}

export function checkboxOf(current, set) {
  const checkbox = createElement("input", { type: "checkbox", checked: Boolean(current) });
  checkbox.onchange = () => set(checkbox.checked);
  return checkbox;
}

/** Create a button that does something. */
export function buttonOf(text, title, action) {
  const button = createElement("button", { type: "button", title }, text);
  button.onclick = action;
  return button;
}
