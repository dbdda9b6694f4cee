// The watched file as this page has it: its state as the server judges it, and the player of its
// newest text.

import { Player } from "../player/player.js";

const SHOWN = ["good", "blank"];

export class Subject {
  /** @param {Page} watch - the page: its context, film, photos, sound, size, fit, clock, and parts */
  constructor(watch) {
    Object.assign(this, { watch, state: null, player: null, refused: null, built: 0, images: {} });
  }

  get revision() {
    return this.state?.revision ?? 0;
  }

  get broken() {
    return !SHOWN.includes(this.state?.verdict);
  }

  get effect() {
    return this.state?.effect ?? null;
  }

  /** The player, where it is one of the newest text. */
  get live() {
    return this.refused ? null : this.player;
  }

  /** Take a state that the server sent. */
  async follow(state) {
    const { watch } = this;
    const before = this.state;
    this.state = state;
    if (state.effect && state.revision !== before?.revision) {
      watch.report.effect(state.effect);
      watch.controls.show(state.effect.program.inputs);
      watch.tuned.show();
    }
    // Nothing runs here that the server has not drawn: a shader without an end would hang the page.
    if (!this.broken && this.built !== state.revision) await this.take(state);
    if (this.state !== state) return; // a newer one came meanwhile
    if (state.verdict !== before?.verdict || state.revision !== before?.revision) {
      watch.report.forget();
      watch.compare.stale();
    }
    watch.report.state();
  }

  async take({ effect, revision }) {
    await this.load(effect.files);
    if (this.revision !== revision) return;
    this.built = revision;
    this.build();
  }

  /** Load the effect's own image files. */
  async load(files) {
    const rows = Object.entries(files).map(async ([name, url]) => {
      const answer = await fetch(`${url}?${this.revision}`);
      const options = { premultiplyAlpha: "none" };
      return [name, answer.ok ? await createImageBitmap(await answer.blob(), options) : null];
    });
    const found = await Promise.allSettled(rows);
    this.images = Object.fromEntries(found.flatMap(({ value }) => (value ? [value] : [])));
  }

  /** Make a player of the newest text; the one before stays where this browser refuses it. */
  build() {
    const { context, film, photos, sound, stage } = this.watch;
    stage.arrange();
    if (!context || this.broken || this.built !== this.revision) return;
    const [width, height] = this.watch.size;
    const { fps, title, artist, palette } = film;
    const { frames } = this.watch.clock;
    const settings = { width, height, fps, frames, title, artist, palette, fit: this.watch.fit, images: this.images };
    try {
      const player = new Player(context, this.effect.program, { ...settings, ...photos, sound });
      this.player?.release();
      this.player = player;
      this.refused = null;
      stage.take(player);
    } catch (error) {
      this.refused = error;
    }
    this.watch.touch();
  }

  /** Note that this browser does not run it, with the reason. */
  refuse(error) {
    this.refused = error;
    this.watch.report.state();
  }

  /** Ask the server to judge the same text again. */
  retry() {
    return fetch("/retry", { method: "POST" });
  }
}
