import type { OpenExhibit } from '../../index/types.ts';
import { instantOfWallClock, localDate } from '../words.ts';
import type { ExecutedCondition, ExecutedLeaf } from './normal.ts';
import { WEEKDAYS, type Weekday } from './types.ts';
import type { Window } from './zone.ts';

// Every condition of time becomes windows of media time of one exhibit, widened on both sides by what its clock may be wrong: a hit is
// never lost by uncertainty.

const DAY_MS = 86_400_000;

export type TimeLeaf = Extract<
  ExecutedLeaf,
  { span: unknown } | { timeOfDay: unknown } | { weekday: unknown } | { relativeTo: unknown }
>;

type ClockLeaf = Extract<TimeLeaf, { timeOfDay: unknown } | { weekday: unknown }>;

export const isTimeLeaf = (condition: ExecutedCondition): condition is TimeLeaf =>
  'span' in condition || 'timeOfDay' in condition || 'weekday' in condition || 'relativeTo' in condition;

/** Media milliseconds of the exhibit in which the leaf holds, in order and apart. */
export function windowsOf(leaf: TimeLeaf, exhibit: OpenExhibit): readonly Window[] {
  if ('span' in leaf) return inMedia([leaf.span], exhibit);
  if ('relativeTo' in leaf) return inMedia(leaf.relativeTo.span === null ? [] : [leaf.relativeTo.span], exhibit);
  return clip(spansOf(leaf, ...datesAround(exhibit)), exhibit);
}

/** The windows in which what stands beside times has to hold: times bound when a place has to be passed. */
export const windowsBeside = (
  times: readonly TimeLeaf[],
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
): readonly Window[] | undefined =>
  times.reduce<readonly Window[] | undefined>((all, leaf) => {
    const own = windowsOf(leaf, exhibit);
    return all === undefined ? own : intersect(all, own);
  }, windows);

/** When the leaf holds, true time, from one instant to another: before a clock is known to be wrong by something. */
export function spansBetween(leaf: TimeLeaf, fromMs: number, toMs: number): readonly Span[] {
  if ('span' in leaf) return [parsed(leaf.span)];
  if ('relativeTo' in leaf) return leaf.relativeTo.span === null ? [] : [parsed(leaf.relativeTo.span)];
  return spansOf(leaf, localDate(fromMs - DAY_MS), localDate(toMs));
}

const parsed = ({ from, to }: { readonly from: string; readonly to: string }): Span => ({
  from: Date.parse(from),
  to: Date.parse(to),
});

export interface Span {
  readonly from: number;
  readonly to: number;
}

const known = new WeakMap<TimeLeaf, Map<string, readonly Span[]>>();

/** When clocks show what is asked, from one date to another. A case has thousands of exhibits, of few dates: the calendar is asked once for each. */
function spansOf(leaf: ClockLeaf, first: string, last: string): readonly Span[] {
  const dates = `${first} ${last}`;
  const byDates = known.get(leaf) ?? new Map<string, readonly Span[]>();
  known.set(leaf, byDates);
  const found = byDates.get(dates);
  if (found !== undefined) return found;
  const spans: Span[] = [];
  for (let date = first; date <= last; date = nextDate(date)) {
    if ('weekday' in leaf) {
      if (leaf.weekday.includes(weekdayOf(date))) {
        spans.push({ from: instantOfWallClock(date, '00:00'), to: instantOfWallClock(nextDate(date), '00:00') });
      }
      continue;
    }
    const { from, to } = leaf.timeOfDay;
    const end = to > from ? date : nextDate(date);
    spans.push({ from: instantOfWallClock(date, from), to: instantOfWallClock(end, to) });
  }
  byDates.set(dates, spans);
  return spans;
}

/** Both at once; in order and apart. */
export function intersect(a: readonly Window[], b: readonly Window[]): readonly Window[] {
  const both = a.flatMap((one) =>
    b.map((other) => ({
      fromMs: Math.max(one.fromMs, other.fromMs),
      toMs: Math.min(one.toMs, other.toMs),
    })),
  );
  return both.filter(({ fromMs, toMs }) => fromMs <= toMs).sort((one, other) => one.fromMs - other.fromMs);
}

const inMedia = (spans: readonly { from: string; to: string }[], exhibit: OpenExhibit): readonly Window[] =>
  clip(spans.map(parsed), exhibit);

function clip(spans: readonly { from: number; to: number }[], exhibit: OpenExhibit): readonly Window[] {
  const { startMs, uncertaintyMs, durationSeconds } = exhibit;
  const windows = spans
    .map(({ from, to }) => ({ fromMs: from - uncertaintyMs - startMs, toMs: to + uncertaintyMs - startMs }))
    .filter(({ fromMs, toMs }) => toMs >= 0 && fromMs <= durationSeconds * 1000)
    .sort((a, b) => a.fromMs - b.fromMs);
  const apart: Window[] = [];
  for (const window of windows) {
    const last = apart.at(-1);
    if (last !== undefined && window.fromMs <= last.toMs) {
      apart[apart.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, window.toMs) };
    } else apart.push(window);
  }
  return apart;
}

/** First and last date of the case's zone that the exhibit touches, the one before it included: a night begins on it. */
const datesAround = ({ startMs, uncertaintyMs, durationSeconds }: OpenExhibit): readonly [string, string] => [
  localDate(startMs - uncertaintyMs - DAY_MS),
  localDate(startMs + durationSeconds * 1000 + uncertaintyMs),
];

const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

function weekdayOf(date: string): Weekday {
  const day = WEEKDAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7];
  if (day === undefined) throw new RangeError('search: no such day');
  return day;
}
