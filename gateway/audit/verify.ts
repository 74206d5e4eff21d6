import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { openCosigned } from './cosignature.ts';
import { EMPTY_ROOT, joinRoots, leafHash, subtreeRoots, treeRoot } from './merkle.ts';
import { decodeVkey, encodeVkey, type NoteVerifier } from './note.ts';
import { parseRecord } from './record.ts';
import type { AuditRecord, Finding } from './types.ts';
import { type AheadRead, aheadDigestOf, readAheadOf } from './verify-ahead.ts';

// Reads a stored log as a third party would: from the entries up, everything is computed again and compared. Nothing of the writer
// (append.ts, ahead.ts, right-edge.ts, recover.ts, tiles.ts) is used, so that a mistake of the writer is not made twice.

export interface VerifyOptions {
  /** Verifier key known from elsewhere, as text; without it the log's own key file is believed. */
  readonly vkey?: string;
  /** An older checkpoint of this log known from elsewhere: the log must extend it. It may carry cosignatures. */
  readonly pinned?: string;
  /** Witnesses of whom at least `quorum` (all when absent) must have cosigned the pinned checkpoint. */
  readonly witnesses?: readonly NoteVerifier[];
  readonly quorum?: number;
  /** How long files that are not named yet may be on their way beside an open log, whose writer may have to wait for its disk (5,000). */
  readonly patienceMs?: number;
  /** Reading ends when so many findings are reported (100). */
  readonly maxFindings?: number;
}

export type Verdict =
  | { readonly ok: true; readonly size: number; readonly root: string }
  | { readonly ok: false; readonly findings: readonly Finding[] };

const PER_TILE = 256;
/** Retention of LOG-06 that no purge may undercut. */
const LEAST_YEARS = 3;
/** More says nothing new. */
const MAX_FINDINGS = 100;
/** Thrown by a report that is full, caught where the look began. */
const ENOUGH = Symbol('enough findings');
/** A log that is being written changes under the reader; each change of the folder allows another look. */
const MAX_LOOKS = 20;
/** Files that are not named yet are looked at again after so long. */
const BATCH_MS = 100;
const PATIENCE_MS = 5_000;

/**
 * Verifies every byte of every file in a log's folder: key, checkpoint, the exact set of files, each tile, each record and its
 * chain; and the write-ahead file beside it, as long as the log is open. A log in use is looked at again when it changed meanwhile. Rejects with E_LOG_DOWN when there is no verdict: the folder
 * cannot be listed, or changes faster than it can be read (then a copy can be verified).
 */
export async function verifyLog(dir: string, options: VerifyOptions = {}): Promise<Verdict> {
  let before = await fingerprint(dir);
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const verdict = await lookOnce(dir, options);
    if (verdict.ok) return verdict;
    const areStrays = verdict.findings.every(({ what, expected }) => what === 'files' && expected === '');
    const after = areStrays ? await fingerprintLater(dir, before, options) : await fingerprint(dir);
    if (after === before) return verdict;
    before = after;
  }
  throw new AppError('E_LOG_DOWN', { detail: 'the log is being written: verify a copy' });
}

/** When it is another than it was, or the time of a writer is over. */
async function fingerprintLater(
  dir: string,
  before: string,
  { patienceMs = PATIENCE_MS }: VerifyOptions,
): Promise<string> {
  const longestMs = (await aheadDigestOf(dir)) === 'none' ? BATCH_MS : patienceMs;
  for (let waitedMs = BATCH_MS; ; waitedMs += BATCH_MS) {
    await delay(BATCH_MS);
    const now = await fingerprint(dir);
    if (now !== before || waitedMs >= longestMs) return now;
  }
}

async function fingerprint(dir: string): Promise<string> {
  const checkpoint = await readFile(path.join(dir, 'checkpoint'), 'latin1').catch(() => 'none');
  const { files, folders } = await listFolder(dir);
  return JSON.stringify([checkpoint, await aheadDigestOf(dir), files, folders]);
}

async function lookOnce(dir: string, options: VerifyOptions): Promise<Verdict> {
  const findings: Finding[] = [];
  const report = (finding: Finding): void => {
    findings.push(finding);
    if (findings.length >= (options.maxFindings ?? MAX_FINDINGS)) throw ENOUGH;
  };
  const read = await readAll(dir, options, report).catch((error: unknown) => {
    if (error !== ENOUGH) throw error;
    return undefined;
  });
  return findings.length > 0 || read === undefined ? { ok: false, findings } : { ok: true, ...read };
}

