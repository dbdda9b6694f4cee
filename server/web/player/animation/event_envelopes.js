// Envelopes of the events of the music; mirrors server/animation/event_envelopes.py. The hits of an
// event are [seconds, strength] in order of time; a hit belongs to the frame floor(t x fps).

export const PULSE_DECAY_S = 0.18;
export const PULSE_DECAYS_S = { accent: 0.25 };
const FAR_S = 600;

/** Return the frame of a hit: 4.1 x 30 is 122.999… in binary, and belongs to frame 123. */
const frameOf = (hit, fps) => Math.floor(Math.round(hit[0] * fps * 1e6) / 1e6);

/** Return the index of the last hit whose frame is not after `frame`; -1 before the first. */
function lastHit(hits, frame, fps) {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frameOf(hits[middle], fps) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Return strength x (1 - age / decay)^2 of the strongest hit that still sounds. */
function pulse(hits, frame, fps, decay = PULSE_DECAY_S) {
  let strongest = 0;
  for (let index = lastHit(hits, frame, fps); index >= 0; index--) {
    const age = (frame - frameOf(hits[index], fps)) / fps;
    if (age >= decay) break;
    strongest = Math.max(strongest, hits[index][1] * (1 - age / decay) ** 2);
  }
  return strongest;
}

function since(hits, frame, fps) {
  const index = lastHit(hits, frame, fps);
  return index < 0 ? FAR_S : Math.min((frame - frameOf(hits[index], fps)) / fps, FAR_S);
}

function until(hits, frame, fps) {
  const next = hits[lastHit(hits, frame, fps) + 1];
  return next ? Math.min((frameOf(next, fps) - frame) / fps, FAR_S) : FAR_S;
}

function phase(hits, frame, fps) {
  const index = lastHit(hits, frame, fps);
  if (index < 0 || index + 1 >= hits.length) return 0;
  const [begin, end] = [hits[index][0], hits[index + 1][0]];
  return Math.min(Math.max((frame / fps - begin) / Math.max(end - begin, 1 / fps), 0), 1);
}

const count = (hits, frame, fps) => lastHit(hits, frame, fps) + 1;
const strength = (hits, frame, fps) => hits[lastHit(hits, frame, fps)]?.[1] ?? 0;

/** The envelopes, by the second word of a feature's name: kick.since. */
export const ENVELOPES = { pulse, since, until, phase, count, strength };

/** Return whether one of the hits belongs to the frame. */
export function startsInFrame(hits, frame, fps) {
  const index = lastHit(hits, frame, fps);
  return index >= 0 && frameOf(hits[index], fps) === frame;
}
