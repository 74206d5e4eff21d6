import type { KeyObject } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { syncFolder } from '../sealed-objects.ts';
import type { Batch } from './ahead.ts';
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { isTemporary, type LogFiles } from './files.ts';
import { EMPTY_ROOT, leafHash, treeRoot } from './merkle.ts';
import { decodeVkey, encodeVkey } from './note.ts';
import { findPurged, removeBundles } from './purge.ts';
import { CHECKPOINT_FILE, readEntries, readHashes, readStored, VKEY_FILE } from './reader.ts';
import { parseRecord } from './record.ts';
import { recoverAhead, removeAheadStrays } from './recover-ahead.ts';
import { EMPTY_EDGE, type RightEdge, rootOfEdge } from './right-edge.ts';
import { levelLength, TILE_WIDTH, tilePath, tilesOf, widthOf } from './tiles.ts';
import type { AuditRecord, Finding } from './types.ts';

/** Entries a batch at most: bounds the memory, the time until the first is acknowledged, and what a crash can leave behind. */
export const MAX_BATCH = 1024;

export interface RecoveredLog {
  readonly edge: RightEdge;
  /** The newest checkpoint as it stands on disk. */
  readonly checkpoint: string;
  /** What is acknowledged beyond it and stands in the write-ahead file alone. */
  readonly ahead: readonly Batch[];
  /** Of all records. */
  readonly last: { readonly record: AuditRecord; readonly hash: Buffer } | undefined;
  /** Records below this number were purged (LOG-06). */
  readonly purged: number;
}

/**
 * Brings a stored log to the state that its checkpoint names, and makes a new one when the folder is empty. What a crash left beyond
 * the checkpoint was never acknowledged and goes; everything else that does not fit is a contradiction: E_LOG_DOWN with both raw
 * states (a Finding) in the cause, and nothing on disk is touched.
 */
export async function recoverLog(
  options: { readonly dir: string; readonly origin: string; readonly signingKey: KeyObject },
  files: LogFiles,
  mayWrite: () => Promise<void>,
): Promise<RecoveredLog> {
  const { dir, origin, signingKey } = options;
  const vkey = encodeVkey(origin, signingKey);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await syncFolder(path.dirname(dir));
  let stored = await listStored(dir);
  // A crash while the log was made leaves at most its key.
  if ([...stored.files].every((file) => file === VKEY_FILE || isTemporary(file))) {
    if (!stored.files.has(VKEY_FILE)) await writeFirst(files, dir, VKEY_FILE, `${vkey}\n`);
    await assertKey(dir, vkey);
    const empty = signCheckpoint({ origin, size: 0, root: EMPTY_ROOT }, signingKey);
    await writeFirst(files, dir, CHECKPOINT_FILE, empty);
    stored = await listStored(dir);
  }
  await assertKey(dir, vkey);
  const text = (await readStored(dir, CHECKPOINT_FILE)).toString('utf8');
  const checkpoint = checkpointOf(text, vkey);
  const gone = purgedIn(stored, checkpoint.size);
  const strays = findStrays(stored, checkpoint.size, gone);
  const edge = await readEdge(dir, checkpoint, text);
  // Without a gap at the beginning there is nothing to look for: a purge that did not come to remove anything is done anew.
  const purged = gone === 0 ? 0 : await findPurged(dir, checkpoint.size, gone / TILE_WIDTH);
  if (purged < gone) {
    const detail = 'records are gone that no purge names';
    throw contradiction({ what: 'files', file: 'tile/entries', detail, expected: `${purged}`, found: `${gone}` });
  }
  const verifier = decodeVkey(vkey);
  if (!verifier.ok) throw new AppError('E_LOG_DOWN', { detail: verifier.reason });
  const ahead = await recoverAhead(dir, edge, verifier.value);
  const last = lastOf(ahead.at(-1)?.entries.at(-1)) ?? (await readLast(dir, edge));
  await removeAheadStrays(dir, files, mayWrite);
  for (const file of strays.files) {
    await mayWrite();
    await files.remove(path.join(dir, file));
  }
  for (const folder of strays.folders) {
    await mayWrite();
    await files.removeFolder(path.join(dir, folder));
  }
  // What a crash in a purge left of it.
  await mayWrite();
  await removeBundles(dir, gone, purged, files);
  return { edge, checkpoint: text, ahead, last, purged };
}

