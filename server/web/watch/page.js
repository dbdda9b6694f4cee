// The watch page: its parts, and the state that they share.

import { Context } from "../player/player.js";
import { Controls } from "./controls/controls.js";
import { TunedValues } from "./export/tuned_values.js";
import { Report, showStatus } from "./report/report.js";
import { SIZES, saveSession } from "./session.js";
import { byId } from "./common/dom.js";
import { PlaybackClock } from "./timeline/playback_clock.js";
import { TimelineBar } from "./timeline/timeline_bar.js";
import { reloadPage, showRejectedFiles } from "./uploads.js";
import { BrowserPreview } from "./view/browser_preview.js";
import { ServerComparison } from "./view/server_comparison.js";
import { Viewer } from "./view/viewer.js";
import { WatchedFile } from "./watched_file.js";

export class Page {
  /**
   * @param {object} config - of GET /config
   * @param {{photo: object, photo2: ?object}} photos
   * @param {AudioFeatures} features - of the audio
   */
  constructor(config, photos, features) {
    Object.assign(this, { config, photos, features, context: null });
    this.clock = new PlaybackClock(byId("audio"), config.fps, config.seconds);
    this.watchedFile = new WatchedFile(this);
    const video = this.makeVideo();
    this.controls = new Controls(byId("controls"), video, {
      changed: () => this.redrawAll(),
      fired: (name) => this.preview.fire(name),
      editorChanged: () => this.timelineBar.showModulation(),
    });
    this.timelineBar = new TimelineBar(video, this.controls);
    this.preview = new BrowserPreview(this);
    this.viewer = new Viewer(this);
    this.tunedValues = new TunedValues(config, this);
    this.report = new Report(this);
    this.comparison = new ServerComparison(
      {
        server: byId("server-canvas"),
        difference: byId("difference-canvas"),
        waiting: byId("waiting"),
      },
      this,
      (facts) => this.report.showFrameFacts(facts),
    );
    this.createContext();
  }

  /** Return the video that the controls and the timeline are about. */
  makeVideo() {
    const { fps, seconds, catalogue } = this.config;
    const { frames } = this.clock;
    const seek = (frame) => this.seek(frame);
    const video = { fps, seconds, catalogue, frames, features: this.features, seek };
    return Object.defineProperty(video, "frame", { get: () => this.frame });
  }

  /** Create the graphics context, where the browser has one. */
  createContext() {
    try {
      this.context = new Context(byId("browser-canvas"));
      const { renderer } = this.context;
      byId("browser-renderer").textContent = byId("browser-renderer").title = renderer;
    } catch (error) {
      this.watchedFile.browserError = error;
    }
    byId("browser-canvas").addEventListener("webglcontextlost", () => {
      this.watchedFile.reject(new Error("the graphics context was lost: reload the page"));
    });
  }

  // The state that the parts share

  get revision() {
    return this.watchedFile.revision;
  }

  get isBroken() {
    return this.watchedFile.isBroken;
  }

  get effect() {
    return this.watchedFile.effect;
  }

  get player() {
    return this.watchedFile.player;
  }

  get activePlayer() {
    return this.watchedFile.activePlayer;
  }

  get playing() {
    return this.clock.playing;
  }

  /** Whether the server's preview is shown, so that it is updated during playback. */
  get showsServer() {
    return this.viewer.shownMode !== "browser";
  }

  get frame() {
    return this.clock.frame;
  }

  get values() {
    return this.controls.values;
  }

  get size() {
    return (byId("size").value || SIZES[0]).split("×").map(Number);
  }

  get fit() {
    return byId("fit").value;
  }

  get region() {
    return this.clock.region;
  }

  /** Load the features that a frame needs; null where they are loaded. */
  loadFeatures(frame) {
    const { features, config } = this;
    return features.has(frame, config.fps) ? null : features.load(frame, config.fps);
  }

  /** Take a state of the file from the server. */
  async update(state) {
    if (state.media !== this.config.media) return reloadPage(); // another track or photo
    await this.watchedFile.update(state);
    showRejectedFiles(showStatus);
  }

  // Changes

  /** Draw again: the values or the frame have changed. */
  redrawAll() {
    this.preview.isStale = true;
    saveSession(this);
    this.comparison.invalidate();
    this.tunedValues.refresh();
    this.timelineBar.showModulation();
  }

  redraw() {
    this.preview.redraw();
  }

  /** Take note that other previews are shown. */
  modeChanged() {
    saveSession(this);
    this.comparison.invalidate();
  }

  seek(frame) {
    this.clock.seek(frame);
    this.redrawAll();
  }

  /** Loop a region, [first, end] in frames; null loops the whole track. */
  setRegion(region) {
    this.clock.loop(region);
    this.timelineBar.showRegion(region);
    this.redrawAll();
  }

  /** Let the server validate or draw again what has failed. */
  async retry() {
    if (this.watchedFile.state?.retryable) await this.watchedFile.retry();
    else this.comparison.invalidate();
  }

  /** Discard values that the file has now. */
  discardValues(names) {
    for (const name of names) delete this.values[name];
    this.redrawAll();
  }

  /** Take values back that the file no longer has. */
  restoreValues(values) {
    Object.assign(this.values, values);
    this.controls.refresh();
    this.redrawAll();
  }

  loop = () => {
    requestAnimationFrame(this.loop);
    this.clock.synchronize();
    this.preview.update();
    this.comparison.update();
    this.report.updateCost();
  };
}
