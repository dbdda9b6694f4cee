// The progress of a transition; mirrors server/animation/transition_progress.py.

import { beatPosition } from "./beat_ruler.js";

const BEATS = 1;
const INSTANT = 1e-9;

/**
 * Return the progress of the transition in a frame, 0 to 1.
 * @param {function(string): number} setting - returns `at`, `length`, `every` or `unit`
 * @param {number} frame
 * @param {object} video - {fps, frames, features}
 */
export function transitionProgress(setting, frame, { features, fps, frames }) {
  const inBeats = setting("unit") === BEATS;
  const beats = features?.events.beat ?? [];
  const toUnit = (at) => (inBeats ? beatPosition(beats, at / fps) : at / fps);
  const [at, every, length] = [setting("at"), setting("every"), setting("length")];
  let start = at >= 0 ? at : every;
  if (at < 0 && every <= 0) {
    const middle = (toUnit(Math.floor(frames / 2)) + toUnit(Math.ceil(frames / 2))) / 2;
    start = middle - length / 2;
    if (inBeats) start = roundHalfToEven(start);
  }
  const time = toUnit(frame) + INSTANT - start;
  if (every <= 0) return ramp(time, length);
  const period = Math.floor(time / every);
  if (period < 0) return 0;
  const forth = ramp(time - period * every, Math.min(length, every));
  return period % 2 === 0 ? forth : 1 - forth;
}

function ramp(time, length) {
  return length <= 0 ? Number(time >= 0) : Math.min(Math.max(time / length, 0), 1);
}

function roundHalfToEven(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
