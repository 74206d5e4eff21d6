import { type ExhibitBody, type Hit, hasResult, type JobBody } from '../../api/types.ts';
import { clockDay, parisInstant } from '../../parts/time.ts';
import { zeroOf } from '../player/cameras-at.ts';

// What footage a case has and when, by the true time: the clock of each recorder corrected as its schedule says. Days are those of the case.

/** A part of one recording, and whether anything can be found in it. */
export interface Stretch {
  readonly exhibit: ExhibitBody;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'analysed' | 'notAnalysed' | 'outside';
}

/** Recordings under seal, in order of time; what the requisition does not cover of them is a stretch of its own. */
export function stretchesOf(exhibits: readonly ExhibitBody[], jobs: readonly JobBody[]): readonly Stretch[] {
  return exhibits
    .filter(({ state }) => state === 'sealed')
    .flatMap((exhibit) => partsOf(exhibit, hasResult(jobs, exhibit.id) ? 'analysed' : 'notAnalysed'))
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

function partsOf(exhibit: ExhibitBody, state: 'analysed' | 'notAnalysed'): readonly Stretch[] {
  const zeroMs = zeroOf(exhibit);
  const endMs = zeroMs + (exhibit.durationSeconds ?? 0) * 1000;
  const parts: Stretch[] = [];
  let atMs = zeroMs;
  const upTo = (toMs: number, of: Stretch['state']): void => {
    if (toMs > atMs) parts.push({ exhibit, fromMs: atMs, toMs, state: of });
    atMs = Math.max(atMs, toMs);
  };
  for (const { fromSeconds, toSeconds } of exhibit.windows ?? []) {
    upTo(Math.min(endMs, zeroMs + fromSeconds * 1000), 'outside');
    upTo(Math.min(endMs, zeroMs + toSeconds * 1000), state);
  }
  upTo(endMs, exhibit.windows === undefined ? state : 'outside');
  return parts;
}

/** What lies between two moments, cut there. */
export const between = (stretches: readonly Stretch[], fromMs: number, toMs: number): readonly Stretch[] =>
  stretches
    .filter((each) => each.fromMs < toMs && each.toMs > fromMs)
    .map((each) => ({ ...each, fromMs: Math.max(each.fromMs, fromMs), toMs: Math.min(each.toMs, toMs) }));

/** The times without a recording between two moments. */
export function gapsBetween(
  stretches: readonly Stretch[],
  fromMs: number,
  toMs: number,
): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const gaps: { fromMs: number; toMs: number }[] = [];
  let atMs = fromMs;
  for (const each of between(stretches, fromMs, toMs)) {
    if (each.fromMs > atMs) gaps.push({ fromMs: atMs, toMs: each.fromMs });
    atMs = Math.max(atMs, each.toMs);
  }
  return atMs < toMs ? [...gaps, { fromMs: atMs, toMs }] : gaps;
}

/** The day of an instant in the zone of the case: `2026-03-02`. */
export const dayOf = (instant: string | number): string => clockDay(instant).split('/').toReversed().join('-');

const DAY_MS = 86_400_000;
const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const dayAfter = (day: string, days: number): string =>
  new Date(utc(day) + days * DAY_MS).toISOString().slice(0, 10);

export const startOf = (day: string): number =>
  Date.parse(parisInstant(`${day.split('-').toReversed().join('/')} 00:00`) ?? '');

/** The hours of a day: 23 or 25 of them on two days of the year. */
export function hoursOf(day: string): readonly number[] {
  const [start, end] = [startOf(day), startOf(dayAfter(day, 1))];
  return Array.from({ length: Math.round((end - start) / HOUR_MS) }, (_, hour) => start + hour * HOUR_MS);
}
export const HOUR_MS = 3_600_000;

/** The weeks of the month that a day is of, Monday first; undefined where the week reaches out of it. */
export function weeksOf(day: string): readonly (readonly (string | undefined)[])[] {
  const first = `${day.slice(0, 7)}-01`;
  const monday = dayAfter(first, -((new Date(utc(first)).getUTCDay() + 6) % 7));
  const weeks = Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, at) => {
      const each = dayAfter(monday, week * 7 + at);
      return each.slice(0, 7) === first.slice(0, 7) ? each : undefined;
    }),
  );
  return weeks.filter((week) => week.some((each) => each !== undefined));
}

/** The same day some months on, or the last one of that month. */
export function monthAfter(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year ?? 0, (month ?? 1) + months, 0));
  return `${last.toISOString().slice(0, 8)}${String(Math.min(date ?? 1, last.getUTCDate())).padStart(2, '0')}`;
}

export interface DayMarks {
  readonly cameras: Set<string>;
  isAnalysed: boolean;
  hits: number;
  unreviewed: number;
}

/** What each day has: cameras that recorded, and hits by when they begin. */
export function marksByDay(stretches: readonly Stretch[], hits: readonly Hit[]): ReadonlyMap<string, DayMarks> {
  const marks = new Map<string, DayMarks>();
  const of = (day: string): DayMarks => {
    const known = marks.get(day) ?? { cameras: new Set<string>(), isAnalysed: false, hits: 0, unreviewed: 0 };
    marks.set(day, known);
    return known;
  };
  for (const { exhibit, fromMs, toMs, state } of stretches) {
    for (let day = dayOf(fromMs); startOf(day) < toMs; day = dayAfter(day, 1)) {
      const known = of(day);
      known.cameras.add(exhibit.camera.id);
      known.isAnalysed ||= state === 'analysed';
    }
  }
  for (const { from, verdict } of hits) {
    const known = of(dayOf(from));
    known.hits++;
    if (verdict === 'unreviewed') known.unreviewed++;
  }
  return marks;
}
