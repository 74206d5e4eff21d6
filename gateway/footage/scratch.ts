import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** The only place where plaintext of an exhibit may lie, and only while a job works on it (RET-06). */
export interface Scratch {
  /** A fresh folder, closed to others. Whoever takes one removes it. */
  folder(): Promise<string>;
  /** A folder for the time of one piece of work, removed with all it holds, whatever happens. */
  withFolder<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Removes what processes that no longer live have left. Call it at start-up. */
  sweep(): Promise<void>;
}

/** Opens the scratch root, made when absent and closed to everyone else. */
export async function createScratch(root: string): Promise<Scratch> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  await chmod(root, 0o700);
  const own = `${process.pid}.${startOf(process.pid) ?? 0}.`;
  const folder = (): Promise<string> => mkdtemp(path.join(root, own));
  return {
    folder,
    async withFolder(work) {
      const made = await folder();
      try {
        return await work(made);
      } finally {
        await rm(made, { recursive: true, force: true });
      }
    },
    async sweep() {
      for (const name of await readdir(root)) {
        const [pid, start] = name.split('.');
        // A process id is used again some day; together with its start it is not.
        const alive = start !== undefined && startOf(Number(pid)) === Number(start);
        if (!alive) await rm(path.join(root, name), { recursive: true, force: true });
      }
    },
  };
}

/** Start of a process in clock ticks since boot; undefined when there is no such process. */
function startOf(pid: number): number | undefined {
  if (!Number.isInteger(pid)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the start is the twentieth word after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}
