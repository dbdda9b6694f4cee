// Modulation of inputs: the value that a binding, an oscillator or keyframes give an input in a
// frame; mirrors server/animation/modulation_values.py. A modulation is an object with `bind`,
// `osc` or `keys`, as in GET /effects. A `video` is {fps, frames, features}.

import { beatPosition } from "./beat_ruler.js";
import { ENVELOPES, PULSE_DECAYS_S, startsInFrame } from "./event_envelopes.js";

const KINDS = ["bind", "osc", "keys"];
const UNITS = {
  since: "s",
  until: "s",
  sum: "s",
  count: "count",
  tempo: "bpm",
  elapsed: "s",
  total: "s",
};
const EASES = {
  linear: (t) => t,
  in: (t) => t * t,
  out: (t) => 1 - (1 - t) ** 2,
  inout: (t) => t * t * (3 - 2 * t),
  hold: (t) => Math.floor(t),
};
const PRECISION = 1e9;
const FRAME_END_MARGIN_S = 1e-6;

const round = (value) => Math.round(value * PRECISION) / PRECISION;
const clamp = (value) => Math.min(Math.max(value, 0), 1);
const components = (value) => (Array.isArray(value) ? value : [value]);

function ease(curve, share) {
  return typeof curve === "number" ? share ** curve : EASES[curve](share);
}

/** Split the feature of an event, such as kick.pulse, into event and envelope; null of others. */
function splitEventFeature(name, features) {
  const [event, envelope = "pulse", ...more] = name.split(".");
  const isEvent =
    features && event in features.events && envelope in ENVELOPES && more.length === 0;
  return isEvent ? [event, envelope] : null;
}

/** Return whether a value of an input is a modulation. An array has a method `keys`: it is not. */
export function isModulation(value) {
  if (typeof value !== "object" || value === null) return false;
  return KINDS.some((key) => Object.hasOwn(value, key));
}

/**
 * Complete the modulation of a request: the range of the input where it states none, colours as
 * numbers, and choices as indices.
 * @param {object} item - the input
 * @param {object} modulation - as a request has it
 */
export function completeModulation(item, modulation) {
  const isChoice = item.values?.length > 0;
  const toNumber = (value) => {
    if (isChoice) {
      const index = item.labels.indexOf(value);
      return index >= 0 ? index : item.values.indexOf(value);
    }
    if (typeof value === "string") return parseColor(value);
    return Array.isArray(value) ? value : Number(value);
  };
  if (modulation.keys) {
    const defaultEase = isChoice || ["bool", "event"].includes(item.kind) ? "hold" : "linear";
    const keys = modulation.keys.map(([time, value, easing = defaultEase]) => [
      time,
      toNumber(value),
      easing,
    ]);
    return { unit: "s", ...modulation, keys };
  }
  const range = isChoice ? [0, item.values.length - 1] : [item.minimum ?? 0, item.maximum ?? 1];
  const [min, max] = ["min", "max"].map((key, index) =>
    key in modulation ? toNumber(modulation[key]) : range[index],
  );
  const hasPeriod = !modulation.osc || "beats" in modulation || "seconds" in modulation;
  return { phase: 0, ...(hasPeriod ? {} : { beats: 4 }), ...modulation, min, max };
}

function parseColor(text) {
  const digits = text.length === 9 ? text.slice(1) : `${text.slice(1)}ff`;
  return [0, 2, 4, 6].map((start) => parseInt(digits.slice(start, start + 2), 16) / 255);
}

/** Return the value of a feature in a frame, in its unit. */
export function featureValue(name, frame, video, decay) {
  const { features, fps, frames } = video;
  if (name === "time.elapsed") return frame / fps;
  if (name === "time.progress") return frame / Math.max(frames - 1, 1);
  if (name === "time.total") return frames / fps;
  const eventFeature = splitEventFeature(name, features);
  if (eventFeature) {
    const [event, envelope] = eventFeature;
    return ENVELOPES[envelope](features.events[event], frame, fps, decay ?? PULSE_DECAYS_S[event]);
  }
  return features?.column(name, frame, fps) ?? 0;
}

