import { getPriority, setPriority } from 'node:os';

/** About a tenth of what a thread of usual niceness gets beside it, and all of a processor that nobody else wants. */
const NICENESS = 10;

/** The calling thread works when those who answer agents do not: to Linux a thread has a niceness of its own. For worker threads. */
export function workBehind(): void {
  setPriority(0, Math.max(NICENESS, getPriority(0)));
}
