// The beats of the music as a ruler; mirrors server/animation/beat_ruler.py.

const CALM_S = 0.5;

/** Where in beats a moment is; beats go on beyond the ends. */
export function position(beats, seconds) {
  const times = beats.length > 1 ? beats.map(([time]) => time) : [0, CALM_S];
  const end = times.length - 1;
  if (seconds < times[0]) return (seconds - times[0]) / (times[1] - times[0]);
  if (seconds > times[end]) return end + (seconds - times[end]) / (times[end] - times[end - 1]);
  let at = 0;
  while (at < end - 1 && times[at + 1] <= seconds) at++;
  return at + (seconds - times[at]) / (times[at + 1] - times[at]);
}

/** The moment, in seconds, that is so many beats on: the inverse of `position`. */
export function beatTime(beats, place) {
  const times = beats.length > 1 ? beats.map(([time]) => time) : [0, CALM_S];
  const at = Math.min(Math.max(Math.floor(place), 0), times.length - 2);
  return times[at] + (place - at) * (times[at + 1] - times[at]);
}