/** Return whether an event input with a modulation fires in the frame. */
export function eventFires(modulation, frame, video) {
  const eventFeature = modulation.bind && splitEventFeature(modulation.bind, video.features);
  const isPlain = !["curve", "smooth", "from", "invert"].some((key) => key in modulation);
  if (eventFeature && eventFeature[1] === "pulse" && isPlain) {
    return startsInFrame(video.features.events[eventFeature[0]], frame, video.fps);
  }
  const isHigh = (at) => at >= 0 && modulate(modulation, at, video)[0] >= 0.5;
  return isHigh(frame) && !isHigh(frame - 1);
}

/** Return the components of a modulated input in a frame. */
export function modulate(modulation, frame, video) {
  if (modulation.keys) return interpolateKeyframes(modulation, frame, video);
  const share = modulation.bind
    ? followFeature(modulation, frame, video)
    : oscillate(modulation, frame, video);
  const [low, high] = [components(modulation.min ?? 0), components(modulation.max ?? 1)];
  return low.map((start, index) => start + (high[index] - start) * share);
}

function followFeature(modulation, frame, video) {
  const { bind, smooth: smoothS = 0, decay, curve = "linear" } = modulation;
  const [, suffix = bind] = bind.split(".");
  const unit = UNITS[suffix] ?? "share";
  const valueAt = (at) => featureValue(bind, at, video, decay);
  let value = smoothS ? smooth(valueAt, frame, smoothS * video.fps, video, bind) : valueAt(frame);
  const defaultRange =
    unit === "share" ? [0, 1] : [components(modulation.min)[0], components(modulation.max)[0]];
  const [low, high] = modulation.from ?? defaultRange;
  if (unit === "count" && high > low) {
    value = low + (round(value) % (high - low + 1));
  }
  const share = ease(curve, high > low ? clamp((value - low) / (high - low)) : 0);
  return modulation.invert ? 1 - share : share;
}

/** Average a feature with a Hann window; one of an event is never changed before the event. */
function smooth(valueAt, frame, length, video, bind) {
  const looksAhead = splitEventFeature(bind, video.features) === null;
  const width = looksAhead ? length / 2 : length;
  const reach = Math.ceil(width);
  if (reach < 1) return valueAt(frame);
  let [sum, weights] = [0, 0];
  for (let offset = looksAhead ? -reach : 0; offset <= reach; offset++) {
    const weight = 1 + Math.cos((Math.PI * offset) / (width + 1));
    sum += weight * valueAt(Math.min(Math.max(frame - offset, 0), video.frames - 1));
    weights += weight;
  }
  return sum / weights;
}

/** Return the begin and the end of a frame, in seconds or in beats. */
function frameSpan(frame, video, inBeats) {
  const beats = video.features?.events.beat ?? [];
  const toUnit = (time) => (inBeats ? beatPosition(beats, time) : time);
  const end = toUnit((frame + 1) / video.fps - FRAME_END_MARGIN_S);
  return [round(toUnit(frame / video.fps)), end];
}

function oscillate(modulation, frame, video) {
  const [begin, end] = frameSpan(frame, video, modulation.beats !== undefined);
  const period = modulation.beats ?? modulation.seconds;
  const cycles = round(begin / period + modulation.phase);
  const phase = cycles - Math.floor(cycles);
  if (modulation.osc === "sine") return (1 - Math.cos(2 * Math.PI * phase)) / 2;
  if (modulation.osc === "triangle") return 1 - Math.abs(2 * phase - 1);
  const endCycles = end / period + modulation.phase;
  if (modulation.osc === "saw") return Math.floor(endCycles) > Math.floor(cycles) ? 0 : phase;
  return Number(Math.floor(2 * endCycles) % 2 === 0);
}

function interpolateKeyframes({ keys, unit }, frame, video) {
  const [begin, end] = frameSpan(frame, video, unit === "beat");
  let index = 0;
  while (index + 1 < keys.length && keys[index + 1][0] <= end) index++;
  const [fromTime, from] = keys[index];
  const [toTime, to, easing] = keys[Math.min(index + 1, keys.length - 1)];
  const elapsed = toTime > fromTime ? clamp((begin - fromTime) / (toTime - fromTime)) : 0;
  const share = ease(easing, elapsed);
  const target = components(to);
  return components(from).map((value, part) => value + (target[part] - value) * share);
}
