// Modulations as a person edits them: those of the effect, and what a new one begins with.

const SWITCH_KINDS = ["bool", "event"];

/** Return whether an input is only on or off. */
export function isSwitch(item) {
  return SWITCH_KINDS.includes(item.kind);
}

/** Describe a modulation in a few words. */
export function describeModulation({ bind, osc, beats, seconds, keys, unit, transition }) {
  if (transition) return "runs by itself";
  if (bind) return `follows ${bind}`;
  if (keys) {
    const count = `${keys.length} keyframe${keys.length === 1 ? "" : "s"}`;
    return `${count} in ${unit === "beat" ? "beats" : "seconds"}`;
  }
  const period = beats === undefined && seconds ? `${seconds} s` : `${beats ?? 4} beats`;
  return `oscillates: ${osc}, ${period}`;
}

/** Return the effect's own modulation as a request has it: without the defaults of the input. */
export function effectModulation(item) {
  if (!item.motion || item.motion.transition) return null;
  const { min, max, keys, phase, ...rest } = item.motion;
  const toValue = (number) => {
    if (item.values.length) return item.values[number];
    return item.kind === "bool" ? number >= 0.5 : number;
  };
  if (keys)
    return { ...rest, keys: keys.map(([time, number, ease]) => [time, toValue(number), ease]) };
  const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const range = [min, max];
  const isWholeChoice = item.values.length && isSame(range, [0, item.values.length - 1]);
  const isDefault = isSwitch(item) || isWholeChoice || isSame(range, [item.minimum, item.maximum]);
  const ends = isDefault ? {} : { min: toValue(min), max: toValue(max) };
  return { ...rest, ...(phase ? { phase } : {}), ...ends };
}

/** Return the range that a modulation has to state, because the input declares none. */
export function requiredRange(item) {
  const isDeclared = item.minimum !== null && item.maximum !== null;
  if (isSwitch(item) || item.values.length || isDeclared) return {};
  const shifted = (offset) =>
    Array.isArray(item.default)
      ? item.default.map((part) => part + offset)
      : (item.default ?? 0) + offset;
  return { min: item.minimum ?? shifted(0), max: item.maximum ?? shifted(1) };
}

/** Return the part of a feature that is mapped to the range; undefined where there is a default. */
export function featureRange(item, { unit, name }, videoSeconds) {
  const isVector = Array.isArray(item.default);
  if (unit === "share" || (unit === "count" && !isVector)) return undefined;
  if (unit === "count") return [0, 3];
  if (unit === "bpm") return [60, 180];
  return /\.(since|until)$/.test(name) ? [0, 1] : [0, Math.max(1, Math.round(videoSeconds))];
}

/**
 * Return whether a feature is the pulse of an event. An event alone means its pulse.
 * @param {string} name - the feature
 * @param {object[]} catalogue - all features
 */
export function isPulse(name, catalogue) {
  const [event] = name.split(".");
  const pulse = `${event}.pulse`;
  return [event, pulse].includes(name) && catalogue.some((feature) => feature.name === pulse);
}
