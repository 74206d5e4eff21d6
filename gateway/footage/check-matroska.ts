import { AppError } from '../errors.ts';
import type { ByteSource } from './bytes.ts';
import { addPicture, MAX_ELEMENTS, type Structure } from './structure.ts';

// Matroska (RFC 9559): elements of EBML. A recorder that was cut off leaves a segment or a cluster that runs past the end.

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const VIDEO = 0xe0;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
const PARENTS: ReadonlySet<number> = new Set([SEGMENT, TRACKS, TRACK_ENTRY, VIDEO]);
/** Elements that can only stand at the level of the segment's children: they end a cluster of unknown size. */
const LEVEL_ONE: ReadonlySet<number> = new Set([
  CLUSTER,
  TRACKS,
  0x114d9b74,
  0x1549a966,
  0x1c53bb6b,
  0x1941a469,
  0x1043a770,
  0x1254c367,
]);

interface Element {
  readonly id: number;
  readonly from: number;
  /** End of the content; undefined when the element says that its size is unknown. */
  readonly to: number | undefined;
}

async function elementAt(source: ByteSource, at: number): Promise<Element | undefined> {
  const head = await source.read(at, 12);
  const idLength = Math.clz32(head[0] ?? 0) - 23;
  if (idLength > 4 || head.length < idLength + 1) return undefined;
  const id = head.readUIntBE(0, idLength);
  const sizeLength = Math.clz32(head[idLength] ?? 0) - 23;
  if (sizeLength > 8 || head.length < idLength + sizeLength) return undefined;
  let size = (head[idLength] ?? 0) & (0xff >> sizeLength);
  let ones = size === 0xff >> sizeLength;
  for (let n = 1; n < sizeLength; n++) {
    const byte = head[idLength + n] ?? 0;
    size = size * 256 + byte;
    ones &&= byte === 0xff;
  }
  const from = at + idLength + sizeLength;
  return { id, from, to: ones ? undefined : from + size };
}

/** Walks the elements down to clusters and picture sizes. */
export async function checkMatroska(source: ByteSource): Promise<Structure> {
  const faults = new Set<string>();
  let picture = { widthPx: 0, heightPx: 0 };
  const pictures: { widthPx: number; heightPx: number }[] = [];
  let clusters = 0;
  let at = 0;
  for (let seen = 0; at < source.sizeBytes; seen++) {
    if (seen > MAX_ELEMENTS) throw new AppError('E_DEF_CONTAINER', { detail: 'more elements than a recording has' });
    const element = await elementAt(source, at);
    if (element === undefined) {
      faults.add('an element is cut or malformed');
      break;
    }
    if (element.to !== undefined && element.to > source.sizeBytes)
      faults.add('an element runs past the end of the file');
    if (element.id === CLUSTER) clusters += 1;
    if (element.id === VIDEO) {
      picture = { widthPx: 0, heightPx: 0 };
      addPicture(pictures, picture);
    }
    if (element.id === PIXEL_WIDTH) picture.widthPx = await unsigned(source, element);
    if (element.id === PIXEL_HEIGHT) picture.heightPx = await unsigned(source, element);
    // A cluster of unknown size is walked child by child; its end is where an element of the level above begins.
    const descend = PARENTS.has(element.id) || (element.id === CLUSTER && element.to === undefined);
    if (!descend && element.to === undefined && !LEVEL_ONE.has(element.id)) {
      faults.add('an element is cut or malformed');
      break;
    }
    at = descend ? element.from : (element.to ?? element.from);
  }
  if (clusters === 0) faults.add('no cluster');
  return { pictures, faults: [...faults] };
}

async function unsigned(source: ByteSource, element: Element): Promise<number> {
  const bytes = await source.read(element.from, Math.min(8, (element.to ?? element.from) - element.from));
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
