import { AppError } from '../errors.ts';
import type { ByteSource } from './bytes.ts';
import { MAX_ELEMENTS, type Structure } from './structure.ts';

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
const MAX_TABLE_BYTES = 256 * 1024 * 1024;
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
  budget: number;
  movie: boolean;
  samples: boolean;
}

/** One track's tables, gathered while its boxes pass. */
interface Tables {
  chunkOffsets?: (index: number) => number;
  chunks?: number;
  sizeOf?: (sample: number) => number;
  sampleCount?: number;
  runs?: readonly { readonly firstChunk: number; readonly samplesPerChunk: number }[];
}

/**
 * Walks the boxes. Throws E_DEF_UNSTABLE when there is no movie box (nothing can be read without it, damaged or not) and
 * E_DEF_SOURCE when the file refers to media outside itself.
 */
export async function checkMov(source: ByteSource): Promise<Structure> {
  const found: Found = { pictures: [], faults: new Set(), budget: MAX_ELEMENTS, movie: false, samples: false };
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
    if (box.type === 'stbl') checkExtents(source, tables, found);
  }
}

function spend(found: Found): void {
  found.budget -= 1;
  if (found.budget < 0) throw new AppError('E_DEF_CONTAINER', { detail: 'more boxes than a recording has' });
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
  found.pictures.push({ widthPx: size.readUInt32BE(0) / 65_536, heightPx: size.readUInt32BE(4) / 65_536 });
}

/** Width and height of visual sample entries; those of sound have other things there, so only known video types are read. */
async function readSampleEntries(source: ByteSource, box: Box, found: Found): Promise<void> {
  for await (const entry of boxes(source, box.from + 8, box.to)) {
    spend(found);
    if (!/^(avc[1-4]|hvc1|hev1|mp4v|mjp[ab]|jpeg|m[12]v1|mp[12]v|mpeg|xvid|divx|s263|h263)$/i.test(entry.type))
      continue;
    const size = await source.read(entry.from + 24, 4);
    if (size.length === 4) found.pictures.push({ widthPx: size.readUInt16BE(0), heightPx: size.readUInt16BE(2) });
  }
}

async function readTable(source: ByteSource, box: Box, tables: Tables): Promise<void> {
  if (!/^(stco|co64|stsz|stsc)$/.test(box.type)) return;
  const bytes = await source.read(box.from, Math.min(box.to - box.from, MAX_TABLE_BYTES));
  if (bytes.length < 8) return;
  const rows = (at: number, width: number): number =>
    Math.min(bytes.readUInt32BE(at), Math.floor(Math.max(0, bytes.length - at - 4) / width));
  if (box.type === 'stco') {
    tables.chunks = rows(4, 4);
    tables.chunkOffsets = (index) => bytes.readUInt32BE(8 + 4 * index);
  } else if (box.type === 'co64') {
    tables.chunks = rows(4, 8);
    tables.chunkOffsets = (index) => Number(bytes.readBigUInt64BE(8 + 8 * index));
  } else if (box.type === 'stsz' && bytes.length >= 12) {
    const fixed = bytes.readUInt32BE(4);
    tables.sampleCount = fixed === 0 ? rows(8, 4) : bytes.readUInt32BE(8);
    tables.sizeOf = (sample) => (fixed === 0 ? bytes.readUInt32BE(12 + 4 * sample) : fixed);
  } else if (box.type === 'stsc') {
    tables.runs = Array.from({ length: rows(4, 12) }, (_, row) => ({
      firstChunk: bytes.readUInt32BE(8 + 12 * row),
      samplesPerChunk: bytes.readUInt32BE(12 + 12 * row),
    }));
  }
}

/** Every sample of the index must lie within the file: "media data shorter than the index" (DEF-07). */
function checkExtents(source: ByteSource, tables: Tables, found: Found): void {
  const { chunkOffsets, chunks, sizeOf, sampleCount, runs } = tables;
  if (!chunkOffsets || !chunks || !sizeOf || sampleCount === undefined || !runs) return;
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    while (run + 1 < runs.length && (runs[run + 1]?.firstChunk ?? 0) <= chunk + 1) run += 1;
    const inChunk = Math.min(runs[run]?.samplesPerChunk ?? 0, sampleCount - sample);
    let end = chunkOffsets(chunk);
    // A table of equal sizes can claim four billion samples in twelve bytes: those are not counted one by one.
    if (inChunk > MAX_ELEMENTS) end = Number.POSITIVE_INFINITY;
    else for (let n = 0; n < inChunk; n++) end += sizeOf(sample + n);
    sample += Math.max(0, inChunk);
    if (end > source.sizeBytes) {
      found.faults.add('media data are shorter than the index');
      return;
    }
  }
  if (sample < sampleCount) found.faults.add('the index has more samples than chunks');
}
