import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import type { JsonValue } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { AHEAD_BYTES, encodeBatch } from './ahead.ts';
import { createAhead } from './ahead-file.ts';
import { type Checkpoint, signCheckpoint } from './checkpoint.ts';
import { diskFiles, type LogFiles } from './files.ts';
import { openFolder } from './folding.ts';
import { leafHash } from './merkle.ts';
import { encodeVkey } from './note.ts';
import { encodeProofText, hashOfRange, proveInclusion } from './proof.ts';
import { findPurgeable, purgeEvent, removeBundles } from './purge.ts';
import { isBelow, readEntries, readHashes } from './reader.ts';
import { encodeRecord } from './record.ts';
import { MAX_BATCH, recoverLog } from './recover.ts';
import { extendEdge, growEdge, type RightEdge, rootOfEdge } from './right-edge.ts';
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
  /** How long the log is quiet before tiles and checkpoint are brought up to it. */
  readonly foldAfterMs?: number;
  /** Length of the write-ahead file; a batch is a quarter of it at most. */
  readonly aheadBytes?: number;
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
/** Tiles and checkpoint follow when nothing was appended for so long, and under a steady stream at the latest after so long. */
const FOLD_AFTER_MS = 200;
const MOST_FOLD_AFTER_MS = 5_000;

interface Pending {
  readonly leaf: Buffer;
  readonly seq: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: AppError) => void;
}

// Two writers in one process would overwrite each other's checkpoint. Between processes, appender.ts holds a lock.
const openFolders = new Set<string>();

