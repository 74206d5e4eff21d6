import { AppError } from '../errors.ts';
import type { ByteSource } from './bytes.ts';
import { addPicture, type Structure } from './structure.ts';
import { type Table, tableAt } from './table.ts';

// QuickTime and MP4: a tree of boxes (ISO 14496-12). Only the few that say whether the file is whole and whether it points outside
// itself are opened; nothing is believed that lies beyond the box around it.

interface Box {
  readonly type: string;
  /** Of the content, after the header. */
  readonly from: number;
  readonly to: number;
  /** The box claims more bytes than what is around it has. */
  readonly cut: boolean;
}

const MAX_DEPTH = 8;
/**
 * Steps that the whole file is given, over all its tracks: a table row is one, a box some more. A day of 25 pictures a second with
 * sound, each sample a chunk of its own, has about 15 million rows.
 */
const MAX_STEPS = 50_000_000;
const STEPS_A_BOX = 5;
const PARENTS = new Set(['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl', 'rmra', 'rmda']);

async function* boxes(source: ByteSource, from: number, to: number): AsyncGenerator<Box> {
  let at = from;
  while (at + 8 <= to) {
    const head = await source.read(at, 16);
    if (head.length < 8) return;
    const type = head.toString('latin1', 4, 8);
    let size = head.readUInt32BE(0);
    let header = 8;
    if (size === 1) {
      if (head.length < 16) return;
      const large = head.readBigUInt64BE(8);
      size = large > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(large);
      header = 16;
    } else if (size === 0) {
      size = to - at;
    }
    if (size < header) {
      yield { type, from: at + header, to: at + header, cut: true };
      return;
    }
    const end = at + size;
    yield { type, from: at + header, to: Math.min(end, to), cut: end > to };
    at = end;
  }
}

interface Found {
  readonly pictures: { widthPx: number; heightPx: number }[];
  readonly faults: Set<string>;
  stepsLeft: number;
  movie: boolean;
}

/** One track's tables, gathered while its boxes pass; their rows are read only when they are needed. */
interface Tables {
  chunkOffsets?: { readonly table: Table; readonly wide: boolean };
  /** `fixedBytes` is 0 when every sample has a row with its size. */
  sizes?: { readonly table: Table; readonly fixedBytes: number; readonly count: number };
  /** Rows of first chunk, samples a chunk, description. */
  runs?: Table;
}

/**
 * Walks the boxes. Throws E_DEF_UNSTABLE when there is no movie box (nothing can be read without it, damaged or not) and
 * E_DEF_SOURCE when the file refers to media outside itself.
 */
export async function checkMov(source: ByteSource): Promise<Structure> {
  const found: Found = { pictures: [], faults: new Set(), stepsLeft: MAX_STEPS, movie: false };
  let mediaBytes = 0;
  let lastType = '';
  for await (const box of boxes(source, 0, source.sizeBytes)) {
    spend(found);
    lastType = box.type;
    if (box.cut) found.faults.add('a box runs past the end of the file');
    if (box.type === 'mdat') mediaBytes += box.to - box.from;
    if (box.type === 'moov' && !box.cut) {
      found.movie = true;
      await walk(source, box, 1, found, {});
    }
    if (box.cut) break;
  }
  if (!found.movie) throw new AppError('E_DEF_UNSTABLE', { detail: 'no movie box: the recording was never finished' });
  if (lastType === 'moof') found.faults.add('the last fragment has no media');
  if (mediaBytes === 0) found.faults.add('no media data');
  return { pictures: found.pictures, faults: [...found.faults] };
}

async function walk(source: ByteSource, parent: Box, depth: number, found: Found, tables: Tables): Promise<void> {
  if (depth > MAX_DEPTH) return;
  for await (const box of boxes(source, parent.from, parent.to)) {
    spend(found);
    if (box.cut) found.faults.add('a box runs past the box around it');
    if (box.type === 'rmra') throw new AppError('E_DEF_SOURCE', { detail: 'a reference movie' });
    if (box.type === 'cmov') throw new AppError('E_DEF_CONTAINER', { detail: 'a compressed movie box' });
    if (box.type === 'dref') await checkReferences(source, box, found);
    if (box.type === 'tkhd') await readTrackHeader(source, box, found);
    if (box.type === 'stsd') await readSampleEntries(source, box, found);
    await readTable(source, box, tables);
    if (PARENTS.has(box.type)) await walk(source, box, depth + 1, found, box.type === 'trak' ? {} : tables);
    if (box.type === 'stbl') await checkExtents(source, tables, found);
  }
}

function spend(found: Found, steps = STEPS_A_BOX): void {
  found.stepsLeft -= steps;
  if (found.stepsLeft < 0)
    throw new AppError('E_DEF_CONTAINER', { detail: 'more boxes and rows than a recording has' });
}

