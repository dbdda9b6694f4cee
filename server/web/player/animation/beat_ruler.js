// The beats of the music as a ruler; mirrors server/animation/beat_ruler.py.

const DEFAULT_PERIOD_S = 0.5;

/** Convert seconds to beats; the first and the last period continue beyond the ends. */
export function beatPosition(beats, seconds) {
  const times = beatTimes(beats);
  const end = times.length - 1;
  if (seconds < times[0]) return (seconds - times[0]) / (times[1] - times[0]);
  if (seconds > times[end]) return end + (seconds - times[end]) / (times[end] - times[end - 1]);
  let index = 0;
  while (index < end - 1 && times[index + 1] <= seconds) index++;
  return index + (seconds - times[index]) / (times[index + 1] - times[index]);
}

/** Convert beats to seconds: the inverse of `beatPosition`. */
export function beatTime(beats, position) {
  const times = beatTimes(beats);
  const index = Math.min(Math.max(Math.floor(position), 0), times.length - 2);
  return times[index] + (position - index) * (times[index + 1] - times[index]);
}

function beatTimes(beats) {
  return beats.length > 1 ? beats.map(([time]) => time) : [0, DEFAULT_PERIOD_S];
}
