/** A 32-bit generator (mulberry32): values in [0, 1), the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const TABLE = 1 << 18;

/**
 * Sensor noise drawn once and read from another place for each frame: drawing millions of values a second would cost more than
 * all else. The sum of two draws gives small deviations more often than large ones.
 */
export function noiseTable(seed: number, amplitude: number): { addTo(rgb: Uint8ClampedArray, frame: number): void } {
  const random = randomFrom(seed ^ 0x5eed);
  const table = Int8Array.from({ length: TABLE }, () => Math.round((random() + random() - 1) * amplitude));
  return {
    addTo(rgb, frame) {
      if (amplitude === 0) return;
      let at = Math.floor(randomFrom(seed + frame * 7919)() * TABLE);
      // One value a pixel and not one a channel: recorders keep little noise in the colour planes.
      for (let index = 0; index < rgb.length; index += 3) {
        const change = table[at] ?? 0;
        at = (at + 1) & (TABLE - 1);
        rgb[index] = (rgb[index] ?? 0) + change;
        rgb[index + 1] = (rgb[index + 1] ?? 0) + change;
        rgb[index + 2] = (rgb[index + 2] ?? 0) + change;
      }
    },
  };
}
