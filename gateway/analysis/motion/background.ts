import { spreadOverTime } from '../spread.ts';
import { type LightFit, lightTable, SAME_LIGHT } from './light.ts';
import type { PlaneFrame, Planes } from './planes.ts';

/** What stands still, with the noise of each pixel and, where a pixel goes to and fro, what else it shows. */
export interface BackgroundModel extends Planes {
  /** Standard deviation of the brightness where it is the background, bytes. */
  readonly noise: Float32Array;
  /** A second brightness that the pixel keeps returning to (leaves, a flickering lamp, digits of a burnt-in clock); 0 where none. */
  readonly second: Uint8Array;
  /** Darkest and brightest of the pixel and its neighbours: an edge that trembles by a pixel shows no other brightness. */
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

const MOST_SAMPLES = 48;
/** Brightnesses this far apart are one mode. */
const MODE_WIDTH = 20;
const SECOND_SHARE = 0.12;
/** Something that stands for a while comes and goes once; leaves and digits come back more often. */
const SECOND_RUNS = 4;
const FEWEST_FOR_SECOND = 20;
/** A picture that trembles by a fraction of a pixel changes the strongest edge by no more. */
const MOST_TREMBLE = 24;

/**
 * The most frequent brightness of each pixel over frames spread over the whole stretch, past and future alike: what is hidden now may
 * be bare later. An object that stands longer than the ground is bare wins here; `mendGhosts` takes it out again.
 */
export function modelBackground(
  frames: readonly PlaneFrame[],
  lights: readonly LightFit[],
  mostSamples = MOST_SAMPLES,
): BackgroundModel {
  const chosen = spreadOverTime(frames, mostSamples);
  const first = frames[0];
  if (first === undefined) throw new RangeError('a background needs a frame');
  const size = first.luma.length;
  const count = chosen.length;
  const samples = chosen.map((index) => {
    const { luma, blue, red } = frames[index] as PlaneFrame;
    const table = lightTable(lights[index] ?? SAME_LIGHT);
    return { luma: luma.map((value) => table[value] as number), blue, red };
  });
  const model = {
    widthPx: first.widthPx,
    heightPx: first.heightPx,
    luma: new Uint8Array(size),
    blue: new Uint8Array(size),
    red: new Uint8Array(size),
    noise: new Float32Array(size),
    second: new Uint8Array(size),
    low: new Uint8Array(size),
    high: new Uint8Array(size),
  };
  const { least, most, luma, squares, blue, red } = sumsOf(samples, size);
  const values = new Uint8Array(count);
  const sorted = new Uint8Array(count);
  for (let at = 0; at < size; at += 1) {
    let n = count;
    // Where nothing ever passes, all of it is one mode: most pixels of most pictures.
    if ((most[at] as number) - (least[at] as number) > MODE_WIDTH) {
      for (let k = 0; k < count; k += 1) values[k] = (samples[k] as Sample).luma[at] as number;
      const low = densest(sortedInto(sorted, values), count);
      for (let k = 0; k < count; k += 1) {
        const value = values[k] as number;
        if (value >= low && value <= low + MODE_WIDTH) continue;
        n -= 1;
        luma[at] = (luma[at] as number) - value;
        squares[at] = (squares[at] as number) - value * value;
        blue[at] = (blue[at] as number) - ((samples[k] as Sample).blue[at] as number);
        red[at] = (red[at] as number) - ((samples[k] as Sample).red[at] as number);
      }
      if (count >= FEWEST_FOR_SECOND && n < count * (1 - SECOND_SHARE)) model.second[at] = secondMode(values, low);
    }
    const mean = (luma[at] as number) / n;
    model.luma[at] = mean + 0.5;
    model.blue[at] = (blue[at] as number) / n + 0.5;
    model.red[at] = (red[at] as number) / n + 0.5;
    model.noise[at] = Math.sqrt(Math.max(0, (squares[at] as number) / n - mean * mean));
  }
  rangeAround(model);
  return model;
}

/** One frame under the light of the background. */
type Sample = Pick<Planes, 'luma' | 'blue' | 'red'>;

/** By pixel, over all samples, each walked from end to end: several times faster than pixel by pixel. */
function sumsOf(samples: readonly Sample[], size: number) {
  const least = new Uint8Array(size).fill(255);
  const most = new Uint8Array(size);
  const luma = new Uint32Array(size);
  const squares = new Uint32Array(size);
  const blue = new Uint32Array(size);
  const red = new Uint32Array(size);
  for (const sample of samples) {
    for (let at = 0; at < size; at += 1) {
      const value = sample.luma[at] as number;
      if (value < (least[at] as number)) least[at] = value;
      if (value > (most[at] as number)) most[at] = value;
      luma[at] = (luma[at] as number) + value;
      squares[at] = (squares[at] as number) + value * value;
      blue[at] = (blue[at] as number) + (sample.blue[at] as number);
      red[at] = (red[at] as number) + (sample.red[at] as number);
    }
  }
  return { least, most, luma, squares, blue, red };
}

/**
 * Fills `low` and `high` from the brightness: of the four neighbours and at most MOST_TREMBLE away, or, of a picture that shakes, of all
 * eight and as far as they are.
 */
export function rangeAround(model: BackgroundModel, isShaken = false): void {
  const { luma, low, high, widthPx, heightPx } = model;
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    const up = y > 0 ? widthPx : 0;
    const down = y < heightPx - 1 ? widthPx : 0;
    for (let x = 0; x < widthPx; x += 1, at += 1) {
      const left = x > 0 ? 1 : 0;
      const right = x < widthPx - 1 ? 1 : 0;
      const own = luma[at] as number;
      const a = luma[at - up] as number;
      const b = luma[at + down] as number;
      const c = luma[at - left] as number;
      const d = luma[at + right] as number;
      low[at] = Math.min(own, a, b, c, d);
      high[at] = Math.max(own, a, b, c, d);
      if (isShaken) {
        const e = luma[at - up - left] as number;
        const f = luma[at - up + right] as number;
        const g = luma[at + down - left] as number;
        const h = luma[at + down + right] as number;
        low[at] = Math.min(low[at] as number, e, f, g, h);
        high[at] = Math.max(high[at] as number, e, f, g, h);
      } else {
        low[at] = Math.max(own - MOST_TREMBLE, low[at] as number);
        high[at] = Math.min(own + MOST_TREMBLE, high[at] as number);
      }
    }
  }
}

