import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import type { JsonValue } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { type Checkpoint, signCheckpoint } from './checkpoint.ts';
import { diskFiles, type LogFiles } from './files.ts';
import { leafHash } from './merkle.ts';
import { encodeVkey } from './note.ts';
import { encodeProofText, hashOfRange, proveInclusion } from './proof.ts';
import { findPurgeable, purgeEvent, removeBundles } from './purge.ts';
import { CHECKPOINT_FILE, isBelow, readEntries, readHashes } from './reader.ts';
import { encodeRecord } from './record.ts';
import { MAX_BATCH, recoverLog } from './recover.ts';
import { type Growth, growEdge, rootOfEdge } from './right-edge.ts';
import { TILE_WIDTH, type Tile, widthOf } from './tiles.ts';
import type { AuditEvent, AuditLog } from './types.ts';

export interface LogOptions {
  /** Folder of the log, and of nothing else. */
  readonly dir: string;
  /** Identity of the log: first line of its checkpoints and name of its key. Printable ASCII without space or plus. */
  readonly origin: string;
  /** Ed25519 private key. */
  readonly signingKey: KeyObject;
  readonly clock: Clock;
  /** Name and version of the program, for every record. */
  readonly software: string;
  readonly files?: LogFiles;
  /** Asked right before files are put in place; rejects when another process may write (appender.ts). */
  readonly mayWrite?: () => Promise<void>;
}

export interface WritableLog extends AuditLog {
  /** The C2SP verifier key. */
  readonly vkey: string;
  /** As `append`, with the id that the record shall have. */
  appendAs(id: string, event: AuditEvent): Promise<number>;
  /** Bytes of a record as the tree hashes them; undefined beyond the end. */
  entry(seq: number): Promise<Buffer | undefined>;
  /**
   * Removes the records that are older than so many years (LOG-06), by whole bundles, after a record that says so. `known` is a checkpoint of
   * this log that is kept elsewhere and covers them: without one, E_LOG_DOWN. Returns the first record that stays; 0 when none ever went.
   */
  purge(years: number, known: Checkpoint | undefined): Promise<number>;
  /** Why nothing can be appended any more; undefined while all is well. */
  failure(): AppError | undefined;
}

const NO_HASH = '0'.repeat(64);

/** Partial tiles that a batch made old. */
type Outdated = Pick<Growth, 'removed' | 'removedFolders'>;

interface Pending {
  readonly leaf: Buffer;
  readonly seq: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: AppError) => void;
}

// Two writers in one process would overwrite each other's checkpoint. Between processes, appender.ts holds a lock.
const openFolders = new Set<string>();

/**
 * Opens the log of a folder for writing; makes one when the folder is empty. Concurrent appends are gathered: one batch writes
 * bundles and tiles, then the checkpoint, each durably, and only then is each of them acknowledged. After a failed write the log is
 * down until it is opened again. Rejects with E_LOG_DOWN when the folder is open already or what it holds contradicts its checkpoint.
 */
export async function openLog(options: LogOptions): Promise<WritableLog> {
  const dir = path.resolve(options.dir);
  if (openFolders.has(dir)) throw new AppError('E_LOG_DOWN', { detail: 'the log is open already' });
  openFolders.add(dir);
  try {
    return await startLog({ ...options, dir });
  } catch (error) {
    openFolders.delete(dir);
    if (error instanceof AppError) throw error;
    throw new AppError('E_LOG_DOWN', { detail: 'the log cannot be opened', cause: error });
  }
}

