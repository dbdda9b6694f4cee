// What was tuned, to be taken away: as JSON, as commands, or written into the file.

import { clipped } from "./region_values.js";

const at = (id) => document.getElementById(id);
const MOST_NAMES = 4;
const ASPECTS = [[16, 9], [9, 16], [1, 1], [4, 5]];

export class Tuned {
  /**
   * @param {object} film - of GET /film
   * @param {object} watch - {values, revision, effect, size, fit, region, sound, clock, written(names)}: read when
   *     they are needed; `written` is called with the inputs whose values the file has now
   */
  constructor(film, watch) {
    Object.assign(this, { film, watch, busy: false });
    at("write").textContent = `Write into ${film.file}`;
    at("write").onclick = () => this.write();
    at("unwrite").onclick = () => this.undo();
    for (const kind of ["params", "curl", "render"]) at(`copy-${kind}`).onclick = () => this.copy(kind);
  }

  /** Say how much is tuned. */
  show() {
    const { values, effect } = this.watch;
    const names = Object.keys(values);
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
    at("count").textContent = names.length ? `Tuned: ${names.slice(0, MOST_NAMES).join(", ")}${more}` : "Nothing is tuned yet.";
    at("reset").disabled = !names.length;
    const headed = effect?.dialect === "isf";
    at("write").disabled = !names.length || !headed || this.busy;
    at("write").title = headed ? "Write DEFAULT and BIND into the file (W)" : "Only ISF files have a header that holds values; copy a command instead";
  }

  // To copy

  text(kind) {
    const { region, effect, sound, clock } = this.watch;
    if (kind === "params") return JSON.stringify(this.watch.values);
    const track = { fps: this.film.fps, frames: clock.frames, sound };
    const values = region ? clipped(this.watch.values, effect.program.inputs, track, region[0]) : this.watch.values;
    return kind === "curl" ? this.curl(values) : this.render(values);
  }

  /** What both commands say besides the effect and its values. */
  options() {
    const { size, fit, region, effect } = this.watch;
    const { names, fps } = this.film;
    const [width, height] = size;
    const aspect = ASPECTS.find(([wide, high]) => wide * height === high * width).join(":");
    const seconds = (frames) => String(Number((frames / fps).toFixed(3)));
    const part = region ? { start: seconds(region[0]), duration: seconds(region[1] - region[0]) } : {};
    const second = effect.program.second ? { photo2: names.photo2 } : {};
    return {
      files: { audio: names.audio, photo: names.photo, ...second },
      fields: { ...part, ...(aspect === "16:9" ? {} : { aspect }), ...(fit === "blur" ? {} : { fit }), fps: String(fps) },
    };
  }

  curl(values) {
    const { files, fields } = this.options();
    const rows = [
      ...Object.entries({ effect: this.watch.effect.id, ...fields }).map(([name, text]) => `-F ${quoted(`${name}=${text}`)}`),
      ...(Object.keys(values).length ? [`--form-string ${quoted(`params=${JSON.stringify(values)}`)}`] : []),
      ...Object.entries(files).map(([name, file]) => `-F ${quoted(`${name}=@${/[;,"\\]/.test(file) ? `"${file.replace(/["\\]/g, "\\$&")}"` : file}`)}`),
    ];
    return `curl ${rows.join(" ")} ${this.film.export}`;
  }

  render(values) {
    const { files, fields } = this.options();
    const { id } = this.watch.effect;
    const rows = [
      `--effect ${quoted(id)}`,
      ...Object.entries(files).map(([name, file]) => `--${name} ${quoted(file)}`),
      ...Object.entries(values).map(([name, value]) => `--param ${quoted(`${name}=${JSON.stringify(value)}`)}`),
      ...Object.entries(fields).map(([name, text]) => `--${name} ${quoted(text)}`),
      `-o ${quoted(`${id}.mp4`)}`,
    ];
    const folder = this.film.folder === null ? "" : `SHADERS_DIR=${quoted(this.film.folder)} `;
    return `${folder}toqibox render ${rows.join(" ")}`;
  }

  async copy(kind) {
    if (!this.watch.effect) return;
    const text = this.text(kind);
    at("copied").hidden = false;
    at("copied").value = text;
    try {
      await navigator.clipboard.writeText(text);
      const part = this.watch.region && kind !== "params" ? ", of the part that is looped" : "";
      this.say(`Copied: ${{ params: "the params", curl: "the curl command", render: "the render command" }[kind]}${part}.`);
    } catch {
      at("copied").select();
      this.say("The browser lets nothing be copied: take it from below.");
    }
  }

  // The file

  async write() {
    const { values, revision } = this.watch;
    if (at("write").disabled) return;
    await this.post("/write", { values, revision }, ({ written, left }) => {
      const rest = left.length ? ` Not in its header: ${left.join(", ")}.` : "";
      this.say(`${this.film.file} has ${written.join(", ")} now.${rest}`);
      at("unwrite").hidden = false;
      this.undone = Object.fromEntries(written.map((name) => [name, values[name]]));
      this.watch.written(written);
    });
  }

  async undo() {
    await this.post("/undo", {}, () => {
      this.say(`${this.film.file} is as it was.`);
      at("unwrite").hidden = true;
      this.watch.restored(this.undone);
    });
  }

  async post(url, body, done) {
    this.busy = true;
    this.show();
    try {
      const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const told = await answer.json();
      if (answer.ok) done(told);
      else this.say(told.reason, true);
    } catch (error) {
      this.say(`Nothing was written: ${error.message}`, true);
    } finally {
      this.busy = false;
      this.show();
    }
  }

  say(words, bad = false) {
    at("said").textContent = words;
    at("said").classList.toggle("bad", bad);
  }
}

/** A word for a POSIX shell. */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
