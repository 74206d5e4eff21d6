/** How the brightness of a frame becomes that of the background: a table by byte. */
export interface LightFit {
  readonly gain: number;
  readonly offset: number;
  /** Share of the looked-at pixels that the fit explains, 0 to 1. */
  readonly explained: number;
}

export const SAME_LIGHT: LightFit = { gain: 1, offset: 0, explained: 1 };

const SAMPLES = 2_000;
const NEAR = 14;
const ROUNDS = 4;
const SETTLED = 0.97;
const LEAST_GAIN = 0.4;
const MOST_GAIN = 2.5;

/**
 * Gain and offset that carry a frame's brightness to the background's: a camera that sets its exposure changes every pixel, and none of
 * them moved. Least squares over the pixels that the fit before explains, begun at the medians; objects fall out as outliers.
 */
export function fitLight(luma: Uint8Array, background: Uint8Array): LightFit {
  const step = Math.max(1, Math.floor(luma.length / SAMPLES));
  let best = { gain: 1, offset: medianChange(luma, background, step), explained: 0 };
  best.explained = explainedBy(best, luma, background, step);
  // Most frames have the light of the background: nothing to search.
  if (best.explained > SETTLED && Math.abs(best.offset) <= 1) return best;
  // A bright scene under a new exposure is scaled, not shifted: both beginnings are tried.
  for (const start of [best, { gain: gainOfMedians(luma, background, step), offset: 0, explained: 0 }]) {
    let fit = start;
    for (let round = 0; round < ROUNDS; round += 1) fit = refine(fit, luma, background, step);
    const explained = explainedBy(fit, luma, background, step);
    if (explained > best.explained + 0.01) best = { ...fit, explained };
  }
  return best;
}

// Medians of bytes by counting: sorting them took most of the time of the background model.
const changes = new Uint32Array(511);
const here = new Uint32Array(256);
const there = new Uint32Array(256);

/** Median of background less frame. */
function medianChange(luma: Uint8Array, background: Uint8Array, step: number): number {
  changes.fill(0);
  for (let at = 0; at < luma.length; at += step) {
    const change = (background[at] as number) - (luma[at] as number) + 255;
    changes[change] = (changes[change] as number) + 1;
  }
  return medianOf(changes) - 255;
}

function gainOfMedians(luma: Uint8Array, background: Uint8Array, step: number): number {
  here.fill(0);
  there.fill(0);
  for (let at = 0; at < luma.length; at += step) {
    const [from, to] = [luma[at] as number, background[at] as number];
    here[from] = (here[from] as number) + 1;
    there[to] = (there[to] as number) + 1;
  }
  return Math.min(MOST_GAIN, Math.max(LEAST_GAIN, (medianOf(there) + 1) / (medianOf(here) + 1)));
}

function medianOf(counts: Uint32Array): number {
  let all = 0;
  for (let value = 0; value < counts.length; value += 1) all += counts[value] as number;
  let rest = all >> 1;
  for (let value = 0; value < counts.length; value += 1) {
    rest -= counts[value] as number;
    if (rest < 0) return value;
  }
  return 0;
}

function refine<F extends { gain: number; offset: number }>(
  fit: F,
  luma: Uint8Array,
  background: Uint8Array,
  step: number,
): F {
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < luma.length; at += step) {
    const x = luma[at] as number;
    const y = background[at] as number;
    // What is burnt out or black tells nothing of the gain.
    if (x > 250 || x < 4 || Math.abs(fit.gain * x + fit.offset - y) > NEAR) continue;
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const spread = n * sxx - sx * sx;
  if (n < 50) return fit;
  // A picture of one brightness has no slope to measure.
  const gain = spread < n * n * 25 ? fit.gain : (n * sxy - sx * sy) / spread;
  if (gain < LEAST_GAIN || gain > MOST_GAIN) return fit;
  return { ...fit, gain, offset: (sy - gain * sx) / n };
}

function explainedBy(
  fit: { gain: number; offset: number },
  luma: Uint8Array,
  background: Uint8Array,
  step: number,
): number {
  let near = 0;
  let all = 0;
  for (let at = 0; at < luma.length; at += step, all += 1) {
    const rest = fit.gain * (luma[at] as number) + fit.offset - (background[at] as number);
    if (rest < NEAR && rest > -NEAR) near += 1;
  }
  return all === 0 ? 0 : near / all;
}

/** The fit as a table by byte, so that a pixel costs one look-up; `middle` is the byte that a gain leaves as it is. */
export function lightTable({ gain, offset }: LightFit, middle = 0): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256);
  for (let value = 0; value < 256; value += 1) table[value] = gain * (value - middle) + middle + offset;
  return table;
}
