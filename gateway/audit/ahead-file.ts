import path from 'node:path';
import { aheadFileOf, encodeStart } from './ahead.ts';
import type { AheadFile, LogFiles } from './files.ts';

/** The write-ahead file as the one who appends has it open. */
export interface AheadWriter {
  /** Puts a new file in the place of the old one; everything acknowledged is in the folder, whose checkpoint this is. */
  begin(checkpoint: string): Promise<void>;
  fits(bytes: Buffer): boolean;
  /** MUST NOT resolve before the bytes are durable. */
  append(bytes: Buffer): Promise<void>;
  /** Closes it; it goes when the folder has everything. */
  end(isFolded: boolean): Promise<void>;
}

/** `mayWrite` is asked right before a file is put in place. Whoever lost the lock goes on in a file that has no name any more. */
export function createAhead(options: {
  readonly dir: string;
  readonly files: LogFiles;
  readonly mayWrite: () => Promise<void>;
  readonly bytes: number;
}): AheadWriter {
  const { dir, files, mayWrite, bytes: length } = options;
  const file = aheadFileOf(dir);
  let open: { readonly ahead: AheadFile; offset: number } | undefined;
  return {
    async begin(checkpoint) {
      const start = encodeStart(checkpoint, length);
      const { staged, ahead } = await files.stageAhead(file, start, length);
      try {
        await mayWrite();
        files.place([staged]);
        await files.syncFolder(path.dirname(file));
      } catch (error) {
        await ahead.close();
        await files.remove(staged.temporary).catch(() => undefined);
        throw error;
      }
      await open?.ahead.close();
      open = { ahead, offset: start.length };
    },
    fits: (bytes) => open !== undefined && open.offset + bytes.length <= length,
    async append(bytes) {
      if (open === undefined || open.offset + bytes.length > length)
        throw new Error('the write-ahead file has no place for it');
      await open.ahead.write(bytes, open.offset);
      open.offset += bytes.length;
    },
    async end(isFolded) {
      await open?.ahead.close();
      open = undefined;
      if (!isFolded) return;
      await mayWrite();
      await files.remove(file);
      await files.syncFolder(path.dirname(file));
    },
  };
}
