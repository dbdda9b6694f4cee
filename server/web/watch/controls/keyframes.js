// Key frames of one input: put, moved, taken away. Times are seconds or beats, as the motion has it.

import { beatTime, position } from "../../player/animation/beat_ruler.js";
import { completed, moved } from "../../player/animation/modulation.js";
import { ends } from "../shared/input_range.js";

const GRID_BEATS = 0.25;
const FINE = 1e4;

export class Keyed {
  /**
   * @param {object} item - the input
   * @param {object} film - {fps, frames, sound, frame}
   * @param {{get: function(): object, set: function(object): void}} motion - with `keys`
   */
  constructor(item, film, motion) {
    Object.assign(this, { item, film, motion, index: 0 });
  }

  get all() {
    return this.motion.get()?.keys ?? [];
  }

  get unit() {
    return this.motion.get()?.unit ?? "s";
  }

  get selected() {
    return this.all[this.index];
  }

  /** The ease of a key that states none. */
  get usual() {
    return this.item.values.length || this.item.kind === "bool" ? "hold" : "linear";
  }

  /** The motion of one key at the frame that is shown, with the value that the input has now. */
  first(value) {
    const { item } = this;
    const now = value === undefined || (typeof value === "object" && !Array.isArray(value)) ? (item.default ?? item.min ?? 0) : value;
    this.index = 0;
    return { keys: [[this.time(this.film.frame, "s"), now]] };
  }

  /** A key at the frame that is shown; without a value it has what the input is there. */
  put(value = this.at(this.film.frame)) {
    const time = this.time(this.film.frame);
    const keys = this.all.filter(([other]) => Math.abs(this.frame(other) - this.film.frame) >= 1 && other !== time);
    const old = this.all.find((key) => !keys.includes(key));
    this.save([...keys, [time, value, ...(old?.[2] ? [old[2]] : [])]], time);
  }

  /** Move the key `index` to another frame, and to another value where one is given. */
  move(index, frame, value) {
    const [, now, ...ease] = this.all[index];
    const time = this.time(frame);
    const others = this.all.filter((_, at) => at !== index);
    if (others.some(([other]) => other === time)) return;
    this.save([...others, [time, value ?? now, ...ease]], time);
  }

  remove(index = this.index) {
    if (this.all.length < 2) return;
    this.save(this.all.filter((_, at) => at !== index), null);
  }

  ease(word) {
    const keys = this.all.map(([time, value, own], at) => {
      const wanted = at === this.index ? word : own;
      return wanted && wanted !== this.usual ? [time, value, wanted] : [time, value];
    });
    this.motion.set({ ...this.motion.get(), keys });
  }

  /** Select a key and go to its frame. */
  go(by) {
    this.index = Math.min(Math.max(this.index + by, 0), this.all.length - 1);
    this.film.seek(this.frame(this.all[this.index][0]));
  }

  /** Tell the same moments in the other unit. */
  convert(unit) {
    if (unit === this.unit) return;
    const keys = new Map(this.all.map(([time, ...rest]) => [this.frame(time), rest]));
    const rows = [...keys].map(([frame, rest]) => [this.time(frame, unit), ...rest]);
    this.motion.set({ keys: distinct(rows), ...(unit === "s" ? {} : { unit }) });
  }

  /** The time of a frame in the unit: in beats the nearest quarter of one. */
  time(frame, unit = this.unit) {
    const seconds = frame / this.film.fps;
    if (unit === "s") return Math.ceil(seconds * FINE - 1e-6) / FINE;
    const place = position(this.film.sound.hits.beat, seconds);
    return Math.max(0, Math.round(place / GRID_BEATS) * GRID_BEATS);
  }

  /** The frame in which a time lies. */
  frame(time) {
    const seconds = this.unit === "s" ? time : beatTime(this.film.sound.hits.beat, time);
    return Math.min(Math.max(Math.floor(seconds * this.film.fps + 1e-6), 0), this.film.frames - 1);
  }

  /** What the keys make of the input in a frame, as a value of it. */
  at(frame) {
    const { item } = this;
    const parts = moved(completed(item, this.motion.get()), frame, this.film).map((part) => Number(part.toFixed(4)));
    if (item.values.length) return item.values[Math.round(parts[0])];
    if (item.kind === "bool") return parts[0] >= 0.5;
    if (item.kind === "long") return Math.round(parts[0]);
    return parts.length > 1 ? parts : parts[0];
  }

  /** Where a value lies in the input's range, 0 to 1; null of a point or colour. */
  share(value) {
    const { item } = this;
    if (Array.isArray(value) || ["point2D", "color"].includes(item.kind)) return null;
    if (item.values.length) return Math.max(0, place(item, value)) / Math.max(item.values.length - 1, 1);
    const [low, high] = item.kind === "bool" ? [0, 1] : ends(item);
    return (Number(value) - low) / (high - low || 1);
  }

  /** The value at a share of the range; undefined of a point or colour. */
  value(share) {
    const { item } = this;
    const inside = Math.min(Math.max(share, 0), 1);
    if (["point2D", "color"].includes(item.kind)) return undefined;
    if (item.values.length) return item.values[Math.round(inside * (item.values.length - 1))];
    if (item.kind === "bool") return inside >= 0.5;
    const [low, high] = ends(item);
    const value = low + inside * (high - low);
    return item.kind === "long" ? Math.round(value) : Number(value.toPrecision(4));
  }

  save(keys, time) {
    const rows = distinct(keys);
    this.motion.set({ ...this.motion.get(), keys: rows });
    const found = rows.findIndex(([other]) => other === time);
    this.index = Math.min(found >= 0 ? found : this.index, rows.length - 1);
  }
}

function place(item, value) {
  const named = item.labels.indexOf(value);
  return named >= 0 ? named : item.values.indexOf(value);
}

/** Keys in order of time, one of each. */
function distinct(keys) {
  return [...new Map(keys.map((key) => [key[0], key])).values()].sort((a, b) => a[0] - b[0]);
}