/** Data references: flag 1 says that the media are in this file; anything else names another file or a URL. */
async function checkReferences(source: ByteSource, box: Box, found: Found): Promise<void> {
  for await (const entry of boxes(source, box.from + 8, box.to)) {
    spend(found);
    const flags = await source.read(entry.from, 4);
    if (flags.length < 4 || (flags.readUInt32BE(0) & 1) === 0) {
      throw new AppError('E_DEF_SOURCE', { detail: 'the media lie outside the file' });
    }
  }
}

async function readTrackHeader(source: ByteSource, box: Box, found: Found): Promise<void> {
  const version = (await source.read(box.from, 1))[0];
  const size = await source.read(box.from + (version === 1 ? 88 : 76), 8);
  if (size.length < 8) return;
  addPicture(found.pictures, { widthPx: size.readUInt32BE(0) / 65_536, heightPx: size.readUInt32BE(4) / 65_536 });
}

/** Width and height of visual sample entries; those of sound have other things there, so only known video types are read. */
async function readSampleEntries(source: ByteSource, box: Box, found: Found): Promise<void> {
  for await (const entry of boxes(source, box.from + 8, box.to)) {
    spend(found);
    if (!/^(avc[1-4]|hvc1|hev1|mp4v|mjp[ab]|jpeg|m[12]v1|mp[12]v|mpeg|xvid|divx|s263|h263)$/i.test(entry.type))
      continue;
    const size = await source.read(entry.from + 24, 4);
    if (size.length === 4)
      addPicture(found.pictures, { widthPx: size.readUInt16BE(0), heightPx: size.readUInt16BE(2) });
  }
}

async function readTable(source: ByteSource, box: Box, tables: Tables): Promise<void> {
  if (!/^(stco|co64|stsz|stsc)$/.test(box.type)) return;
  const head = await source.read(box.from, Math.min(12, box.to - box.from));
  if (head.length < 8) return;
  const rows = (rowBytes: number): Table =>
    tableAt(source, { from: box.from + 8, to: box.to, rowBytes }, head.readUInt32BE(4));
  if (box.type === 'stco') tables.chunkOffsets = { table: rows(4), wide: false };
  if (box.type === 'co64') tables.chunkOffsets = { table: rows(8), wide: true };
  if (box.type === 'stsc') tables.runs = rows(12);
  if (box.type === 'stsz' && head.length === 12) {
    const fixedBytes = head.readUInt32BE(4);
    const claimed = head.readUInt32BE(8);
    const table = tableAt(source, { from: box.from + 12, to: box.to, rowBytes: 4 }, fixedBytes === 0 ? claimed : 0);
    tables.sizes = { table, fixedBytes, count: fixedBytes === 0 ? table.rows : claimed };
  }
}

/** Every sample of the index must lie within the file: "media data shorter than the index" (DEF-07). */
async function checkExtents(source: ByteSource, tables: Tables, found: Found): Promise<void> {
  const { chunkOffsets, sizes, runs } = tables;
  if (!chunkOffsets || !sizes || !runs || chunkOffsets.table.rows === 0) return;
  // Before any row is read: chunks may overlap, so that the size of a file bounds nothing.
  spend(found, chunkOffsets.table.rows + runs.rows + sizes.table.rows);
  const { count, fixedBytes } = sizes;
  const at = chunkOffsets.table;
  let run = -1;
  let samplesAChunk = 0;
  let nextRunAt = 0;
  let sample = 0;
  for (let chunk = 0; chunk < at.rows; chunk++) {
    while (run + 1 < runs.rows && nextRunAt <= chunk + 1) {
      run += 1;
      if (!runs.has(run)) await runs.load(run);
      samplesAChunk = runs.u32(run, 4);
      if (run + 1 < runs.rows && !runs.has(run + 1)) await runs.load(run + 1);
      nextRunAt = runs.u32(run + 1, 0);
    }
    const inChunk = Math.min(samplesAChunk, count - sample);
    if (!at.has(chunk)) await at.load(chunk);
    let end = chunkOffsets.wide ? at.u32(chunk, 0) * 2 ** 32 + at.u32(chunk, 4) : at.u32(chunk, 0);
    if (fixedBytes === 0) {
      for (let n = sample; n < sample + inChunk; n++) {
        if (!sizes.table.has(n)) await sizes.table.load(n);
        end += sizes.table.u32(n, 0);
      }
    } else {
      // A table of equal sizes can claim four billion samples in twelve bytes: those are not counted one by one.
      end += inChunk * fixedBytes;
    }
    sample += inChunk;
    if (end > source.sizeBytes) {
      found.faults.add('media data are shorter than the index');
      return;
    }
  }
  if (sample < count) found.faults.add('the index has more samples than chunks');
}
