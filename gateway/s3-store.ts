import { randomUUID } from 'node:crypto';
import { AppError } from './errors.ts';
import { type CaseId, isUuid, type ObjectId } from './ids.ts';
import type { ObjectStore, StoredObject, StoredReader, StoredWriter } from './object-store.ts';
import { type Bucket, type S3Options, type S3Requests, s3Requests } from './s3-client.ts';
import { plainName } from './sealed-objects.ts';

// An object is one or more parts, CASE/OBJECT/OFFSET, each written once: S3 cannot append, and an upload is acknowledged piece by piece. The
// first part makes it visible, so `put` writes that one last. A case has a mark beside its objects: what was written is looked at again, and
// goes where the mark is gone, because an erasure takes the mark first and the objects after it.

/** Bytes after which a part is sent: what one upload or read holds in memory. */
export const PART_BYTES = 4 * 1024 * 1024;
const FIRST_WINDOW_BYTES = 128 * 1024;
/** Requests of one removal under way at a time. */
const AT_ONCE = 8;
const MARK = 'case';

export const s3Store = (place: Bucket, options?: S3Options): ObjectStore => storeOf(s3Requests(place, options));

function storeOf(s3: S3Requests): ObjectStore {
  const below = (caseId: CaseId, objectId?: ObjectId): string =>
    `${plainName(caseId)}/${objectId === undefined ? '' : `${plainName(objectId)}/`}`;
  const markOf = (caseId: CaseId): string => `${below(caseId)}${MARK}`;
  const keyOf = (caseId: CaseId, objectId: ObjectId, atBytes: number): string =>
    `${below(caseId, objectId)}${atBytes.toString(16).padStart(12, '0')}`;

  async function demandPlace(caseId: CaseId): Promise<void> {
    if (!(await s3.has(markOf(caseId)))) throw new AppError('E_VAULT', { detail: 'the case has no place here' });
  }

  /** Parts of an object in their order. */
  async function partsOf(caseId: CaseId, objectId: ObjectId): Promise<readonly Part[]> {
    const listed = await s3.list(below(caseId, objectId));
    return listed.map(({ key, bytes }) => ({
      key,
      at: Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 16),
      bytes,
    }));
  }

  async function removeKeys(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += AT_ONCE)
      await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => s3.remove(key)));
  }

  /** Takes back what this call wrote; what cannot be taken back now shows nowhere, and goes with its case. */
  const takeBack = (keys: readonly string[]): Promise<void> => removeKeys(keys).catch(() => undefined);

  async function put(caseId: CaseId, objectId: ObjectId, parts: Iterable<Uint8Array>): Promise<void> {
    const written: string[] = [];
    const write = async (at: number, bytes: Uint8Array): Promise<void> => {
      const key = keyOf(caseId, objectId, at);
      if (!(await s3.putNew(key, bytes))) throw new AppError('E_VAULT_EXISTS');
      written.push(key);
    };
    try {
      let first: Uint8Array | undefined;
      let at = 0;
      for (const bytes of gathered(parts)) {
        if (first === undefined) first = bytes;
        else await write(at, bytes);
        at += bytes.length;
      }
      if (first === undefined) throw new RangeError('vault: an object of no bytes');
      await write(0, first);
      await demandPlace(caseId);
    } catch (error) {
      await takeBack(written.toReversed());
      throw error;
    }
  }

  /** Leaves exactly `atBytes` of an object. */
  async function cutAt(caseId: CaseId, objectId: ObjectId, atBytes: number): Promise<void> {
    const parts = await partsOf(caseId, objectId);
    const beyond = parts.filter(({ at }) => at >= atBytes);
    await removeKeys(beyond.map(({ key }) => key).toReversed());
    let end = 0;
    for (const { at, bytes } of parts) if (at === end && at < atBytes) end = at + bytes;
    if (end < atBytes) throw new AppError('E_VAULT', { detail: 'object is cut short' });
    const across = parts.find(({ at, bytes }) => at < atBytes && at + bytes > atBytes);
    if (across === undefined) return;
    const kept = await s3.get(across.key, 0, atBytes - across.at);
    if (kept === undefined) throw new AppError('E_VAULT', { detail: 'object is cut short' });
    await s3.putOver(across.key, kept.bytes);
  }

  async function writer(caseId: CaseId, objectId: ObjectId, atBytes: number): Promise<StoredWriter> {
    await demandPlace(caseId);
    await cutAt(caseId, objectId, atBytes);
    let durable = atBytes;
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    async function send(): Promise<void> {
      if (waitingBytes === 0) return;
      const key = keyOf(caseId, objectId, durable);
      if (!(await s3.putNew(key, Buffer.concat(waiting)))) throw new AppError('E_VAULT_EXISTS');
      durable += waitingBytes;
      waiting = [];
      waitingBytes = 0;
    }
    return {
      async append(bytes) {
        waiting.push(Buffer.from(bytes));
        waitingBytes += bytes.length;
        if (waitingBytes >= PART_BYTES) await send();
      },
      async sync() {
        await send();
        try {
          await demandPlace(caseId);
        } catch (error) {
          const parts = await partsOf(caseId, objectId).catch(() => []);
          await takeBack(parts.map(({ key }) => key).toReversed());
          throw error;
        }
      },
      async close() {
        waiting = [];
        waitingBytes = 0;
      },
    };
  }

  return {
    async createCase(caseId) {
      await s3.putNew(markOf(caseId), Buffer.alloc(0));
    },
    put,
    writer,
    async open(caseId, objectId) {
      const first = keyOf(caseId, objectId, 0);
      const head = await s3.get(first, 0, FIRST_WINDOW_BYTES);
      if (head === undefined) throw new AppError('E_VAULT', { detail: 'no such object' });
      return readerOf(s3, { key: first, at: 0, bytes: head.totalBytes }, head.bytes, () => partsOf(caseId, objectId));
    },
    async cases() {
      const folders = await s3.list('', '/');
      return folders.map(({ key }) => key.slice(0, -1)).filter(isUuid) as CaseId[];
    },
    async list(caseId) {
      const objects = new Map<string, number>();
      for (const { key, bytes } of await s3.list(below(caseId))) {
        const [, id = ''] = key.split('/');
        if (isUuid(id)) objects.set(id, (objects.get(id) ?? 0) + bytes);
      }
      return [...objects].map(([id, bytes]): StoredObject => ({ id: id as ObjectId, bytes }));
    },
    async remove(caseId, objectId) {
      // The first part first: what is left of an interrupted removal shows nowhere.
      const [first, ...rest] = (await partsOf(caseId, objectId)).map(({ key }) => key);
      if (first !== undefined) await s3.remove(first);
      await removeKeys(rest);
    },
    async removeCase(caseId) {
      await s3.remove(markOf(caseId));
      // Again until nothing is left: who wrote beside this takes it back himself, or has it taken here.
      for (;;) {
        const left = await s3.list(below(caseId));
        if (left.length === 0) return;
        await removeKeys(left.map(({ key }) => key));
      }
    },
    async demandUsable() {
      const probe = `probe/${randomUUID()}`;
      const isNew = await s3.putNew(probe, Buffer.from('1'));
      const isOver = await s3.putNew(probe, Buffer.from('2'));
      await s3.remove(probe);
      if (!isNew || isOver)
        throw new AppError('E_VAULT_STORE', {
          detail: 'the bucket does not refuse to write over an object (If-None-Match)',
        });
    },
  };
}

