import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type LogOptions, openLog, type WritableLog } from '../../gateway/audit/append.ts';
import type { Clock } from '../../gateway/clock.ts';
import { eventFor, ORIGIN, SOFTWARE } from './events.ts';

export const freshKey = () => generateKeyPairSync('ed25519').privateKey;

export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'differe-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'log');
}

/** A clock that stands still until it is set. */
export function handClock(startMs = Date.UTC(2026, 0, 1)): Clock & { setMs(ms: number): void } {
  let ms = startMs;
  return {
    nowMs: () => ms,
    setMs(next) {
      ms = next;
    },
  };
}

export const optionsFor = (dir: string, changes: Partial<LogOptions> = {}): LogOptions => ({
  dir,
  origin: ORIGIN,
  signingKey: freshKey(),
  clock: handClock(),
  software: SOFTWARE,
  ...changes,
});

/** A closed log of so many records. */
export async function storedLog(size: number, changes: Partial<LogOptions> = {}): Promise<LogOptions> {
  const options = optionsFor(await freshFolder(), changes);
  const log = await openLog(options);
  await appendMany(log, size);
  await log.close();
  return options;
}

/** Appends so many at once; whoever asks for the checkpoint has tiles and checkpoint brought up to them. */
export async function appendMany(log: Pick<WritableLog, 'append' | 'checkpoint'>, count: number): Promise<number[]> {
  const numbers = await Promise.all(Array.from({ length: count }, () => log.append(eventFor())));
  await log.checkpoint();
  return numbers;
}
