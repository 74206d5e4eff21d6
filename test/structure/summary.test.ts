import { describe, expect, it } from 'vitest';
import { countsOf, summaryOf } from '../summary.ts';

const report = (...files: readonly (readonly [status: string, tests: readonly string[]])[]) =>
  JSON.stringify({
    testResults: files.map(([status, tests]) => ({
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  });

describe('the last line of npm test', () => {
  it('counts tests over all files, and those not run as skipped', () => {
    const text = report(
      ['passed', ['passed', 'passed', 'skipped']],
      ['failed', ['failed', 'passed', 'todo', 'pending']],
    );
    expect(countsOf(text, 1)).toEqual({ passed: 3, failed: 1, skipped: 3 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(countsOf(report(['passed', ['passed']], ['failed', []]), 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('counts an error outside every test, an empty run and an absent or cut report as a failure', () => {
    expect(countsOf(report(['passed', ['passed']]), 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(countsOf(report(), 0).failed).toBe(1);
    expect(countsOf(undefined, 0).failed).toBe(1);
    expect(countsOf('{"testResults":[', 1).failed).toBe(1);
  });

  it('reads "N passed, N failed", names the skipped only when there are any, and fails when anything failed', () => {
    const one = { passed: 1, failed: 0, skipped: 0 };
    expect(summaryOf([one, one])).toEqual({ line: '2 passed, 0 failed', status: 0 });
    expect(summaryOf([one, { passed: 4, failed: 1, skipped: 2 }])).toEqual({
      line: '5 passed, 1 failed, 2 skipped',
      status: 1,
    });
  });
});
