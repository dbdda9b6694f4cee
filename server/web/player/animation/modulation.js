// Where a motion has brought its input in a frame: mirrors server/animation/modulation.py. A motion is an
// object as GET /effects tells it, with `bind`, `osc` or `keys`.

import { position } from "./beat_ruler.js";
import { PULSE_DECAYS_S, WORDS, begins } from "./event_envelopes.js";

const UNITS = { since: "s", until: "s", sum: "s", count: "count", tempo: "bpm", elapsed: "s", total: "s" };
const EASES = {
  linear: (t) => t,
  in: (t) => t * t,
  out: (t) => 1 - (1 - t) ** 2,
  inout: (t) => t * t * (3 - 2 * t),
  hold: (t) => Math.floor(t),
};
const DIGITS = 1e9;
const INSTANT_S = 1e-6;

const round = (value) => Math.round(value * DIGITS) / DIGITS;
const clamp = (value) => Math.min(Math.max(value, 0), 1);
const eased = (curve, share) => (typeof curve === "number" ? share ** curve : EASES[curve](share));
const parts = (value) => (Array.isArray(value) ? value : [value]);

/** The event and word of an event's feature, such as kick and pulse; null of others. */
function eventOf(name, sound) {
  const [event, word = "pulse", ...more] = name.split(".");
  const known = sound && event in sound.hits && word in WORDS && more.length === 0;
  return known ? [event, word] : null;
}

/** Whether a value of an input is what moves it. An array has a method `keys`: it is none. */
export const isMotion = (value) =>
  typeof value === "object" && value !== null && ["bind", "osc", "keys"].some((key) => Object.hasOwn(value, key));

/**
 * The motion that a request's object means to an input: with the ends that it leaves to the input,
 * colours as numbers, and choices by their places.
 */
export function completed(item, told) {
  const value = (given) => {
    if (item.values?.length) {
      const place = item.labels.indexOf(given);
      return place >= 0 ? place : item.values.indexOf(given);
    }
    return typeof given === "string" ? colour(given) : Array.isArray(given) ? given : Number(given);
  };
  const usual = item.values?.length || ["bool", "event"].includes(item.kind) ? "hold" : "linear";
  if (told.keys) {
    const keys = told.keys.map(([time, given, ease = usual]) => [time, value(given), ease]);
    return { unit: "s", ...told, keys };
  }
  const own = item.values?.length ? [0, item.values.length - 1] : [item.min ?? 0, item.max ?? 1];
  const ends = ["min", "max"].map((key, at) => (key in told ? value(told[key]) : own[at]));
  const length = told.osc && !("beats" in told) && !("seconds" in told) ? { beats: 4 } : {};
  return { phase: 0, ...length, ...told, min: ends[0], max: ends[1] };
}

function colour(text) {
  const digits = text.length === 9 ? text.slice(1) : `${text.slice(1)}ff`;
  return [0, 2, 4, 6].map((at) => parseInt(digits.slice(at, at + 2), 16) / 255);
}

/** A feature in a frame, in its unit. */
export function feature(name, frame, film, decay) {
  const { sound, fps, frames } = film;
  if (name === "time.elapsed") return frame / fps;
  if (name === "time.progress") return frame / Math.max(frames - 1, 1);
  if (name === "time.total") return frames / fps;
  const found = eventOf(name, sound);
  if (found) {
    const [event, word] = found;
    return WORDS[word](sound.hits[event], frame, fps, decay ?? PULSE_DECAYS_S[event]);
  }
  return sound?.column(name, frame, fps) ?? 0;
}

/** Whether what an event input follows sets in, in this frame. */
export function fires(motion, frame, film) {
  const found = motion.bind && eventOf(motion.bind, film.sound);
  const plain = !["curve", "smooth", "from", "invert"].some((key) => key in motion);
  if (found && found[1] === "pulse" && plain) {
    return begins(film.sound.hits[found[0]], frame, film.fps);
  }
  const high = (at) => at >= 0 && moved(motion, at, film)[0] >= 0.5;
  return high(frame) && !high(frame - 1);
}

/** The components of the input in a frame. */
export function moved(motion, frame, film) {
  if (motion.keys) return keyed(motion, frame, film);
  const share = motion.bind ? followed(motion, frame, film) : swung(motion, frame, film);
  const [low, high] = [parts(motion.min ?? 0), parts(motion.max ?? 1)];
  return low.map((least, at) => least + (high[at] - least) * share);
}

function followed(motion, frame, film) {
  const { bind, smooth = 0, decay, curve = "linear" } = motion;
  const words = bind.split(".");
  const unit = UNITS[words.length > 1 ? words[1] : bind] ?? "share";
  let value = smooth
    ? smoothed((at) => feature(bind, at, film, decay), frame, smooth * film.fps, film, bind)
    : feature(bind, frame, film, decay);
  const own = unit === "share" ? [0, 1] : [parts(motion.min)[0], parts(motion.max)[0]];
  const [low, high] = motion.from ?? own;
  if (unit === "count" && high > low) {
    value = low + (round(value) % (high - low + 1));
  }
  const share = eased(curve, high > low ? clamp((value - low) / (high - low)) : 0);
  return motion.invert ? 1 - share : share;
}

function smoothed(at, frame, length, film, bind) {
  const ahead = eventOf(bind, film.sound) === null;
  const width = ahead ? length / 2 : length;
  const reach = Math.ceil(width);
  if (reach < 1) return at(frame);
  let [sum, weights] = [0, 0];
  for (let offset = ahead ? -reach : 0; offset <= reach; offset++) {
    const weight = 1 + Math.cos((Math.PI * offset) / (width + 1));
    const place = Math.min(Math.max(frame - offset, 0), film.frames - 1);
    sum += weight * at(place);
    weights += weight;
  }
  return sum / weights;
}

/** When a frame begins and when it ends, in seconds or in beats. */
function moments(frame, film, beats) {
  const place = (time) => (beats ? position(film.sound?.hits.beat ?? [], time) : time);
  return [round(place(frame / film.fps)), place((frame + 1) / film.fps - INSTANT_S)];
}

function swung(motion, frame, film) {
  const [begin, end] = moments(frame, film, motion.beats !== undefined);
  const period = motion.beats ?? motion.seconds;
  const at = round(begin / period + motion.phase);
  const turn = at - Math.floor(at);
  if (motion.osc === "sine") return (1 - Math.cos(2 * Math.PI * turn)) / 2;
  if (motion.osc === "triangle") return 1 - Math.abs(2 * turn - 1);
  const ended = end / period + motion.phase;
  if (motion.osc === "saw") return Math.floor(ended) > Math.floor(at) ? 0 : turn;
  return Number(Math.floor(2 * ended) % 2 === 0);
}

function keyed({ keys, unit }, frame, film) {
  const [at, ended] = moments(frame, film, unit === "beat");
  let before = 0;
  while (before + 1 < keys.length && keys[before + 1][0] <= ended) before++;
  const [start, from] = keys[before];
  const [end, to, ease] = keys[Math.min(before + 1, keys.length - 1)];
  const share = eased(ease, end > start ? clamp((at - start) / (end - start)) : 0);
  return parts(from).map((value, part) => value + (parts(to)[part] - value) * share);
}
