// The pictures: which are shown, how they lie, full screen, and the pointer over them.

import { made } from "../shared/dom.js";
import { Mouse } from "./mouse.js";
import { PICTURE, pixelAt, showView, viewsOf } from "./pass_views.js";

const MODES = ["browser", "both", "server"];
const GAP = 10;
const CAPTION = 25;
const NARROW = 700;

const at = (id) => document.getElementById(id);

export class Stage {
  /** @param {object} film - {player or null, size, redraw(), moved()}: read when they are needed */
  constructor(film) {
    Object.assign(this, { film, mode: "browser", forced: false, view: PICTURE, mouse: new Mouse(), wanted: new Map(), over: null });
    for (const mode of MODES) at(`view-${mode}`).onclick = () => this.show(mode);
    at("look").onchange = () => this.look(at("look").value);
    at("full").onclick = () => this.full();
    new ResizeObserver(() => this.arrange()).observe(at("pictures"));
    for (const canvas of [at("canvas"), at("picture"), at("heat")]) this.follow(canvas);
  }

  /** Show the browser's picture, the server's, or both. */
  show(mode) {
    this.mode = mode;
    this.arrange();
    this.film.moved();
  }

  /** Show the server's picture in any case where this browser has none. */
  alone(alone) {
    if (alone === this.forced) return;
    this.forced = alone;
    this.arrange();
  }

  get shown() {
    return this.forced && this.mode === "browser" ? "server" : this.mode;
  }

  next() {
    this.show(MODES[(MODES.indexOf(this.mode) + 1) % MODES.length]);
  }

  /** Lay two pictures beside or below each other, whichever makes them larger. */
  arrange() {
    at("pictures").classList.remove(...MODES);
    at("pictures").classList.add(this.shown);
    for (const mode of MODES) at(`view-${mode}`).setAttribute("aria-pressed", String(mode === this.shown));
    const [wide, high] = this.film.size;
    at("stage").style.setProperty("--shape", `${wide} / ${high}`);
    const { clientWidth: width, clientHeight: height } = at("pictures");
    if (innerWidth <= 900) {
      at("pictures").classList.toggle("stacked", width < NARROW);
      return;
    }
    const fit = (w, h) => Math.min(w / wide, (h - CAPTION) / high);
    const beside = fit((width - GAP) / 2, height);
    const below = fit(width, (height - GAP) / 2);
    at("pictures").classList.toggle("stacked", below > beside);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else at("stage").requestFullscreen?.();
  }

  // Views of the effect

  /** A new player is shown. */
  take(player) {
    const views = viewsOf(player);
    if (!views.some(({ id }) => id === this.view)) this.view = PICTURE;
    at("look").replaceChildren(...views.map(({ id, label }) => made("option", { value: id }, label)));
    at("look").value = this.view;
    at("look").parentElement.hidden = false;
    this.wanted = Mouse.wanted(player);
    at("canvas").classList.toggle("moused", this.wanted.size > 0);
    if (!this.wanted.size) this.mouse.reset();
  }

  look(view) {
    this.view = view;
    at("look").value = view;
    this.film.redraw();
  }

  nextLook() {
    const views = [...at("look").options].map(({ value }) => value);
    this.look(views[(views.indexOf(this.view) + 1) % views.length]);
  }

  /** What is to be done after every draw of the player. */
  paint(player) {
    showView(player, this.view);
    if (this.over && this.over.canvas === at("canvas")) this.say();
  }

  /** The mouse's uniforms; null where the effect wants none or it was not used. */
  pointer(player) {
    return this.wanted.size && this.mouse.used ? this.mouse.uniforms(this.wanted, player.size) : null;
  }

  get moused() {
    return this.wanted.size > 0 && this.mouse.used;
  }

  // The pointer

  follow(canvas) {
    canvas.addEventListener("pointermove", (event) => this.point(canvas, event));
    canvas.addEventListener("pointerleave", () => {
      this.over = null;
      at("pixel").replaceChildren("\u00a0");
    });
    if (canvas !== at("canvas")) return;
    canvas.addEventListener("pointerdown", (event) => {
      const place = placeOn(canvas, event);
      if (!place || !this.wanted.size || event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.mouse.press(...place);
      this.film.redraw();
    });
    canvas.addEventListener("pointerup", () => {
      if (!this.mouse.down) return;
      this.mouse.release();
      this.film.redraw();
    });
  }

  point(canvas, event) {
    const place = placeOn(canvas, event);
    this.over = place && { canvas, place };
    if (!place) {
      at("pixel").replaceChildren("\u00a0");
      return;
    }
    if (this.wanted.size && canvas === at("canvas")) {
      this.mouse.move(...place);
      this.film.redraw();
    }
    this.say();
  }

  say() {
    const { canvas, place } = this.over;
    const { player } = this.film;
    const [x, y] = place;
    const parts = [`x ${String(x).padStart(4)} y ${String(y).padStart(4)}`];
    let shown = null;
    if (canvas === at("canvas") && player) {
      const found = pixelAt(player, this.view, x, y);
      shown = found.shown;
      const names = ["r", "g", "b", "a"];
      parts.push(found.values.map((value, index) => `${names[index]} ${number(value)}`).join("  "));
    } else if (canvas !== at("canvas") && canvas.width > 1) {
      shown = [...canvas.getContext("2d").getImageData(x, canvas.height - 1 - y, 1, 1).data].slice(0, 3);
    }
    const swatch = made("i", {});
    if (shown) {
      swatch.style.background = `rgb(${shown})`;
      parts.push(`#${shown.map((part) => part.toString(16).padStart(2, "0")).join("")}`);
    }
    at("pixel").replaceChildren(...(shown ? [swatch] : []), parts.join("   "));
  }
}

/** The pixel of a canvas under the pointer, from its lower left; null beside the picture. */
function placeOn(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const left = box.left + (box.width - canvas.width * scale) / 2;
  const top = box.top + (box.height - canvas.height * scale) / 2;
  const [x, y] = [Math.floor((clientX - left) / scale), Math.floor((clientY - top) / scale)];
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return null;
  return [x, canvas.height - 1 - y];
}

const number = (value) => (Number.isFinite(value) ? value.toFixed(3) : String(value)).padStart(6);
