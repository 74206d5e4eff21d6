import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';

export interface Goal {
  readonly id: string;
  /** What was aimed at, in words. */
  readonly goal: string;
  readonly value: number;
  readonly met: boolean;
}

export interface Measurement {
  readonly rounds: number;
  readonly goals: readonly Goal[];
  /** Every single figure, so that medians can be checked. */
  readonly raw: unknown;
}

export interface Report extends Measurement {
  readonly name: string;
  readonly commit: string;
  readonly machine: string;
  readonly date: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

function machine(): string {
  const model = /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch;
  return `${availableParallelism()} cores, ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

/** A measurement with commit, machine and date. */
export function stamped(name: string, measurement: Measurement): Report {
  const root = path.join(import.meta.dirname, '..');
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const dirty = git('status', '--porcelain', '--', 'gateway', 'models', 'benchmarks/*.ts') === '' ? '' : '-changed';
  return {
    name,
    commit: `${git('rev-parse', '--short=12', 'HEAD')}${dirty}`,
    machine: machine(),
    date: new Date().toISOString(),
    ...measurement,
  };
}

/** Stamps a measurement and writes it to benchmarks/results/. */
export async function publish(name: string, measurement: Measurement): Promise<Report> {
  const report = stamped(name, measurement);
  const folder = path.join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, `${report.date.slice(0, 10)}-${name}.json`),
    `${JSON.stringify(report, null, 2)}\n`,
  );
  return report;
}

export function tableOf(report: Report): string {
  const rows = report.goals.map(
    ({ id, goal, value, met }) =>
      `${id.padEnd(24)} ${String(value).padStart(12)}  ${met ? 'met    ' : 'not met'}  ${goal}`,
  );
  return [`${report.name}, ${report.rounds} rounds, ${report.commit}, ${report.machine}`, ...rows].join('\n');
}