/** By insertion: a few dozen bytes, most of them equal. */
function sortedInto(sorted: Uint8Array, values: Uint8Array): Uint8Array {
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] as number;
    let place = k;
    for (; place > 0 && (sorted[place - 1] as number) > value; place -= 1) sorted[place] = sorted[place - 1] as number;
    sorted[place] = value;
  }
  return sorted;
}

/** Lower end of the window of MODE_WIDTH that holds most of the sorted values. */
function densest(sorted: Uint8Array, count: number): number {
  let best = 0;
  let low = sorted[0] as number;
  for (let from = 0, to = 0; from < count; from += 1) {
    const start = sorted[from] as number;
    while (to < count && (sorted[to] as number) <= start + MODE_WIDTH) to += 1;
    if (to - from > best) {
      best = to - from;
      low = start;
    }
    if (to === count) break;
  }
  return low;
}

/** The mean of what lies outside the mode when it comes back often enough to be no object; else 0. */
function secondMode(values: Uint8Array, low: number): number {
  let [n, sum, runs, inRun] = [0, 0, 0, false];
  for (const value of values) {
    const outside = value < low || value > low + MODE_WIDTH;
    if (outside) {
      n += 1;
      sum += value;
      if (!inRun) runs += 1;
    }
    inRun = outside;
  }
  if (runs < SECOND_RUNS || n < SECOND_SHARE * values.length) return 0;
  const mean = sum / n;
  let near = 0;
  for (const value of values) if (Math.abs(value - mean) <= MODE_WIDTH) near += 1;
  return near >= 0.6 * n ? Math.max(1, Math.round(mean)) : 0;
}
