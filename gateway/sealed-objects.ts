import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from './errors.ts';
import { type CaseId, isUuid, type ObjectId } from './ids.ts';
import type { ObjectStore, StoredReader } from './object-store.ts';

// Objects are AES-256-GCM in fixed chunks, each object under a key of its own; position and total length are authenticated, so a chunk
// cannot be moved, dropped or cut off unseen. Where the key of an object comes from is the caller's: the vault derives it from that of the
// case, a worker was given it for its lease.

/** Plaintext bytes a chunk; also the step of an upload's acknowledged offset. */
export const CHUNK_BYTES = 65_536;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES;
const MAGIC = Buffer.from('DIFFERE1');
const HEADER_BYTES = MAGIC.length + 8;

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

/** Objects of a vault whose keys are at hand. */
export interface SealedObjects {
  /** Opens an object for writing at the first chunk that `resumeAtBytes` names (a multiple of CHUNK_BYTES). */
  writer(caseId: CaseId, objectId: ObjectId, totalBytes: number, resumeAtBytes: number): Promise<ObjectWriter>;
  /** Writes a whole object durably. E_VAULT_EXISTS when there is one of this id. */
  put(caseId: CaseId, objectId: ObjectId, plain: Uint8Array): Promise<void>;
  /** Plain bytes [from, to) of an object; the whole when absent. Rejects with E_VAULT when a byte was altered. */
  read(caseId: CaseId, objectId: ObjectId, range?: { readonly from: number; readonly to: number }): Readable;
  get(caseId: CaseId, objectId: ObjectId): Promise<Buffer>;
  sizeOf(caseId: CaseId, objectId: ObjectId): Promise<number>;
}

/** Seals what is written to a store, and opens what is read. */
export function sealedObjects(
  store: Pick<ObjectStore, 'put' | 'writer' | 'open'>,
  objectKey: (caseId: CaseId, objectId: ObjectId) => Promise<Buffer>,
): SealedObjects {
  async function totalBytesOf(file: StoredReader): Promise<number> {
    const header = await file.read(0, HEADER_BYTES);
    if (header.length !== HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
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
    const resumeAt = resumeAtBytes === 0 ? 0 : sealedOffset(Math.ceil(resumeAtBytes / CHUNK_BYTES), totalBytes);
    const stored = await store.writer(caseId, objectId, resumeAt);
    if (resumeAt === 0)
      await stored.append(headerOf(totalBytes)).catch(async (error: unknown) => {
        await stored.close();
        throw error;
      });
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
        await stored.append(box(key, chunkLabel(objectId, index, totalBytes), chunk));
        sealedBytes += chunk.length;
      },
      sync: () => stored.sync(),
      close: () => stored.close(),
    };
  }

  async function* chunks(
    caseId: CaseId,
    objectId: ObjectId,
    range: { from: number; to: number } | undefined,
  ): AsyncGenerator<Buffer> {
    const key = await objectKey(caseId, objectId);
    const file = await store.open(caseId, objectId);
    try {
      const total = await totalBytesOf(file);
      const from = range?.from ?? 0;
      const to = range?.to ?? total;
      if (from < 0 || to > total || from > to) throw new RangeError(`vault: range ${from}-${to} of ${total}`);
      // An empty object has one empty chunk: without it a header that says "0 bytes" would be believed.
      const last = total === 0 ? 0 : Math.ceil(to / CHUNK_BYTES) - 1;
      for (let index = Math.floor(from / CHUNK_BYTES); index <= last; index++) {
        const plainLength = Math.min(CHUNK_BYTES, total - index * CHUNK_BYTES);
        const length = NONCE_BYTES + plainLength + TAG_BYTES;
        const sealed = await file.read(sealedOffset(index, total), length);
        if (sealed.length !== length) throw new AppError('E_VAULT', { detail: 'object is cut short' });
        const plain = unbox(key, chunkLabel(objectId, index, total), sealed);
        const start = Math.max(0, from - index * CHUNK_BYTES);
        const end = Math.min(plainLength, to - index * CHUNK_BYTES);
        yield plain.subarray(start, end);
      }
    } finally {
      await file.close();
    }
  }

  return {
    writer,
    async put(caseId, objectId, plain) {
      const key = await objectKey(caseId, objectId);
      await store.put(caseId, objectId, sealedParts(key, objectId, plain));
    },
    read: (caseId, objectId, range) => Readable.from(chunks(caseId, objectId, range), { objectMode: false }),
    async get(caseId, objectId) {
      const parts: Buffer[] = [];
      for await (const part of chunks(caseId, objectId, undefined)) parts.push(part);
      return Buffer.concat(parts);
    },
    async sizeOf(caseId, objectId) {
      const file = await store.open(caseId, objectId);
      try {
        return await totalBytesOf(file);
      } finally {
        await file.close();
      }
    },
  };
}

function headerOf(totalBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeBigUInt64BE(BigInt(totalBytes), MAGIC.length);
  return header;
}

function* sealedParts(key: Buffer, objectId: ObjectId, plain: Uint8Array): Generator<Buffer> {
  yield headerOf(plain.length);
  let index = 0;
  do {
    const chunk = plain.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    yield box(key, chunkLabel(objectId, index, plain.length), chunk);
    index += 1;
  } while (index * CHUNK_BYTES < plain.length);
}

/** A write may stop short, on a disk that fills up for instance; what is acknowledged must be all there. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
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

// Names reach a file system or a bucket only as UUIDs, so none can climb out of its place.
export function plainName(id: string): string {
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

/** Encrypts and authenticates a value together with its label. */
export function box(key: Buffer, label: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(label, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws E_VAULT for a value that was altered, or whose label is another. */
export function unbox(key: Buffer, label: string, sealed: Uint8Array): Buffer {
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
