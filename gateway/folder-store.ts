import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from './errors.ts';
import { type CaseId, isUuid, type ObjectId } from './ids.ts';
import type { ObjectStore, StoredWriter } from './object-store.ts';
import { plainName, syncFolder, writeAll } from './sealed-objects.ts';

/** Objects as files below a folder, a folder a case; other machines may have it mounted. */
export function folderStore(dataDir: string): ObjectStore {
  const caseDir = (caseId: CaseId): string => path.join(dataDir, plainName(caseId));
  const objectPath = (caseId: CaseId, objectId: ObjectId): string => path.join(caseDir(caseId), plainName(objectId));

  async function put(caseId: CaseId, objectId: ObjectId, parts: Iterable<Uint8Array>): Promise<void> {
    const place = objectPath(caseId, objectId);
    const proposed = `${place}.${randomBytes(6).toString('hex')}.tmp`;
    const file = await open(proposed, 'wx', 0o600).catch(noPlace);
    try {
      let at = 0;
      for (const part of parts) {
        await writeAll(file, part, at);
        at += part.length;
      }
      await file.sync();
      // A link, unlike a rename, is never laid over what is there.
      await link(proposed, place).catch((cause: unknown) => {
        throw isCode(cause, 'EEXIST') ? new AppError('E_VAULT_EXISTS', { cause }) : cause;
      });
    } finally {
      await file.close();
      await rm(proposed, { force: true });
    }
    await syncFolder(caseDir(caseId));
  }

  async function writer(caseId: CaseId, objectId: ObjectId, atBytes: number): Promise<StoredWriter> {
    const flags = constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW;
    const file = await open(objectPath(caseId, objectId), flags, 0o600).catch(noPlace);
    let at = atBytes;
    try {
      if ((await file.stat()).size < atBytes) throw new AppError('E_VAULT', { detail: 'object is cut short' });
      // What a killed process left beyond is cut off, never continued.
      await file.truncate(atBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
    return {
      async append(bytes) {
        await writeAll(file, bytes, at);
        at += bytes.length;
      },
      async sync() {
        await file.datasync();
        await syncFolder(caseDir(caseId));
      },
      close: () => file.close(),
    };
  }

  return {
    async createCase(caseId) {
      await mkdir(caseDir(caseId), { recursive: true, mode: 0o700 });
      await syncFolder(dataDir);
    },
    put,
    writer,
    async open(caseId, objectId) {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
      const file = await open(objectPath(caseId, objectId), flags).catch((cause: unknown) => {
        throw new AppError('E_VAULT', { cause, detail: 'no such object' });
      });
      return { read: (fromBytes, length) => readFull(file, fromBytes, length), close: () => file.close() };
    },
    cases: async () => ((await readdir(dataDir).catch(unlessAbsent)) ?? []).filter(isUuid).toSorted() as CaseId[],
    async list(caseId) {
      const names = ((await readdir(caseDir(caseId)).catch(unlessAbsent)) ?? []).filter(isUuid).toSorted();
      const found = await Promise.all(
        names.map(async (id) => {
          const facts = await stat(path.join(caseDir(caseId), id)).catch(unlessAbsent);
          return facts === undefined ? [] : [{ id: id as ObjectId, bytes: facts.size }];
        }),
      );
      return found.flat();
    },
    async remove(caseId, objectId) {
      await rm(objectPath(caseId, objectId), { force: true });
      await syncFolder(caseDir(caseId)).catch(unlessAbsent);
    },
    async removeCase(caseId) {
      await rm(caseDir(caseId), { recursive: true, force: true });
      await syncFolder(dataDir);
    },
    async demandUsable() {
      await readdir(dataDir).catch((cause: unknown) => {
        throw new AppError('E_VAULT_STORE', { cause, detail: 'the folder cannot be read' });
      });
    },
  };
}

async function readFull(file: FileHandle, fromBytes: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(buffer, at, length - at, fromBytes + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.subarray(0, at);
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** No folder is made: a case that is erased stays so. */
function noPlace(cause: unknown): never {
  throw isCode(cause, 'ENOENT') ? new AppError('E_VAULT', { cause, detail: 'the case has no place here' }) : cause;
}

function unlessAbsent(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error;
}
