// Distance and blur of a shape: what outlines and shadows of letters are made from.

const FAR = 1e9;

/** How near each pixel is to the edge of the shape: the nearest pixel of it, in two passes. */
export function near(ink, width, height, reach) {
  const far = Math.ceil(reach) + 1;
  const seeds = new Int32Array(width * height).fill(-FAR);
  for (let row = 0; row < height; row++) {
    for (const way of [1, -1]) {
      let last = -FAR;
      for (let step = 0; step < width; step++) {
        const column = way > 0 ? step : width - 1 - step;
        const at = row * width + column;
        if (ink[at] > 0.02) last = column;
        if (Math.abs(column - last) < Math.abs(column - seeds[at])) seeds[at] = last;
      }
    }
  }
  return ink.map((_value, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    let [best, nearest] = [FAR, 0];
    for (let other = Math.max(row - far, 0); other <= Math.min(row + far, height - 1); other++) {
      const seed = seeds[other * width + column];
      const away = (other - row) ** 2 + (seed - column) ** 2;
      if (away < best) [best, nearest] = [away, other * width + seed];
    }
    if (best >= FAR) return 0;
    return (reach + 1 - Math.max(Math.sqrt(best) + 0.5 - ink[nearest], -1)) / (reach + 2);
  });
}

/** A Gaussian blur, as three boxes. */
export function blurred(ink, width, height, deviation) {
  const radius = Math.max(Math.round((Math.sqrt(4 * deviation ** 2 + 1) - 1) / 2), 1);
  let found = ink;
  for (let turn = 0; turn < 3; turn++) {
    found = boxed(boxed(found, width, height, 1, width, radius), height, width, width, 1, radius);
  }
  return found;
}

function boxed(values, count, rows, stride, skip, radius) {
  const found = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = -radius; at < count + radius; at++) {
      if (at + radius < count) sum += values[row * skip + (at + radius) * stride];
      if (at - radius - 1 >= 0) sum -= values[row * skip + (at - radius - 1) * stride];
      if (at >= 0 && at < count) found[row * skip + at * stride] = sum / (2 * radius + 1);
    }
  }
  return found;
}
