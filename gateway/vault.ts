import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { constants, type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { sha256Hex } from './canonical.ts';
import { AppError } from './errors.ts';
import { type CaseId, isUuid, type ObjectId } from './ids.ts';

// One random data key per case, wrapped by the installation key, one file each under `keys/`. Objects are AES-256-GCM in fixed
// chunks; position and total length are authenticated, so a chunk cannot be moved, dropped or cut off unseen.

/** In the data folder while a back-up is being restored (SEC-09): what is there is not whole. */
export const RESTORING_FILE = 'restore-unfinished';

/** Plaintext bytes a chunk; also the step of an upload's acknowledged offset. */
export const CHUNK_BYTES = 65_536;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES;
const MAGIC = Buffer.from('DIFFERE1');
const HEADER_BYTES = MAGIC.length + 8;

export interface VaultFolders {
  /** Sealed objects, a folder a case. */
  readonly dataDir: string;
  /** Wrapped case keys. MUST NOT travel with the back-up of the data. */
  readonly keysDir: string;
  /** 32 bytes; unwraps the case keys and exists only in this process. */
  readonly installationKey: Buffer;
}

/** Writes one object of known length, chunk after chunk. */
export interface ObjectWriter {
  /** Plaintext bytes in whole sealed chunks, durable or not. */
  readonly sealedBytes: number;
  /** Seals one chunk: CHUNK_BYTES long, or the rest of the object when it is the last. */
  write(chunk: Uint8Array): Promise<void>;
  /** MUST resolve only when every chunk written so far is durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Vault {
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
  /** Opens an object for writing at the first chunk that `resumeAtBytes` names (a multiple of CHUNK_BYTES). */
  writer(caseId: CaseId, objectId: ObjectId, totalBytes: number, resumeAtBytes: number): Promise<ObjectWriter>;
  /** Writes a whole object durably. */
  put(caseId: CaseId, objectId: ObjectId, plain: Uint8Array): Promise<void>;
  /** Plain bytes [from, to) of an object; the whole when absent. Rejects with E_VAULT when a byte was altered. */
  read(caseId: CaseId, objectId: ObjectId, range?: { readonly from: number; readonly to: number }): Readable;
  get(caseId: CaseId, objectId: ObjectId): Promise<Buffer>;
  sizeOf(caseId: CaseId, objectId: ObjectId): Promise<number>;
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

/** Opens the vault. The folders are made when absent, closed to everyone else. */
export async function openVault(folders: VaultFolders): Promise<Vault> {
  if (folders.installationKey.length !== 32)
    throw new AppError('E_CONFIG', { detail: 'the installation key is not 32 bytes' });
  await makeFolder(folders.dataDir);
  await makeFolder(folders.keysDir);
  const keys = new Map<CaseId, Buffer>();

  const caseDir = (caseId: CaseId): string => path.join(folders.dataDir, plainName(caseId));
  const objectPath = (caseId: CaseId, objectId: ObjectId): string => path.join(caseDir(caseId), plainName(objectId));
  const keyPath = (caseId: CaseId): string => path.join(folders.keysDir, `${plainName(caseId)}.key`);

  async function caseKey(caseId: CaseId): Promise<Buffer> {
    const known = keys.get(caseId);
    if (known !== undefined) return known;
    const wrapped = await readFile(keyPath(caseId)).catch((cause: unknown) => {
      throw new AppError('E_VAULT', { cause, detail: 'no key for this case' });
    });
    const key = unbox(folders.installationKey, `case-key:${caseId}`, wrapped);
    keys.set(caseId, key);
    return key;
  }

  async function objectKey(caseId: CaseId, objectId: ObjectId): Promise<Buffer> {
    return derive(await caseKey(caseId), `object:${objectId}`);
  }

  async function totalBytesOf(file: FileHandle): Promise<number> {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    if (bytesRead !== HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new AppError('E_VAULT', { detail: 'not a sealed object' });
    }
    return Number(header.readBigUInt64BE(MAGIC.length));
  }

  async function writer(
    caseId: CaseId,
    objectId: ObjectId,
    totalBytes: number,
    resumeAtBytes: number,
  ): Promise<ObjectWriter> {
    if (resumeAtBytes % CHUNK_BYTES !== 0 && resumeAtBytes !== totalBytes) {
      throw new RangeError('vault: resume only at a chunk boundary');
    }
    const key = await objectKey(caseId, objectId);
    const flags = constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW;
    const file = await open(objectPath(caseId, objectId), flags, 0o600);
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header);
    header.writeBigUInt64BE(BigInt(totalBytes), MAGIC.length);
    await writeAll(file, header, 0);
    // What a killed process left beyond the acknowledged offset is cut off, never continued.
    await file.truncate(sealedOffset(Math.ceil(resumeAtBytes / CHUNK_BYTES), totalBytes));
    let sealedBytes = resumeAtBytes;
    let emptyWritten = false;
    return {
      get sealedBytes() {
        return sealedBytes;
      },
      async write(chunk) {
        const wanted = Math.min(CHUNK_BYTES, totalBytes - sealedBytes);
        const ended = wanted === 0 && (totalBytes > 0 || emptyWritten);
        if (chunk.length !== wanted || ended) {
          throw new RangeError(`vault: chunk of ${chunk.length} bytes, not ${wanted}`);
        }
        emptyWritten = true;
        const index = Math.floor(sealedBytes / CHUNK_BYTES);
        // A random nonce a chunk: should a torn chunk be sealed again after a crash, the nonce is another one.
        const sealed = box(key, chunkLabel(objectId, index, totalBytes), chunk);
        await writeAll(file, sealed, sealedOffset(index, totalBytes));
        sealedBytes += chunk.length;
      },
      sync: async () => {
        await file.datasync();
        await syncFolder(caseDir(caseId));
      },
      close: () => file.close(),
    };
  }

  const openSealed = (caseId: CaseId, objectId: ObjectId): Promise<FileHandle> =>
    open(objectPath(caseId, objectId), constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
      throw new AppError('E_VAULT', { cause, detail: 'no such object' });
    });

  async function* chunks(
    caseId: CaseId,
    objectId: ObjectId,
    range: { from: number; to: number } | undefined,
  ): AsyncGenerator<Buffer> {
    const key = await objectKey(caseId, objectId);
    const file = await openSealed(caseId, objectId);
    try {
      const total = await totalBytesOf(file);
      const from = range?.from ?? 0;
      const to = range?.to ?? total;
      if (from < 0 || to > total || from > to) throw new RangeError(`vault: range ${from}-${to} of ${total}`);
      const buffer = Buffer.alloc(SEALED_CHUNK_BYTES);
      // An empty object has one empty chunk: without it a header that says "0 bytes" would be believed.
      const last = total === 0 ? 0 : Math.ceil(to / CHUNK_BYTES) - 1;
      for (let index = Math.floor(from / CHUNK_BYTES); index <= last; index++) {
        const plainLength = Math.min(CHUNK_BYTES, total - index * CHUNK_BYTES);
        const length = NONCE_BYTES + plainLength + TAG_BYTES;
        const { bytesRead } = await file.read(buffer, 0, length, sealedOffset(index, total));
        if (bytesRead !== length) throw new AppError('E_VAULT', { detail: 'object is cut short' });
        const plain = unbox(key, chunkLabel(objectId, index, total), buffer.subarray(0, length));
        const start = Math.max(0, from - index * CHUNK_BYTES);
        const end = Math.min(plainLength, to - index * CHUNK_BYTES);
        yield plain.subarray(start, end);
      }
    } finally {
      await file.close();
    }
  }

  const read: Vault['read'] = (caseId, objectId, range) =>
    Readable.from(chunks(caseId, objectId, range), { objectMode: false });

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
      await mkdir(caseDir(caseId), { recursive: true, mode: 0o700 });
      await syncFolder(folders.dataDir);
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
    seal: async (caseId, label, plain) =>
      box(derive(await caseKey(caseId), 'values'), `value:${label}`, Buffer.from(plain)),
    unseal: async (caseId, label, sealed) => unbox(derive(await caseKey(caseId), 'values'), `value:${label}`, sealed),
    sealHere: (label, plain) => box(derive(folders.installationKey, 'values'), `value:${label}`, Buffer.from(plain)),
    unsealHere: (label, sealed) => unbox(derive(folders.installationKey, 'values'), `value:${label}`, sealed),
    pieceMark: async (caseId, piece) =>
      createHmac('sha256', derive(await caseKey(caseId), 'piece-mark'))
        .update(piece, 'utf8')
        .digest('hex'),
    mark: async (caseId, label, text) =>
      createHmac('sha256', derive(await caseKey(caseId), 'mark'))
        .update(`${label}\0${text}`, 'utf8')
        .digest('hex'),
    writer,
    async put(caseId, objectId, plain) {
      const target = await writer(caseId, objectId, plain.length, 0);
      try {
        let at = 0;
        do {
          await target.write(plain.subarray(at, at + CHUNK_BYTES));
          at += CHUNK_BYTES;
        } while (at < plain.length);
        await target.sync();
      } finally {
        await target.close();
      }
    },
    read,
    async get(caseId, objectId) {
      const parts: Buffer[] = [];
      for await (const part of chunks(caseId, objectId, undefined)) parts.push(part);
      return Buffer.concat(parts);
    },
    async sizeOf(caseId, objectId) {
      const file = await openSealed(caseId, objectId);
      try {
        return await totalBytesOf(file);
      } finally {
        await file.close();
      }
    },
    async remove(caseId, objectId) {
      await rm(objectPath(caseId, objectId), { force: true });
      await syncFolder(caseDir(caseId));
    },
    async inventory(caseId) {
      const wrapped = await readFile(keyPath(caseId)).catch(unlessAbsent);
      const names = (await readdir(caseDir(caseId)).catch(unlessAbsent)) ?? [];
      const objects = await Promise.all(
        names.toSorted().map(async (id) => ({ id, bytes: (await stat(path.join(caseDir(caseId), id))).size })),
      );
      return { keySha256: wrapped === undefined ? undefined : sha256Hex(wrapped), objects };
    },
    async destroyCase(caseId) {
      keys.get(caseId)?.fill(0);
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
      await rm(caseDir(caseId), { recursive: true, force: true });
      await syncFolder(folders.dataDir);
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

/** A write may stop short, on a disk that fills up for instance; what is acknowledged must be all there. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
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

/** A rename or a new file is durable only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// Names reach the file system only as UUIDs, so none can climb out of its folder.
function plainName(id: string): string {
  if (!isUuid(id)) throw new AppError('E_VAULT', { detail: 'not an identifier' });
  return id;
}

const chunkLabel = (objectId: ObjectId, index: number, totalBytes: number): string =>
  `chunk:${objectId}:${index}:${totalBytes}`;

const sealedOffset = (index: number, totalBytes: number): number => {
  const whole = Math.min(index, Math.floor(totalBytes / CHUNK_BYTES));
  const rest = index > whole ? NONCE_BYTES + (totalBytes % CHUNK_BYTES) + TAG_BYTES : 0;
  return HEADER_BYTES + whole * SEALED_CHUNK_BYTES + rest;
};

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `differe/${purpose}`, 32));

function box(key: Buffer, label: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(label, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unbox(key: Buffer, label: string, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new AppError('E_VAULT', { detail: 'sealed value is too short' });
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(label, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new AppError('E_VAULT', { cause, detail: 'sealed value was altered' });
  }
}
