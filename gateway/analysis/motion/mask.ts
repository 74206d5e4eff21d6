import type { BackgroundModel } from './background.ts';
import { type LightFit, lightTable } from './light.ts';
import type { Planes } from './planes.ts';

/** What each pixel of a frame is: background, the background in shade or a little brighter, or something else. */
export const STILL = 0;
export const SHADE = 1;
export const MOVING = 2;

const LEAST_LUMA = 15;
const LUMA_DEVIATIONS = 3.5;
const LEAST_TINT = 18;
/** Colour bleeds over edges: what is an edge in brightness may change its tint more. */
const EDGE_TINT = 0.4;
const SHADE_DARKEST = 0.5;
const SHADE_LIGHTEST = 1.2;
const SHADE_TINT = 6;
const NEIGHBOURS = 3;

/** Reused between frames of one size, so that a frame costs no allocation. */
export interface MaskSpace {
  readonly raw: Uint8Array;
  readonly clean: Uint8Array;
  /** Of pieces (blobs.ts). */
  readonly labels: Int32Array;
}

export const maskSpace = (size: number): MaskSpace => ({
  raw: new Uint8Array(size),
  clean: new Uint8Array(size),
  labels: new Int32Array(size),
});

/** What a pixel of a background must leave to be something else, by pixel: whole numbers, so that a frame costs little. */
export interface Thresholds {
  /** By how much brighter or darker than its range it must be. */
  readonly luma: Uint8Array;
  readonly tint: Uint8Array;
  /** The first brightness under and the first above what is still the background. */
  readonly under: Int16Array;
  readonly above: Int16Array;
}

/** Made once a background, after its range is known. */
export function thresholdsOf({ noise, low, high }: BackgroundModel): Thresholds {
  const luma = new Uint8Array(noise.length);
  const tint = new Uint8Array(noise.length);
  const under = new Int16Array(noise.length);
  const above = new Int16Array(noise.length);
  for (let at = 0; at < noise.length; at += 1) {
    luma[at] = Math.min(255, LEAST_LUMA + LUMA_DEVIATIONS * Math.max(0, (noise[at] as number) - 1.5));
    tint[at] = Math.min(255, LEAST_TINT + ((high[at] as number) - (low[at] as number)) * EDGE_TINT);
    under[at] = (low[at] as number) - (luma[at] as number);
    above[at] = (high[at] as number) + (luma[at] as number);
  }
  return { luma, tint, under, above };
}

export interface Mask {
  /** STILL, SHADE or MOVING a pixel; it lies in the space and is overwritten by the next. */
  readonly mask: Uint8Array;
  /** How many pixels are not still. */
  readonly changed: number;
}

/** Compares a frame with the background. */
export function maskOf(
  frame: Planes,
  background: BackgroundModel,
  thresholds: Thresholds,
  light: LightFit,
  space: MaskSpace,
): Mask {
  const table = lightTable(light);
  // Colour differences scale with the exposure like brightness does.
  const tints = lightTable({ gain: Math.min(1.5, Math.max(0.7, light.gain)), offset: 0, explained: 1 }, 128);
  const { raw } = space;
  const { luma, blue, red } = frame;
  const { luma: still, blue: stillBlue, red: stillRed, second } = background;
  const { under, above, tint: leastTint } = thresholds;
  // Most pixels are still, and are left as they are filled.
  raw.fill(STILL);
  for (let at = 0; at < raw.length; at += 1) {
    const bright = table[luma[at] as number] as number;
    const tint =
      Math.abs((tints[blue[at] as number] as number) - (stillBlue[at] as number)) +
      Math.abs((tints[red[at] as number] as number) - (stillRed[at] as number));
    if (bright < (above[at] as number) && bright > (under[at] as number) && tint < (leastTint[at] as number)) continue;
    const other = second[at] as number;
    if (other > 0 && Math.abs(bright - other) < (thresholds.luma[at] as number) + 8) continue;
    const ground = still[at] as number;
    const ratio = (bright + 1) / (ground + 1);
    const isShade = tint < SHADE_TINT + ground * 0.02 && ratio > SHADE_DARKEST && ratio < SHADE_LIGHTEST;
    raw[at] = isShade ? SHADE : MOVING;
  }
  return { mask: space.clean, changed: clean(space, frame.widthPx, frame.heightPx) };
}

/** A pixel stays when enough of the eight around it are not still either: noise is alone. Returns how many stay. */
function clean({ raw, clean: to }: MaskSpace, width: number, height: number): number {
  let changed = 0;
  to.fill(STILL);
  for (let y = 0; y < height; y += 1) {
    const from = y * width;
    const row = raw.subarray(from, from + width);
    // Most rows have nothing to look at, and the library finds that faster than a loop.
    if (!row.includes(MOVING) && !row.includes(SHADE)) continue;
    const up = y > 0 ? -width : 0;
    const down = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x += 1) {
      const at = from + x;
      const value = raw[at] as number;
      if (value === STILL) continue;
      const left = x > 0 ? -1 : 0;
      const right = x < width - 1 ? 1 : 0;
      // A pixel counts itself, and at the rim those that stand in for what lies outside.
      const around =
        busyOf(raw, at + up, left, right) + busyOf(raw, at, left, right) + busyOf(raw, at + down, left, right) - 1;
      if (around < NEIGHBOURS) continue;
      to[at] = value;
      changed += 1;
    }
  }
  return changed;
}

/** How many of three pixels beside each other are not still. */
const busyOf = (raw: Uint8Array, at: number, left: number, right: number): number =>
  (raw[at + left] === STILL ? 0 : 1) + (raw[at] === STILL ? 0 : 1) + (raw[at + right] === STILL ? 0 : 1);
