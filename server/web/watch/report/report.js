// The state of the file as the page shows it: its validation and diagnostics, the cost of a frame,
// and how far the browser and the server agree.

import { parseCompilerLog } from "../../player/player.js";
import { byId } from "../common/dom.js";
import { postJson } from "../common/http.js";
import { showDiagnostics } from "./diagnostics.js";
import { browserNote, describeAgreement, serverNote } from "./status_text.js";

const VALIDATIONS = {
  checking: ["compiling", ""],
  good: ["drawn as saved", "good"],
  blank: ["draws nothing visible", "fair"],
};
const COST_INTERVAL_MS = 300;
const EMPTY_LINE = "\u00a0"; // keeps the height of the line

/** Show a status of a few words; `kind` is good, fair, bad or empty. */
export function showStatus(text, kind) {
  byId("status").textContent = text;
  byId("status").className = `status ${kind}`;
}

export class Report {
  /** @param {Page} page */
  constructor(page) {
    Object.assign(this, { page, frameFacts: {}, files: [], costKey: "", costShownMs: 0 });
  }

  /** Forget the facts about the previous revision. */
  reset() {
    this.frameFacts = {};
    this.costKey = "";
    this.page.preview.meter.serverCost = null;
  }

  /** Show the title and the description of the effect. */
  showEffect({ title, dialect, program, description, credit, license }) {
    document.title = `${title} · watch`;
    byId("title").textContent = title;
    byId("dialect").textContent = dialect;
    byId("dialect").hidden = false;
    byId("sequential").hidden = !program.sequential;
    byId("pick-photo2").hidden = !program.second;
    byId("about").textContent = [description, credit, license].filter(Boolean).join(" · ");
  }

  /** Show the validation of the file, with its diagnostics. */
  showState() {
    const { watchedFile, viewer } = this.page;
    const { state } = watchedFile;
    const isServerOnly = Boolean(watchedFile.browserError && !watchedFile.isBroken);
    const bad = [state.effect ? "cannot be drawn" : "cannot be read", "bad"];
    const status = isServerOnly
      ? ["drawn by the server only", "fair"]
      : VALIDATIONS[state.validation];
    showStatus(...(status ?? bad));
    this.showRenderer(state.renderer);
    byId("viewer").classList.toggle("stale", state.validation === "bad");
    showNote(byId("browser-note"), browserNote(state, isServerOnly, Boolean(watchedFile.player)));
    viewer.forceServer(isServerOnly);
    this.files = state.effect?.lines ?? this.files;
    this.showStateDiagnostics(state, isServerOnly);
    this.showAgreement();
  }

  showStateDiagnostics({ validation, reason, diagnostics, warnings }, isServerOnly) {
    const { isBroken, browserError } = this.page.watchedFile;
    const show = (title, list) => showDiagnostics(byId("diagnostics"), title, list, this.files);
    if (validation === "bad") show(reason, diagnostics);
    else if (isServerOnly)
      show("Only this browser rejects it.", this.browserDiagnostics(browserError));
    else if (isBroken) show("", []);
    else show(warningTitle(warnings.length), warnings);
  }

  /** Return the errors of this browser's compiler as diagnostics of the author's files. */
  browserDiagnostics({ log, message }) {
    const { file } = this.page.config;
    const diagnostics = parseCompilerLog(log ?? "").map((entry) => {
      const source = this.files.find((other) => other.text === entry.text);
      const isBefore = ([start]) => start <= entry.line;
      const defaultOrigin = [1, source?.file ?? file, 1];
      const [start, originFile, first] = source?.origins?.findLast(isBefore) ?? defaultOrigin;
      const line = source ? first + entry.line - start : null;
      return { file: originFile, line, message: entry.message };
    });
    return diagnostics.length ? diagnostics : [{ file, message }];
  }

  /** Take the facts of the server's frame. */
  showFrameFacts(facts) {
    this.frameFacts = facts;
    if (facts.renderer) this.showRenderer(facts.renderer);
    this.showAgreement();
    if (facts.difference && !this.page.playing) void this.requestCost();
  }

  showRenderer(renderer) {
    byId("server-renderer").textContent = byId("server-renderer").title = renderer;
  }

  /** Ask the server once for each revision and size what a frame costs. */
  async requestCost() {
    const { preview, revision, values, size, fit } = this.page;
    const key = `${revision} ${size}`;
    if (this.costKey === key) return;
    this.costKey = key;
    const [width, height] = size;
    const response = await postJson("/cost", { revision, values, width, height, fit });
    if (response.status === 200 && this.costKey === key) {
      preview.meter.serverCost = await response.json();
    } else if (response.status === 204) this.costKey = "";
  }

  /** Show the cost of a frame, at intervals. */
  updateCost() {
    if (performance.now() - this.costShownMs < COST_INTERVAL_MS) return;
    this.costShownMs = performance.now();
    const { preview, playing, clock, config } = this.page;
    const cost = preview.meter.describe(playing, clock.frames, config.fps);
    byId("cost").textContent = cost || EMPTY_LINE;
  }

  showAgreement() {
    const { watchedFile, revision, viewer, comparison } = this.page;
    const { state, isBroken } = watchedFile;
    byId("retry").hidden = !(isBroken ? state?.retryable : this.frameFacts.error);
    const facts = isBroken ? {} : this.frameFacts;
    const { text, kind } = describeAgreement(facts, viewer.usesMouse);
    byId("agreement").textContent = text || EMPTY_LINE;
    byId("agreement").className = `agreement ${kind}`;
    const isDrawn = comparison.drawnRevision === revision;
    const note = state ? serverNote(state, this.frameFacts, isDrawn) : "";
    showNote(byId("server-note"), note);
  }
}

/** Return the sentence above warnings; empty where there are none. */
function warningTitle(count) {
  if (count === 0) return "";
  return count === 1 ? "Drawn, with one warning." : `Drawn, with ${count} warnings.`;
}

function showNote(element, text) {
  element.textContent = text;
  element.hidden = !text;
}
