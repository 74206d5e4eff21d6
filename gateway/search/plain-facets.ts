import { onceFor } from '../once.ts';
import { classId } from '../vocabulary.ts';
import type { Window } from './conditions/zone.ts';
import { colourAt, leastStep, overlaps } from './match-columns.ts';
import type { TrackStack } from './stack.ts';
import { addRow, atLeast, clear, drop, eachTrack, type Stretch, stretchOf, type TrackSet } from './track-set.ts';
import type { ExecutedQuestion } from './types.ts';

// The plain facets of a question, made ready once, and each asked of all tracks of a stack at a time.

export interface LeastShare {
  readonly at: number;
  readonly least: number;
}

interface Plain {
  /** Undefined for all. */
  readonly exhibits: ReadonlySet<string> | undefined;
  readonly classIds: readonly number[];
  readonly minConfidence: number;
  readonly colours: readonly LeastShare[];
  /** Milliseconds since the epoch. */
  readonly time: Window | undefined;
}

export const plainOf = onceFor(
  ({ exhibits, classes, minConfidence, colours, time }: ExecutedQuestion): Plain => ({
    exhibits: exhibits === null ? undefined : new Set(exhibits),
    classIds: classes.map(classId),
    minConfidence: leastStep(minConfidence),
    colours: leastShares(colours),
    time: time === null ? undefined : { fromMs: Date.parse(time.from), toMs: Date.parse(time.to) },
  }),
);

/** What is asked of one colour or another; none at all is no colour, whatever the threshold. */
export const leastShares = (colours: ExecutedQuestion['colours']): readonly LeastShare[] =>
  colours.map((entry) => ({ at: colourAt(entry), least: Math.max(1, leastStep(entry.minShare)) }));

/** Fills the set, which is empty, with the tracks that the plain facets let through. */
export function siftPlain(plain: Plain, part: Stretch, into: TrackSet): void {
  const { exhibits, classIds, minConfidence, colours, time } = plain;
  const { stack } = part;
  for (const id of classIds) addRow(into, stack.classRow(id), part);
  if (exhibits !== undefined)
    for (let n = part.first; n < part.end; n++)
      if (!exhibits.has(stack.exhibits[n]?.exhibitId ?? '')) clear(into, stretchOf(stack, n, n + 1));
  if (time !== undefined) keepLiving(into, part, time);
  if (minConfidence > 0) keepConfident(into, part, minConfidence);
  if (colours.length > 0) keepColoured(into, part, colours);
}

/** The time asked for in media time of an exhibit, wider by what its clock may be wrong. */
export const inMediaTime = (
  { fromMs, toMs }: Window,
  { uncertaintyMs, startMs }: { readonly uncertaintyMs: number; readonly startMs: number },
): Window => ({ fromMs: fromMs - uncertaintyMs - startMs, toMs: toMs + uncertaintyMs - startMs });

/** What is so far from a window is outside it, however its sum was rounded. */
const FAR_MS = 1;

function keepLiving(set: TrackSet, { stack, first, end }: Stretch, time: Window): void {
  const { startMs, uncertaintyMs, firstMs, lastMs, start } = stack;
  for (let n = first; n < end; n++) {
    const next = nextNear(stack, time, n, end);
    set.fill(0, start[n], start[next]);
    if (next === end) return;
    n = next;
    const window = inMediaTime(time, { startMs: startMs[n] ?? 0, uncertaintyMs: uncertaintyMs[n] ?? 0 });
    const [earliest, latest] = [firstMs[n] ?? Infinity, lastMs[n] ?? -Infinity];
    if (!(earliest <= window.toMs && latest >= window.fromMs)) set.fill(0, start[n], start[n + 1]);
    else if (!(window.fromMs <= earliest && window.toMs >= latest))
      eachTrack(set, stretchOf(stack, n, n + 1), ({ columns }) => (track, bit) => {
        if (!overlaps(columns, track, window)) drop(set, bit);
      });
  }
}

/** The first exhibit from `n` on that has something near the window; `end` where none has. */
function nextNear({ earliestMs, latestMs }: TrackStack, { fromMs, toMs }: Window, n: number, end: number): number {
  const [from, to] = [fromMs - FAR_MS, toMs + FAR_MS];
  let at = n;
  while (at < end && !((earliestMs[at] ?? Infinity) <= to && (latestMs[at] ?? -Infinity) >= from)) at++;
  return at;
}

/** Keeps the tracks of which so much is certain, in steps of the column. */
export function keepConfident(set: TrackSet, { stack, from, to }: Stretch, least: number): void {
  const rows = stack.confidenceRows();
  for (let word = from; word < to; word++)
    if (set[word] !== 0) set[word] = (set[word] ?? 0) & atLeast(rows, word, stack.words, least);
}

/** Keeps the tracks that have enough of one of the colours. */
export function keepColoured(set: TrackSet, { stack, from, to }: Stretch, colours: readonly LeastShare[]): void {
  const asked = colours.flatMap(({ at, least }) => {
    const rows = stack.shareRows(at);
    return rows === undefined ? [] : [{ rows, least }];
  });
  for (let word = from; word < to; word++) {
    const among = set[word] ?? 0;
    if (among === 0) continue;
    let found = 0;
    for (const { rows, least } of asked) found |= atLeast(rows, word, stack.words, least);
    set[word] = among & found;
  }
}
