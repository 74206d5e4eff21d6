import { AppError } from '../errors.ts';
import type { Coverage, CoverageState, Ledger, LedgerInterval } from './types.ts';

// Whole microseconds inside, so that parts sum to the file exactly and not nearly.
const micro = (seconds: number): number => Math.round(seconds * 1e6);
const TOTALS: { readonly [S in CoverageState]: keyof Coverage } = {
  analysed: 'analysedSeconds',
  sampled: 'sampledSeconds',
  quiet: 'quietSeconds',
  undecodable: 'undecodableSeconds',
  outside: 'outsideSeconds',
};

/** Media seconds from the first frame. */
export type TimeSpan = Pick<LedgerInterval, 'fromSeconds' | 'toSeconds'>;

/** Marks the spans as undecodable where they were to be looked at; what is outside the requisition stays outside. */
export const markUndecodable = (
  intervals: readonly LedgerInterval[],
  spans: readonly TimeSpan[],
  reason: string,
): LedgerInterval[] =>
  marked(intervals, spans, ['analysed', 'quiet', 'sampled'], () => ({ state: 'undecodable', reason }));

/** Marks as undecodable what all frames of were to be looked at; what was left to key frames has been seen by them. */
export const markUnseen = (
  intervals: readonly LedgerInterval[],
  spans: readonly TimeSpan[],
  reason: string,
): LedgerInterval[] => marked(intervals, spans, ['analysed'], () => ({ state: 'undecodable', reason }));

/** Notes on the analysed part of the spans what the answer must say with them; the state stays. */
export const noteReason = (
  intervals: readonly LedgerInterval[],
  spans: readonly TimeSpan[],
  reason: string,
): LedgerInterval[] => marked(intervals, spans, ['analysed'], (interval) => ({ ...interval, reason }));

/** Takes back that the spans are analysed: they are left to packets, key frames and samples. */
export const markQuiet = (intervals: readonly LedgerInterval[], spans: readonly TimeSpan[]): LedgerInterval[] =>
  marked(intervals, spans, ['analysed'], () => ({ state: 'quiet' }));

/** Says of quiet time that a random moment of it was looked at. */
export const markSampled = (intervals: readonly LedgerInterval[], spans: readonly TimeSpan[]): LedgerInterval[] =>
  marked(intervals, spans, ['quiet'], () => ({ state: 'sampled' }));

/** The intervals, cut at the edges of the spans; `how` says what becomes of the parts inside that are in one of the states. */
function marked(
  intervals: readonly LedgerInterval[],
  spans: readonly TimeSpan[],
  states: readonly CoverageState[],
  how: (interval: LedgerInterval) => Omit<LedgerInterval, keyof TimeSpan>,
): LedgerInterval[] {
  return spans.reduce<LedgerInterval[]>(
    (rest, span) =>
      rest.flatMap((interval) => {
        const fromSeconds = Math.max(interval.fromSeconds, span.fromSeconds);
        const toSeconds = Math.min(interval.toSeconds, span.toSeconds);
        if (!states.includes(interval.state) || fromSeconds >= toSeconds) return [interval];
        const parts: LedgerInterval[] = [
          { ...interval, toSeconds: fromSeconds },
          { ...how(interval), fromSeconds, toSeconds },
          { ...interval, fromSeconds: toSeconds },
        ];
        return parts.filter((part) => part.toSeconds > part.fromSeconds);
      }),
    [...intervals],
  );
}

/**
 * Joins the intervals of all segments, in order, into the ledger of the exhibit, to the microsecond. Throws E_INTERNAL unless they are
 * contiguous and sum to the duration: a result with a hole in its coverage must not exist.
 */
export function closeLedger(intervals: readonly LedgerInterval[], durationSeconds: number): Ledger {
  const end = micro(durationSeconds);
  const sums: { -readonly [P in keyof Coverage]: number } = {
    analysedSeconds: 0,
    sampledSeconds: 0,
    quietSeconds: 0,
    undecodableSeconds: 0,
    outsideSeconds: 0,
  };
  const joined: LedgerInterval[] = [];
  let at = 0;
  for (const interval of intervals) {
    const from = micro(interval.fromSeconds);
    const to = micro(interval.toSeconds);
    if (from !== at || to < from)
      throw broken(`${interval.fromSeconds} to ${interval.toSeconds} s, expected from ${at / 1e6} s`);
    at = to;
    if (to === from) continue;
    sums[TOTALS[interval.state]] += to - from;
    const last = joined.at(-1);
    if (last !== undefined && isAlike(last, interval)) joined[joined.length - 1] = { ...last, toSeconds: to / 1e6 };
    else joined.push({ ...interval, fromSeconds: from / 1e6, toSeconds: to / 1e6 });
  }
  if (at !== end) throw broken(`ends at ${at / 1e6} s of ${durationSeconds} s`);
  const totals: Coverage = {
    analysedSeconds: sums.analysedSeconds / 1e6,
    sampledSeconds: sums.sampledSeconds / 1e6,
    quietSeconds: sums.quietSeconds / 1e6,
    undecodableSeconds: sums.undecodableSeconds / 1e6,
    outsideSeconds: sums.outsideSeconds / 1e6,
  };
  return { durationSeconds: end / 1e6, intervals: joined, totals };
}

const isAlike = (a: LedgerInterval, b: LedgerInterval): boolean =>
  a.state === b.state && a.framesPerSecond === b.framesPerSecond && a.reason === b.reason;

const broken = (detail: string): AppError => new AppError('E_INTERNAL', { detail: `coverage ledger: ${detail}` });

/** Whether a moment lies in one of the spans; their ends are exclusive. */
export const isWithin = (spans: readonly TimeSpan[], seconds: number): boolean =>
  spans.some(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds);

/** Spans in order and apart from each other that cover the same time. */
export function united(spans: readonly TimeSpan[]): readonly TimeSpan[] {
  const joined: TimeSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.fromSeconds - b.fromSeconds)) {
    const last = joined.at(-1);
    if (last === undefined || span.fromSeconds > last.toSeconds) joined.push(span);
    else if (span.toSeconds > last.toSeconds) joined[joined.length - 1] = { ...last, toSeconds: span.toSeconds };
  }
  return joined;
}

/** What lies between the spans, from 0 to the end; they are in order and apart. */
export function besides(spans: readonly TimeSpan[], endSeconds: number): readonly TimeSpan[] {
  const rest: TimeSpan[] = [];
  let at = 0;
  for (const span of [...spans, { fromSeconds: endSeconds, toSeconds: endSeconds }]) {
    if (span.fromSeconds > at) rest.push({ fromSeconds: at, toSeconds: span.fromSeconds });
    at = Math.max(at, span.toSeconds);
  }
  return rest;
}
