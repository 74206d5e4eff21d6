import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { constants, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from './canonical.ts';
import { AppError } from './errors.ts';
import { folderStore } from './folder-store.ts';
import { type CaseId, newId, type ObjectId } from './ids.ts';
import type { ObjectStore } from './object-store.ts';
import { box, plainName, type SealedObjects, sealedObjects, syncFolder, unbox, writeAll } from './sealed-objects.ts';

// One random data key per case, wrapped by the installation key, one file each under `keys/`; the key of each object is derived from it.

/** In the data folder while a back-up is being restored (SEC-09): what is there is not whole. */
export const RESTORING_FILE = 'restore-unfinished';

export interface VaultFolders {
  /** Sealed objects, a folder a case; made when absent, unless they lie in a store elsewhere. */
  readonly dataDir: string;
  /** Where sealed objects lie instead. */
  readonly store?: ObjectStore;
  /** Wrapped case keys. MUST NOT travel with the back-up of the data. */
  readonly keysDir: string;
  /** 32 bytes; unwraps the case keys and exists only in this process. */
  readonly installationKey: Buffer;
}

export interface Vault extends SealedObjects {
  /** The case of a procedure number: the same on every call, and meaningless without the installation key. */
  caseIdOf(procedure: string): CaseId;
  /** Makes the key and the folder of a case unless they exist. */
  createCase(caseId: CaseId): Promise<void>;
  /** Seals a small value (a row's text, a column block) under the case key; `label` is authenticated with it. */
  seal(caseId: CaseId, label: string, plain: Uint8Array | string): Promise<Buffer>;
  unseal(caseId: CaseId, label: string, sealed: Uint8Array): Promise<Buffer>;
  /** As `seal`, for what belongs to no case: under the installation key. */
  sealHere(label: string, plain: Uint8Array | string): Buffer;
  unsealHere(label: string, sealed: Uint8Array): Buffer;
  /** A keyed digest of a piece number, 64 hex characters: the same on every call within a case, meaningless without the case key. */
  pieceMark(caseId: CaseId, piece: string): Promise<string>;
  /** A keyed digest of a text, 64 hex characters, for what the label says: as `pieceMark`, and gone with the case key. */
  mark(caseId: CaseId, label: string, text: string): Promise<string>;
  /** The key of one object, for the lease of a worker that has no other. */
  objectKey(caseId: CaseId, objectId: ObjectId): Promise<Buffer>;
  remove(caseId: CaseId, objectId: ObjectId): Promise<void>;
  /** What of a case is here: the digest of its wrapped key, and the names and sizes of its sealed objects. */
  inventory(caseId: CaseId): Promise<CaseInventory>;
  /** Destroys the key of a case, then its sealed objects. What is gone already stays gone; durable when it resolves. */
  destroyCase(caseId: CaseId): Promise<void>;
}

export interface CaseInventory {
  /** SHA-256 (hex) of the wrapped key; undefined when there is none. */
  readonly keySha256: string | undefined;
  readonly objects: readonly { readonly id: string; readonly bytes: number }[];
}

/** Seals bytes as an object that did not exist, and gives its id. */
export async function putNew(vault: Pick<Vault, 'put'>, caseId: CaseId, bytes: Uint8Array): Promise<ObjectId> {
  const object = newId<ObjectId>();
  await vault.put(caseId, object, bytes);
  return object;
}

/** Opens the vault. The folders are made when absent, closed to everyone else. */
export async function openVault(folders: VaultFolders): Promise<Vault> {
  if (folders.installationKey.length !== 32)
    throw new AppError('E_CONFIG', { detail: 'the installation key is not 32 bytes' });
  if (folders.store === undefined) await makeFolder(folders.dataDir);
  await makeFolder(folders.keysDir);
  const keys = new Map<CaseId, { readonly key: Buffer; readonly values: Buffer }>();

  const store = folders.store ?? folderStore(folders.dataDir);
  const keyPath = (caseId: CaseId): string => path.join(folders.keysDir, `${plainName(caseId)}.key`);

  /** The key of a case, and the one that seals its values, which is asked for with every request. */
  async function caseKeys(caseId: CaseId): Promise<{ readonly key: Buffer; readonly values: Buffer }> {
    const known = keys.get(caseId);
    if (known !== undefined) return known;
    const wrapped = await readFile(keyPath(caseId)).catch((cause: unknown) => {
      throw new AppError('E_VAULT', { cause, detail: 'no key for this case' });
    });
    const key = unbox(folders.installationKey, `case-key:${caseId}`, wrapped);
    const opened = { key, values: derive(key, 'values') };
    keys.set(caseId, opened);
    return opened;
  }

  async function objectKey(caseId: CaseId, objectId: ObjectId): Promise<Buffer> {
    return derive((await caseKeys(caseId)).key, `object:${objectId}`);
  }

  const objects = sealedObjects(store, objectKey);

  return {
    caseIdOf(procedure) {
      const digest = createHmac('sha256', derive(folders.installationKey, 'case-id'))
        .update(procedure, 'utf8')
        .digest();
      digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
      digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
      const hex = digest.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}` as CaseId;
    },
    async createCase(caseId) {
      await store.createCase(caseId);
      const exists = await stat(keyPath(caseId)).catch(() => undefined);
      // A process that died just before may have left it where a power cut would still take it away.
      if (exists !== undefined) return await syncFolder(folders.keysDir);
      // Two processes may make the key of a case at once: the first one stays, or what it has sealed by then is lost.
      const wrapped = box(folders.installationKey, `case-key:${caseId}`, randomBytes(32));
      const proposed = `${keyPath(caseId)}.${randomBytes(6).toString('hex')}`;
      await writeDurably(proposed, wrapped);
      try {
        await link(proposed, keyPath(caseId));
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      } finally {
        await rm(proposed, { force: true });
      }
      await syncFolder(folders.keysDir);
    },
    seal: async (caseId, label, plain) => box((await caseKeys(caseId)).values, `value:${label}`, Buffer.from(plain)),
    unseal: async (caseId, label, sealed) => unbox((await caseKeys(caseId)).values, `value:${label}`, sealed),
    sealHere: (label, plain) => box(derive(folders.installationKey, 'values'), `value:${label}`, Buffer.from(plain)),
    unsealHere: (label, sealed) => unbox(derive(folders.installationKey, 'values'), `value:${label}`, sealed),
    pieceMark: async (caseId, piece) =>
      createHmac('sha256', derive((await caseKeys(caseId)).key, 'piece-mark'))
        .update(piece, 'utf8')
        .digest('hex'),
    mark: async (caseId, label, text) =>
      createHmac('sha256', derive((await caseKeys(caseId)).key, 'mark'))
        .update(`${label}\0${text}`, 'utf8')
        .digest('hex'),
    ...objects,
    objectKey,
    remove: (caseId, objectId) => store.remove(caseId, objectId),
    async inventory(caseId) {
      const wrapped = await readFile(keyPath(caseId)).catch(unlessAbsent);
      const objects = await store.list(caseId);
      return { keySha256: wrapped === undefined ? undefined : sha256Hex(wrapped), objects };
    },
    async destroyCase(caseId) {
      for (const key of Object.values(keys.get(caseId) ?? {})) key.fill(0);
      keys.delete(caseId);
      // The key first: from here on everything that is sealed under it is noise, wherever a copy lies.
      const file = await open(keyPath(caseId), constants.O_RDWR | constants.O_NOFOLLOW).catch(unlessAbsent);
      if (file !== undefined) {
        const { size } = await file.stat();
        await writeAll(file, randomBytes(size), 0);
        await file.sync();
        await file.close();
        await rm(keyPath(caseId), { force: true });
        await syncFolder(folders.keysDir);
      }
      await store.removeCase(caseId);
    },
  };
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

/** Writes a file so that after a power cut it is there whole or not at all. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolder(path.dirname(file));
}

/** Makes a folder, closed to everyone else, and those above it that are absent. MUST NOT resolve before their entries are durable. */
async function makeFolder(folder: string): Promise<void> {
  const place = path.resolve(folder);
  const first = await mkdir(place, { recursive: true, mode: 0o700 });
  // Also of a folder that is there: the process that made it may have died before its entry was durable.
  const top = path.dirname(first ?? place);
  let above = place;
  do {
    above = path.dirname(above);
    await syncFolder(above);
  } while (above !== top);
}

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `differe/${purpose}`, 32));
