// Ranges and fields of inputs.

const DIGITS = 4;

/** Return the kind of field that edits an input. */
export function fieldKind(item) {
  return item.kind === "long" && item.values.length ? "choice" : item.kind;
}

/** Round a number to as many digits as the range from `low` to `high` needs. */
export function roundToRange(value, low, high) {
  const digits = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(high - low) || 1)));
  return Math.min(Math.max(Number(value.toFixed(Math.min(digits, 12))), low), high);
}

/** Return the range of a slider for an input, or for a component of it; it may declare none. */
export function sliderRange(item, component = null) {
  const part = (value) => (Array.isArray(value) ? value[component] : value);
  const value = part(item.default) ?? 0;
  const reach = Math.max(1, Math.abs(value) * 2);
  const low = part(item.minimum) ?? Math.min(0, value - reach);
  return [low, item.reach ?? part(item.maximum) ?? Math.max(1, value + reach)];
}
