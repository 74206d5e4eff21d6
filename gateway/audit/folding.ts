import path from 'node:path';
import { AppError } from '../errors.ts';
import type { LogFiles } from './files.ts';
import { CHECKPOINT_FILE } from './reader.ts';
import type { Growth } from './right-edge.ts';

/** The folder of a log as its writer changes it: tiles first, then the checkpoint that names them. */
export interface LogFolder {
  /** MUST NOT resolve before tiles and checkpoint are durable; what the growth made old goes by `removeOld`. */
  place(growth: Growth, checkpoint: string): Promise<void>;
  removeOld(growth: Growth): Promise<void>;
}

/** `mayWrite` is asked right before files are put in place. */
export function openFolder(dir: string, files: LogFiles, mayWrite: () => Promise<void>): LogFolder {
  /** Folders that are known to exist. */
  const folders = new Set<string>();
  return {
    async place(growth, checkpoint) {
      // One after the other: two files may share a new folder.
      for (const file of growth.written) {
        const folder = path.dirname(file.path);
        if (!folders.has(folder)) await files.makeFolder(dir, folder);
        folders.add(folder);
      }
      const contents = [{ path: CHECKPOINT_FILE, bytes: Buffer.from(checkpoint, 'utf8') }, ...growth.written];
      const staged = await Promise.allSettled(
        contents.map((file) => files.stage(path.join(dir, file.path), file.bytes)),
      );
      try {
        const [named, ...tiles] = allOrThrow(staged);
        if (named === undefined) throw new Error('nothing staged');
        await mayWrite();
        files.place(tiles);
        const changed = new Set(tiles.map(({ file }) => path.dirname(file)));
        allOrThrow(await Promise.allSettled([...changed].map(files.syncFolder)));
        await mayWrite();
        files.place([named]);
        await files.syncFolder(dir);
      } catch (error) {
        // The folder may be another writer's by now: nothing of ours stays in its way.
        for (const one of staged)
          if (one.status === 'fulfilled') await files.remove(one.value.temporary).catch(() => undefined);
        throw error;
      }
    },

    /** What stays behind is removed at the next opening. */
    async removeOld({ removed, removedFolders }) {
      try {
        for (const file of removed) await files.remove(path.join(dir, file));
        for (const folder of removedFolders) {
          folders.delete(folder);
          await files.removeFolder(path.join(dir, folder));
        }
      } catch (cause) {
        throw new AppError('E_LOG_DOWN', { detail: 'an old tile cannot be removed', cause });
      }
    },
  };
}

// Settled first: a write that is still under way when another fails would go on after the log is said to be down.
function allOrThrow<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