/**
 * Opens the log of a folder for writing; makes one when the folder is empty. Concurrent appends are gathered: one batch is one durable
 * write of the write-ahead file (ahead.ts), and only then is each of them acknowledged. Bundles, tiles and checkpoint follow when it is
 * quiet, or when somebody asks for a proof or a checkpoint. After a failed write the log is down until it is opened again. Rejects with E_LOG_DOWN when the folder is open already or what it holds contradicts its checkpoint.
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
  const { dir, origin, signingKey, clock, software, foldAfterMs = FOLD_AFTER_MS, aheadBytes = AHEAD_BYTES } = options;
  const files = options.files ?? diskFiles;
  const mayWrite = options.mayWrite ?? (async () => undefined);
  const recovered = await recoverLog({ dir, origin, signingKey }, files, mayWrite);
  const folder = openFolder(dir, files, mayWrite);

  let { purged } = recovered;
  /** What tiles and checkpoint say. */
  let folded = { edge: recovered.edge, checkpoint: recovered.checkpoint };
  /** Records that are durable in the write-ahead file and not yet in the folder. */
  let unfolded = recovered.ahead.flatMap(({ entries }) => entries);
  // The log as it is durable: both, replaced as a whole when a batch is on disk.
  let edge = extendEdge(folded.edge, unfolded);
  let checkpoint = recovered.ahead.at(-1)?.note ?? folded.checkpoint;
  // The end of the chain, which runs ahead of the disk by the records that wait.
  let next = {
    seq: edge.size,
    previous: recovered.last?.hash.toString('hex') ?? NO_HASH,
    timeMs: recovered.last === undefined ? 0 : Date.parse(recovered.last.record.time),
  };
  /** The full bundle read last, for those who read one record after the other. */
  let fullBundle: { readonly n: number; readonly entries: readonly Buffer[] } | undefined;
  let waiting: Pending[] = [];
  let writing: Promise<void> | undefined;
  let folding: Promise<void> = Promise.resolve();
  let failure: AppError | undefined;
  let closed = false;
  const ahead = createAhead({ dir, files, mayWrite, bytes: aheadBytes });
  /** Folds when nothing was appended for a moment; `since` is when the oldest record that waits for it came. */
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let isFolding = false;
  let ending: Promise<void> | undefined;
  /** What the writer does before its next batch; appends that come meanwhile wait for it. */
  let betweenBatches: (() => Promise<void>) | undefined;

  await foldOnce();
  await ahead.begin(checkpoint);

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
    for (;;) {
      const between = betweenBatches;
      betweenBatches = undefined;
      await between?.();
      if (failure !== undefined || waiting.length === 0) {
        if (betweenBatches === undefined) break;
        continue;
      }
      const batch = waiting.slice(0, fittingIn({ records: MAX_BATCH, bytes: aheadBytes / 4 }, waiting));
      try {
        await commit(batch.map(({ leaf }) => leaf));
      } catch (cause) {
        failure ??= new AppError('E_LOG_DOWN', { detail: 'a write failed', cause });
        continue;
      }
      waiting = waiting.slice(batch.length);
      for (const { seq, resolve } of batch) resolve(seq);
      foldLater();
    }
    if (failure !== undefined) for (const { reject } of waiting.splice(0)) reject(failure);
    writing = undefined;
  }

  /** MUST NOT resolve before the batch and the checkpoint that names it are durable in the write-ahead file. */
  async function commit(leaves: readonly Buffer[]): Promise<void> {
    const grown = extendEdge(edge, leaves);
    const text = signCheckpoint({ origin, size: grown.size, root: rootOfEdge(grown) }, signingKey);
    const bytes = encodeBatch(leaves, text);
    if (unfolded.length + leaves.length > MAX_BATCH || !ahead.fits(bytes)) await fold();
    if (!ahead.fits(bytes)) await ahead.begin(checkpoint);
    await mayWrite();
    await ahead.append(bytes);
    // Who takes the lock looks at the files only when the answer of now is too old to count: so what is acknowledged here is seen there.
    await mayWrite();
    edge = grown;
    checkpoint = text;
    if (unfolded.length === 0) since = performance.now();
    unfolded.push(...leaves);
  }

  /** Brings tiles and checkpoint to what is acknowledged by now. One at a time; appends go on meanwhile. */
  function fold(): Promise<void> {
    const after = folding.then(foldOnce);
    folding = after.catch(() => undefined);
    return after;
  }

  async function foldOnce(): Promise<void> {
    if (failure !== undefined) throw failure;
    const count = unfolded.length;
    if (count === 0) return;
    const text = checkpoint;
    const growth = growEdge(folded.edge, unfolded);
    try {
      await folder.place(growth, text);
    } catch (cause) {
      failure ??= new AppError('E_LOG_DOWN', { detail: 'a write failed', cause });
      throw failure;
    }
    folded = { edge: growth.edge, checkpoint: text };
    unfolded = unfolded.slice(count);
    since = performance.now();
    await folder.removeOld(growth).catch((cause: AppError) => {
      failure ??= cause;
    });
  }

  function foldLater(): void {
    if (isFolding || failure !== undefined) return;
    const isLate = performance.now() - since > MOST_FOLD_AFTER_MS || unfolded.length > MAX_BATCH / 2;
    if (isLate) void foldNow();
    else if (timer === undefined) timer = setTimeout(() => void foldNow(), foldAfterMs).unref();
    else timer.refresh();
  }

  async function foldNow(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    isFolding = true;
    // What fails stops the log: the next append says so.
    await fold().catch(() => undefined);
    isFolding = false;
    if (unfolded.length > 0 && !closed) foldLater();
  }

  async function end(): Promise<void> {
    closed = true;
    await writing;
    clearTimeout(timer);
    await fold().catch(() => undefined);
    // A file that stays is read, and found to hold nothing more, at the next opening.
    await ahead.end(failure === undefined).catch(() => undefined);
    openFolders.delete(dir);
  }

  /** For those who read the folder: everything acknowledged is in it, unless the log is down. */
  async function settled(): Promise<typeof folded> {
    if (!closed && failure === undefined) await fold().catch(() => undefined);
    return folded;
  }

  /** What is right of the last full tile stands in memory; full tiles never change. */
  async function hashesAt(tile: Tile, at: RightEdge): Promise<readonly Buffer[]> {
    if (tile.width < TILE_WIDTH && tile.level !== 'entries') return at.levels[tile.level] ?? [];
    return readHashes(dir, tile);
  }

  async function entry(seq: number): Promise<Buffer | undefined> {
    if (!isBelow(seq, edge.size)) return undefined;
    const at = folded.edge;
    if (seq >= at.size) return unfolded[seq - at.size];
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
    const { edge: at } = await settled();
    const found = await findPurgeable(dir, at.size, { purged, nowMs: clock.nowMs(), years });
    if (found === undefined) return purged;
    const root = await hashOfRange({ from: 0, to: known?.size ?? 0 }, at.size, (tile) => hashesAt(tile, at));
    if (known === undefined || known.size < found.before || !root.equals(known.root))
      throw new AppError('E_LOG_DOWN', { detail: 'no purge: checkpoint missing' });
    // In this turn, so that nothing comes between: the root that the record names is that of all records before it, also those that wait.
    const unwritten = waiting.filter(({ seq }) => seq >= edge.size).map(({ leaf }) => leaf);
    await append(purgeEvent(found, rootOfEdge(extendEdge(edge, unwritten))));
    // Its record stands in the folder before anything goes from it, and no copy of what goes stays in the write-ahead file.
    await fold();
    await mayWrite();
    const from = purged;
    purged = found.before;
    await removeBundles(dir, from, found.before, files);
    if (!closed) await renewAhead();
    return purged;
  }

  /** A new write-ahead file, by the writer between two batches: under a steady stream no moment without one would come by itself. */
  function renewAhead(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    betweenBatches = async () => {
      try {
        await fold();
        await ahead.begin(checkpoint);
        resolve();
      } catch (cause) {
        failure ??= new AppError('E_LOG_DOWN', { detail: 'a write failed', cause });
        reject(failure);
      }
    };
    writing ??= writeAll();
    return promise;
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
      const { edge: at, checkpoint: text } = await settled();
      if (!isBelow(seq, at.size)) throw new RangeError(`audit: no record ${seq} in a log of ${at.size}`);
      return encodeProofText(seq, await proveInclusion(seq, at.size, (tile) => hashesAt(tile, at)), text);
    },
    checkpoint: async () => (await settled()).checkpoint,
    failure: () => failure,
    close() {
      // Only once: after it the folder may be another writer's.
      ending ??= end();
      return ending;
    },
  };
}

/** How many of the records make one batch: bounded in number, and in bytes so that it fits into the write-ahead file. */
function fittingIn(most: { readonly records: number; readonly bytes: number }, waiting: readonly Pending[]): number {
  let bytes = 0;
  const over = waiting.findIndex(({ leaf }, index) => {
    bytes += leaf.length;
    return index > 0 && (index >= most.records || bytes > most.bytes);
  });
  return over < 0 ? waiting.length : over;
}
