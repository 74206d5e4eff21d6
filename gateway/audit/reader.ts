import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { aheadFileOf, type Batch, parseAhead } from './ahead.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { proveConsistency } from './consistency.ts';
import { decodeVkey, type NoteVerifier } from './note.ts';
import { encodeProofText, hashOfRange, proveInclusion } from './proof.ts';
import { parseBundle, parseHashes, TILE_WIDTH, type Tile, tilePath, widthOf } from './tiles.ts';

// Reads a log that another process may be writing: nothing but static files, as any C2SP client would.

export const CHECKPOINT_FILE = 'checkpoint';
export const VKEY_FILE = 'log.vkey';

/** A checkpoint of this log, opened, and its text. */
export interface CheckpointNote {
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

export interface LogReader {
  /** The newest checkpoint, its signature checked, and its text. */
  checkpoint(): Promise<{ readonly value: Checkpoint; readonly text: string }>;
  /** Durable records, those that stand in the write-ahead file alone included: at least as many as the newest checkpoint says. */
  size(): Promise<number>;
  /** Bytes of a record; undefined beyond the end, and when it was purged. */
  entry(seq: number): Promise<Buffer | undefined>;
  /** Bytes of all durable records from one on, for who reads many; none of them may have been purged. */
  entriesFrom(seq: number): Promise<readonly Buffer[]>;
  /** tlog-proof text against the newest checkpoint, or an older one of this log; undefined beyond its end. */
  prove(seq: number, against?: CheckpointNote): Promise<string | undefined>;
  /** Root of the tree that the log had at a size. */
  rootAt(size: number): Promise<Buffer>;
  /** RFC 6962 consistency proof between two sizes that the log had. */
  proveConsistency(old: number, size: number): Promise<Buffer[]>;
}

/** Opens a log for reading. Rejects with E_LOG_DOWN when the key or, later, a file is absent or not what it should be. */
export async function openReader(dir: string, vkey?: string): Promise<LogReader> {
  const verifier = await readVerifier(dir, vkey);

  /** The bundle read last; a full one never changes. */
  let bundle: { readonly n: number; readonly entries: readonly Buffer[] } | undefined;

  async function checkpoint(): Promise<{ value: Checkpoint; text: string }> {
    const bytes = await readStored(dir, CHECKPOINT_FILE);
    const opened = openCheckpoint(bytes, verifier);
    if (!opened.ok)
      throw new AppError('E_LOG_DOWN', { detail: `checkpoint: ${opened.reason}`, cause: bytes.toString() });
    return { value: opened.value, text: bytes.toString('utf8') };
  }

  /** A partial tile goes when a later checkpoint is out: then the answer is asked again from that one. */
  async function atNewest<T>(work: (size: number, text: string) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { value, text } = await checkpoint();
      try {
        return await work(value.size, text);
      } catch (error) {
        if (attempt >= 8 || (await checkpoint()).text === text) throw error;
      }
    }
  }

  /** What is acknowledged beyond the folder. Of a file that is being written, or was damaged, what is whole of it. */
  async function readAhead(): Promise<readonly Batch[]> {
    const file = await readFile(aheadFileOf(dir)).catch(() => undefined);
    const ahead = file === undefined ? undefined : parseAhead(file, verifier, 'last');
    return ahead === undefined || 'fault' in ahead ? [] : ahead.batches;
  }

  async function aheadEntry(seq: number, size: number): Promise<Buffer | undefined> {
    for (const { entries, checkpoint: at } of await readAhead())
      if (seq < at.size && seq >= at.size - entries.length) return entries[seq - at.size + entries.length];
    // Folded in meanwhile: to be read again from the folder.
    const { value } = await checkpoint();
    if (value.size !== size && seq < value.size) throw new AppError('E_LOG_DOWN', { detail: 'the log went on' });
    return undefined;
  }