async function readAll(
  dir: string,
  options: VerifyOptions,
  report: Report,
): Promise<{ readonly size: number; readonly root: string } | undefined> {
  const verifier = await verifyKey(dir, options.vkey, report);
  if (verifier === undefined) return undefined;
  // Before the folder, which then says as much as was folded into it, or more.
  let ahead = await readAheadOf(dir, verifier, report);
  const stated = await verifyCheckpoint(dir, verifier, report);
  if (stated === undefined) return undefined;
  if (ahead !== undefined && endOf(ahead) < stated.size) ahead = await readAheadOf(dir, verifier, report);
  if (ahead !== undefined) verifyMoment(ahead, stated, report);
  const pinned = openPinned(options, verifier, report);
  const size = Math.max(stated.size, ahead === undefined ? 0 : endOf(ahead));
  if (pinned !== undefined && pinned.size > size) {
    const [expected, found] = [`${pinned.size} records`, `${size} records`];
    report({ what: 'pinned', file: 'checkpoint', detail: 'shorter than a checkpoint known before', expected, found });
  }
  const purged = await verifyFileSet(dir, stated.size, report);
  const root = await verifyTree(dir, stated, { pinned, purged, ahead }, report);
  return { size, root: root.toString('base64') };
}

const endOf = ({ states }: AheadRead): number => states.at(-1)?.size ?? 0;

/** The write-ahead file begins at a state that the folder had and reaches at least to the one that it has. */
function verifyMoment(ahead: AheadRead, stated: Checkpoint, report: Report): void {
  const start = ahead.states[0]?.size ?? 0;
  if (start <= stated.size && endOf(ahead) >= stated.size) return;
  const [expected, found] = [`${start} to ${endOf(ahead)} records`, `${stated.size} records`];
  report({ what: 'ahead', file: 'checkpoint', detail: 'the write-ahead file is of another moment', expected, found });
}

type Report = (finding: Finding) => void;

async function verifyKey(dir: string, known: string | undefined, report: Report): Promise<NoteVerifier | undefined> {
  const bytes = await readOrReport(dir, 'log.vkey', 'key', report);
  if (bytes === undefined) return undefined;
  const found = bytes.toString('utf8');
  const verifier = decodeVkey(found.slice(0, -1));
  if (!verifier.ok) {
    report({ what: 'key', file: 'log.vkey', detail: verifier.reason, expected: known ?? '', found });
    return undefined;
  }
  const expected = `${known?.replace(/\n$/, '') ?? encodeVkey(verifier.value.name, verifier.value.publicKey)}\n`;
  if (!bytes.equals(Buffer.from(expected, 'utf8'))) {
    report({ what: 'key', file: 'log.vkey', detail: 'not the key that was expected', expected, found });
    return undefined;
  }
  return verifier.value;
}

async function verifyCheckpoint(dir: string, verifier: NoteVerifier, report: Report): Promise<Checkpoint | undefined> {
  const bytes = await readOrReport(dir, 'checkpoint', 'checkpoint', report);
  if (bytes === undefined) return undefined;
  const opened = openCheckpoint(bytes, verifier);
  if (opened.ok) return opened.value;
  const expected = encodeVkey(verifier.name, verifier.publicKey);
  report({ what: 'checkpoint', file: 'checkpoint', detail: opened.reason, expected, found: bytes.toString('utf8') });
  return undefined;
}

function openPinned(options: VerifyOptions, verifier: NoteVerifier, report: Report): Checkpoint | undefined {
  const { pinned, witnesses = [], quorum = witnesses.length } = options;
  if (pinned === undefined && witnesses.length === 0) return undefined;
  const opened = openCosigned(Buffer.from(pinned ?? '', 'utf8'), verifier, witnesses);
  const enough = opened.ok && opened.value.cosigned.length >= quorum;
  if (opened.ok && enough) return opened.value.checkpoint;
  const by = opened.ok ? opened.value.cosigned.map(({ witness }) => witness).join(', ') : '';
  const why = opened.ok ? `cosigned by ${by === '' ? 'nobody' : by}, ${quorum} witnesses are needed` : opened.reason;
  const [detail, expected] = [`the known checkpoint: ${why}`, encodeVkey(verifier.name, verifier.publicKey)];
  report({ what: 'pinned', file: 'checkpoint', detail, expected, found: pinned ?? '' });
  return undefined;
}