async function writeFirst(files: LogFiles, dir: string, name: string, text: string): Promise<void> {
  files.place([await files.stage(path.join(dir, name), Buffer.from(text, 'utf8'))]);
  await files.syncFolder(dir);
}

const contradiction = (finding: Finding): AppError =>
  new AppError('E_LOG_DOWN', { detail: `${finding.file}: ${finding.detail}`, cause: finding });

async function assertKey(dir: string, vkey: string): Promise<void> {
  const found = (await readStored(dir, VKEY_FILE)).toString('utf8');
  if (found === `${vkey}\n`) return;
  throw contradiction({
    what: 'key',
    file: VKEY_FILE,
    detail: 'the log has another key',
    expected: `${vkey}\n`,
    found,
  });
}

function checkpointOf(text: string, vkey: string): Checkpoint {
  const verifier = decodeVkey(vkey);
  const opened = verifier.ok ? openCheckpoint(Buffer.from(text, 'utf8'), verifier.value) : verifier;
  if (opened.ok) return opened.value;
  throw contradiction({
    what: 'checkpoint',
    file: CHECKPOINT_FILE,
    detail: opened.reason,
    expected: vkey,
    found: text,
  });
}

interface Stored {
  readonly files: ReadonlySet<string>;
  readonly folders: readonly string[];
}

async function listStored(dir: string): Promise<Stored> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const below = (entry: (typeof entries)[number]): string =>
    path.relative(dir, path.join(entry.parentPath, entry.name));
  const folders = entries.filter((entry) => entry.isDirectory()).map(below);
  return { files: new Set(entries.filter((entry) => !entry.isDirectory()).map(below)), folders };
}

/** Number of records whose bundles are missing from the beginning on. */
function purgedIn({ files }: Stored, size: number): number {
  let n = 0;
  while ((n + 1) * TILE_WIDTH < size && !files.has(tilePath({ level: 'entries', n, width: TILE_WIDTH }))) n++;
  return n * TILE_WIDTH;
}

const TILE_FILE = /^tile\/(entries|\d{1,2})\/(x\d{3}\/)*\d{3}(\.p\/\d{1,3})?$/;

/** Files and folders to remove, innermost folder first. Throws when a file is missing, or is none that a crash could leave. */
function findStrays(stored: Stored, size: number, purged: number): { files: string[]; folders: string[] } {
  const expected = new Set([VKEY_FILE, CHECKPOINT_FILE]);
  for (const tile of tilesOf(size)) {
    const isGone = tile.level === 'entries' && tile.n * TILE_WIDTH < purged;
    if (!isGone) expected.add(tilePath(tile));
  }
  const missing = [...expected].find((file) => !stored.files.has(file));
  if (missing !== undefined) {
    const detail = `missing from a log of ${size} records`;
    throw contradiction({ what: 'files', file: missing, detail, expected: missing, found: '' });
  }
  const files = [...stored.files].filter((file) => !expected.has(file));
  const foreign = files.find((file) => !isTemporary(file) && !TILE_FILE.test(file));
  if (foreign !== undefined) {
    throw contradiction({ what: 'files', file: foreign, detail: 'not a file of a log', expected: '', found: foreign });
  }
  // More than one batch beyond the checkpoint is no crash: an older checkpoint was put back, and the records after it are evidence.
  const beyond = files.find((file) => lastLeafOf(file) > size + MAX_BATCH);
  if (beyond !== undefined) {
    const detail = 'the log was longer than its checkpoint says';
    throw contradiction({ what: 'checkpoint', file: CHECKPOINT_FILE, detail, expected: `${size}`, found: beyond });
  }
  const needed = new Set<string>();
  for (const file of expected) for (let up = path.dirname(file); up !== '.'; up = path.dirname(up)) needed.add(up);
  const folders = stored.folders.filter((folder) => !needed.has(folder)).sort((a, b) => b.length - a.length);
  return { files, folders };
}