interface Part {
  readonly key: string;
  readonly at: number;
  readonly bytes: number;
}

/** Pieces of PART_BYTES or a little more, and a rest; none for nothing. */
function* gathered(parts: Iterable<Uint8Array>): Generator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const part of parts) {
    waiting.push(part);
    bytes += part.length;
    if (bytes < PART_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/** Reads through a window that grows while what is asked for lies behind one another. */
function readerOf(s3: S3Requests, first: Part, head: Buffer, list: () => Promise<readonly Part[]>): StoredReader {
  let window = { at: 0, bytes: head };
  let windowBytes = FIRST_WINDOW_BYTES;
  let parts: readonly Part[] | undefined;

  /** The part in which a byte lies; undefined beyond the end. An object of one part is never listed. */
  async function partAt(atBytes: number): Promise<Part | undefined> {
    if (atBytes < first.bytes) return first;
    parts ??= await list();
    return parts.find(({ at, bytes }) => at <= atBytes && atBytes < at + bytes);
  }

  async function fill(atBytes: number, length: number): Promise<boolean> {
    const part = await partAt(atBytes);
    if (part === undefined) return false;
    const isNext = atBytes === window.at + window.bytes.length;
    windowBytes = isNext ? Math.min(windowBytes * 2, PART_BYTES) : FIRST_WINDOW_BYTES;
    const from = atBytes - part.at;
    const to = Math.min(part.bytes, from + Math.max(length, windowBytes));
    const ranged = await s3.get(part.key, from, to);
    if (ranged === undefined) throw new AppError('E_VAULT', { detail: 'the object was removed' });
    window = { at: atBytes, bytes: ranged.bytes };
    return true;
  }

  return {
    async read(fromBytes, length) {
      const pieces: Buffer[] = [];
      let at = fromBytes;
      const end = fromBytes + length;
      while (at < end) {
        const offset = at - window.at;
        if (offset < 0 || offset >= window.bytes.length) {
          if (!(await fill(at, end - at))) break;
          continue;
        }
        const piece = window.bytes.subarray(offset, offset + end - at);
        pieces.push(piece);
        at += piece.length;
      }
      return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
    },
    async close() {
      window = { at: 0, bytes: Buffer.alloc(0) };
    },
  };
}
