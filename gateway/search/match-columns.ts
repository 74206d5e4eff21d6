import { GRID, type TrackColumns } from '../index/types.ts';
import { COLOURS, type ColourName, PARTS, type Part } from '../vocabulary.ts';
import type { Window } from './conditions/zone.ts';

// Single looks at the columns of an exhibit.

export const CLASS_IDS = 256;
export const SHARES = PARTS.length * COLOURS.length;
const STEPS = 255;

/** What no track of an exhibit goes beyond: an exhibit that holds nothing of what was asked is not looked at. */
export interface Bounds {
  /** From the first moment of any track to the last of any. */
  readonly span: Window;
  /** By class id: 1 where a track has it. */
  readonly classes: Uint8Array;
  readonly mostConfidence: number;
  /** The largest share of each colour of each part. */
  readonly mostShare: Uint8Array;
}

const known = new WeakMap<TrackColumns, Bounds>();

/** Worked out once an exhibit. */
export function boundsOf(columns: TrackColumns): Bounds {
  const found = known.get(columns);
  if (found !== undefined) return found;
  let [fromMs, toMs, mostConfidence] = [Infinity, -Infinity, 0];
  const classes = new Uint8Array(CLASS_IDS);
  const mostShare = new Uint8Array(SHARES);
  for (let track = 0; track < columns.count; track++) {
    const [first, last] = [columns.firstMs[track] ?? 0, columns.lastMs[track] ?? 0];
    // What is found no more has no time: NaN moves neither end.
    if (first < fromMs) fromMs = first;
    if (last > toMs) toMs = last;
    classes[columns.classId[track] ?? 0] = 1;
    mostConfidence = Math.max(mostConfidence, columns.confidence[track] ?? 0);
    for (let at = 0; at < SHARES; at++)
      mostShare[at] = Math.max(mostShare[at] ?? 0, columns.colourShare[track * SHARES + at] ?? 0);
  }
  const bounds = { span: { fromMs, toMs }, classes, mostConfidence, mostShare };
  known.set(columns, bounds);
  return bounds;
}

/** Whether any track of the exhibit may live in the window. */
export function mayLive(columns: TrackColumns, { fromMs, toMs }: Window): boolean {
  const { span } = boundsOf(columns);
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
