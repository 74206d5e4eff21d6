import type { OpenExhibit } from '../../index/types.ts';
import type { Evidence, Reason } from '../types.ts';
import { localInstant } from '../words.ts';
import { type ExecutedLeaf, kindOf } from './normal.ts';
import type { Way } from './way.ts';

/** A tree made ready for one exhibit. */
export interface Matcher {
  /** By the exact way. Adds what was found to `reasons`, if they are asked for. */
  holds(track: number, reasons?: Reason[]): boolean;
}

/** What a leaf about another camera asks: a track that comes there within a span after `endMs` (true time). */
export interface Elsewhere {
  find(
    leaf: Extract<ExecutedLeaf, { acrossCameras: unknown }>,
    exhibit: OpenExhibit,
    endMs: number,
  ): Evidence | undefined;
}

/** The ways of an exhibit's tracks within the windows in force, each opened once a question. */
export type WaysOf = (track: number) => readonly Way[];

/** Decided by the columns: the figure is the evidence. */
export const byColumns = (
  leaf: ExecutedLeaf,
  holds: (track: number) => boolean,
  evidence: (track: number) => Evidence = () => ({}),
): Matcher => ({
  holds(track, reasons) {
    const held = holds(track);
    if (held) reasons?.push({ facet: 'condition', condition: kindOf(leaf), ...evidence(track) });
    return held;
  },
});

/** Decided by the way. */
export const byWay = (leaf: ExecutedLeaf, evidence: (track: number) => Evidence | undefined): Matcher => ({
  holds(track, reasons) {
    const found = evidence(track);
    if (found !== undefined) reasons?.push({ facet: 'condition', condition: kindOf(leaf), ...found });
    return found !== undefined;
  },
});

export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export const momentEvidence = (moment: Way[number] | undefined): Evidence | undefined =>
  moment === undefined ? undefined : { atSeconds: moment.seconds, at: moment.at };

export const spanEvidence = (
  span: { readonly from: Way[number]; readonly to: Way[number] } | undefined,
): Evidence | undefined =>
  span === undefined ? undefined : { atSeconds: span.from.seconds, toSeconds: span.to.seconds, at: span.from.at };

export function longEnough(
  stays: readonly { readonly from: Way[number]; readonly to: Way[number] }[],
  minSeconds: number,
): Evidence | undefined {
  const stay = stays.find(({ from, to }) => to.seconds - from.seconds >= minSeconds);
  return stay === undefined
    ? undefined
    : { ...spanEvidence(stay), value: rounded(stay.to.seconds - stay.from.seconds) };
}

export const otherOf = (exhibit: OpenExhibit, track: number): NonNullable<Evidence['other']> => ({
  exhibitId: exhibit.exhibitId,
  track,
  from: localInstant(exhibit.startMs + (exhibit.columns.firstMs[track] ?? 0)),
});

export function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
