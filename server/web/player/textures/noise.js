// The noise textures, byte for byte as in server/render/textures/builtin.py.

/**
 * Return white noise: byte i is the top byte of a hash of i (the generator PCG-RXS-M-XS of 32 bits,
 * O'Neill 2014).
 */
export function noise(count) {
  return Uint8Array.from({ length: count }, (_, index) => {
    const state = (Math.imul(index, 747796405) + 2891336453) >>> 0;
    const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
    return (((word >>> 22) ^ word) >>> 0) >>> 24;
  });
}

/** Return 2D noise whose green is its red moved by (37, -17), and alpha its blue. */
export function pairChannels(noiseBytes, edge, components) {
  const data = noiseBytes.slice();
  for (let from = 0; from + 1 < components; from += 2) {
    for (let y = 0; y < edge; y++) {
      const row = (y + 17) % edge;
      for (let x = 0; x < edge; x++) {
        const column = (((x - 37) % edge) + edge) % edge;
        data[(y * edge + x) * components + from + 1] =
          noiseBytes[(row * edge + column) * components + from];
      }
    }
  }
  return data;
}
