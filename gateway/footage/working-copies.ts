import { rm } from 'node:fs/promises';
import type { ExhibitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { assertCovers, exhibitToScratch } from './open-exhibit.ts';
import type { Scratch } from './scratch.ts';
import type { Exhibit } from './types.ts';

export interface WorkingCopiesDeps {
  /** Decrypts the exhibit into a fresh scratch folder, re-hashing on the way; gives the folder and the file in it. */
  unseal(requisition: Requisition, exhibit: Exhibit): Promise<{ readonly folder: string; readonly file: string }>;
  /** How long an unused copy is kept for the next use (stills of one exhibit come in bursts). */
  readonly lingerMs: number;
}

/** Plaintext of exhibits while somebody works on it: one copy an exhibit, shared, removed after its last use (RET-06). */
export interface WorkingCopies {
  use<T>(requisition: Requisition, exhibit: Exhibit, work: (file: string) => Promise<T>): Promise<T>;
  /** Removes the copy of an exhibit as soon as nobody uses it. */
  release(exhibitId: ExhibitId): Promise<void>;
  /** Removes the copy of an exhibit at once, whoever uses it: its case is being erased. */
  forget(exhibitId: ExhibitId): Promise<void>;
  close(): Promise<void>;
}

interface Copy {
  readonly ready: Promise<{ readonly folder: string; readonly file: string }>;
  users: number;
  linger: NodeJS.Timeout | undefined;
}

/** Decrypts an exhibit into a scratch folder of its own, re-hashing on the way. When that fails the folder goes with it. */
export async function unsealCopy(
  requisition: Requisition,
  exhibit: Exhibit,
  deps: { readonly scratch: Scratch; readonly vault: Vault },
): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await deps.scratch.folder();
  try {
    return { folder, file: await exhibitToScratch(requisition, exhibit, folder, deps) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

export function createWorkingCopies(deps: WorkingCopiesDeps): WorkingCopies {
  const copies = new Map<ExhibitId, Copy>();

  async function remove(exhibitId: ExhibitId, copy: Copy): Promise<void> {
    clearTimeout(copy.linger);
    if (copies.get(exhibitId) === copy) copies.delete(exhibitId);
    const ready = await copy.ready.catch(() => undefined);
    if (ready !== undefined) await rm(ready.folder, { recursive: true, force: true });
  }

  function take(requisition: Requisition, exhibit: Exhibit): Copy {
    const known = copies.get(exhibit.id);
    if (known !== undefined) {
      clearTimeout(known.linger);
      known.users += 1;
      return known;
    }
    const fresh: Copy = { ready: deps.unseal(requisition, exhibit), users: 1, linger: undefined };
    copies.set(exhibit.id, fresh);
    return fresh;
  }

  return {
    async use(requisition, exhibit, work) {
      // At every use: a copy that another requisition had made is not for this one to read.
      assertCovers(requisition, exhibit);
      const copy = take(requisition, exhibit);
      try {
        return await work((await copy.ready).file);
      } catch (error) {
        // A copy that could not be made is not kept for the next.
        if (
          copies.get(exhibit.id) === copy &&
          (await copy.ready.then(
            () => false,
            () => true,
          ))
        )
          copies.delete(exhibit.id);
        throw error;
      } finally {
        copy.users -= 1;
        if (copy.users === 0 && copies.get(exhibit.id) === copy) {
          copy.linger = setTimeout(() => void remove(exhibit.id, copy), deps.lingerMs);
          copy.linger.unref();
        }
      }
    },
    async release(exhibitId) {
      const copy = copies.get(exhibitId);
      if (copy !== undefined && copy.users === 0) await remove(exhibitId, copy);
    },
    async forget(exhibitId) {
      const copy = copies.get(exhibitId);
      if (copy !== undefined) await remove(exhibitId, copy);
    },
    async close() {
      await Promise.all([...copies].map(([exhibitId, copy]) => remove(exhibitId, copy)));
    },
  };
}
