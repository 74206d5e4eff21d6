import type { Span } from './question.ts';

/** Both ends included. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const paris = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Paris',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** What a clock in Paris shows, read as if it were UTC. */
function shownInParis(ms: number): number {
  const parts = Object.fromEntries(paris.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(
    parts.year ?? 0,
    (parts.month ?? 1) - 1,
    parts.day ?? 1,
    parts.hour ?? 0,
    parts.minute ?? 0,
    parts.second ?? 0,
  );
}

/** The instant at which a clock in Paris shows this. */
function instantInParis(shown: number): number {
  const near = shown - (shownInParis(shown) - shown);
  return near - (shownInParis(near) - shown);
}

/** Midnights (as shown) around a recording of at most a day. */
const daysAround = (startMs: number): number[] =>
  [-2, -1, 0, 1, 2].map((days) => Math.floor(shownInParis(startMs) / DAY_MS + days) * DAY_MS);

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

export function parisWindows(startMs: number, { from, to }: Span): Interval[] {
  return daysAround(startMs).map((day) => ({
    from: instantInParis(day + minutes(from) * 60_000),
    to: instantInParis(day + (minutes(to) > minutes(from) ? 0 : DAY_MS) + minutes(to) * 60_000),
  }));
}

export function weekdayWindows(startMs: number, names: readonly string[]): Interval[] {
  return daysAround(startMs)
    .filter((day) => names.includes(NAMES[new Date(day).getUTCDay()] ?? ''))
    .map((day) => ({ from: instantInParis(day), to: instantInParis(day + DAY_MS) }));
}

/** In order and apart. */
export function union(intervals: readonly Interval[]): Interval[] {
  const apart: { from: number; to: number }[] = [];
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else apart.push({ from, to });
  }
  return apart;
}

export const intersection = (a: readonly Interval[], b: readonly Interval[]): Interval[] =>
  a
    .flatMap((one) => b.map((other) => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) })))
    .filter(({ from, to }) => from <= to)
    .sort((one, other) => one.from - other.from);
