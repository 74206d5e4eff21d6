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
const LEAST_GAIN = 0.4;
const MOST_GAIN = 2.5;

/**
 * Gain and offset that carry a frame's brightness to the background's: a camera that sets its exposure changes every pixel, and none of
 * them moved. Least squares over the pixels that the fit before explains, begun at the medians; objects fall out as outliers.
 */
export function fitLight(luma: Uint8Array, background: Uint8Array): LightFit {
  const step = Math.max(1, Math.floor(luma.length / SAMPLES));
  const ratios: number[] = [];
  for (let at = 0; at < luma.length; at += step) ratios.push((background[at] as number) - (luma[at] as number));
  ratios.sort((a, b) => a - b);
  let best = { gain: 1, offset: ratios[ratios.length >> 1] ?? 0, explained: 0 };
  best.explained = explainedBy(best, luma, background, step);
  // A bright scene under a new exposure is scaled, not shifted: both beginnings are tried.
  for (const start of [best, { ...byMedians(luma, background, step), explained: 0 }]) {
    let fit = start;
    for (let round = 0; round < ROUNDS; round += 1) fit = refine(fit, luma, background, step);
    const explained = explainedBy(fit, luma, background, step);
    if (explained > best.explained + 0.01) best = { ...fit, explained };
  }
  return best;
}

function byMedians(luma: Uint8Array, background: Uint8Array, step: number): { gain: number; offset: number } {
  const here: number[] = [];
  const there: number[] = [];
  for (let at = 0; at < luma.length; at += step) {
    here.push(luma[at] as number);
    there.push(background[at] as number);
  }
  here.sort((a, b) => a - b);
  there.sort((a, b) => a - b);
  const middle = here.length >> 1;
  const gain = ((there[middle] ?? 0) + 1) / ((here[middle] ?? 0) + 1);
  return { gain: Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain)), offset: 0 };
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

/** The fit as a table by byte, so that a pixel costs one look-up. */
export function lightTable({ gain, offset }: LightFit): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => gain * value + offset);
}
