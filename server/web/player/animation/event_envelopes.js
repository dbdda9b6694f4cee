// Envelopes of the events of the music; mirrors server/animation/event_envelopes.py. Events are
// [seconds, strength] in order of time; one at time t belongs to the frame floor(t x fps).

export const PULSE_DECAY_S = 0.18;
export const PULSE_DECAYS_S = { accent: 0.25 };
const FAR_S = 600;

/** Return the frame of an event: 4.1 x 30 is 122.999… in binary, and belongs to frame 123. */
const frameOf = (event, fps) => Math.floor(Math.round(event[0] * fps * 1e6) / 1e6);

/** Return the index of the last event whose frame is not after `frame`; -1 before the first. */
function lastEvent(events, frame, fps) {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frameOf(events[middle], fps) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Return strength x (1 - age / decay)^2 of the strongest event that still sounds. */
function pulse(events, frame, fps, decay = PULSE_DECAY_S) {
  let strongest = 0;
  for (let index = lastEvent(events, frame, fps); index >= 0; index--) {
    const age = (frame - frameOf(events[index], fps)) / fps;
    if (age >= decay) break;
    strongest = Math.max(strongest, events[index][1] * (1 - age / decay) ** 2);
  }
  return strongest;
}

function since(events, frame, fps) {
  const index = lastEvent(events, frame, fps);
  return index < 0 ? FAR_S : Math.min((frame - frameOf(events[index], fps)) / fps, FAR_S);
}

function until(events, frame, fps) {
  const next = events[lastEvent(events, frame, fps) + 1];
  return next ? Math.min((frameOf(next, fps) - frame) / fps, FAR_S) : FAR_S;
}

function phase(events, frame, fps) {
  const index = lastEvent(events, frame, fps);
  if (index < 0 || index + 1 >= events.length) return 0;
  const [begin, end] = [events[index][0], events[index + 1][0]];
  return Math.min(Math.max((frame / fps - begin) / Math.max(end - begin, 1 / fps), 0), 1);
}

const count = (events, frame, fps) => lastEvent(events, frame, fps) + 1;
const strength = (events, frame, fps) => events[lastEvent(events, frame, fps)]?.[1] ?? 0;

/** The envelopes, by the second word of a feature's name: kick.since. */
export const ENVELOPES = { pulse, since, until, phase, count, strength };

/** Return whether one of the events belongs to the frame. */
export function startsInFrame(events, frame, fps) {
  const index = lastEvent(events, frame, fps);
  return index >= 0 && frameOf(events[index], fps) === frame;
}
