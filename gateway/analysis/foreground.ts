import { rgbOf } from './pixels.ts';
import { spreadOverTime } from './spread.ts';
import type { DecodedFrame, RgbFrame } from './types.ts';

const MOST_SAMPLES = 25;
const FEWEST_SAMPLES = 5;
const LEAST_SECONDS = 3;
const LEAST_DIFFERENCE = 24;
const CALM = 10;
const SHADOW_DARKEST = 0.45;
const SHADOW_LIGHTEST = 0.97;
const SHADOW_TINT = 0.12;

/** RGB rows of what stands still, at the decoded size. */
export interface Background {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

/**
 * The median of each pixel and channel (or plane) over frames spread over the given ones. Undefined when they are too few or too close in
 * time to tell what stands still from what only passes slowly.
 */
export function findBackground(frames: readonly DecodedFrame[]): Background | undefined {
  const [first, last] = [frames[0], frames.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (frames.length < FEWEST_SAMPLES || last.timeSeconds - first.timeSeconds < LEAST_SECONDS) return undefined;
  const samples = spreadOverTime(frames, MOST_SAMPLES).flatMap((index) => {
    const frame = frames[index];
    return frame === undefined || bytesOf(frame).length !== bytesOf(first).length ? [] : [bytesOf(frame)];
  });
  const median = new Uint8Array(bytesOf(first).length);
  const values = new Uint8Array(samples.length);
  const middle = samples.length >> 1;
  for (let at = 0; at < median.length; at += 1) {
    let [least, most, sum] = [255, 0, 0];
    for (let index = 0; index < values.length; index += 1) {
      const value = (samples[index] as Uint8Array)[at] as number;
      values[index] = value;
      sum += value;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    // Most pixels hardly change: their mean is as good, and sorting was most of the time.
    median[at] = most - least <= CALM ? sum / values.length + 0.5 : (values.sort()[middle] as number);
  }
  const rgb = first.yuv === undefined ? median : rgbOf({ ...first, yuv: median });
  return { widthPx: first.widthPx, heightPx: first.heightPx, rgb };
}

const bytesOf = (frame: DecodedFrame): Uint8Array => frame.yuv ?? frame.rgb;

/** Whether the pixel at a byte offset is not the background there. */
export function differs(frame: RgbFrame, background: Background, at: number): boolean {
  for (let channel = at; channel < at + 3; channel += 1) {
    if (Math.abs((frame.rgb[channel] ?? 0) - (background.rgb[channel] ?? 0)) > LEAST_DIFFERENCE) return true;
  }
  return false;
}

/** Whether the pixel is the background made darker evenly: ground in a shadow keeps its tint. */
export function isShadow(frame: RgbFrame, background: Background, at: number): boolean {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let channel = at; channel < at + 3; channel += 1) {
    const ratio = ((frame.rgb[channel] ?? 0) + 1) / ((background.rgb[channel] ?? 0) + 1);
    least = Math.min(least, ratio);
    most = Math.max(most, ratio);
  }
  return least > SHADOW_DARKEST && most < SHADOW_LIGHTEST && most - least < SHADOW_TINT;
}
