// Envelopes of the events of the music; mirrors server/animation/event_envelopes.py. Hits are rows
// [seconds, strength] in order; one belongs to the frame floor(t x fps).

export const PULSE_DECAY_S = 0.18;
export const PULSE_DECAYS_S = { accent: 0.25 };
const FAR_S = 600;

/** 4.1 x 30 is 122.999… in binary, and belongs to frame 123 all the same. */
const frameOf = (hit, fps) => Math.floor(Math.round(hit[0] * fps * 1e6) / 1e6);

/** Index of the last hit whose frame is not after `frame`, -1 before the first. */
function last(hits, frame, fps) {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frameOf(hits[middle], fps) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** strength x (1 - age / decay)^2 of the strongest hit that is under way. */
function pulse(hits, frame, fps, decay = PULSE_DECAY_S) {
  let strongest = 0;
  for (let at = last(hits, frame, fps); at >= 0; at--) {
    const age = (frame - frameOf(hits[at], fps)) / fps;
    if (age >= decay) break;
    strongest = Math.max(strongest, hits[at][1] * (1 - age / decay) ** 2);
  }
  return strongest;
}

function since(hits, frame, fps) {
  const at = last(hits, frame, fps);
  return at < 0 ? FAR_S : Math.min((frame - frameOf(hits[at], fps)) / fps, FAR_S);
}

function until(hits, frame, fps) {
  const next = hits[last(hits, frame, fps) + 1];
  return next ? Math.min((frameOf(next, fps) - frame) / fps, FAR_S) : FAR_S;
}

function phase(hits, frame, fps) {
  const at = last(hits, frame, fps);
  if (at < 0 || at + 1 >= hits.length) return 0;
  const [begin, end] = [hits[at][0], hits[at + 1][0]];
  return Math.min(Math.max((frame / fps - begin) / Math.max(end - begin, 1 / fps), 0), 1);
}

const count = (hits, frame, fps) => last(hits, frame, fps) + 1;
const strength = (hits, frame, fps) => hits[last(hits, frame, fps)]?.[1] ?? 0;

export const WORDS = { pulse, since, until, phase, count, strength };

/** Whether one of the hits belongs to the frame. */
export function begins(hits, frame, fps) {
  const at = last(hits, frame, fps);
  return at >= 0 && frameOf(hits[at], fps) === frame;
}

