// The key frames of the motion that is open, as dots on the timeline: dragged, or moved with keys.

import { made } from "../shared/dom.js";
import { MARGIN } from "./waveform.js";

const MIDDLE = 0.5;
const NUDGE = 0.02;

export class Dots {
  /**
   * @param {HTMLElement} place - over the timeline
   * @param {Strip} strip
   * @param {function(): void} changed - called after a key was moved
   */
  constructor(place, strip, changed) {
    Object.assign(this, { place, strip, changed, keyed: null });
  }

  /** Show the keys of a motion; null shows none. */
  show(keyed) {
    this.keyed = keyed;
    const focused = [...this.place.children].indexOf(document.activeElement);
    this.place.replaceChildren(...(keyed?.all ?? []).map((_, index) => this.dot(index)));
    if (focused >= 0) this.place.children[keyed.index]?.focus();
  }

  dot(index) {
    const { keyed, strip } = this;
    const [time, value] = keyed.all[index];
    const dot = made("button", { type: "button", title: `${time} ${keyed.unit}: ${value}` });
    dot.setAttribute("aria-label", `Key frame ${index + 1} at ${time} ${keyed.unit}; arrow keys move it, Delete removes it`);
    dot.setAttribute("aria-current", String(index === keyed.index));
    dot.style.left = `${strip.share(keyed.frame(time)) * 100}%`;
    dot.style.bottom = `${100 * (MARGIN + (1 - 2 * MARGIN) * (keyed.share(value) ?? MIDDLE))}%`;
    dot.onpointerdown = (event) => this.drag(event, index);
    dot.onkeydown = (event) => this.press(event, index);
    dot.onfocus = () => (keyed.index = index);
    return dot;
  }

  drag(event, index) {
    event.preventDefault();
    const { keyed, strip, place } = this;
    const box = place.getBoundingClientRect();
    keyed.index = index;
    const move = ({ clientX, clientY }) => {
      const share = 1 - ((clientY - box.top) / box.height - MARGIN) / (1 - 2 * MARGIN);
      keyed.move(keyed.index, strip.frame((clientX - box.left) / box.width), keyed.value(share));
      this.changed();
    };
    // The dot is made again with every move: the window hears the pointer.
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    this.changed();
  }

  press(event, index) {
    const { keyed } = this;
    const [time, value] = keyed.all[index];
    const step = keyed.unit === "s" ? 1 : Math.ceil(keyed.film.fps / 4);
    const sideways = { ArrowLeft: -step, ArrowRight: step }[event.key];
    const up = { ArrowDown: -NUDGE, ArrowUp: NUDGE }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") keyed.remove(index);
    else if (sideways) keyed.move(index, Math.max(0, keyed.frame(time) + sideways));
    else if (up && keyed.share(value) !== null) keyed.move(index, keyed.frame(time), keyed.value(keyed.share(value) + up));
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.changed();
  }
}
