import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LostWritesOrder } from './lost-writes.ts';

export interface Kill {
  /** Lines that are waited for before the kill, and milliseconds after them. */
  readonly afterLines: number;
  readonly momentMs: number;
  /** A power cut instead of a plain SIGKILL: what no `fsync` covered is lost. */
  readonly disk?: LostWritesOrder;
}

/**
 * Runs a program that says what it has acknowledged, a line each, kills it, and returns what it had said. Rejects when it ended by itself: every
 * call that resolves is a kill that hit.
 */
export async function linesUntilKilled(
  program: string,
  args: readonly string[],
  stdin: string,
  kill: Kill,
): Promise<readonly string[]> {
  const layer = path.join(import.meta.dirname, 'lost-writes.ts');
  const child = spawn(process.execPath, [...(kill.disk === undefined ? [] : ['--import', layer]), program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: kill.disk === undefined ? process.env : { ...process.env, LOST_WRITES: JSON.stringify(kill.disk) },
  });
  child.stdin.end(stdin);
  let whole = '';
  let lines = 0;
  child.stdout.setEncoding('utf8');
  for await (const text of child.stdout as AsyncIterable<string>) {
    const before = lines;
    for (const letter of text) if (letter === '\n') lines++;
    whole += text;
    if (before < kill.afterLines && lines >= kill.afterLines)
      setTimeout(() => child.kill(kill.disk === undefined ? 'SIGKILL' : 'SIGUSR2'), kill.momentMs);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode !== 'SIGKILL') throw new Error(`it was not killed: exit ${child.exitCode}, ${child.signalCode}`);
  // The last line may be cut by the kill: then it was not said as a whole, and counts for nothing.
  return whole.split('\n').slice(0, -1);
}
