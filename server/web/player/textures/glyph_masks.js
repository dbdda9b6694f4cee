// Masks made from the ink of letters: the distance to it for outlines, and a blur for shadows.

const FAR = 1e9;
const FAINT = 0.02;

/** Return 1 at the ink, less the farther a pixel is from it, 0 beyond `reach`; in two passes. */
export function edgeProximity(ink, width, height, reach) {
  const maxDistance = Math.ceil(reach) + 1;
  const nearestColumns = findNearestColumns(ink, width, height);
  return ink.map((_value, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    let [minimum, nearest] = [FAR, 0];
    const last = Math.min(row + maxDistance, height - 1);
    for (let other = Math.max(row - maxDistance, 0); other <= last; other++) {
      const inkColumn = nearestColumns[other * width + column];
      const squared = (other - row) ** 2 + (inkColumn - column) ** 2;
      if (squared < minimum) [minimum, nearest] = [squared, other * width + inkColumn];
    }
    if (minimum >= FAR) return 0;
    const distance = Math.max(Math.sqrt(minimum) + 0.5 - ink[nearest], -1);
    return (reach + 1 - distance) / (reach + 2);
  });
}

/** Return, for each pixel, the column of the nearest ink in its row; -FAR where it has none. */
function findNearestColumns(ink, width, height) {
  const nearest = new Int32Array(width * height).fill(-FAR);
  for (let row = 0; row < height; row++) {
    for (const direction of [1, -1]) {
      let last = -FAR;
      for (let step = 0; step < width; step++) {
        const column = direction > 0 ? step : width - 1 - step;
        const index = row * width + column;
        if (ink[index] > FAINT) last = column;
        if (Math.abs(column - last) < Math.abs(column - nearest[index])) nearest[index] = last;
      }
    }
  }
  return nearest;
}

/** Approximate a Gaussian blur by three box blurs. */
export function gaussianBlur(ink, width, height, deviation) {
  const radius = Math.max(Math.round((Math.sqrt(4 * deviation ** 2 + 1) - 1) / 2), 1);
  let blurred = ink;
  for (let pass = 0; pass < 3; pass++) {
    const horizontal = boxBlur(blurred, width, height, 1, width, radius);
    blurred = boxBlur(horizontal, height, width, width, 1, radius);
  }
  return blurred;
}

/** Average `count` values, `stride` apart, in each of `lines` lines that begin `skip` apart. */
function boxBlur(values, count, lines, stride, skip, radius) {
  const averages = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    let sum = 0;
    for (let at = -radius; at < count + radius; at++) {
      if (at + radius < count) sum += values[line * skip + (at + radius) * stride];
      if (at - radius - 1 >= 0) sum -= values[line * skip + (at - radius - 1) * stride];
      if (at >= 0 && at < count) averages[line * skip + at * stride] = sum / (2 * radius + 1);
    }
  }
  return averages;
}
