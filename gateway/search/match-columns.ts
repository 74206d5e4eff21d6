import { type OpenExhibit, SHARES, type TrackColumns } from '../index/types.ts';
import { COLOURS, type ColourName, PARTS, type Part } from '../vocabulary.ts';
import type { Window } from './conditions/zone.ts';

// Single looks at the columns of an exhibit.

const STEPS = 255;

/** Whether any track of the exhibit may live in the window. */
export function mayLive({ bits }: OpenExhibit, { fromMs, toMs }: Window): boolean {
  return bits.fromMs <= toMs && bits.toMs >= fromMs;
}

/** Whether all of a track lies within one of the windows; every track does where there are none. */
export function livesWithin(columns: TrackColumns, track: number, windows: readonly Window[] | undefined): boolean {
  if (windows === undefined) return true;
  const [first, last] = [columns.firstMs[track] ?? Number.NaN, columns.lastMs[track] ?? Number.NaN];
  for (const { fromMs, toMs } of windows) if (first >= fromMs && last <= toMs) return true;
  return false;
}

export const overlaps = (columns: TrackColumns, track: number, window: Window): boolean =>
  (columns.firstMs[track] ?? 0) <= window.toMs && (columns.lastMs[track] ?? 0) >= window.fromMs;

/** Clockwise from one bearing to another; a whole turn where they are 360 apart. */
export function isBetween(degrees: number, from: number, to: number): boolean {
  if (Number.isNaN(degrees)) return false;
  const turn = (value: number): number => ((value % 360) + 360) % 360;
  return Math.abs(to - from) >= 360 || turn(degrees - from) <= turn(to - from);
}

/** Where a colour of a part stands among the shares of a track. */
export const colourAt = (entry: { readonly colour: ColourName; readonly part: Part }): number =>
  PARTS.indexOf(entry.part) * COLOURS.length + COLOURS.indexOf(entry.colour);

export const shareAt = (columns: TrackColumns, track: number, at: number): number =>
  columns.colourShare[track * SHARES + at] ?? 0;

/** The smallest stored step that is at least the threshold: what is shown always satisfies what was asked. */
export function leastStep(threshold: number): number {
  let step = Math.floor(threshold * STEPS);
  while (step / STEPS < threshold) step++;
  return step;
}

// Four decimals say 1/255 without making the answer look more exact than the column is.
/** A stored step as a fraction. */
export const shareOf = (step: number): number => Math.round((step / STEPS) * 10_000) / 10_000;
