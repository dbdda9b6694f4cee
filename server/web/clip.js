// What was tuned over the whole track, as the video of a part of it needs it: time and beats of a
// video begin with its first frame and its first beat.

import { position } from "./hits.js";
import { Keyed } from "./keyed.js";
import { isMotion } from "./motion.js";

const FINE = 1e4;
const INSTANT = 1e-6;

const short = (value) => Math.round(value * FINE) / FINE;

/**
 * Move oscillators and key frames to the time of a part.
 * @param {object} values - by input name, as a request has them
 * @param {object[]} inputs - of the program
 * @param {object} film - {fps, frames, sound}
 * @param {number} first - the frame of the track with which the part begins
 */
export function clipped(values, inputs, film, first) {
  const seconds = first / film.fps;
  const beats = Math.ceil(position(film.sound.hits.beat, seconds) - INSTANT);
  const rows = Object.entries(values).map(([name, value]) => {
    const item = inputs.find((one) => one.name === name);
    if (!item || !isMotion(value) || value.bind) return [name, value];
    return [name, value.osc ? swung(value, seconds, beats) : keyed(item, value, film, first, seconds, beats)];
  });
  return Object.fromEntries(rows);
}

function swung(motion, seconds, beats) {
  const { phase = 0, ...rest } = motion;
  const turns = motion.seconds === undefined ? beats / (motion.beats ?? 4) : seconds / motion.seconds;
  const moved = short((((phase + turns) % 1) + 1) % 1) % 1;
  return moved ? { ...rest, phase: moved } : rest;
}

function keyed(item, motion, film, first, seconds, beats) {
  const all = new Keyed(item, film, { get: () => motion });
  const offset = motion.unit === "beat" ? beats : seconds;
  const later = motion.keys.map(([time, ...rest]) => [short(time - offset), ...rest]).filter(([time]) => time > 0);
  const begin = motion.unit === "beat" ? all.frame(beats) : first;
  return { ...motion, keys: [[0, all.at(begin)], ...later] };
}
