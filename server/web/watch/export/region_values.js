// The values for the video of a region: its time begins with its first frame. Beats become seconds,
// since other beats may be detected in a short part.

import { beatPosition, beatTime } from "../../player/animation/beat_ruler.js";
import { isModulation } from "../../player/animation/modulation_values.js";
import { Keyframes } from "../controls/keyframes.js";

const PRECISION = 1e4;
const DEFAULT_BEATS = 4;

const round = (value) => Math.round(value * PRECISION) / PRECISION;

/**
 * Shift oscillators and keyframes to the time of a region.
 * @param {object} values - by input name, as a request has them
 * @param {object[]} inputs - of the program
 * @param {object} video - {fps, frames, features}
 * @param {number} first - the first frame of the region
 */
export function shiftToRegion(values, inputs, video, first) {
  const shifted = Object.entries(values).map(([name, value]) => {
    const item = inputs.find((input) => input.name === name);
    if (!item || !isModulation(value) || value.bind) return [name, value];
    if (value.osc) return [name, shiftOscillator(value, video, first)];
    return [name, shiftKeyframes(item, value, video, first)];
  });
  return Object.fromEntries(shifted);
}

function shiftOscillator({ phase = 0, beats = DEFAULT_BEATS, seconds, ...rest }, video, first) {
  const start = first / video.fps;
  const { beat } = video.features.events;
  const position = beatPosition(beat, start);
  const period = seconds ?? round(beatTime(beat, position + beats) - start);
  const cycles = phase + (seconds === undefined ? position / beats : start / seconds);
  const shiftedPhase = round(((cycles % 1) + 1) % 1) % 1;
  return { ...rest, seconds: period, ...(shiftedPhase ? { phase: shiftedPhase } : {}) };
}

function shiftKeyframes(item, modulation, video, first) {
  const { unit, keys, ...rest } = modulation;
  const { beat } = video.features.events;
  const toSeconds = (time) => (unit === "beat" ? beatTime(beat, time) : time);
  const shift = (time) => round(toSeconds(time) - first / video.fps);
  const shifted = keys.map(([time, ...more]) => [shift(time), ...more]);
  const later = shifted.filter(([time]) => time > 0);
  const start = new Keyframes(item, video, { get: () => modulation }).valueAt(first);
  return { ...rest, keys: [[0, start], ...later] };
}
