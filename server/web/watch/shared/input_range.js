// Ranges and kinds of inputs.

const DIGITS = 4;

/** The kind of field that an input has. */
export function kindOf(item) {
  return item.kind === "long" && item.values.length ? "choice" : item.kind;
}

/** A number with as many digits as the range from `low` to `high` needs. */
export function rounded(value, low, high) {
  const places = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(high - low) || 1)));
  return Math.min(Math.max(Number(value.toFixed(Math.min(places, 12))), low), high);
}

/** The ends of a slider for an input that may have none. */
export function ends(item, at = null) {
  const part = (of) => (Array.isArray(of) ? of[at] : of);
  const value = part(item.default) ?? 0;
  const reach = Math.max(1, Math.abs(value) * 2);
  return [part(item.min) ?? Math.min(0, value - reach), item.reach ?? part(item.max) ?? Math.max(1, value + reach)];
}
