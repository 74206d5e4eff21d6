import type { Hit } from '../../api/types.ts';
import type { Span } from './filters.ts';

/** Hits over true time, in bins of the same length. */

export const BINS = 120;

export interface Bin {
  /** Counted from the earliest. */
  readonly place: number;
  readonly confirmed: number;
  readonly others: number;
}

/** Milliseconds of true time. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The edges of bins that a part of the histogram lies between; never empty. */
export interface Part {
  readonly first: number;
  readonly end: number;
}

export const WHOLE: Part = { first: 0, end: BINS };

export function rangeOf(hits: readonly Hit[]): Range {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const hit of hits) {
    from = Math.min(from, Date.parse(hit.from));
    to = Math.max(to, Date.parse(hit.to));
  }
  return to > from ? { from, to } : { from: from - 1000, to: from + 1000 };
}

export function binsOf(hits: readonly Hit[], { from, to }: Range): readonly Bin[] {
  const bins = Array.from({ length: BINS }, (_, place) => ({ place, confirmed: 0, others: 0 }));
  for (const hit of hits) {
    const at = Math.min(BINS - 1, Math.floor(((Date.parse(hit.from) - from) / (to - from)) * BINS));
    const bin = bins[at];
    if (bin === undefined) continue;
    if (hit.verdict === 'confirmed') bin.confirmed++;
    else bin.others++;
  }
  return bins;
}

export const hitsIn = (bins: readonly Bin[], { first, end }: Part): number =>
  bins.slice(first, end).reduce((sum, { confirmed, others }) => sum + confirmed + others, 0);

/** The part between two shares of the width, outwards to whole bins. */
export function partBetween(one: number, other: number): Part {
  const first = Math.min(BINS - 1, Math.max(0, Math.floor(Math.min(one, other) * BINS)));
  return { first, end: Math.max(first + 1, Math.min(BINS, Math.ceil(Math.max(one, other) * BINS))) };
}

/** One edge elsewhere, as far as the other lets it. */
export const moved = ({ first, end }: Part, edge: keyof Part, to: number): Part =>
  edge === 'first'
    ? { first: Math.min(end - 1, Math.max(0, to)), end }
    : { first, end: Math.max(first + 1, Math.min(BINS, to)) };

export const timeOf = ({ from, to }: Range, edge: number): number => from + (edge / BINS) * (to - from);

/** As the span of a question: whole seconds outwards. */
export const spanOf = (range: Range, { first, end }: Part): Span => ({
  from: new Date(Math.floor(timeOf(range, first) / 1000) * 1000).toISOString(),
  to: new Date(Math.ceil(timeOf(range, end) / 1000) * 1000).toISOString(),
});
