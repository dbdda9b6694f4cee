// The values that a person has tuned: copied as JSON or in a command, or written into the file.

import { DEFAULT_FIT } from "../../player/textures/photo_fit.js";
import { byId } from "../common/dom.js";
import { postJson } from "../common/http.js";
import { shiftToRegion } from "./region_values.js";

const MAX_LISTED_NAMES = 4;
const ASPECTS = [
  [16, 9],
  [9, 16],
  [1, 1],
  [4, 5],
];
const DEFAULT_ASPECT = "16:9";
const FORMATS = { params: "the params", curl: "the curl command", render: "the render command" };

export class TunedValues {
  /**
   * @param {object} config - of GET /config
   * @param {object} page - {values, revision, effect, size, fit, region, features, clock,
   *     discardValues(names), restoreValues(values)}: read when they are needed
   */
  constructor(config, page) {
    Object.assign(this, { config, page, isBusy: false, lastWritten: {} });
    byId("write").textContent = `Write into ${config.file}`;
    byId("write").onclick = () => this.write();
    byId("undo").onclick = () => this.undo();
    for (const format of Object.keys(FORMATS)) {
      byId(`copy-${format}`).onclick = () => this.copy(format);
    }
  }

  /** Show which inputs are tuned, and what can be done with them. */
  refresh() {
    const { values, effect } = this.page;
    const names = Object.keys(values);
    const hidden = names.length - MAX_LISTED_NAMES;
    const listed = names.slice(0, MAX_LISTED_NAMES).join(", ");
    const more = hidden > 0 ? ` and ${hidden} more` : "";
    byId("tuned-names").textContent = names.length
      ? `Tuned: ${listed}${more}`
      : "Nothing is tuned.";
    byId("reset").disabled = !names.length;
    const hasHeader = effect?.dialect === "isf";
    byId("write").disabled = !names.length || !hasHeader || this.isBusy;
    byId("write").title = hasHeader
      ? "Write DEFAULT and BIND into the file (W)"
      : "Only ISF files have a header for values; copy a command instead";
  }

  // To copy

  /** Return the tuned values in a format: params, curl or render. */
  text(format) {
    const { region, effect, features, clock, values } = this.page;
    if (format === "params") return JSON.stringify(values);
    const video = { fps: this.config.fps, frames: clock.frames, features };
    const inputs = effect.program.inputs;
    const shifted = region ? shiftToRegion(values, inputs, video, region[0]) : values;
    return format === "curl" ? this.curlCommand(shifted) : this.renderCommand(shifted);
  }

  /** Return the files and the fields of both commands, without the effect and its values. */
  commandParts() {
    const { size, fit, region, effect } = this.page;
    const { names, fps } = this.config;
    const [width, height] = size;
    const aspect = ASPECTS.find(([x, y]) => x * height === y * width).join(":");
    const seconds = (frames) => String(Number((frames / fps).toFixed(3)));
    const files = { audio: names.audio, photo: names.photo };
    if (effect.program.second) files.photo2 = names.photo2;
    const fields = {};
    if (region) {
      fields.start = seconds(region[0]);
      fields.duration = seconds(region[1] - region[0]);
    }
    if (aspect !== DEFAULT_ASPECT) fields.aspect = aspect;
    if (fit !== DEFAULT_FIT) fields.fit = fit;
    return { files, fields: { ...fields, fps: String(fps) } };
  }

  curlCommand(values) {
    const { files, fields } = this.commandParts();
    const allFields = Object.entries({ effect: this.page.effect.id, ...fields });
    const options = allFields.map(([name, text]) => `-F ${quoteForShell(`${name}=${text}`)}`);
    if (Object.keys(values).length) {
      options.push(`--form-string ${quoteForShell(`params=${JSON.stringify(values)}`)}`);
    }
    for (const [name, file] of Object.entries(files)) {
      options.push(`-F ${quoteForShell(`${name}=@${quoteForCurl(file)}`)}`);
    }
    return `curl ${options.join(" ")} ${this.config.export}`;
  }

  renderCommand(values) {
    const { files, fields } = this.commandParts();
    const { id } = this.page.effect;
    const option = ([name, text]) => `--${name} ${quoteForShell(text)}`;
    const param = ([name, value]) => quoteForShell(`${name}=${JSON.stringify(value)}`);
    const options = [
      `--effect ${quoteForShell(id)}`,
      ...Object.entries(files).map(option),
      ...Object.entries(values).map((entry) => `--param ${param(entry)}`),
      ...Object.entries(fields).map(option),
      `-o ${quoteForShell(`${id}.mp4`)}`,
    ];
    const { folder } = this.config;
    const variables = folder === null ? "" : `SHADERS_DIR=${quoteForShell(folder)} `;
    return `${variables}toqibox render ${options.join(" ")}`;
  }

  async copy(format) {
    if (!this.page.effect) return;
    const text = this.text(format);
    byId("copied").hidden = false;
    byId("copied").value = text;
    try {
      await navigator.clipboard.writeText(text);
      const part = this.page.region && format !== "params" ? ", for the looped region" : "";
      this.showMessage(`Copied ${FORMATS[format]}${part}.`);
    } catch {
      byId("copied").select();
      this.showMessage("The browser does not allow copying: copy the text below.");
    }
  }

  // The file

  async write() {
    const { values, revision } = this.page;
    if (byId("write").disabled) return;
    await this.post("/write", { values, revision }, ({ written, left }) => {
      const missing = left.length ? ` Not in its header: ${left.join(", ")}.` : "";
      this.showMessage(`Wrote ${written.join(", ")} into ${this.config.file}.${missing}`);
      byId("undo").hidden = false;
      this.lastWritten = Object.fromEntries(written.map((name) => [name, values[name]]));
      this.page.discardValues(written);
    });
  }

  async undo() {
    await this.post("/undo", {}, () => {
      this.showMessage(`Restored ${this.config.file}.`);
      byId("undo").hidden = true;
      this.page.restoreValues(this.lastWritten);
    });
  }

  async post(url, body, onSuccess) {
    this.isBusy = true;
    this.refresh();
    try {
      const response = await postJson(url, body);
      const answer = await response.json();
      if (response.ok) onSuccess(answer);
      else this.showMessage(answer.reason, true);
    } catch (error) {
      this.showMessage(`Nothing was written: ${error.message}`, true);
    } finally {
      this.isBusy = false;
      this.refresh();
    }
  }

  showMessage(text, isBad = false) {
    byId("message").textContent = text;
    byId("message").classList.toggle("bad", isBad);
  }
}

/** Quote a word for a POSIX shell. */
function quoteForShell(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Quote a file name for the form options of curl. */
function quoteForCurl(file) {
  return /[;,"\\]/.test(file) ? `"${file.replace(/["\\]/g, "\\$&")}"` : file;
}
