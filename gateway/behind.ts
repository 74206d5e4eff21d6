import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

// Analysis takes all of a processor that nobody else wants, and about a tenth of one that somebody who waits for an answer does.

const NICENESS = 10;

/**
 * The calling thread works behind others: to Linux a thread has a niceness of its own. For worker threads. Where the kernel does not let it (a
 * container's list of system calls), it works beside them, and the operator is told: slower answers are better than no analysis.
 */
export function workBehind(): void {
  try {
    setPriority(0, Math.max(NICENESS, getPriority(0)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`warning: a thread of the analysis does not go behind questions: ${why}\n`);
  }
}

/** A command line that runs another behind others. */
export const behind = (command: string): readonly string[] => ['nice', '-n', String(NICENESS), command];

/**
 * A kernel that shares processors among sessions first (sched_autogroup_enabled) looks at the niceness of a whole session. A process that
 * leads none, as one that has not begun its own yet, is left alone: its session is the gateway's.
 */
export function putSessionBehind(pid: number): void {
  try {
    const [, , , session] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    if (Number(session) === pid) writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // It has ended, this kernel has no such groups, or it takes no more than ten such words a second.
  }
}
