import { GRID, type TrackColumns } from '../index/types.ts';
import { COLOURS, type ColourName, PARTS, type Part } from '../vocabulary.ts';
import type { Window } from './conditions/zone.ts';

// Single looks at the columns of an exhibit.

const STEPS = 255;

const spans = new WeakMap<TrackColumns, Window>();

/** From the first moment of any track to the last of any, worked out once: an exhibit of another time is not looked at. */
function spanOf(columns: TrackColumns): Window {
  const known = spans.get(columns);
  if (known !== undefined) return known;
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (let track = 0; track < columns.count; track++) {
    const [first, last] = [columns.firstMs[track] ?? 0, columns.lastMs[track] ?? 0];
    // What is found no more has no time: NaN moves neither end.
    if (first < fromMs) fromMs = first;
    if (last > toMs) toMs = last;
  }
  const span = { fromMs, toMs };
  spans.set(columns, span);
  return span;
}

/** Whether any track of the exhibit may live in the window. */
export function mayLive(columns: TrackColumns, { fromMs, toMs }: Window): boolean {
  const span = spanOf(columns);
  return span.fromMs <= toMs && span.toMs >= fromMs;
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

/** Whether a track visited one of the cells of the coarse grid. */
export function sharesCell(grid: Uint8Array, track: number, cells: Uint8Array): boolean {
  const start = track * GRID.bytes;
  for (let byte = 0; byte < GRID.bytes; byte++) if (((grid[start + byte] ?? 0) & (cells[byte] ?? 0)) !== 0) return true;
  return false;
}

/** Where a colour of a part stands among the shares of a track. */
export const colourAt = (entry: { readonly colour: ColourName; readonly part: Part }): number =>
  PARTS.indexOf(entry.part) * COLOURS.length + COLOURS.indexOf(entry.colour);

export const shareAt = (columns: TrackColumns, track: number, at: number): number =>
  columns.colourShare[track * PARTS.length * COLOURS.length + at] ?? 0;

/** The smallest stored step that is at least the threshold: what is shown always satisfies what was asked. */
export function leastStep(threshold: number): number {
  let step = Math.floor(threshold * STEPS);
  while (step / STEPS < threshold) step++;
  return step;
}

// Four decimals say 1/255 without making the answer look more exact than the column is.
/** A stored step as a fraction. */
export const shareOf = (step: number): number => Math.round((step / STEPS) * 10_000) / 10_000;
