import { describe, expect, it } from 'vitest';
import { due, recoveredAfter, resultOf } from '../../benchmarks/load/phase-result.ts';

const answered = (dueMs: number, answeredMs: number, code = 'OK', saysWhen = true) => ({
  ...due(dueMs),
  answeredMs,
  code,
  saysWhen,
});

describe('figures of the load benchmark', () => {
  it('latency counts from when a question was due, and what was refused is none of the good answers', () => {
    const result = resultOf(
      [answered(1000, 1010), answered(1500, 2600), answered(2100, 2101, 'E_BUSY'), answered(2200, 3500), due(2300)],
      1000,
      2,
    );
    expect(result).toMatchObject({
      asked: 5,
      answers: { OK: 3, E_BUSY: 1 },
      withoutAnswer: 1,
      withoutRetryAfter: 0,
      goodPerSecond: 1,
      maxMs: 1300,
    });
    expect(result.seconds).toEqual([
      { notGood: 0, p99Ms: 1100 },
      { notGood: 2, p99Ms: 1300 },
    ]);
  });

  it('counts a refusal that does not say when to come back', () => {
    expect(resultOf([answered(0, 1, 'E_BUSY', false)], 0, 1).withoutRetryAfter).toBe(1);
  });

  it('has recovered from the first second after which nothing was refused or late', () => {
    const second = (notGood: number, p99Ms: number) => ({ notGood, p99Ms });
    expect(recoveredAfter({ seconds: [second(3, 900), second(0, 90), second(0, 9), second(0, 8)] }, 25)).toBe(2);
    expect(recoveredAfter({ seconds: [second(0, 9)] }, 25)).toBe(0);
    expect(recoveredAfter({ seconds: [second(0, 9), second(1, 9)] }, 25)).toBeUndefined();
    expect(recoveredAfter({ seconds: [second(0, 9), second(0, Number.NaN)] }, 25)).toBeUndefined();
  });
});
