import { sparseRgb } from './pixels.ts';
import type { DecodedFrame } from './types.ts';

/** How bytes of a channel become what they would be under white light, by channel. */
export type WhiteReference = readonly [Uint8Array, Uint8Array, Uint8Array];

const MOST_LOOKS = 12;
const PIXEL_STEP = 7;
/** Largest less smallest channel of a pixel that is coloured and not grey. */
const COLOURFUL = 18;
const LEAST_COLOURFUL = 0.002;
/** Mean of it over a picture: even a grey wall has a tint before a colour sensor, and hardly one before another. */
const LEAST_SPREAD = 2.5;
/** Brightness that a twentieth of the picture reaches: under less a lamp is missing, and every coat is black. */
const DARK = 55;
const BRIGHT_SHARE = 0.1;
const NEARLY_NEUTRAL = 0.7;
const MOST_GAIN = 1.8;
/** Weaker casts are left: the borders of the colour terms allow for them, and a wall may truly be yellowish. */
const LEAST_TINT = Math.log(1.15);

/**
 * The light of some frames, or undefined where they tell no colours: infrared and black-and-white cameras, and the dark. The reference is
 * the mean of the brightest pixels that are not strongly coloured; a plain tint of the light, such as that of sodium lamps, is taken out.
 */
export function findWhite(frames: readonly DecodedFrame[]): WhiteReference | undefined {
  const looks = Math.min(MOST_LOOKS, frames.length);
  let [mostColourful, mostSpread] = [0, 0];
  const histogram = new Float64Array(256);
  const neutral = Array.from({ length: 256 }, () => new Float64Array(4));
  for (let look = 0; look < looks; look += 1) {
    const frame = frames[Math.floor(((look + 0.5) * frames.length) / looks)];
    if (frame === undefined) continue;
    let [colourful, spreads, pixels] = [0, 0, 0];
    const rgb = sparseRgb(frame, PIXEL_STEP);
    for (let at = 0; at < rgb.length; at += 3, pixels += 1) {
      const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
      const most = Math.max(r, g, b);
      const spread = most - Math.min(r, g, b);
      spreads += spread;
      if (spread >= COLOURFUL) colourful += 1;
      const bright = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      histogram[bright] = (histogram[bright] ?? 0) + 1;
      // What is burnt out is white whatever the light.
      if (most > 250 || spread > NEARLY_NEUTRAL * most) continue;
      const sums = neutral[bright] as Float64Array;
      sums[0] = (sums[0] as number) + r;
      sums[1] = (sums[1] as number) + g;
      sums[2] = (sums[2] as number) + b;
      sums[3] = (sums[3] as number) + 1;
    }
    mostColourful = Math.max(mostColourful, colourful / Math.max(1, pixels));
    mostSpread = Math.max(mostSpread, spreads / Math.max(1, pixels));
  }
  const hasColours = mostColourful >= LEAST_COLOURFUL || mostSpread >= LEAST_SPREAD;
  if (!hasColours || percentile(histogram, 0.95) < DARK) return undefined;
  return tablesOf(brightestOf(neutral));
}

/** Mean red, green and blue of the brightest tenth of the nearly neutral pixels. */
function brightestOf(neutral: readonly Float64Array[]): readonly [number, number, number] {
  const all = neutral.reduce((sum, [, , , count = 0]) => sum + count, 0);
  const sums: [number, number, number] = [0, 0, 0];
  let taken = 0;
  for (let bright = 255; bright >= 0 && taken < BRIGHT_SHARE * all; bright -= 1) {
    const [r = 0, g = 0, b = 0, count = 0] = neutral[bright] ?? [];
    sums[0] += r;
    sums[1] += g;
    sums[2] += b;
    taken += count;
  }
  return taken === 0 ? [1, 1, 1] : [sums[0] / taken, sums[1] / taken, sums[2] / taken];
}

function tablesOf(reference: readonly [number, number, number]): WhiteReference {
  const mean = (reference[0] + reference[1] + reference[2]) / 3;
  const gains = reference.map((channel) =>
    Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, mean / Math.max(1, channel))),
  ) as [number, number, number];
  const isTinted = gains.some((gain) => Math.abs(Math.log(gain)) > LEAST_TINT);
  const table = (gain: number): Uint8Array =>
    Uint8Array.from(Uint8ClampedArray.from({ length: 256 }, (_, value) => (isTinted ? value * gain : value)));
  return [table(gains[0]), table(gains[1]), table(gains[2])];
}

function percentile(histogram: Float64Array, share: number): number {
  const all = histogram.reduce((sum, count) => sum + count, 0);
  let reached = 0;
  for (const [value, count] of histogram.entries()) {
    reached += count;
    if (reached >= share * all) return value;
  }
  return 255;
}
