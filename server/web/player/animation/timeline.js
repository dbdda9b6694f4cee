// What the uniforms of an effect are in a frame: time, date and size by meaning, the inputs by
// their values. Mirrors server/animation/timeline.py: frame n stands for n/fps, a missing value is
// the default, or what the input's own motion comes to.

import { safeArea } from "../sizes/safe_area.js";
import { position } from "./beat_ruler.js";
import { completed, fires, isMotion, moved } from "./modulation.js";

const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY_S = 86400;
const BEATS = 1;
const INSTANT = 1e-9;
const WHOLE = ["long", "bool", "event"];
const NUMERIC = ["float", ...WHOLE];
const TEXTURES = ["image", "audio", "audioFFT", "audioHistory", "text"];

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
  safe_area: (_frame, { width, height }) => safeArea(width, height),
};

export class Timeline {
  /**
   * @param {object} program - of GET /effects/{id}
   * @param {object} film - {fps, frames, width, height, sound, palette}
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
    const motion = this.motion(item, values);
    const value = motion ? this.moved(item, motion, frame, values) : values[item.name];
    const number = value ?? this.tinted(item) ?? 0;
    return WHOLE.includes(item.kind) ? Math.floor(Number(number) + 0.5) : number;
  }

  /** The default of an input: the photo's colour where it asks for one that there is. */
  tinted(item) {
    const color = this.film.palette?.[item.photo];
    if (!color) return item.default;
    const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
    return [...parts, item.default[3]];
  }

  /** What moves an input: what it is given, or its own motion where it is given nothing. */
  motion(item, values) {
    const given = values[item.name];
    if (given === undefined) return item.motion;
    return isMotion(given) ? completed(item, given) : null;
  }

  happens(item, frame, values, fired) {
    if (fired.has(item.name)) return true;
    const motion = this.motion(item, values);
    if (!motion) return frame === 0 && Boolean(values[item.name] ?? item.default);
    return fires(motion, frame, this.film);
  }

  moved(item, motion, frame, values) {
    if (motion.transition) {
      return (item.min ?? 0) + ((item.max ?? 1) - (item.min ?? 0)) * this.progress(frame, values);
    }
    const found = moved(motion, frame, this.film);
    if (item.values?.length) {
      const place = Math.floor(found[0] + 0.5);
      return item.values[Math.min(Math.max(place, 0), item.values.length - 1)];
    }
    return found.length === 1 ? found[0] : found;
  }

  /** How far a transition is: see server/animation/transition_progress.py. */
  progress(frame, values) {
    const { sound, fps, frames } = this.film;
    const number = (word) => this.number([`transition_${word}`, word], values);
    const inBeats = number("unit") === BEATS;
    const place = (at) => (inBeats ? position(sound?.hits.beat ?? [], at / fps) : at / fps);
    const [at, every, length] = [number("at"), number("every"), number("length")];
    let start = at >= 0 ? at : every;
    if (at < 0 && every <= 0) {
      const middle = (place(Math.floor(frames / 2)) + place(Math.ceil(frames / 2))) / 2;
      start = middle - length / 2;
      if (inBeats) start = halfToEven(start);
    }
    const time = place(frame) + INSTANT - start;
    if (every <= 0) return ramp(time, length);
    const turn = Math.floor(time / every);
    const forth = ramp(time - turn * every, Math.min(length, every));
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
