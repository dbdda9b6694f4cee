// The keyframes of the modulation that is edited, as dots on the timeline: the pointer or the arrow
// keys move them.

import { createElement } from "../common/dom.js";
import { CURVE_MARGIN } from "./waveform.js";

const DEFAULT_HEIGHT = 0.5;
const VALUE_STEP = 0.02;

export class KeyframeMarkers {
  /**
   * @param {HTMLElement} container - over the timeline
   * @param {Waveform} waveform
   * @param {function(): void} changed - called after a keyframe was moved
   */
  constructor(container, waveform, changed) {
    Object.assign(this, { container, waveform, changed, keyframes: null });
  }

  /** Show the keyframes of a modulation; null shows none. */
  show(keyframes) {
    this.keyframes = keyframes;
    const focused = [...this.container.children].indexOf(document.activeElement);
    const markers = (keyframes?.all ?? []).map((_, index) => this.createMarker(index));
    this.container.replaceChildren(...markers);
    if (focused >= 0) this.container.children[keyframes.index]?.focus();
  }

  createMarker(index) {
    const { keyframes, waveform } = this;
    const { unit } = keyframes;
    const [time, value] = keyframes.all[index];
    const marker = createElement("button", { type: "button", title: `${time} ${unit}: ${value}` });
    const label = `Keyframe ${index + 1} at ${time} ${unit}`;
    marker.setAttribute("aria-label", `${label}; arrow keys move it, Delete removes it`);
    marker.setAttribute("aria-current", String(index === keyframes.index));
    const height = keyframes.shareOfValue(value) ?? DEFAULT_HEIGHT;
    marker.style.left = `${waveform.shareOf(keyframes.frameOf(time)) * 100}%`;
    marker.style.bottom = `${100 * (CURVE_MARGIN + (1 - 2 * CURVE_MARGIN) * height)}%`;
    marker.onpointerdown = (event) => this.drag(event, index);
    marker.onkeydown = (event) => this.moveByKey(event, index);
    marker.onfocus = () => (keyframes.index = index);
    return marker;
  }

  drag(event, index) {
    event.preventDefault();
    const { keyframes, waveform, container } = this;
    const box = container.getBoundingClientRect();
    keyframes.index = index;
    const move = ({ clientX, clientY }) => {
      const height = 1 - (clientY - box.top) / box.height;
      const share = (height - CURVE_MARGIN) / (1 - 2 * CURVE_MARGIN);
      const frame = waveform.frameAt((clientX - box.left) / box.width);
      keyframes.move(keyframes.index, frame, keyframes.valueOfShare(share));
      this.changed();
    };
    // Every move creates the markers again, so the window listens to the pointer.
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

  moveByKey(event, index) {
    const { keyframes } = this;
    const [time, value] = keyframes.all[index];
    const frame = keyframes.frameOf(time);
    const share = keyframes.shareOfValue(value);
    const frameStep = keyframes.unit === "s" ? 1 : Math.ceil(keyframes.video.fps / 4);
    const sideways = { ArrowLeft: -frameStep, ArrowRight: frameStep }[event.key];
    const upward = { ArrowDown: -VALUE_STEP, ArrowUp: VALUE_STEP }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") keyframes.remove(index);
    else if (sideways) keyframes.move(index, Math.max(0, frame + sideways));
    else if (upward && share !== null) {
      keyframes.move(index, frame, keyframes.valueOfShare(share + upward));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.changed();
  }
}
