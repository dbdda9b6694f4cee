// What the uniforms of an effect are in a frame: time, date and size by meaning, the inputs by
// their values. Mirrors server/render/timeline.py: frame n stands for n/fps, a missing value is
// the default, or follows the sound where the input is bound to it.

const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY_S = 86400;
const BEATS = 1;
const INSTANT_S = 1e-9;
const WHOLE = ["long", "bool", "event"];
const NUMERIC = ["float", ...WHOLE];
const TEXTURES = ["image", "audio", "audioFFT"];

/** Year, month, day and seconds of the day, where time 0 is the start of 2000. */
function date(time, firstMonth) {
  const day = new Date(FIRST_DAY + Math.floor(time / DAY_S) * DAY_S * 1000);
  const month = day.getUTCMonth() + firstMonth;
  return [day.getUTCFullYear(), month, day.getUTCDate(), time % DAY_S];
}

const MEANINGS = {
  time: (frame, { fps }) => frame / fps,
  time_delta: (frame, { fps }) => (frame === 0 ? 0 : 1 / fps),
  frame_index: (frame) => frame,
  frame_rate: (_frame, { fps }) => fps,
  date: (frame, { fps }) => date(frame / fps, 1),
  date_from_zero: (frame, { fps }) => date(frame / fps, 0),
  aspect: (_frame, { width, height }) => width / height,
};

export class Timeline {
  /**
   * @param {object} program - of GET /effects/{id}
   * @param {object} film - {fps, frames, width, height, sound}
   */
  constructor(program, film) {
    this.film = film;
    this.inputs = program.inputs.filter((item) => !TEXTURES.includes(item.kind));
    this.host = Object.entries(program.uniforms).filter(([, meaning]) => meaning in MEANINGS);
    const meaning = (kind) =>
      Object.keys(program.uniforms).filter((name) => program.uniforms[name] === kind);
    this.sizes = [
      ...meaning("render_size").map((name) => [name, 2]),
      ...meaning("render_size_3").map((name) => [name, 3]),
    ];
    this.faces = meaning("face");
  }

  /**
   * Every uniform but those of a target's size, by GLSL name.
   * @param {number} frame
   * @param {object} values - by input name
   * @param {Set<string>} fired - events that happen in this frame
   */
  uniforms(frame, values, fired) {
    const found = this.inputs.map((item) => [item.uniform, this.input(item, frame, values, fired)]);
    const host = this.host.map(([name, meaning]) => [name, MEANINGS[meaning](frame, this.film)]);
    return Object.fromEntries([...found, ...host]);
  }

  /** The numeric inputs by name, as size expressions want them. */
  numbers(frame, values, fired) {
    const numeric = this.inputs.filter((item) => NUMERIC.includes(item.kind));
    return Object.fromEntries(
      numeric.map((item) => [item.name, Number(this.input(item, frame, values, fired))]),
    );
  }

  input(item, frame, values, fired) {
    if (item.kind === "event") return Number(this.happens(item, frame, values, fired));
    const given = values[item.name];
    const value = given === undefined && item.bind ? this.followed(item, frame, values) : given;
    const number = value ?? item.default ?? 0;
    return WHOLE.includes(item.kind) ? Math.floor(Number(number) + 0.5) : number;
  }

  happens(item, frame, values, fired) {
    if (fired.has(item.name)) return true;
    if (values[item.name] !== undefined || !item.bind) {
      return frame === 0 && Boolean(values[item.name] ?? item.default);
    }
    return this.film.sound?.begins(item.bind, frame, this.film.fps) ?? false;
  }

  followed(item, frame, values) {
    const { sound, fps } = this.film;
    const feature =
      item.bind === "transition" ? this.progress(frame, values) : (sound?.column(item.bind, frame, fps) ?? 0);
    const low = item.min ?? 0;
    const high = item.max ?? 1;
    if (typeof low !== "object") return low + (high - low) * feature;
    return low.map((least, part) => least + (high[part] - least) * feature);
  }

  /** How far a transition is: see server/render/transition.py. */
  progress(frame, values) {
    const { sound, fps, frames } = this.film;
    const number = (word) => this.number([`transition_${word}`, word], values);
    const inBeats = number("unit") === BEATS;
    const [period, first] = inBeats && sound ? sound.beats : [1, 0];
    const [at, every, length] = [number("at"), number("every"), number("length") * period];
    let start = first + (at >= 0 ? at : every) * period;
    if (at < 0 && every <= 0) {
      start = (frames / fps - length) / 2;
      if (inBeats) start = first + halfToEven((start - first) / period) * period;
    }
    const time = frame / fps + INSTANT_S - start;
    if (every <= 0) return ramp(time, length);
    const turn = Math.floor(time / (every * period));
    const forth = ramp(time - turn * every * period, Math.min(length, every * period));
    if (turn < 0) return 0;
    return turn % 2 === 0 ? forth : 1 - forth;
  }

  number(names, values) {
    const item = names.map((name) => this.inputs.find((one) => one.name === name)).find(Boolean);
    return Number((item && (values[item.name] ?? item.default)) ?? 0);
  }
}

function ramp(time, length) {
  return length <= 0 ? Number(time >= 0) : Math.min(Math.max(time / length, 0), 1);
}

function halfToEven(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