/** Name of the n-th tile of a level (or of `entries`): three digits a folder, all but the last marked by an x. */
function nameOf(level: string, n: number, width: number): string {
  const digits = `${n}`.padStart(Math.ceil(`${n}`.length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  const parts = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group));
  return `tile/${level}/${parts.join('/')}${width === PER_TILE ? '' : `.p/${width}`}`;
}

/** The files of a log of this size: entries, then every level as long as it has a hash. */
function* filesOf(size: number): Generator<string> {
  yield 'checkpoint';
  yield 'log.vkey';
  for (let [level, hashes] = [-1, size]; hashes > 0; level++) {
    for (let n = 0; n * PER_TILE < hashes; n++) {
      yield nameOf(level < 0 ? 'entries' : `${level}`, n, Math.min(PER_TILE, hashes - n * PER_TILE));
    }
    if (level >= 0) hashes = Math.floor(hashes / PER_TILE);
  }
}

async function listFolder(dir: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  const list = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(dir, below), { withFileTypes: true }).catch(
      (cause: NodeJS.ErrnoException) => {
        // The writer takes folders away, too; but not the log's own.
        if (cause.code === 'ENOENT' && below !== '') return [];
        throw new AppError('E_LOG_DOWN', { detail: 'the folder cannot be listed', cause });
      },
    );
    for (const entry of entries) {
      const name = path.join(below, entry.name);
      // A link or a device is not a file of ours, whatever its name: marked, it is in no list.
      if (!entry.isDirectory()) files.push(entry.isFile() ? name : `${name} (not a file)`);
      else {
        folders.push(name);
        await list(name);
      }
    }
  };
  await list('');
  return { files: files.sort(), folders: folders.sort() };
}

/** Returns the number of records whose bundles are gone from the beginning on: that needs the record of a purge (LOG-06). */
async function verifyFileSet(dir: string, size: number, report: Report): Promise<number> {
  const { files, folders } = await listFolder(dir);
  const found = new Set(files);
  let purged = 0;
  while (size - purged > PER_TILE && !found.has(nameOf('entries', purged / PER_TILE, PER_TILE))) purged += PER_TILE;
  const needed = new Set<string>();
  for (const file of filesOf(size)) {
    for (let up = path.dirname(file); up !== '.'; up = path.dirname(up)) needed.add(up);
    if (found.delete(file)) continue;
    if (isBundleBelow(file, purged)) continue;
    report({ what: 'files', file, detail: 'missing', expected: file, found: '' });
  }
  const extra = [...found, ...folders.filter((folder) => !needed.has(folder))];
  for (const file of extra) report({ what: 'files', file, detail: 'not of this log', expected: '', found: file });
  return purged;
}

function isBundleBelow(file: string, purged: number): boolean {
  const index = /^tile\/entries\/([x\d/]+)$/.exec(file)?.[1];
  return index !== undefined && Number(index.replace(/[x/]/g, '')) * PER_TILE < purged;
}

interface Known {
  readonly pinned: Checkpoint | undefined;
  readonly purged: number;
  readonly ahead: AheadRead | undefined;
}

