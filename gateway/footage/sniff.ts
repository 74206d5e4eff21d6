import { AppError } from '../errors.ts';
import type { ByteSource } from './bytes.ts';
import { annexBContainer } from './sniff-annex-b.ts';
import { transportLayout } from './sniff-transport.ts';
import type { Container } from './types.ts';

// DEF-06: the demuxer is forced to what our own reading of the first bytes says. ffmpeg's guess, which knows playlists, concat
// scripts and session descriptions, is never asked, and the file's name says nothing.

const SNIFF_BYTES = 262_144;
const ASF_HEADER = Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex');
/** Some writers put 0x19 where the space belongs. */
const AVI_FORMS: readonly string[] = ['AVI ', 'AVIX', 'AVI\u0019'];
/** Boxes that a QuickTime or MP4 file may begin with. */
const FIRST_BOXES: readonly string[] = ['ftyp', 'moov', 'mdat', 'styp', 'wide', 'free', 'skip', 'pnot', 'sidx', 'moof'];
/** Brands of still pictures in the same box format. */
const PICTURE_BRANDS: readonly string[] = [
  'heic',
  'heix',
  'hevc',
  'heim',
  'heis',
  'mif1',
  'msf1',
  'avif',
  'avis',
  'crx ',
];

/** The container of a file by its bytes. Throws E_DEF_CONTAINER for anything that is not on the list. */
export async function sniffContainer(source: ByteSource): Promise<Container> {
  const head = await source.read(0, SNIFF_BYTES);
  const found = containerOf(head, source.sizeBytes);
  if (found === undefined)
    throw new AppError('E_DEF_CONTAINER', { detail: 'the first bytes are of no accepted format' });
  return found;
}

function containerOf(head: Buffer, sizeBytes: number): Container | undefined {
  if (head.length < 16) return undefined;
  if (isMov(head, sizeBytes)) return 'mov';
  if (head.readUInt32BE(0) === 0x1a45dfa3) return isMatroska(head) ? 'matroska' : undefined;
  const riff = head.toString('latin1', 0, 4) === 'RIFF' && AVI_FORMS.includes(head.toString('latin1', 8, 12));
  if (riff) return 'avi';
  if (head.subarray(0, 16).equals(ASF_HEADER)) return 'asf';
  if (head.readUInt32BE(0) === 0x000001ba && isPackHeader(head)) return 'mpeg';
  if (head.readUInt32BE(0) === 0x000001b3 && isMpegVideo(head)) return 'mpegvideo';
  if (transportLayout(head, sizeBytes) !== undefined) return 'mpegts';
  return annexBContainer(head);
}

function isMov(head: Buffer, sizeBytes: number): boolean {
  const type = head.toString('latin1', 4, 8);
  if (!FIRST_BOXES.includes(type)) return false;
  const size = head.readUInt32BE(0);
  if (size > 1 && size < 8) return false;
  // A text can have `free` or `wide` at its fifth letter; such a filler box lies within the file.
  const mayBeCut = type === 'mdat' || type === 'moov';
  if (!mayBeCut && size !== 1 && (size === 0 || size > sizeBytes)) return false;
  return !(type === 'ftyp' && PICTURE_BRANDS.includes(head.toString('latin1', 8, 12)));
}

/** Pack header of MPEG-1 (0010) or MPEG-2 (01) program streams. */
function isPackHeader(head: Buffer): boolean {
  const marks = head[4] ?? 0;
  return (marks & 0xf0) === 0x20 || (marks & 0xc0) === 0x40;
}

/** Raw MPEG-1 or MPEG-2 video: a sequence header with a size and a rate, then a picture (start code 00) of slices (01 to AF). */
function isMpegVideo(head: Buffer): boolean {
  const size = head.readUIntBE(4, 3);
  const rate = (head[7] ?? 0) & 0x0f;
  const picture = head.indexOf(Buffer.from([0, 0, 1, 0]));
  const slice = head.indexOf(Buffer.from([0, 0, 1, 1]), Math.max(0, picture));
  return size >> 12 > 0 && (size & 0xfff) > 0 && rate >= 1 && rate <= 8 && picture > 0 && slice > picture;
}

/** EBML with the document type `matroska` or `webm` (element 4282). */
function isMatroska(head: Buffer): boolean {
  const at = head.subarray(0, 4096).indexOf(Buffer.from([0x42, 0x82]));
  if (at < 0) return false;
  const length = (head[at + 2] ?? 0) & 0x7f;
  const type = head.toString('latin1', at + 3, at + 3 + length).replace(/\0+$/, '');
  return type === 'matroska' || type === 'webm';
}
