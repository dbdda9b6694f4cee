// What was tuned over the whole track, as the video of a part of it needs it: time begins with the
// first frame of a video. Beats become seconds: in a short part other beats may be detected.

import { beatTime, position } from "../../player/animation/beat_ruler.js";
import { isMotion } from "../../player/animation/modulation.js";
import { Keyed } from "../controls/keyframes.js";

const FINE = 1e4;
const USUAL_BEATS = 4;

const short = (value) => Math.round(value * FINE) / FINE;

/**
 * Move oscillators and key frames to the time of a part.
 * @param {object} values - by input name, as a request has them
 * @param {object[]} inputs - of the program
 * @param {object} film - {fps, frames, sound}
 * @param {number} first - the frame of the track with which the part begins
 */
export function clipped(values, inputs, film, first) {
  const rows = Object.entries(values).map(([name, value]) => {
    const item = inputs.find((one) => one.name === name);
    if (!item || !isMotion(value) || value.bind) return [name, value];
    return [name, value.osc ? swung(value, film, first) : keyed(item, value, film, first)];
  });
  return Object.fromEntries(rows);
}

function swung({ phase = 0, beats = USUAL_BEATS, seconds, ...rest }, film, first) {
  const start = first / film.fps;
  const { beat } = film.sound.hits;
  const place = position(beat, start);
  const period = seconds ?? short(beatTime(beat, place + beats) - start);
  const turns = phase + (seconds === undefined ? place / beats : start / seconds);
  const moved = short(((turns % 1) + 1) % 1) % 1;
  return { ...rest, seconds: period, ...(moved ? { phase: moved } : {}) };
}

function keyed(item, motion, film, first) {
  const { unit, keys, ...rest } = motion;
  const { beat } = film.sound.hits;
  const seconds = (time) => short((unit === "beat" ? beatTime(beat, time) : time) - first / film.fps);
  const later = keys.map(([time, ...more]) => [seconds(time), ...more]).filter(([time]) => time > 0);
  const begin = new Keyed(item, film, { get: () => motion }).at(first);
  return { ...rest, keys: [[0, begin], ...later] };
}
