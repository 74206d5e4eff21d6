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

/** A range of numbers with both ends; open where one is left out. */
export interface NumberRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export const isWithin = (value: number, ranges: readonly NumberRange[]): boolean =>
  ranges.some(({ min = -Infinity, max = Infinity }) => value >= min && value <= max);

/** Whole numbers, both ends included. */
export interface WholeRange {
  readonly min: number;
  readonly max: number;
}

const LARGEST_WHOLE = 0x7fff_ffff;

/** The whole numbers of a range. */
export const wholeRange = ({ min = 0, max = LARGEST_WHOLE }: NumberRange): WholeRange => ({
  min: Math.min(LARGEST_WHOLE, Math.max(0, Math.ceil(min))),
  max: Math.min(LARGEST_WHOLE, Math.floor(max)),
});

const float = new Float32Array(1);
const order = new Int32Array(float.buffer);

function orderOf(value: number): number {
  float[0] = value;
  return order[0] ?? 0;
}

/** The floats of 32 bits in a range of numbers from 0 on, as whole numbers that order as they do (`TrackBits.speed`). */
export function floatRange({ min = 0, max = Infinity }: NumberRange): WholeRange {
  if (max < 0) return { min: 1, max: 0 };
  const [least, most] = [Math.max(0, min), max];
  return {
    min: orderOf(least) + (Math.fround(least) < least ? 1 : 0),
    max: orderOf(most) - (Math.fround(most) > most ? 1 : 0),
  };
}

const turn = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** Clockwise from one bearing to another, as ranges of 0 to 360 degrees; a whole turn where they are 360 apart. */
export function bearings(from: number, to: number): readonly NumberRange[] {
  if (Math.abs(to - from) >= 360) return [{}];
  const [first, last] = [turn(from), turn(to)];
  if (first === 0) return [{ min: 0, max: last }, { min: 360 }];
  return first <= last ? [{ min: first, max: last }] : [{ min: first }, { max: last }];
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
