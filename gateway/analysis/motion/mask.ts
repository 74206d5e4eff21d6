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
}

export const maskSpace = (size: number): MaskSpace => ({ raw: new Uint8Array(size), clean: new Uint8Array(size) });

/** What a pixel of a background must differ by to be something else, by pixel: whole bytes, so that a frame costs little. */
export interface Thresholds {
  readonly luma: Uint8Array;
  readonly tint: Uint8Array;
}

/** Made once a background, after its range is known. */
export function thresholdsOf({ noise, low, high }: BackgroundModel): Thresholds {
  const luma = new Uint8Array(noise.length);
  const tint = new Uint8Array(noise.length);
  for (let at = 0; at < noise.length; at += 1) {
    luma[at] = Math.min(255, LEAST_LUMA + LUMA_DEVIATIONS * Math.max(0, (noise[at] as number) - 1.5));
    tint[at] = Math.min(255, LEAST_TINT + ((high[at] as number) - (low[at] as number)) * EDGE_TINT);
  }
  return { luma, tint };
}

/** Compares a frame with the background; the answer lies in `space.clean`. */
export function maskOf(
  frame: Planes,
  background: BackgroundModel,
  thresholds: Thresholds,
  light: LightFit,
  space: MaskSpace,
): Uint8Array {
  const table = lightTable(light);
  // Colour differences scale with the exposure like brightness does.
  const tints = lightTable({ gain: Math.min(1.5, Math.max(0.7, light.gain)), offset: 0, explained: 1 }, 128);
  const { raw } = space;
  const { luma, blue, red } = frame;
  const { luma: still, blue: stillBlue, red: stillRed, low, high, second } = background;
  for (let at = 0; at < raw.length; at += 1) {
    const bright = table[luma[at] as number] as number;
    const above = bright - (high[at] as number);
    const below = (low[at] as number) - bright;
    const difference = Math.max(above, below);
    const blueChange = (tints[blue[at] as number] as number) - (stillBlue[at] as number);
    const redChange = (tints[red[at] as number] as number) - (stillRed[at] as number);
    const tint = (blueChange < 0 ? -blueChange : blueChange) + (redChange < 0 ? -redChange : redChange);
    const least = thresholds.luma[at] as number;
    if (difference < least && tint < (thresholds.tint[at] as number)) {
      raw[at] = STILL;
      continue;
    }
    const other = second[at] as number;
    if (other > 0 && Math.abs(bright - other) < least + 8) {
      raw[at] = STILL;
      continue;
    }
    const ground = still[at] as number;
    const ratio = (bright + 1) / (ground + 1);
    const isShade = tint < SHADE_TINT + ground * 0.02 && ratio > SHADE_DARKEST && ratio < SHADE_LIGHTEST;
    raw[at] = isShade ? SHADE : MOVING;
  }
  clean(space, frame.widthPx, frame.heightPx);
  return space.clean;
}

/** A pixel stays when enough of the eight around it are not still either: noise is alone. */
function clean({ raw, clean: to }: MaskSpace, width: number, height: number): void {
  to.fill(STILL);
  for (let y = 0; y < height; y += 1) {
    const up = y > 0 ? -width : 0;
    const down = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const value = raw[at] as number;
      if (value === STILL) continue;
      const left = x > 0 ? -1 : 0;
      const right = x < width - 1 ? 1 : 0;
      let around = -1;
      for (const line of [at + up, at, at + down]) {
        if ((raw[line + left] as number) !== STILL) around += 1;
        if ((raw[line] as number) !== STILL) around += 1;
        if ((raw[line + right] as number) !== STILL) around += 1;
      }
      if (around >= NEIGHBOURS) to[at] = value;
    }
  }
}
