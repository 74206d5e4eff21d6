import { hash } from 'node:crypto';
import path from 'node:path';
import { type Checkpoint, openCheckpoint, readCheckpointText } from './checkpoint.ts';
import type { Checked, NoteVerifier } from './note.ts';

// The write-ahead file beside a log's folder. An append is one write and one fsync here; tiles and checkpoint follow in the background.
// Frames of whole pages, one a batch: the records and the checkpoint of the log as it is with them, signed, which names every byte of them
// and all records before. The file has its full length from the beginning, zeros where nothing was written, and no frame has a zero: so a
// file that was cut is too short, and a frame that a crash left half written has a sector of zeros. Whatever else is wrong was done to it.

/** Name of the write-ahead file of a log's folder. */
export const aheadFileOf = (logDir: string): string => `${path.resolve(logDir)}.ahead`;

/** Its length, unless the options of the log say another. */
export const AHEAD_BYTES = 8 * 1024 * 1024;
const PAGE = 4096;
const SECTOR = 512;
const MAGIC = 'differe-ahead/1';
const BATCH = 'differe-batch/1';
const HEAD_BYTES = BATCH.length + 1 + 10 + 1 + 16 + 1;

export interface Batch {
  readonly entries: readonly Buffer[];
  /** The log with these entries. */
  readonly checkpoint: Checkpoint;
  /** Its text. */
  readonly note: string;
}

export interface Ahead {
  /** The log when the file was begun. */
  readonly start: Checkpoint;
  readonly batches: readonly Batch[];
}

/** What is wrong with a write-ahead file, and where. */
export interface AheadFault {
  readonly fault: string;
  readonly offset: number;
}

/** Bytes of a new file before its first batch. */
export function encodeStart(note: string, bytes: number): Buffer {
  const text = Buffer.from(note, 'utf8');
  return inPages([Buffer.from(`${MAGIC} ${bytes} ${text.length}\n`), text]);
}

/** One batch, as long as whole pages. */
export function encodeBatch(entries: readonly Buffer[], note: string): Buffer {
  const text = Buffer.from(note, 'utf8');
  const rest = [Buffer.from(`${[text.length, ...entries.map(({ length }) => length)].join(' ')}\n`), ...entries, text];
  const body = rest.reduce((sum, { length }) => sum + length, 0);
  return inPages([Buffer.from(headOf(pagesOf(HEAD_BYTES + body))), ...rest]);
}

/** First line of a batch, always of one length: the length of all of it, and a check, so that no digit is taken for another. */
function headOf(length: number): string {
  const said = `${BATCH} ${`${length}`.padStart(10, '0')}`;
  return `${said} ${hash('sha256', said).slice(0, 16)}\n`;
}

const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

function inPages(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat(parts, pagesOf(length)).fill('\n', length);
}

/**
 * Reads a whole file. Form and signatures are checked here, of `last` that of the last batch alone; that the records give the roots is for
 * who has the tree.
 */
export function parseAhead(
  file: Buffer,
  verifier: NoteVerifier,
  signatures: 'all' | 'last' = 'all',
): Ahead | AheadFault {
  const at = (offset: number, fault: string): AheadFault => ({ fault, offset });
  const line = lineAt(file, 0);
  const [magic, bytes, noteLength, ...more] = line.split(' ');
  if (magic !== MAGIC || more.length > 0) return at(0, 'not a write-ahead file');
  if (file.length !== Number(bytes)) return at(file.length, `cut: it was made of ${bytes} bytes`);
  const noteAt = line.length + 1;
  const text = file.subarray(noteAt, noteAt + Number(noteLength)).toString('utf8');
  const start = openCheckpoint(Buffer.from(text, 'utf8'), verifier);
  if (!start.ok) return at(0, start.reason);
  const first = encodeStart(text, file.length);
  if (!file.subarray(0, first.length).equals(first)) return at(0, 'its beginning is not exactly encoded');
  const batches: Batch[] = [];
  const open = signatures === 'all' ? openCheckpoint : readUnsigned;
  let { size } = start.value;
  for (let offset = first.length; offset < file.length; ) {
    if (isZero(file, offset, file.length)) break;
    const read = readBatch(file, offset, (note) => open(note, verifier));
    if ('fault' in read) {
      if (!isTorn(file, offset)) return read;
      break;
    }
    size += read.batch.entries.length;
    if (read.batch.checkpoint.size !== size) return at(offset, `a batch up to ${size}, signed as another`);
    batches.push(read.batch);
    offset += read.length;
  }
  const last = batches.at(-1);
  const signed = last === undefined ? start : openCheckpoint(Buffer.from(last.note, 'utf8'), verifier);
  return signed.ok ? { start: start.value, batches } : at(file.length, signed.reason);
}

