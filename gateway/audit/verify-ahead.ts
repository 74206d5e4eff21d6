import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { NoteVerifier } from './note.ts';
import type { Finding } from './types.ts';

// Reads the write-ahead file beside a log as a third party would: nothing of the writer (ahead.ts) is used.

/** The records that the file holds, and the states of the log that are signed in it: at its beginning and after each batch. */
export interface AheadRead {
  readonly entries: readonly Buffer[];
  /** In the order of their sizes; the first is where the entries begin. */
  readonly states: readonly Checkpoint[];
}

const PAGE = 4096;
const SECTOR = 512;
/** `differe-batch/1`, length in ten digits, sixteen digits of the hash of both: 44 bytes with the line's end. */
const HEAD = /^(differe-batch\/1 (\d{10})) ([0-9a-f]{16})\n$/;
const HEAD_BYTES = 44;

const aheadNameOf = (dir: string): string => `${path.resolve(dir)}.ahead`;

/** Changes with every byte of the file beside a log; the same word where there is none. */
export async function aheadDigestOf(dir: string): Promise<string> {
  const file = await readFile(aheadNameOf(dir)).catch(() => undefined);
  return file === undefined ? 'none' : createHash('sha256').update(file).digest('hex');
}

/** Undefined when there is no such file, as beside a log that was closed, or when something of it is wrong, which is reported. */
export async function readAheadOf(
  dir: string,
  verifier: NoteVerifier,
  report: (finding: Finding) => void,
): Promise<AheadRead | undefined> {
  const name = aheadNameOf(dir);
  const file = await readFile(name).catch((error: NodeJS.ErrnoException) => error);
  if (!Buffer.isBuffer(file)) {
    if (file.code !== 'ENOENT') report(finding('cannot be read', name, `${file}`));
    return undefined;
  }
  const read = readAll(file, verifier);
  if (typeof read !== 'string') return read;
  report(finding(read, 'batches in whole pages, signed', createHash('sha256').update(file).digest('hex')));
  return undefined;
}

const finding = (detail: string, expected: string, found: string): Finding => ({
  what: 'ahead',
  file: 'the write-ahead file beside the log',
  detail,
  expected,
  found,
});

/** What it holds, or what is wrong. */
function readAll(file: Buffer, verifier: NoteVerifier): AheadRead | string {
  const entries: Buffer[] = [];
  const states: Checkpoint[] = [];
  const take = (note: Buffer): string | undefined => {
    const opened = openCheckpoint(note, verifier);
    if (!opened.ok) return opened.reason;
    states.push(opened.value);
    return undefined;
  };
  const first = file.subarray(0, PAGE);
  const [, bytes, noteBytes] = /^differe-ahead\/1 ([1-9]\d*) ([1-9]\d*)\n/.exec(first.toString('latin1')) ?? [];
  if (bytes === undefined || noteBytes === undefined) return 'does not begin as one';
  if (Number(bytes) !== file.length) return `has ${file.length} bytes and was made of ${bytes}`;
  const begin = first.indexOf('\n') + 1;
  const fault = take(first.subarray(begin, begin + Number(noteBytes)));
  if (fault !== undefined) return `its beginning: ${fault}`;
  if (!isFilled(first.subarray(begin + Number(noteBytes)))) return 'its first page is not filled up as it should be';
  for (let at = PAGE; at < file.length; ) {
    const rest = file.subarray(at);
    if (isZero(rest)) break;
    const length = headOf(rest);
    const batch = rest.subarray(0, length ?? 0);
    const wrong = length === undefined ? 'no head' : readBatch(batch, entries, take);
    if (wrong !== undefined) {
      if (wasNeverWhole(rest, length)) break;
      return `the batch at byte ${at}: ${wrong}`;
    }
    const state = states.at(-1);
    const counted = (states[0]?.size ?? 0) + entries.length;
    if (state?.size !== counted) return `the batch at byte ${at}: signed for ${state?.size} records and not ${counted}`;
    at += batch.length;
  }
  return { entries, states };
}

function headOf(rest: Buffer): number | undefined {
  const [, said, length, check] = HEAD.exec(rest.subarray(0, HEAD_BYTES).toString('latin1')) ?? [];
  if (said === undefined || createHash('sha256').update(said).digest('hex').slice(0, 16) !== check) return undefined;
  return Number(length);
}

function readBatch(batch: Buffer, entries: Buffer[], take: (note: Buffer) => string | undefined): string | undefined {
  if (batch.includes(0)) return 'not written everywhere';
  const lineEnd = batch.indexOf('\n', HEAD_BYTES);
  const line = batch.subarray(HEAD_BYTES, Math.max(HEAD_BYTES, lineEnd)).toString('latin1');
  if (!/^[1-9]\d*( [1-9]\d*)+$/.test(line)) return 'no sizes';
  const [noteBytes = 0, ...sizes] = line.split(' ').map(Number);
  const found: Buffer[] = [];
  let at = lineEnd + 1;
  for (const size of sizes) {
    found.push(batch.subarray(at, at + size));
    at += size;
  }
  const end = at + noteBytes;
  if (batch.length % PAGE !== 0 || batch.length - end < 0 || batch.length - end >= PAGE) return 'another length';
  if (!isFilled(batch.subarray(end))) return 'not filled up as it should be';
  const fault = take(batch.subarray(at, end));
  if (fault === undefined) entries.push(...found);
  return fault;
}

/** What a crash leaves of a batch has a sector that was not written, and nothing behind it: it was never acknowledged. */
function wasNeverWhole(rest: Buffer, length: number | undefined): boolean {
  if (length === undefined) {
    if (!isZero(rest.subarray(0, SECTOR))) return false;
    for (let at = PAGE; at < rest.length; at += PAGE) if (headOf(rest.subarray(at)) !== undefined) return false;
    return true;
  }
  if (length > rest.length || !isZero(rest.subarray(length))) return false;
  for (let at = 0; at < length; at += SECTOR) if (isZero(rest.subarray(at, at + SECTOR))) return true;
  return false;
}

const isZero = (bytes: Buffer): boolean =>
  bytes.length === 0 || (bytes[0] === 0 && bytes.equals(Buffer.alloc(bytes.length)));
const isFilled = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x0a);
