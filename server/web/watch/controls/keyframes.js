// The keyframes of one input. Times are in seconds or beats, in the unit of the modulation.

import { beatPosition, beatTime } from "../../player/animation/beat_ruler.js";
import { completeModulation, modulate } from "../../player/animation/modulation_values.js";
import { sliderRange } from "../common/input_range.js";

const BEAT_GRID = 0.25;
const TIMES_PER_S = 1e4;
const VECTOR_KINDS = ["point2D", "color"];

export class Keyframes {
  /**
   * @param {object} item - the input
   * @param {object} video - {fps, frames, features, frame: the one that is shown, seek(frame)}
   * @param {{get: function(): object, set: function(object): void}} modulation - with `keys`
   */
  constructor(item, video, modulation) {
    Object.assign(this, { item, video, modulation, index: 0 });
  }

  /** The keyframes: [time, value] or [time, value, ease]. */
  get all() {
    return this.modulation.get()?.keys ?? [];
  }

  get unit() {
    return this.modulation.get()?.unit ?? "s";
  }

  get selected() {
    return this.all[this.index];
  }

  /** The ease of a keyframe that states none. */
  get defaultEase() {
    return this.item.values.length || this.item.kind === "bool" ? "hold" : "linear";
  }

  /** Return the modulation of one keyframe at the frame that is shown, with the input's value. */
  initialModulation(value) {
    const { item } = this;
    const isPlain = value !== undefined && (typeof value !== "object" || Array.isArray(value));
    const current = isPlain ? value : (item.default ?? item.minimum ?? 0);
    this.index = 0;
    return { keys: [[this.timeOf(this.video.frame, "s"), current]] };
  }

  /** Set a keyframe at the frame that is shown; without a value it keeps the current one. */
  setAtFrame(value = this.valueAt(this.video.frame)) {
    const { frame } = this.video;
    const time = this.timeOf(frame);
    const isElsewhere = ([other]) => Math.abs(this.frameOf(other) - frame) >= 1 && other !== time;
    const others = this.all.filter(isElsewhere);
    const replaced = this.all.find((key) => !others.includes(key));
    const ease = replaced?.[2] ? [replaced[2]] : [];
    this.save([...others, [time, value, ...ease]], time);
  }

  /** Move the keyframe `index` to another frame, and to another value where one is given. */
  move(index, frame, value) {
    const [, currentValue, ...ease] = this.all[index];
    const time = this.timeOf(frame);
    const others = this.all.filter((_, at) => at !== index);
    if (others.some(([other]) => other === time)) return;
    this.save([...others, [time, value ?? currentValue, ...ease]], time);
  }

  remove(index = this.index) {
    if (this.all.length < 2) return;
    const others = this.all.filter((_, at) => at !== index);
    this.save(others, null);
  }

  /** Set the ease of the selected keyframe. */
  setEase(ease) {
    const keys = this.all.map(([time, value, ownEase], at) => {
      const newEase = at === this.index ? ease : ownEase;
      return newEase && newEase !== this.defaultEase ? [time, value, newEase] : [time, value];
    });
    this.modulation.set({ ...this.modulation.get(), keys });
  }

  /** Select the keyframe `offset` after the selected one, and go to its frame. */
  selectNext(offset) {
    this.index = Math.min(Math.max(this.index + offset, 0), this.all.length - 1);
    this.video.seek(this.frameOf(this.all[this.index][0]));
  }

  /** Convert the times to another unit. */
  convertUnit(unit) {
    if (unit === this.unit) return;
    const byFrame = new Map(this.all.map(([time, ...rest]) => [this.frameOf(time), rest]));
    const keys = [...byFrame].map(([frame, rest]) => [this.timeOf(frame, unit), ...rest]);
    this.modulation.set({ keys: sortedKeys(keys), ...(unit === "s" ? {} : { unit }) });
  }

  /** Return the time of a frame in the unit: in beats, the nearest quarter of a beat. */
  timeOf(frame, unit = this.unit) {
    const seconds = frame / this.video.fps;
    if (unit === "s") return Math.ceil(seconds * TIMES_PER_S - 1e-6) / TIMES_PER_S;
    const position = beatPosition(this.video.features.events.beat, seconds);
    return Math.max(0, Math.round(position / BEAT_GRID) * BEAT_GRID);
  }

  /** Return the frame that a time is in. */
  frameOf(time) {
    const { features, fps, frames } = this.video;
    const seconds = this.unit === "s" ? time : beatTime(features.events.beat, time);
    return Math.min(Math.max(Math.floor(seconds * fps + 1e-6), 0), frames - 1);
  }

  /** Return the value that the keyframes give the input in a frame. */
  valueAt(frame) {
    const { item } = this;
    const modulation = completeModulation(item, this.modulation.get());
    const parts = modulate(modulation, frame, this.video).map((part) => Number(part.toFixed(4)));
    if (item.values.length) return item.values[Math.round(parts[0])];
    if (item.kind === "bool") return parts[0] >= 0.5;
    if (item.kind === "long") return Math.round(parts[0]);
    return parts.length > 1 ? parts : parts[0];
  }

  /** Return where a value is in the input's range, 0 to 1; null of a point or colour. */
  shareOfValue(value) {
    const { item } = this;
    if (Array.isArray(value) || VECTOR_KINDS.includes(item.kind)) return null;
    if (item.values.length) {
      return Math.max(0, choiceIndex(item, value)) / Math.max(item.values.length - 1, 1);
    }
    const [low, high] = item.kind === "bool" ? [0, 1] : sliderRange(item);
    return (Number(value) - low) / (high - low || 1);
  }

  /** Return the value at a share of the range; undefined of a point or colour. */
  valueOfShare(share) {
    const { item } = this;
    const inside = Math.min(Math.max(share, 0), 1);
    if (VECTOR_KINDS.includes(item.kind)) return undefined;
    if (item.values.length) return item.values[Math.round(inside * (item.values.length - 1))];
    if (item.kind === "bool") return inside >= 0.5;
    const [low, high] = sliderRange(item);
    const value = low + inside * (high - low);
    return item.kind === "long" ? Math.round(value) : Number(value.toPrecision(4));
  }

  save(keys, selectedTime) {
    const sorted = sortedKeys(keys);
    this.modulation.set({ ...this.modulation.get(), keys: sorted });
    const index = sorted.findIndex(([time]) => time === selectedTime);
    this.index = Math.min(index >= 0 ? index : this.index, sorted.length - 1);
  }
}

function choiceIndex(item, value) {
  const index = item.labels.indexOf(value);
  return index >= 0 ? index : item.values.indexOf(value);
}

/** Sort keyframes by time, one for each time. */
function sortedKeys(keys) {
  return [...new Map(keys.map((key) => [key[0], key])).values()].sort((a, b) => a[0] - b[0]);
}
