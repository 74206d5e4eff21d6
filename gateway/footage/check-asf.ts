import type { ByteSource } from './bytes.ts';
import type { Structure } from './structure.ts';

// ASF: objects of a GUID and a 64-bit little-endian size.

const FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365';
const MAX_OBJECTS = 10_000;
const BROADCAST = 1;

/** Walks the top level and looks into the header for the size that the file claims. */
export async function checkAsf(source: ByteSource): Promise<Structure> {
  const faults = new Set<string>();
  let at = 0;
  for (let seen = 0; at + 24 <= source.sizeBytes && seen < MAX_OBJECTS; seen++) {
    const size = await sizeAt(source, at);
    if (size < 24) {
      faults.add('an object is cut or malformed');
      break;
    }
    if (at + size > source.sizeBytes) faults.add('an object runs past the end of the file');
    if (at === 0 && (await claimsMore(source, Math.min(size, source.sizeBytes)))) {
      faults.add('the file is shorter than it says');
    }
    at += size;
  }
  return { pictures: [], faults: [...faults] };
}

async function sizeAt(source: ByteSource, at: number): Promise<number> {
  const head = await source.read(at + 16, 8);
  if (head.length < 8) return 0;
  const size = head.readBigUInt64LE(0);
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size);
}

async function claimsMore(source: ByteSource, headerEnd: number): Promise<boolean> {
  let at = 30;
  for (let seen = 0; at + 24 <= headerEnd && seen < MAX_OBJECTS; seen++) {
    const object = await source.read(at, 104);
    const size = await sizeAt(source, at);
    if (size < 24) return false;
    if (object.length >= 92 && object.toString('hex', 0, 16) === FILE_PROPERTIES) {
      const broadcast = (object.readUInt32LE(88) & BROADCAST) !== 0;
      return !broadcast && object.readBigUInt64LE(40) > BigInt(source.sizeBytes);
    }
    at += size;
  }
  return false;
}
