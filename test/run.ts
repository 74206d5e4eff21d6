import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Counts, countsOf, summaryOf } from './summary.ts';

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
    return countsOf(text, status);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
