// The server's frame next to the browser's own, and the difference between them.

import { postJson } from "../common/http.js";

const DEBOUNCE_MS = 120;
const PLAYING_INTERVAL_MS = 1200;
const MAX_REPLAY_MS = 12;
const GAIN = 12;

export class ServerComparison {
  /**
   * @param {object} view - {server, difference: canvases, waiting: element}
   * @param {object} page - {revision, frame, values, size, fit, playing, activePlayer, isBroken,
   *     showsServer, loadFeatures, redraw}: read when they are needed
   * @param {function(object): void} report - called with the facts of the server's frame
   */
  constructor(view, page, report) {
    Object.assign(this, { view, page, report, timer: 0, version: 0, drawnRevision: 0 });
    Object.assign(this, { isBusy: false, isRequested: false, isPaused: false });
  }

  /** Request the server's frame again: something it depends on has changed. */
  invalidate() {
    this.version++;
    this.isRequested = true;
    this.schedule(DEBOUNCE_MS);
  }

  /** Whether playback has to pause the server: it would draw a sequential effect from its start. */
  get mustPause() {
    return Boolean(this.page.playing && this.page.activePlayer?.program.sequential);
  }

  /** Request frames at intervals during playback. */
  update() {
    if (this.isPaused !== this.mustPause) {
      this.isPaused = this.mustPause;
      this.view.server.classList.toggle("outdated", this.isPaused);
      this.report(this.isPaused ? { isPaused: true } : {});
      this.invalidate();
    }
    if (!this.isBusy && !this.timer && this.page.playing && this.page.showsServer) {
      this.isRequested = true;
      this.schedule(this.page.activePlayer ? PLAYING_INTERVAL_MS : DEBOUNCE_MS);
    }
  }

  schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (this.isRequested && !this.isBusy) this.compare();
    }, delay);
  }

  async compare() {
    const { page } = this;
    if (page.isBroken || !page.revision) return;
    if (this.mustPause) return;
    this.isBusy = true;
    this.isRequested = false;
    const { version } = this;
    this.view.waiting.hidden = page.playing;
    try {
      await this.showResponse(await this.request(page), version);
    } catch (error) {
      this.report({ error: String(error.message ?? error) });
    } finally {
      this.isBusy = false;
      this.view.waiting.hidden = true;
      if (this.isRequested) this.schedule(DEBOUNCE_MS);
    }
  }

  async request({ revision, frame, values, size, fit, activePlayer: player }) {
    const [width, height] = size;
    const payload = { revision, frame, values, width, height, fit };
    const drawsOwn = player && !player.program.sequential;
    const ownPixels = drawsOwn ? await this.drawPixels(player, payload) : null;
    if (ownPixels) this.page.redraw(); // in the view that is shown
    return { payload, ownPixels, response: await postJson("/frame", payload), player };
  }

  /** Draw the frame in the browser; return its pixels. */
  async drawPixels(player, { frame, values }) {
    await this.page.loadFeatures(frame);
    player.draw(frame, values);
    return player.read();
  }

  async showResponse({ payload, ownPixels, response, player }, version) {
    if (response.status === 204 || this.mustPause) return; // a newer request follows
    if (!response.ok) throw new Error(await errorReason(response));
    const facts = JSON.parse(response.headers.get("X-Frame"));
    const serverPixels = await this.showServerFrame(await response.blob(), payload);
    this.drawnRevision = payload.revision;
    const frameFacts = { ...facts, frame: payload.frame, difference: null };
    this.report(frameFacts);
    const pixels = ownPixels ?? (await this.replay(payload, facts, player, version));
    if (!pixels) return;
    if (!ownPixels) this.page.redraw();
    this.report({ ...frameFacts, difference: this.showDifference(pixels, serverPixels, payload) });
  }

  /** Show the server's frame; return its pixels. */
  async showServerFrame(blob, { width, height }) {
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    const canvas = this.view.server;
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  }

  /** Draw the browser's frame of a sequential effect from where the server began. */
  async replay(payload, facts, player, version) {
    const isCurrent = () => this.page.activePlayer === player && version === this.version;
    if (!player || !isCurrent()) return null;
    if (player.lastFrame === payload.frame && player.exact && facts.exact) return player.read();
    let pauseAt = performance.now() + MAX_REPLAY_MS;
    for (const frame of player.seek(payload.frame, payload.values, facts.from)) {
      await this.page.loadFeatures(frame + 1);
      if (performance.now() < pauseAt) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (!isCurrent()) return null;
      pauseAt = performance.now() + MAX_REPLAY_MS;
    }
    return player.read();
  }

  /** Draw the difference; return its mean and its largest value, of 255. */
  showDifference(pixels, serverPixels, { width, height }) {
    const canvas = Object.assign(this.view.difference, { width, height });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    let [sum, largest] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 4;
        const ownAt = ((height - 1 - y) * width + x) * 4;
        let maximum = 0;
        for (let part = 0; part < 3; part++) {
          const difference = Math.abs(pixels[ownAt + part] - serverPixels[at + part]);
          sum += difference;
          maximum = Math.max(maximum, difference);
        }
        largest = Math.max(largest, maximum);
        image.data.set(heatColor(maximum), at);
      }
    }
    context.putImageData(image, 0, 0);
    return { mean: sum / (width * height * 3), largest };
  }
}

/** Return the colour of a difference: black for none, then blue, orange, white. */
function heatColor(difference) {
  const heat = Math.min((difference * GAIN) / 255, 1);
  const red = Math.min(heat * 3, 1) * 255;
  const green = Math.max(heat * 2 - 0.7, 0) * 196;
  const blue = Math.sin(heat * Math.PI) * 160 + Math.max(heat * 2 - 1, 0) * 180;
  return [red, green, blue, 255];
}

async function errorReason(response) {
  try {
    return (await response.json()).reason;
  } catch {
    return `the server answers with HTTP ${response.status}`;
  }
}