/** A checkpoint as it is written, whoever signed it. */
function readUnsigned(note: Uint8Array, { name }: NoteVerifier): Checked<Checkpoint> {
  const text = Buffer.from(note).toString('utf8');
  return readCheckpointText(text.slice(0, text.indexOf('\n\n') + 1), name);
}

function readBatch(
  file: Buffer,
  offset: number,
  open: (note: Buffer) => Checked<Checkpoint>,
): { batch: Batch; length: number } | AheadFault {
  const refuse = (fault: string): AheadFault => ({ fault, offset });
  const length = lengthAt(file, offset);
  if (length === undefined) return refuse('not a batch');
  if (offset + length > file.length) return refuse('a batch that does not fit');
  // The note at its end may stand there when a sector of its records does not.
  if (file.subarray(offset, offset + length).includes(0)) return refuse('a batch with a gap');
  const line = lineAt(file, offset + HEAD_BYTES);
  const [noteLength = 0, ...sizes] = line.split(' ').map(Number);
  const entries: Buffer[] = [];
  let at = offset + HEAD_BYTES + line.length + 1;
  for (const size of sizes) {
    entries.push(file.subarray(at, at + size));
    at += size;
  }
  const note = file.subarray(at, at + noteLength).toString('utf8');
  const opened = open(Buffer.from(note, 'utf8'));
  if (!opened.ok) return refuse(opened.reason);
  // Written again it gives the same bytes: so that every byte counts, those that fill the last page too.
  if (!encodeBatch(entries, note).equals(file.subarray(offset, offset + length))) return refuse('not exactly encoded');
  return { batch: { entries, checkpoint: opened.value, note }, length };
}

/** The length that the head of a batch says; undefined when there is no such head. */
function lengthAt(file: Buffer, offset: number): number | undefined {
  const head = file.subarray(offset, offset + HEAD_BYTES).toString('latin1');
  const length = Number(head.slice(BATCH.length + 1, BATCH.length + 11));
  return head === headOf(length) ? length : undefined;
}

/** Whether what stands from here on is what a crash can leave of one batch: sectors that were not written, and nothing behind it. */
function isTorn(file: Buffer, offset: number): boolean {
  const length = lengthAt(file, offset);
  if (length !== undefined) {
    const end = offset + length;
    return end <= file.length && hasZeroSector(file, offset, end) && isZero(file, end, file.length);
  }
  if (!isZero(file, offset, offset + SECTOR)) return false;
  // The sector with its head is missing: of a batch behind it there would be a head.
  for (let page = offset + PAGE; page < file.length; page += PAGE)
    if (file.subarray(page, page + BATCH.length).toString('latin1') === BATCH) return false;
  return true;
}

/** The text up to the end of a line; empty when there is none within the longest head that a batch can have. */
function lineAt(file: Buffer, offset: number): string {
  const end = file.subarray(offset, offset + 16 * PAGE).indexOf('\n');
  return end < 0 ? '' : file.subarray(offset, offset + end).toString('latin1');
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(file: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += ZEROS.length) {
    const part = file.subarray(at, Math.min(to, at + ZEROS.length));
    if (!part.equals(ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}

function hasZeroSector(file: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += SECTOR) if (isZero(file, at, at + SECTOR)) return true;
  return false;
}
