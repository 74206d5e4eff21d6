import { rounded } from '../report.ts';
import type { PhaseResult } from './types.ts';

/** One question: when it was to be asked, when it was, and what came of it. */
export interface Taken {
  readonly dueMs: number;
  askedMs: number | undefined;
  answeredMs: number | undefined;
  code: string | undefined;
  saysWhen: boolean;
}

export const due = (dueMs: number): Taken => ({
  dueMs,
  askedMs: undefined,
  answeredMs: undefined,
  code: undefined,
  saysWhen: true,
});

const percentile = (sorted: readonly number[], share: number): number =>
  rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN, 1);

const isGood = ({ code }: Taken): boolean => code === 'OK';
const latencies = (taken: readonly Taken[]): readonly number[] =>
  taken
    .filter(isGood)
    .map(({ askedMs = Number.NaN, answeredMs = Number.NaN }) => answeredMs - askedMs)
    .toSorted((a, b) => a - b);

/** What came of the questions of a phase that began at `startMs`. */
export function resultOf(taken: readonly Taken[], startMs: number, seconds: number): PhaseResult {
  const answers: Record<string, number> = {};
  for (const { code } of taken) if (code !== undefined) answers[code] = (answers[code] ?? 0) + 1;
  const inTime = taken.filter((each) => isGood(each) && (each.answeredMs ?? Number.NaN) < startMs + seconds * 1000);
  const all = latencies(taken);
  const lateness = taken.map(({ dueMs, askedMs = Number.NaN }) => askedMs - dueMs).toSorted((a, b) => a - b);
  const bySecond = Array.from({ length: Math.ceil(seconds) }, (_, second) =>
    taken.filter(({ dueMs }) => Math.floor((dueMs - startMs) / 1000) === second),
  );
  return {
    asked: taken.length,
    answers,
    withoutAnswer: taken.filter(({ code }) => code === undefined).length,
    withoutRetryAfter: taken.filter(({ saysWhen }) => !saysWhen).length,
    goodPerSecond: rounded(inTime.length / seconds, 1),
    p50Ms: percentile(all, 0.5),
    p99Ms: percentile(all, 0.99),
    maxMs: percentile(all, 1),
    generatorLateP99Ms: percentile(lateness, 0.99),
    seconds: bySecond.map((each) => ({
      notGood: each.filter((one) => !isGood(one)).length,
      p99Ms: percentile(latencies(each), 0.99),
    })),
  };
}

/** First second from which on every question was answered well and soon; undefined where that never came. */
export function recoveredAfter({ seconds }: Pick<PhaseResult, 'seconds'>, p99Ms: number): number | undefined {
  const last = seconds.findLastIndex((each) => each.notGood > 0 || !(each.p99Ms <= p99Ms));
  return last === seconds.length - 1 ? undefined : last + 1;
}
