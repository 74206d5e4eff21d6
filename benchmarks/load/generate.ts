import { fork } from 'node:child_process';
import path from 'node:path';
import type { Order, PhaseResult } from './types.ts';

/** Has an order carried out by a load generator in a process of its own; gives what came of each phase. */
export async function generate(order: Order): Promise<readonly PhaseResult[]> {
  const child = fork(path.join(import.meta.dirname, 'generator.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return await new Promise((resolve, reject) => {
    child.once('message', (results: readonly PhaseResult[]) => resolve(results));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(order);
  });
}
