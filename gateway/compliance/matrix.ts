import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { idsOf, type ProvingTest, testsIn } from './matrix-tests.ts';
import requirements from './requirements.json' with { type: 'json' };

export const REQUIREMENTS: readonly { readonly id: string; readonly title: string }[] = requirements;

/** Requirements that no program can meet: people do, and what is checked of them is their trace. */
export const OF_PEOPLE: Readonly<Record<string, string>> = {
  'CPL-07':
    'The self-assessment under the AI Act is reasoning that people write; the gateway checks that its digest is in the dossier.',
  'SEC-13':
    'Detecting, judging and notifying a leak of personal data within 72 h is the act of people; the dossier names their procedure.',
};

export type LastResult = 'passed' | 'failed' | 'not run';

export interface MatrixRow {
  readonly id: string;
  readonly kind: 'test' | 'people';
  readonly tests: readonly { readonly file: string; readonly name: string; readonly last: LastResult }[];
  readonly reason: string | null;
}

/** What `npm test` keeps of a run (test/summary.ts), one test each. */
export interface KeptResult {
  readonly file: string;
  readonly name: string;
  readonly status: string;
}

/** File of the last results, in the checkout. */
export const RESULTS_FILE = 'test/.last-results.json';

/** Every requirement with the tests that prove it and their last result. */
export function matrixOf(tests: readonly ProvingTest[], results: readonly KeptResult[]): readonly MatrixRow[] {
  return REQUIREMENTS.map(({ id }) => ({
    id,
    kind: Object.hasOwn(OF_PEOPLE, id) ? 'people' : 'test',
    tests: tests
      .filter(({ ids }) => ids.includes(id))
      .map(({ file, name }) => ({ file, name, last: lastOf(file, name, results) })),
    reason: OF_PEOPLE[id] ?? null,
  }));
}

/** Failed when any case of a table failed; passed when all that ran did, and at least one ran. */
function lastOf(file: string, name: string, results: readonly KeptResult[]): LastResult {
  const form = new RegExp(
    `^${name
      .split(/%[sdifjoc]|\\$\\{[^}]*\\}/)
      .map(escaped)
      .join('[\\s\\S]*')}$`,
  );
  const statuses = results.filter((each) => each.file === file && form.test(each.name)).map(({ status }) => status);
  if (statuses.includes('failed')) return 'failed';
  return statuses.includes('passed') ? 'passed' : 'not run';
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Reads the tests of a checkout. Throws E_CONFIG where they are not: the image holds none. */
export async function readTests(root: string): Promise<readonly ProvingTest[]> {
  const folder = path.join(root, 'test');
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('E_CONFIG', { cause, detail: 'the tests are in a checkout, not in an installation' });
  });
  const files = names.filter((name) => name.endsWith('.test.ts')).toSorted();
  const found = await Promise.all(
    files.map(async (name) =>
      testsIn(`test/${name.split(path.sep).join('/')}`, await readFile(path.join(folder, name), 'utf8')),
    ),
  );
  return found.flat();
}

/** The results that the last runs of `npm test` kept; none before the first. */
export async function readResults(root: string): Promise<readonly KeptResult[]> {
  const text = await readFile(path.join(root, RESULTS_FILE), 'utf8').catch(() => '[]');
  return JSON.parse(text) as readonly KeptResult[];
}

/** Requirements that are no people's and have no test. */
export const unproven = (rows: readonly MatrixRow[]): readonly string[] =>
  rows.filter(({ kind, tests }) => kind === 'test' && tests.length === 0).map(({ id }) => id);

/** Ids in names of tests that are no requirement: a slip of the pen would otherwise prove nothing unseen. */
export const unknownIds = (tests: readonly ProvingTest[]): readonly string[] => {
  const known = new Set(REQUIREMENTS.map(({ id }) => id));
  return [...new Set(tests.flatMap(({ name }) => idsOf(name)).filter((id) => !known.has(id)))];
};
