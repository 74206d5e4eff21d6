import { relative } from 'node:path';
import type { KeptResult } from '../gateway/compliance/matrix.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface VitestResults {
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

/**
 * What is kept of the runs so far: of each file the results of the last run that it was in. `text` is Vitest's report, `before` what was
 * kept until now.
 */
export function resultsAfter(
  text: string | undefined,
  before: string | undefined,
  root: string,
): readonly KeptResult[] {
  const fresh = (text === undefined ? [] : resultsIn(text)).flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, status }) => ({ file: relative(root, name), name: title, status })),
  );
  const ran = new Set(fresh.map(({ file }) => file));
  const earlier = before === undefined ? [] : (JSON.parse(before) as readonly KeptResult[]);
  return [...earlier.filter(({ file }) => !ran.has(file)), ...fresh];
}

/**
 * Counts the tests in the text of Vitest's JSON report. What failed without being a test counts as one failure: a file that could not
 * be loaded, a hook, an error that no test caught, a run without any test, a report that is absent (`text` undefined) or cut short.
 */
export function countsOf(text: string | undefined, exitStatus: number): Counts {
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const testResults = resultsIn(text);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of testResults) {
    const statuses = file.assertionResults.map((test) => test.status);
    for (const status of statuses) counts[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
    if (file.status === 'failed' && !statuses.includes('failed')) counts.failed += 1;
  }
  const nothingRan = counts.passed + counts.failed + counts.skipped === 0;
  if (counts.failed === 0 && (exitStatus !== 0 || nothingRan)) counts.failed = 1;
  return counts;
}

function resultsIn(text: string): VitestResults['testResults'] {
  try {
    return (JSON.parse(text) as VitestResults).testResults;
  } catch {
    return [];
  }
}

/** The last line of `npm test` and its exit status. */
export function summaryOf(parts: readonly Counts[]): { readonly line: string; readonly status: 0 | 1 } {
  const sum = (key: keyof Counts) => parts.reduce((total, part) => total + part[key], 0);
  const skipped = sum('skipped') === 0 ? '' : `, ${sum('skipped')} skipped`;
  return { line: `${sum('passed')} passed, ${sum('failed')} failed${skipped}`, status: sum('failed') === 0 ? 0 : 1 };
}