/** Reads every entry, checks the chain, recomputes every tile, and goes on with the write-ahead file; returns the root of all. */
async function verifyTree(
  dir: string,
  stated: Checkpoint,
  { pinned, purged, ahead }: Known,
  report: Report,
): Promise<Buffer> {
  const { size } = stated;
  const aheadCheck = aheadChecks(ahead, report);
  if (pinned !== undefined) verifyPinned(pinned, 0, EMPTY_ROOT, report);
  aheadCheck.root(0, () => EMPTY_ROOT);
  const levels: Buffer[][] = [];
  const rootNow = (): Buffer => joinRoots(levels.toReversed().flatMap((hashes) => subtreeRoots(hashes)));
  const chain = chainCheck(report);

  // Something to wait for only when a tile is full.
  const push = (level: number, hash: Buffer, count: number): Promise<void> | undefined => {
    const hashes = levels[level] ?? [];
    levels[level] = hashes;
    hashes.push(hash);
    return hashes.length < PER_TILE ? undefined : close(level, hashes, count);
  };
  let isInFolder = true;
  const close = async (level: number, hashes: readonly Buffer[], count: number): Promise<void> => {
    if (isInFolder) await compareTile(dir, nameOf(`${level}`, count / PER_TILE - 1, PER_TILE), hashes, report);
    levels[level] = [];
    await push(level + 1, treeRoot(hashes), count / PER_TILE);
  };

  const purges = purgeCheck(purged, report);
  for (let seq = 0; seq < size; ) {
    const width = Math.min(PER_TILE, size - seq);
    const isGone = seq < purged;
    const file = nameOf(isGone ? '0' : 'entries', seq / PER_TILE, width);
    const parts = isGone ? await readTile(dir, file, report) : await readEntries(dir, file, width, report);
    if (parts === undefined) return EMPTY_ROOT;
    for (const part of parts) {
      const hash = isGone ? part : leafHash(part);
      if (isGone) chain.skip(hash);
      else purges.look(chain.check(part, hash, seq, file), rootNow);
      seq++;
      const full = push(0, hash, seq);
      if (full !== undefined) await full;
      if (pinned?.size === seq) verifyPinned(pinned, seq, rootNow(), report);
      if (ahead === undefined) continue;
      aheadCheck.leaf(seq - 1, hash);
      aheadCheck.root(seq, rootNow);
    }
  }
  for (const [level, hashes] of levels.entries()) {
    if (hashes.length === 0) continue;
    const n = Math.floor(size / PER_TILE ** (level + 1));
    await compareTile(dir, nameOf(`${level}`, n, hashes.length), hashes, report);
  }
  const root = rootNow();
  if (!root.equals(stated.root)) {
    const [expected, found] = [stated.root.toString('base64'), root.toString('base64')];
    report({ what: 'checkpoint', file: 'checkpoint', detail: 'the records have another root', expected, found });
  }
  isInFolder = false;
  let seq = size;
  for (const entry of aheadCheck.beyond(size)) {
    const hash = leafHash(entry);
    purges.look(chain.check(entry, hash, seq, 'the write-ahead file'), rootNow);
    seq++;
    await push(0, hash, seq);
    if (pinned?.size === seq) verifyPinned(pinned, seq, rootNow(), report);
    aheadCheck.root(seq, rootNow);
  }
  purges.end();
  return rootNow();
}

/** Holds what the write-ahead file says of records that are in the folder, too, against the folder, and each signed state against the tree. */
function aheadChecks(ahead: AheadRead | undefined, report: Report) {
  const start = ahead?.states[0]?.size ?? Number.POSITIVE_INFINITY;
  const roots = new Map(ahead?.states.map((state) => [state.size, state.root]));
  const refuse = (detail: string, expected: Buffer, found: Buffer): void =>
    report({
      what: 'ahead',
      file: 'the write-ahead file beside the log',
      detail,
      expected: expected.toString('base64'),
      found: found.toString('base64'),
    });
  return {
    leaf(seq: number, hash: Buffer): void {
      const entry = ahead?.entries[seq - start];
      if (entry !== undefined && !leafHash(entry).equals(hash))
        refuse(`record ${seq} is another in the log`, hash, entry);
    },
    root(size: number, rootNow: () => Buffer): void {
      const signed = roots.get(size);
      if (signed === undefined) return;
      const found = rootNow();
      if (!found.equals(signed)) refuse(`another root at ${size} records than signed`, signed, found);
    },
    beyond: (size: number): readonly Buffer[] => ahead?.entries.slice(Math.max(0, size - start)) ?? [],
  };
}

function verifyPinned(pinned: Checkpoint, size: number, root: Buffer, report: Report): void {
  if (pinned.size !== size || pinned.root.equals(root)) return;
  const [expected, found] = [pinned.root.toString('base64'), root.toString('base64')];
  report({ what: 'pinned', file: 'checkpoint', detail: `another root at ${size} records than known`, expected, found });
}

interface ChainCheck {
  /** Returns the record when it is one. */
  check(entry: Buffer, hash: Buffer, seq: number, file: string): AuditRecord | undefined;
  /** Of a record that was purged its hash is left. */
  skip(hash: Buffer): void;
}

