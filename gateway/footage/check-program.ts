import type { ByteSource } from './bytes.ts';
import { MAX_ELEMENTS, type Structure } from './structure.ts';

// MPEG program stream: packs and packets, each with its length. It has no index, but a packet that runs past the end says that the
// file was cut.

const PACK = 0xba;
const END = 0xb9;

/** Walks the packets; where the walk finds no start code it stops without a word, since recorders pad and mix. */
export async function checkProgram(source: ByteSource): Promise<Structure> {
  let at = 0;
  for (let seen = 0; at < source.sizeBytes && seen < MAX_ELEMENTS; seen++) {
    const head = await source.read(at, 14);
    if (head.length < 6) break;
    if (head.readUIntBE(0, 3) !== 1) return { pictures: [], faults: [] };
    at += elementBytes(head);
  }
  return { pictures: [], faults: at > source.sizeBytes ? ['the last packet is cut'] : [] };
}

function elementBytes(head: Buffer): number {
  const code = head[3] ?? 0;
  if (code === END) return 4;
  if (code !== PACK) return 6 + head.readUInt16BE(4);
  // MPEG-2 packs carry a count of stuffing bytes; MPEG-1 packs have none.
  return ((head[4] ?? 0) & 0xc0) === 0x40 ? 14 + ((head[13] ?? 0) & 7) : 12;
}
