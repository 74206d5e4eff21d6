import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RESULTS_FILE } from '../gateway/compliance/matrix.ts';
import { type Counts, countsOf, resultsAfter, summaryOf } from './summary.ts';

// `npm test`: type check, lint, all tests; the last line of stdout is `N passed, N failed` (contracts.md). Arguments are filters for
// Vitest.

const root = resolve(import.meta.dirname, '..');

async function statusOf(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(join(root, 'node_modules/.bin', program), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function check(name: string, program: string, args: readonly string[]): Promise<Counts> {
  const passed = (await statusOf(program, args)) === 0;
  console.log(`${passed ? '✓' : '✗'} ${name}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

async function vitest(filters: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'differe-test-'));
  try {
    const file = join(folder, 'results.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const status = await statusOf('vitest', ['run', ...reporters, ...filters]);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    await keepResults(text);
    return countsOf(text, status);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** For `differe compliance matrix`: files that this run left out keep the results that they had. */
async function keepResults(text: string | undefined): Promise<void> {
  const kept = join(root, RESULTS_FILE);
  const before = await readFile(kept, 'utf8').catch(() => undefined);
  await writeFile(kept, `${JSON.stringify(resultsAfter(text, before, root), null, 1)}\n`);
}

const counts = [
  await check('type check', 'tsc', ['--noEmit']),
  await check('type check of the page', 'tsc', ['--noEmit', '-p', 'gateway/console']),
  await check('lint and format', 'biome', ['check', '.']),
  await vitest(process.argv.slice(2)),
];
const { line, status } = summaryOf(counts);
console.log(line);
process.exitCode = status;