async function startLog(options: LogOptions): Promise<WritableLog> {
  const { dir, origin, signingKey, clock, software } = options;
  const files = options.files ?? diskFiles;
  const mayWrite = options.mayWrite ?? (async () => undefined);
  const recovered = await recoverLog({ dir, origin, signingKey }, files, mayWrite);

  // Durable state, replaced as a whole when a batch is on disk.
  let { edge, checkpoint, purged } = recovered;
  // The end of the chain, which runs ahead of the disk by the records that wait.
  let next = {
    seq: edge.size,
    previous: recovered.last?.hash.toString('hex') ?? NO_HASH,
    timeMs: recovered.last === undefined ? 0 : Date.parse(recovered.last.record.time),
  };
  /** The full bundle read last, for those who read one record after the other. */
  let fullBundle: { readonly n: number; readonly entries: readonly Buffer[] } | undefined;
  /** Folders that are known to exist. */
  const folders = new Set<string>();
  let waiting: Pending[] = [];
  let writing: Promise<void> | undefined;
  let failure: AppError | undefined;
  let closed = false;

  async function appendAs(id: string, event: AuditEvent): Promise<number> {
    if (failure !== undefined) throw failure;
    if (closed) throw new AppError('E_LOG_DOWN', { detail: 'the log is closed' });
    const timeMs = clock.nowMs();
    // DEF-12: the order of the records is the order of time, or the clock cannot be trusted.
    if (timeMs < next.timeMs)
      throw new AppError('E_CLOCK', { detail: `${next.timeMs - timeMs} ms behind the last record` });
    const { seq, previous } = next;
    const time = new Date(timeMs).toISOString();
    const leaf = encodeRecord(event, { id, seq, time, software, previous });
    next = { seq: seq + 1, previous: leafHash(leaf).toString('hex'), timeMs };
    return new Promise((resolve, reject) => {
      waiting.push({ leaf, seq, resolve, reject });
      writing ??= writeAll();
    });
  }

  async function writeAll(): Promise<void> {
    // One turn later, so that the appends of this turn share a batch.
    await Promise.resolve();
    while (waiting.length > 0 && failure === undefined) {
      const batch = waiting.slice(0, MAX_BATCH);
      let outdated: Outdated;
      try {
        outdated = await commit(batch);
      } catch (cause) {
        failure = new AppError('E_LOG_DOWN', { detail: 'a write failed', cause });
        break;
      }
      waiting = waiting.slice(batch.length);
      for (const { seq, resolve } of batch) resolve(seq);
      // Nobody waits for it: the records are durable whatever becomes of the old partial tiles.
      await removeOutdated(outdated);
    }
    if (failure !== undefined) for (const { reject } of waiting.splice(0)) reject(failure);
    writing = undefined;
  }

  /** MUST NOT resolve before the batch and the checkpoint that names it are durable. */
  async function commit(batch: readonly Pending[]): Promise<Outdated> {
    const growth = growEdge(
      edge,
      batch.map(({ leaf }) => leaf),
    );
    // One after the other: two files may share a new folder.
    for (const file of growth.written) {
      const folder = path.dirname(file.path);
      if (!folders.has(folder)) await files.makeFolder(dir, folder);
      folders.add(folder);
    }
    const text = signCheckpoint({ origin, size: growth.edge.size, root: growth.root }, signingKey);
    const contents = [{ path: CHECKPOINT_FILE, bytes: Buffer.from(text, 'utf8') }, ...growth.written];
    const staged = await Promise.allSettled(contents.map((file) => files.stage(path.join(dir, file.path), file.bytes)));
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
    edge = growth.edge;
    checkpoint = text;
    return growth;
  }

  /** What stays behind is removed at the next opening. */
  async function removeOutdated({ removed, removedFolders }: Outdated): Promise<void> {
    try {
      for (const file of removed) await files.remove(path.join(dir, file));
      for (const folder of removedFolders) {
        folders.delete(folder);
        await files.removeFolder(path.join(dir, folder));
      }
    } catch (cause) {
      failure = new AppError('E_LOG_DOWN', { detail: 'an old tile cannot be removed', cause });
    }
  }

  /** What is right of the last full tile stands in memory; full tiles never change. */
  async function hashesAt(tile: Tile, at: typeof edge): Promise<readonly Buffer[]> {
    if (tile.width < TILE_WIDTH && tile.level !== 'entries') return at.levels[tile.level] ?? [];
    return readHashes(dir, tile);
  }

  async function entry(seq: number): Promise<Buffer | undefined> {
    const at = edge;
    if (!isBelow(seq, at.size)) return undefined;
    const n = Math.floor(seq / TILE_WIDTH);
    const width = widthOf('entries', n, at.size);
    if (width < TILE_WIDTH) return at.entries[seq % TILE_WIDTH];
    if (seq < purged) return undefined;
    const bundle =
      fullBundle?.n === n ? fullBundle : { n, entries: await readEntries(dir, { level: 'entries', n, width }) };
    fullBundle = bundle;
    return bundle.entries[seq % TILE_WIDTH];
  }

  async function purge(years: number, known: Checkpoint | undefined): Promise<number> {
    // Nothing waits: the root that the record names is that of all records before it.
    await writing;
    const at = edge;
    const found = await findPurgeable(dir, at.size, { purged, nowMs: clock.nowMs(), years });
    if (found === undefined) return purged;
    const root = await hashOfRange({ from: 0, to: known?.size ?? 0 }, at.size, (tile) => hashesAt(tile, at));
    if (known === undefined || known.size < found.before || !root.equals(known.root))
      throw new AppError('E_LOG_DOWN', { detail: 'no purge: checkpoint missing' });
    if (next.seq !== at.size) return purged;
    await append(purgeEvent(found, rootOfEdge(at)));
    await mayWrite();
    const from = purged;
    purged = found.before;
    await removeBundles(dir, from, found.before, files);
    return purged;
  }

  const append = (event: AuditEvent): Promise<number> => appendAs(newId(), event);

  return {
    vkey: encodeVkey(origin, signingKey),
    appendAs,
    append,
    purge,
    size: async () => edge.size,
    entry,
    async record(seq) {
      const leaf = await entry(seq);
      return leaf === undefined ? undefined : (JSON.parse(leaf.toString('utf8')) as { [key: string]: JsonValue });
    },
    async prove(seq) {
      const [at, text] = [edge, checkpoint];
      if (!isBelow(seq, at.size)) throw new RangeError(`audit: no record ${seq} in a log of ${at.size}`);
      return encodeProofText(seq, await proveInclusion(seq, at.size, (tile) => hashesAt(tile, at)), text);
    },
    checkpoint: async () => checkpoint,
    failure: () => failure,
    async close() {
      // Only once: after it the folder may be another writer's.
      if (closed) return writing;
      closed = true;
      await writing;
      openFolders.delete(dir);
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
