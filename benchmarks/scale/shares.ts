import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// Shares of the processor by control groups of the kernel: what a group may take, and what it took, its children's children included.

const PERIOD_US = 20_000;

export interface Share {
  /** Runs `start` so that the processes it starts are of this group, whatever else this process does meanwhile. */
  start<T>(start: () => Promise<T>): Promise<T>;
  /** Processor seconds that the group took since it was made. */
  usedSeconds(): Promise<number>;
  /** Waits until the group is empty, and removes it. */
  remove(): Promise<void>;
}

/** A group that may take so many cores; without a bound when absent. Needs root and control groups that can be written (v2, or v1's cpu and cpuacct). */
export async function openShare(name: string, cores?: number): Promise<Share> {
  const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const roots = isV2 ? ['/sys/fs/cgroup'] : ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpuacct'];
  const folders = roots.map((root) => path.join(root, `differe-bench-${process.pid}-${name}`));
  const before = await ownGroups(isV2);
  for (const folder of folders) await mkdir(folder);
  const [first = ''] = folders;
  if (cores !== undefined) {
    const quota = Math.round(cores * PERIOD_US);
    if (isV2) await writeFile(path.join(first, 'cpu.max'), `${quota} ${PERIOD_US}`);
    else {
      await writeFile(path.join(first, 'cpu.cfs_period_us'), String(PERIOD_US));
      await writeFile(path.join(first, 'cpu.cfs_quota_us'), String(quota));
    }
  }
  const enter = async (to: readonly string[]): Promise<void> => {
    for (const folder of to) await writeFile(path.join(folder, 'cgroup.procs'), String(process.pid));
  };
  return {
    async start(start) {
      await enter(folders);
      try {
        return await start();
      } finally {
        await enter(before);
      }
    },
    async usedSeconds() {
      if (!isV2) return Number(await readFile(path.join(folders.at(-1) ?? '', 'cpuacct.usage'), 'utf8')) / 1e9;
      const usage = /^usage_usec (\d+)$/m.exec(await readFile(path.join(first, 'cpu.stat'), 'utf8'))?.[1];
      return Number(usage) / 1e6;
    },
    async remove() {
      for (const folder of folders) {
        for (let attempt = 0; attempt < 100; attempt++) {
          const isGone = await rmdir(folder).then(
            () => true,
            () => false,
          );
          if (isGone) break;
          await delay(50);
        }
      }
    },
  };
}

async function ownGroups(isV2: boolean): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/cgroup', 'utf8')).split('\n');
  const of = (controller: string): string =>
    lines.find((line) => line.split(':')[1]?.split(',').includes(controller))?.split(':')[2] ?? '/';
  return isV2
    ? [path.join('/sys/fs/cgroup', of(''))]
    : ['cpu', 'cpuacct'].map((controller) => path.join('/sys/fs/cgroup', controller, of(controller)));
}