/** Records are numbered, chained by the hash of the one before, and ordered in time. */
function chainCheck(report: Report): ChainCheck {
  let previous = '0'.repeat(64);
  let time = '';
  return {
    skip(hash) {
      previous = hash.toString('hex');
    },
    check(entry, hash, seq, file) {
      const note = (detail: string, expected: string): void =>
        report({ what: 'record', file, detail: `record ${seq}: ${detail}`, expected, found: entry.toString('utf8') });
      const record = readRecord(entry, note);
      if (record !== undefined) {
        if (record.seq !== seq) note('another number', `${seq}`);
        if (record.previous !== previous) note('another hash of the record before', previous);
        // RFC 3339 texts of one form sort as the times do.
        if (record.time < time) note('before the record before it', time);
        time = record.time;
      }
      previous = hash.toString('hex');
      return record;
    },
  };
}

/** LOG-06: bundles may be gone only as far as a later record says, whose root is the log's and whose time is three years after theirs. */
function purgeCheck(purged: number, report: Report) {
  let allowed = 0;
  const refuse = (detail: string, expected: string, found: string): void =>
    report({ what: 'record', file: 'tile/entries', detail, expected, found });
  return {
    look(record: AuditRecord | undefined, rootNow: () => Buffer): void {
      if (record?.action !== 'log.purge') return;
      const [before, root] = record.objects;
      const found = JSON.stringify(record);
      const rootHex = rootNow().toString('hex');
      if (root?.id !== rootHex) refuse(`record ${record.seq}: a purge at another root`, rootHex, found);
      const end = new Date(record.shown?.toMs ?? Number.POSITIVE_INFINITY);
      end.setUTCFullYear(end.getUTCFullYear() + LEAST_YEARS);
      // An invalid time is before nothing.
      if (!(end.getTime() <= Date.parse(record.time)))
        refuse(`record ${record.seq}: a purge of what is not ${LEAST_YEARS} years old`, record.time, found);
      allowed = Math.max(allowed, Number(before?.id));
    },
    end(): void {
      if (purged > allowed)
        report({
          what: 'files',
          file: nameOf('entries', Math.floor(allowed / PER_TILE), PER_TILE),
          detail: 'records are gone that no purge names',
          expected: `${allowed}`,
          found: `${purged}`,
        });
    },
  };
}

async function readTile(dir: string, file: string, report: Report): Promise<Buffer[] | undefined> {
  const tile = await readOrReport(dir, file, 'tile', report);
  if (tile === undefined) return undefined;
  if (tile.length === PER_TILE * 32)
    return Array.from({ length: PER_TILE }, (_, n) => tile.subarray(n * 32, n * 32 + 32));
  const [expected, found] = [`${PER_TILE} hashes`, tile.toString('base64')];
  report({ what: 'tile', file, detail: 'not the stated number of whole hashes', expected, found });
  return undefined;
}

function readRecord(entry: Buffer, note: (detail: string, expected: string) => void): AuditRecord | undefined {
  try {
    return parseRecord(entry);
  } catch (error) {
    note(error instanceof AppError ? (error.detail ?? error.code) : `${error}`, 'a record in canonical form');
    return undefined;
  }
}

async function readEntries(dir: string, file: string, width: number, report: Report): Promise<Buffer[] | undefined> {
  const bundle = await readOrReport(dir, file, 'entries', report);
  if (bundle === undefined) return undefined;
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const length = bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at === bundle.length && entries.length === width) return entries;
  const [expected, found] = [`${width} entries`, bundle.toString('base64')];
  report({ what: 'entries', file, detail: 'not the stated number of whole entries', expected, found });
  return undefined;
}

async function compareTile(dir: string, file: string, hashes: readonly Buffer[], report: Report): Promise<void> {
  const stored = await readOrReport(dir, file, 'tile', report);
  const computed = Buffer.concat(hashes);
  if (stored === undefined || stored.equals(computed)) return;
  const [expected, found] = [computed.toString('base64'), stored.toString('base64')];
  report({ what: 'tile', file, detail: 'not the hashes of the records', expected, found });
}

async function readOrReport(
  dir: string,
  file: string,
  what: Finding['what'],
  report: Report,
): Promise<Buffer | undefined> {
  try {
    return await readFile(path.join(dir, file));
  } catch (error) {
    report({ what, file, detail: 'cannot be read', expected: file, found: `${error}` });
    return undefined;
  }
}
