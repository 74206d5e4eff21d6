import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { type FileHandle, mkdir, open, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../sealed-objects.ts';

/** A file that is durable under a temporary name. */
export interface StagedFile {
  readonly temporary: string;
  readonly file: string;
}

/** A file of a fixed length, written from its beginning to its end. */
export interface AheadFile {
  /** MUST NOT resolve before the bytes are durable. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** The disk as the log needs it; tests put faults in its place. */
export interface LogFiles {
  /** Makes the folders of `below` inside `root`. MUST NOT resolve before they are durable. */
  makeFolder(root: string, below: string): Promise<void>;
  /** Writes a file beside its place. MUST NOT resolve before its bytes are durable. */
  stage(file: string, bytes: Uint8Array): Promise<StagedFile>;
  /** Puts staged files in their places, in this turn: what allowed it cannot have changed meanwhile. Durable after `syncFolder`. */
  place(staged: readonly StagedFile[]): void;
  syncFolder(folder: string): Promise<void>;
  /** Writes a file beside its place, as `stage` does, filled up with zeros to a length, and keeps it open. */
  stageAhead(file: string, bytes: Uint8Array, length: number): Promise<{ staged: StagedFile; ahead: AheadFile }>;
  remove(file: string): Promise<void>;
  removeFolder(folder: string): Promise<void>;
}

/** A name that `stage` uses on the way: never part of a log. */
export const isTemporary = (file: string): boolean => /\.[0-9a-f]{12}\.tmp$/.test(file);

export const diskFiles: LogFiles = {
  async makeFolder(root, below) {
    let folder = root;
    for (const part of below.split('/')) {
      const parent = folder;
      folder = path.join(folder, part);
      const made = await mkdir(folder, { mode: 0o700 }).then(
        () => true,
        (cause: NodeJS.ErrnoException) => {
          if (cause.code === 'EEXIST') return false;
          throw cause;
        },
      );
      if (made) await syncFolder(parent);
    }
  },
  async stage(file, bytes) {
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { temporary, file };
  },
  place(staged) {
    for (const { temporary, file } of staged) renameSync(temporary, file);
  },
  syncFolder,
  async stageAhead(file, bytes, length) {
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      // Zeros are written and not left out: then an append changes nothing but its own pages.
      const zeros = Buffer.alloc(1024 * 1024);
      await writeAt(handle, bytes, 0);
      for (let at = bytes.length; at < length; at += zeros.length)
        await writeAt(handle, zeros.subarray(0, Math.min(zeros.length, length - at)), at);
      await handle.sync();
    } catch (error) {
      await handle.close();
      throw error;
    }
    const ahead: AheadFile = {
      async write(part, offset) {
        await writeAt(handle, part, offset);
        await handle.datasync();
      },
      close: () => handle.close(),
    };
    return { staged: { temporary, file }, ahead };
  },
  remove: (file) => unlink(file),
  removeFolder: (folder) => rmdir(folder),
};

async function writeAt(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}
