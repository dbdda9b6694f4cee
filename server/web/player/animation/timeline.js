// The values of an effect's uniforms in a frame: time, date and size by meaning, inputs by their
// values. Mirrors server/animation/timeline.py: frame n is at n/fps; an input without a value has
// its default, or follows its own modulation.

import { safeArea } from "../sizes/safe_area.js";
import { completeModulation, eventFires, isModulation, modulate } from "./modulation_values.js";
import { transitionProgress } from "./transition_progress.js";

const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY_S = 86400;
const INTEGER_KINDS = ["long", "bool", "event"];
const NUMERIC_KINDS = ["float", ...INTEGER_KINDS];
const TEXTURE_KINDS = ["image", "audio", "audioFFT", "audioHistory", "text"];

/** Return year, month, day and seconds of the day, where time 0 is the start of 2000. */
function dateAt(time, firstMonth) {
  const day = new Date(FIRST_DAY + Math.floor(time / DAY_S) * DAY_S * 1000);
  const month = day.getUTCMonth() + firstMonth;
  return [day.getUTCFullYear(), month, day.getUTCDate(), time % DAY_S];
}

const HOST_UNIFORMS = {
  time: (frame, { fps }) => frame / fps,
  time_delta: (frame, { fps }) => (frame === 0 ? 0 : 1 / fps),
  frame_index: (frame) => frame,
  frame_rate: (_frame, { fps }) => fps,
  date: (frame, { fps }) => dateAt(frame / fps, 1),
  date_from_zero: (frame, { fps }) => dateAt(frame / fps, 0),
  aspect: (_frame, { width, height }) => width / height,
  safe_area: (_frame, { width, height }) => safeArea(width, height),
};

export class Timeline {
  /**
   * @param {object} program - of GET /effects/{id}
   * @param {object} video - {fps, frames, width, height, features, palette}
   */
  constructor(program, video) {
    this.video = video;
    this.inputs = program.inputs.filter((item) => !TEXTURE_KINDS.includes(item.kind));
    this.hostUniforms = Object.entries(program.uniforms).filter(
      ([, meaning]) => meaning in HOST_UNIFORMS,
    );
    const namesOf = (meaning) =>
      Object.keys(program.uniforms).filter((name) => program.uniforms[name] === meaning);
    /** The uniforms of the size of a pass, with their number of components. */
    this.sizeUniforms = [
      ...namesOf("render_size").map((name) => [name, 2]),
      ...namesOf("render_size_3").map((name) => [name, 3]),
    ];
    /** The uniforms of the face of a cube. */
    this.faceUniforms = namesOf("face");
  }

  /**
   * Return every uniform except those of a pass, by GLSL name.
   * @param {number} frame
   * @param {object} values - by input name
   * @param {Set<string>} firedEvents - names of the events that a person fires in this frame
   */
  uniforms(frame, values, firedEvents) {
    const inputs = this.inputs.map((item) => [
      item.uniform,
      this.inputValue(item, frame, values, firedEvents),
    ]);
    const host = this.hostUniforms.map(([name, meaning]) => [
      name,
      HOST_UNIFORMS[meaning](frame, this.video),
    ]);
    return Object.fromEntries([...inputs, ...host]);
  }

  /** Return the numeric inputs by name, for size expressions. */
  numbers(frame, values, firedEvents) {
    const numeric = this.inputs.filter((item) => NUMERIC_KINDS.includes(item.kind));
    return Object.fromEntries(
      numeric.map((item) => [item.name, Number(this.inputValue(item, frame, values, firedEvents))]),
    );
  }

  inputValue(item, frame, values, firedEvents) {
    if (item.kind === "event") return Number(this.fires(item, frame, values, firedEvents));
    const modulation = this.modulation(item, values);
    const value = modulation ? this.modulated(item, modulation, frame, values) : values[item.name];
    const number = value ?? this.defaultValue(item) ?? 0;
    return INTEGER_KINDS.includes(item.kind) ? Math.floor(Number(number) + 0.5) : number;
  }

  /** Return the default of an input: the photo's colour where the input asks for one. */
  defaultValue(item) {
    const color = this.video.palette?.[item.photo];
    if (!color) return item.default;
    const parts = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16) / 255);
    return [...parts, item.default[3]];
  }

  /** Return the modulation of an input: from its value, or its own where it has no value. */
  modulation(item, values) {
    const value = values[item.name];
    if (value === undefined) return item.motion;
    return isModulation(value) ? completeModulation(item, value) : null;
  }

  fires(item, frame, values, firedEvents) {
    if (firedEvents.has(item.name)) return true;
    const modulation = this.modulation(item, values);
    if (!modulation) return frame === 0 && Boolean(values[item.name] ?? item.default);
    return eventFires(modulation, frame, this.video);
  }

  modulated(item, modulation, frame, values) {
    if (modulation.transition) {
      const [min, max] = [item.minimum ?? 0, item.maximum ?? 1];
      const setting = (name) => this.transitionSetting(name, values);
      return min + (max - min) * transitionProgress(setting, frame, this.video);
    }
    const value = modulate(modulation, frame, this.video);
    if (item.values?.length) {
      const index = Math.floor(value[0] + 0.5);
      return item.values[Math.min(Math.max(index, 0), item.values.length - 1)];
    }
    return value.length === 1 ? value[0] : value;
  }

  /** Return the number of an input that times the transition. */
  transitionSetting(name, values) {
    const item = [`transition_${name}`, name]
      .map((inputName) => this.inputs.find((input) => input.name === inputName))
      .find(Boolean);
    return Number((item && (values[item.name] ?? item.default)) ?? 0);
  }
}
