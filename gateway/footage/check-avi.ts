import { AppError } from '../errors.ts';
import type { ByteSource } from './bytes.ts';
import { addPicture, MAX_ELEMENTS, type Structure } from './structure.ts';

// AVI: RIFF chunks with little-endian sizes; a long file is a row of RIFFs (OpenDML). A recorder that was cut off leaves a size of
// zero or one that runs past the end.

const MAX_DEPTH = 6;

interface Walk {
  readonly pictures: { widthPx: number; heightPx: number }[];
  readonly faults: Set<string>;
  budget: number;
  video: boolean;
  media: boolean;
}

/** Walks the chunks down to the stream formats. */
export async function checkAvi(source: ByteSource): Promise<Structure> {
  const walk: Walk = { pictures: [], faults: new Set(), budget: MAX_ELEMENTS, video: false, media: false };
  let at = 0;
  while (at + 12 <= source.sizeBytes) {
    const head = await source.read(at, 12);
    // What follows the last RIFF is no part of the recording.
    if (head.toString('latin1', 0, 4) !== 'RIFF') break;
    const size = head.readUInt32LE(4);
    const end = at + 8 + size;
    if (size < 4) walk.faults.add('the recording was never finished');
    if (end > source.sizeBytes) walk.faults.add('a chunk runs past the end of the file');
    await chunks(source, at + 12, Math.min(end, source.sizeBytes), 1, walk);
    at = end + (size % 2);
    if (size < 4) break;
  }
  if (!walk.media) walk.faults.add('no media data');
  return { pictures: walk.pictures, faults: [...walk.faults] };
}

async function chunks(source: ByteSource, from: number, to: number, depth: number, walk: Walk): Promise<void> {
  let at = from;
  while (at + 8 <= to) {
    walk.budget -= 1;
    if (walk.budget < 0) throw new AppError('E_DEF_CONTAINER', { detail: 'more chunks than a recording has' });
    const head = await source.read(at, 12);
    const id = head.toString('latin1', 0, 4);
    const size = head.readUInt32LE(4);
    const end = at + 8 + size;
    if (end > to) walk.faults.add('a chunk runs past the end of the file');
    const list = id === 'LIST' && head.length === 12 ? head.toString('latin1', 8, 12) : undefined;
    if (list === 'movi') walk.media = size > 4 || walk.media;
    else if (list !== undefined && depth < MAX_DEPTH) await chunks(source, at + 12, Math.min(end, to), depth + 1, walk);
    if (id === 'strh') walk.video = head.toString('latin1', 8, 12) === 'vids';
    if (id === 'avih') await readSize(source, at + 8 + 32, walk);
    if (id === 'strf' && walk.video) await readSize(source, at + 8 + 4, walk);
    at = end + (size % 2);
  }
}

/** Two 32-bit numbers: of the main header, or of a bitmap header, whose height is negative when rows run downwards. */
async function readSize(source: ByteSource, at: number, walk: Walk): Promise<void> {
  const bytes = await source.read(at, 8);
  if (bytes.length < 8) return;
  addPicture(walk.pictures, { widthPx: Math.abs(bytes.readInt32LE(0)), heightPx: Math.abs(bytes.readInt32LE(4)) });
}
