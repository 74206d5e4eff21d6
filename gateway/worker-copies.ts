import { rm } from 'node:fs/promises';
import type { Scratch } from './footage/scratch.ts';
import type { ObjectId } from './ids.ts';
import { leaseLost } from './lease-loop.ts';

const LINGER_MS = 10_000;

/**
 * Plain bytes of exhibits on a worker's machine, and what is made of them: one copy for all leases of an exhibit. It goes soon after the last
 * of them has ended, and at once with the last of them that was lost: nobody has decided for it any more (RET-06).
 */
export interface WorkerCopies<C> {
  /** Works with the copy of an object, made unless there is one; `make` is stopped when nobody waits for it any more. */
  use<T>(
    object: ObjectId,
    lost: AbortSignal,
    make: (folder: string, signal: AbortSignal) => Promise<C>,
    work: (copy: C) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

interface Open<C> {
  readonly folder: Promise<string>;
  readonly ready: Promise<C>;
  readonly stop: AbortController;
  users: number;
  linger: NodeJS.Timeout | undefined;
}

export function createWorkerCopies<C>(scratch: Pick<Scratch, 'folder'>, lingerMs: number = LINGER_MS): WorkerCopies<C> {
  const open = new Map<ObjectId, Open<C>>();

  async function remove(object: ObjectId, copy: Open<C>): Promise<void> {
    clearTimeout(copy.linger);
    if (open.get(object) === copy) open.delete(object);
    copy.stop.abort(leaseLost());
    const removeFolder = async () => rm(await copy.folder, { recursive: true, force: true });
    // At once, and again when what was making it has noticed.
    await removeFolder();
    await copy.ready.catch(() => undefined);
    await removeFolder();
  }

  function take(object: ObjectId, make: (folder: string, signal: AbortSignal) => Promise<C>): Open<C> {
    const known = open.get(object);
    if (known !== undefined) return known;
    const folder = scratch.folder();
    const stop = new AbortController();
    const ready = folder.then((made) => make(made, stop.signal));
    // Whoever waits for it may have lost its lease first.
    ready.catch(() => undefined);
    const fresh: Open<C> = { folder, ready, stop, users: 0, linger: undefined };
    open.set(object, fresh);
    return fresh;
  }

  return {
    async use(object, lost, make, work) {
      const copy = take(object, make);
      clearTimeout(copy.linger);
      copy.users += 1;
      let isKept = false;
      try {
        const made = await unlessLost(copy.ready, lost);
        isKept = true;
        return await work(made);
      } finally {
        copy.users -= 1;
        if (copy.users === 0 && (!isKept || lost.aborted)) await remove(object, copy);
        else if (copy.users === 0) copy.linger = setTimeout(() => void remove(object, copy), lingerMs);
      }
    },
    async close() {
      await Promise.all([...open].map(([object, copy]) => remove(object, copy)));
    },
  };
}

/** Waits, but not beyond the lease. */
async function unlessLost<T>(ready: Promise<T>, lost: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(lost.reason);
  if (lost.aborted) end();
  lost.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([ready, promise]);
  } finally {
    lost.removeEventListener('abort', end);
  }
}
