// The previews: which of them are shown, their layout, full screen, and the pointer over them.

import { byId, createElement } from "../common/dom.js";
import { MouseUniforms } from "./mouse_uniforms.js";
import { FRAME_VIEW, drawView, readPixel, viewsOf } from "./pass_views.js";

const MODES = ["browser", "both", "server"];
const GAP = 10;
const CAPTION_HEIGHT = 25;
const MIN_SIDE_BY_SIDE_WIDTH = 700;
const NARROW_PAGE_WIDTH = 900;
const NOTHING = "\u00a0"; // keeps the height of the line

export class Viewer {
  /** @param {object} page - {player or null, size, redraw(), modeChanged()} */
  constructor(page) {
    Object.assign(this, { page, mode: "browser", isServerForced: false, view: FRAME_VIEW });
    Object.assign(this, { mouse: new MouseUniforms(), mouseNames: new Map(), pointer: null });
    for (const mode of MODES) byId(`mode-${mode}`).onclick = () => this.setMode(mode);
    byId("view").onchange = () => this.setView(byId("view").value);
    byId("full-screen").onclick = () => this.toggleFullScreen();
    new ResizeObserver(() => this.arrange()).observe(byId("previews"));
    const canvases = ["browser-canvas", "server-canvas", "difference-canvas"];
    for (const id of canvases) this.followPointer(byId(id));
  }

  /** Show the browser's preview, the server's, or both. */
  setMode(mode) {
    this.mode = mode;
    this.arrange();
    this.page.modeChanged();
  }

  /** Show the server's preview in any case where the browser has none. */
  forceServer(isForced) {
    if (isForced === this.isServerForced) return;
    this.isServerForced = isForced;
    this.arrange();
  }

  get shownMode() {
    return this.isServerForced && this.mode === "browser" ? "server" : this.mode;
  }

  nextMode() {
    this.setMode(MODES[(MODES.indexOf(this.mode) + 1) % MODES.length]);
  }

  /** Arrange two previews side by side or stacked, as they are larger. */
  arrange() {
    const previews = byId("previews");
    previews.classList.remove(...MODES);
    previews.classList.add(this.shownMode);
    for (const mode of MODES) {
      byId(`mode-${mode}`).setAttribute("aria-pressed", String(mode === this.shownMode));
    }
    const [frameWidth, frameHeight] = this.page.size;
    byId("viewer").style.setProperty("--shape", `${frameWidth} / ${frameHeight}`);
    const { clientWidth: width, clientHeight: height } = previews;
    if (innerWidth <= NARROW_PAGE_WIDTH) {
      previews.classList.toggle("stacked", width < MIN_SIDE_BY_SIDE_WIDTH);
      return;
    }
    const scaleIn = (w, h) => Math.min(w / frameWidth, (h - CAPTION_HEIGHT) / frameHeight);
    const sideBySide = scaleIn((width - GAP) / 2, height);
    const stacked = scaleIn(width, (height - GAP) / 2);
    previews.classList.toggle("stacked", stacked > sideBySide);
  }

  toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else byId("viewer").requestFullscreen?.();
  }

  // Views of the effect

  /** Offer the views of a new player. */
  offerViews(player) {
    const views = viewsOf(player);
    if (!views.some(({ id }) => id === this.view)) this.view = FRAME_VIEW;
    const options = views.map(({ id, label }) => createElement("option", { value: id }, label));
    byId("view").replaceChildren(...options);
    byId("view").value = this.view;
    byId("view").parentElement.hidden = false;
    this.mouseNames = MouseUniforms.find(player);
    if (!this.mouseNames.size) this.mouse.reset();
  }

  setView(view) {
    this.view = view;
    byId("view").value = view;
    this.page.redraw();
  }

  nextView() {
    const views = [...byId("view").options].map(({ value }) => value);
    this.setView(views[(views.indexOf(this.view) + 1) % views.length]);
  }

  /** Show the frame that the player has drawn, in the current view. */
  showPlayer(player) {
    drawView(player, this.view);
    if (this.pointer?.canvas === byId("browser-canvas")) this.showPixel();
  }

  // The pointer

  /** Return the mouse's uniforms; null where the effect has none or the mouse was not used. */
  mouseUniforms(player) {
    return this.usesMouse ? this.mouse.values(this.mouseNames, player.size) : null;
  }

  get usesMouse() {
    return this.mouseNames.size > 0 && this.mouse.isUsed;
  }

  followPointer(canvas) {
    canvas.addEventListener("pointermove", (event) => this.movePointer(canvas, event));
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      byId("pixel").replaceChildren(NOTHING);
    });
    if (canvas !== byId("browser-canvas")) return;
    canvas.addEventListener("pointerdown", (event) => {
      const position = pixelUnder(canvas, event);
      if (!position || !this.mouseNames.size || event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.mouse.press(...position);
      this.page.redraw();
    });
    canvas.addEventListener("pointerup", () => {
      if (!this.mouse.isDown) return;
      this.mouse.release();
      this.page.redraw();
    });
  }

  movePointer(canvas, event) {
    const position = pixelUnder(canvas, event);
    this.pointer = position && { canvas, position };
    if (!position) {
      byId("pixel").replaceChildren(NOTHING);
      return;
    }
    if (this.mouseNames.size && canvas === byId("browser-canvas")) {
      this.mouse.move(...position);
      this.page.redraw();
    }
    this.showPixel();
  }

  /** Show the numbers of the pixel under the pointer. */
  showPixel() {
    const { canvas, position } = this.pointer;
    const { player } = this.page;
    const [x, y] = position;
    const parts = [`x ${String(x).padStart(4)} y ${String(y).padStart(4)}`];
    let color = null;
    if (canvas === byId("browser-canvas") && player) {
      const pixel = readPixel(player, this.view, x, y);
      color = pixel.canvas;
      const names = ["r", "g", "b", "a"];
      const values = pixel.values.map((value, index) => `${names[index]} ${formatNumber(value)}`);
      parts.push(values.join("  "));
    } else if (canvas !== byId("browser-canvas") && canvas.width > 1) {
      const context = canvas.getContext("2d");
      color = [...context.getImageData(x, canvas.height - 1 - y, 1, 1).data].slice(0, 3);
    }
    const swatch = createElement("i", {});
    if (color) {
      swatch.style.background = `rgb(${color})`;
      parts.push(`#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`);
    }
    byId("pixel").replaceChildren(...(color ? [swatch] : []), parts.join("   "));
  }
}

/** Return the pixel of a canvas under the pointer, from its lower left; null outside the frame. */
function pixelUnder(canvas, { clientX, clientY }) {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const left = box.left + (box.width - canvas.width * scale) / 2;
  const top = box.top + (box.height - canvas.height * scale) / 2;
  const [x, y] = [Math.floor((clientX - left) / scale), Math.floor((clientY - top) / scale)];
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return null;
  return [x, canvas.height - 1 - y];
}

function formatNumber(value) {
  return (Number.isFinite(value) ? value.toFixed(3) : String(value)).padStart(6);
}