/** Number of leaves up to the end of a stored bundle; 0 for every other file. */
function lastLeafOf(file: string): number {
  const [, index = '', width] = /^tile\/entries\/([x\d/]+)(?:\.p\/(\d+))?$/.exec(file) ?? [];
  if (index === '') return 0;
  return Number(index.replace(/[x/]/g, '')) * TILE_WIDTH + (width === undefined ? TILE_WIDTH : Number(width));
}

async function readEdge(dir: string, checkpoint: Checkpoint, text: string): Promise<RightEdge> {
  const { size } = checkpoint;
  if (size === 0) return EMPTY_EDGE;
  const levels: Buffer[][] = [];
  for (let level = 0; levelLength(level, size) > 0; level++) {
    const n = Math.floor(levelLength(level, size) / TILE_WIDTH);
    const width = widthOf(level, n, size);
    levels.push(width === 0 ? [] : await readHashes(dir, { level, n, width }));
  }
  const n = Math.floor(size / TILE_WIDTH);
  const width = widthOf('entries', n, size);
  const entries = width === 0 ? [] : await readEntries(dir, { level: 'entries', n, width });
  const edge = { size, entries, levels };
  const root = rootOfEdge(edge);
  if (!root.equals(checkpoint.root)) {
    const [expected, found] = [text, root.toString('base64')];
    throw contradiction({ what: 'tile', file: 'tile', detail: 'the tiles have another root', expected, found });
  }
  for (const [index, entry] of entries.entries()) assertLeaf(entry, levels[0]?.[index], size - width + index);
  return edge;
}

function lastOf(entry: Buffer | undefined): RecoveredLog['last'] {
  return entry === undefined ? undefined : { record: readRecord(entry), hash: leafHash(entry) };
}

/** The last record, which the next one is chained to. Its hash is checked against the tiles. */
async function readLast(dir: string, edge: RightEdge): Promise<RecoveredLog['last']> {
  if (edge.size === 0) return undefined;
  let entry = edge.entries.at(-1);
  if (entry === undefined) {
    const n = edge.size / TILE_WIDTH - 1;
    entry = (await readEntries(dir, { level: 'entries', n, width: TILE_WIDTH })).at(-1) ?? Buffer.alloc(0);
    const hashes = await readHashes(dir, { level: 0, n, width: TILE_WIDTH });
    assertLeaf(entry, hashes.at(-1), edge.size - 1);
    // The root of the full tile is the last hash of the level above, or of a level further up when that one is full as well.
    const above = edge.levels[1]?.at(-1);
    if (above !== undefined && !treeRoot(hashes).equals(above)) {
      const [expected, found] = [above.toString('base64'), treeRoot(hashes).toString('base64')];
      throw contradiction({
        what: 'tile',
        file: `tile/0 (${n})`,
        detail: 'not the tile that level 1 names',
        expected,
        found,
      });
    }
  }
  const record = readRecord(entry);
  if (record.seq !== edge.size - 1) {
    const [expected, found] = [`${edge.size - 1}`, entry.toString('utf8')];
    throw contradiction({
      what: 'record',
      file: 'tile/entries',
      detail: 'the last record has another number',
      expected,
      found,
    });
  }
  return { record, hash: leafHash(entry) };
}

function readRecord(entry: Buffer): AuditRecord {
  try {
    return parseRecord(entry);
  } catch (cause) {
    throw new AppError('E_LOG_DOWN', { detail: 'the last record is not one', cause });
  }
}

function assertLeaf(entry: Buffer, hash: Buffer | undefined, seq: number): void {
  if (hash !== undefined && leafHash(entry).equals(hash)) return;
  const [expected, found] = [hash?.toString('base64') ?? '', entry.toString('utf8')];
  throw contradiction({
    what: 'entries',
    file: 'tile/entries',
    detail: `record ${seq} is not the one hashed`,
    expected,
    found,
  });
}