  return {
    checkpoint,
    size: () => atNewest(async (size) => Math.max(size, ...(await readAhead()).map(({ checkpoint: at }) => at.size))),
    entry: (seq) =>
      atNewest(async (size) => {
        if (!isBelow(seq, size)) return isBelow(seq, Number.MAX_SAFE_INTEGER) ? await aheadEntry(seq, size) : undefined;
        const n = Math.floor(seq / TILE_WIDTH);
        const width = widthOf('entries', n, size);
        const known = bundle?.n === n && bundle.entries.length === TILE_WIDTH ? bundle.entries : undefined;
        const entries = known ?? (await readKept(dir, { level: 'entries', n, width }));
        if (entries !== undefined) bundle = { n, entries };
        return entries?.[seq % TILE_WIDTH];
      }),
    entriesFrom: (from) =>
      atNewest(async (size) => {
        const found: Buffer[] = [];
        for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < size; n++) {
          const entries = await readEntries(dir, { level: 'entries', n, width: widthOf('entries', n, size) });
          found.push(...entries.slice(Math.max(0, from - n * TILE_WIDTH)));
        }
        for (const { entries, checkpoint: at } of await readAhead()) {
          for (const [index, entry] of entries.entries()) {
            const seq = at.size - entries.length + index;
            if (seq < Math.max(size, from)) continue;
            // Folded in meanwhile: to be read again from the folder.
            if (seq !== from + found.length) throw new AppError('E_LOG_DOWN', { detail: 'the log went on' });
            found.push(entry);
          }
        }
        return found;
      }),
    prove: (seq, against) =>
      atNewest(async (stored, text) => {
        const size = against?.checkpoint.size ?? stored;
        if (size > stored) throw new AppError('E_LOG_DOWN', { detail: 'shorter than the checkpoint to prove against' });
        if (!isBelow(seq, size)) return undefined;
        const proof = await proveInclusion(seq, size, (tile) => readHashes(dir, tile), stored);
        return encodeProofText(seq, proof, against?.note ?? text);
      }),
    rootAt: (size) =>
      atNewest(async (stored) => {
        if (size > stored) throw new AppError('E_LOG_DOWN', { detail: 'shorter than the size asked for' });
        return await hashOfRange({ from: 0, to: size }, stored, (tile) => readHashes(dir, tile));
      }),
    proveConsistency: (old, size) =>
      atNewest(async (stored) => {
        if (size > stored) throw new AppError('E_LOG_DOWN', { detail: 'shorter than the checkpoint to prove' });
        return await proveConsistency(old, size, stored, (tile) => readHashes(dir, tile));
      }),
  };
}

export const isBelow = (seq: number, size: number): boolean => Number.isSafeInteger(seq) && seq >= 0 && seq < size;

/** Hashes of a stored tile; E_LOG_DOWN when it is absent or not as wide as the tree says. */
export async function readHashes(dir: string, tile: Tile): Promise<Buffer[]> {
  return ofWidth(tile, parseHashes(await readStored(dir, tilePath(tile))));
}

/** Entries of a stored bundle; E_LOG_DOWN as above. */
export async function readEntries(dir: string, tile: Tile): Promise<Buffer[]> {
  return ofWidth(tile, parseBundle(await readStored(dir, tilePath(tile))));
}

/** Entries of a stored bundle; undefined when it was purged: then the first of all is gone too. */
export async function readKept(dir: string, tile: Tile): Promise<Buffer[] | undefined> {
  try {
    return await readEntries(dir, tile);
  } catch (error) {
    const isGone = async (n: number): Promise<boolean> =>
      access(path.join(dir, tilePath({ level: 'entries', n, width: TILE_WIDTH }))).then(
        () => false,
        (cause: NodeJS.ErrnoException) => cause.code === 'ENOENT',
      );
    if (tile.width === TILE_WIDTH && (await isGone(tile.n)) && (await isGone(0))) return undefined;
    throw error;
  }
}

function ofWidth(tile: Tile, parts: Buffer[] | undefined): Buffer[] {
  if (parts?.length === tile.width) return parts;
  throw new AppError('E_LOG_DOWN', {
    detail: `${tilePath(tile)}: ${parts?.length ?? 'not whole'} parts, not ${tile.width}`,
  });
}

export async function readStored(dir: string, file: string): Promise<Buffer> {
  return readFile(path.join(dir, file)).catch((cause: unknown) => {
    throw new AppError('E_LOG_DOWN', { detail: `${file} cannot be read`, cause });
  });
}

async function readVerifier(dir: string, vkey: string | undefined): Promise<NoteVerifier> {
  const text = vkey ?? (await readStored(dir, VKEY_FILE)).toString('utf8');
  const verifier = decodeVkey(text.replace(/\n$/, ''));
  if (!verifier.ok) throw new AppError('E_LOG_DOWN', { detail: `key: ${verifier.reason}` });
  return verifier.value;
}

const FOLD_WAIT_MS = 5_000;

/**
 * For who copies the folder: resolves when everything acknowledged is in it, or after some seconds. A folder of a process that was killed
 * stays behind its write-ahead file until the log is opened again; it is the log of a moment before.
 */
export async function untilFolded(dir: string): Promise<void> {
  const reader = await openReader(dir);
  const until = performance.now() + FOLD_WAIT_MS;
  while ((await reader.size()) > (await reader.checkpoint()).value.size && performance.now() < until) await delay(50);
}
