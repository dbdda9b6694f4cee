// The watched file as this page has it: its state from the server, and the player of its newest
// revision.

import { Player } from "../player/player.js";

const DRAWABLE = ["good", "blank"];

export class WatchedFile {
  /** @param {Page} page */
  constructor(page) {
    Object.assign(this, { page, state: null, player: null, browserError: null });
    /** The revision that the player is built from; 0 before the first. */
    this.builtRevision = 0;
    this.images = {};
  }

  get revision() {
    return this.state?.revision ?? 0;
  }

  /** Whether the server cannot draw the newest revision, or has not yet. */
  get isBroken() {
    return !DRAWABLE.includes(this.state?.validation);
  }

  get effect() {
    return this.state?.effect ?? null;
  }

  /** The player; null where this browser cannot run the newest revision. */
  get activePlayer() {
    return this.browserError ? null : this.player;
  }

  /** Take a state that the server sent. */
  async update(state) {
    const { page } = this;
    const previous = this.state;
    const isNewRevision = state.revision !== previous?.revision;
    this.state = state;
    if (state.effect && isNewRevision) {
      page.report.showEffect(state.effect);
      page.controls.show(state.effect.program.inputs);
      page.tunedValues.refresh();
    }
    // The page runs only what the server has drawn: an endless shader would hang it.
    if (!this.isBroken && this.builtRevision !== state.revision) await this.load(state);
    if (this.state !== state) return; // a newer one has arrived
    if (state.validation !== previous?.validation || isNewRevision) {
      page.report.reset();
      page.comparison.invalidate();
    }
    page.report.showState();
  }

  async load({ effect, revision }) {
    await this.loadImages(effect.files);
    if (this.revision !== revision) return;
    this.builtRevision = revision;
    this.buildPlayer();
  }

  /** Load the effect's own image files. */
  async loadImages(files) {
    const requests = Object.entries(files).map(async ([name, url]) => {
      const response = await fetch(`${url}?${this.revision}`);
      if (!response.ok) return null;
      const options = { premultiplyAlpha: "none" };
      return [name, await createImageBitmap(await response.blob(), options)];
    });
    const results = await Promise.allSettled(requests);
    this.images = Object.fromEntries(results.flatMap(({ value }) => (value ? [value] : [])));
  }

  /** Build a player of the newest revision; the old one stays where the browser rejects it. */
  buildPlayer() {
    const { page, images } = this;
    const { context, config, clock, photos, features, viewer } = page;
    viewer.arrange();
    if (!context || this.isBroken || this.builtRevision !== this.revision) return;
    const [width, height] = page.size;
    const { fps, title, artist, palette } = config;
    const video = { width, height, fps, frames: clock.frames, fit: page.fit };
    const options = { ...video, title, artist, palette, images, ...photos, features };
    try {
      const player = new Player(context, this.effect.program, options);
      this.player?.release();
      this.player = player;
      this.browserError = null;
      viewer.offerViews(player);
    } catch (error) {
      this.browserError = error;
    }
    page.redrawAll();
  }

  /** Take an error of this browser: it cannot run the revision. */
  reject(error) {
    this.browserError = error;
    this.page.report.showState();
  }

  /** Ask the server to validate the same revision again. */
  retry() {
    return fetch("/retry", { method: "POST" });
  }
}
