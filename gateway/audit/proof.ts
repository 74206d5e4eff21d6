import type { Checkpoint } from './checkpoint.ts';
import { type CosignedCheckpoint, openCosigned } from './cosignature.ts';
import {
  completeSubtrees,
  inclusionRanges,
  joinRoots,
  type LeafRange,
  leafHash,
  treeRoot,
  verifyInclusion,
} from './merkle.ts';
import { type Checked, decodeUtf8, decodeVkey, type NoteVerifier, refused } from './note.ts';
import { type Tile, tileOfSubtree } from './tiles.ts';

// C2SP tlog-proof (https://c2sp.org/tlog-proof): one record's place in the log, checked offline with the log's key alone.

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 leaves is 63 hashes high. */
const MAX_HASHES = 63;

/** Reads a stored hash tile. */
export type ReadHashes = (tile: Tile) => Promise<readonly Buffer[]>;

/** The hash of a range that a proof names, from the tiles of a log that is stored with so many leaves. */
export async function hashOfRange(range: LeafRange, storedSize: number, readHashes: ReadHashes): Promise<Buffer> {
  const roots: Buffer[] = [];
  for (const subtree of completeSubtrees(range)) {
    const { tile, offset, count } = tileOfSubtree(subtree, storedSize);
    roots.push(treeRoot((await readHashes(tile)).slice(offset, offset + count)));
  }
  return joinRoots(roots);
}

/** The inclusion proof of a leaf in the tree of a size, which may be one that the stored log had before. */
export async function proveInclusion(
  index: number,
  size: number,
  readHashes: ReadHashes,
  storedSize = size,
): Promise<Buffer[]> {
  const proof: Buffer[] = [];
  for (const range of inclusionRanges(index, size)) proof.push(await hashOfRange(range, storedSize, readHashes));
  return proof;
}

export const encodeProofText = (index: number, hashes: readonly Buffer[], checkpoint: string): string =>
  `${[HEADER, `index ${index}`, ...hashes.map((hash) => hash.toString('base64'))].join('\n')}\n\n${checkpoint}`;

/** A proof that holds: the leaf is the index-th of the log whose checkpoint is given. */
export interface ProvenLeaf {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  /** The witnesses asked for that cosigned the checkpoint. */
  readonly cosigned: CosignedCheckpoint['cosigned'];
}

/**
 * Checks a proof against the bytes of the record (canonicalJson of what `AuditLog.record` gives) and the verifier key of the log. Its
 * checkpoint may carry cosignatures of the witnesses given and of nobody else, so that no line can be changed unseen; the `extra` line of the
 * format is refused for the same reason.
 */
export function verifyProofText(
  text: string | Uint8Array,
  leafBytes: Uint8Array,
  vkey: string,
  witnesses: readonly NoteVerifier[] = [],
): Checked<ProvenLeaf> {
  const whole = typeof text === 'string' ? text : decodeUtf8(text);
  const verifier = decodeVkey(vkey.replace(/\n$/, ''));
  if (!verifier.ok) return verifier;
  const split = whole?.indexOf('\n\n') ?? -1;
  if (whole === undefined || split < 0) return refused('not a proof');
  const [, indexLine = '', ...lines] = whole.slice(0, split).split('\n');
  const index = Number(indexLine.slice('index '.length));
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  const note = whole.slice(split + 2);
  if (hashes.length > MAX_HASHES || hashes.some((hash) => hash.length !== 32)) return refused('not a list of hashes');
  if (encodeProofText(index, hashes, note) !== whole) return refused('not exactly encoded');
  const opened = openCosigned(Buffer.from(note, 'utf8'), verifier.value, witnesses);
  if (!opened.ok) return opened;
  const { checkpoint, cosigned } = opened.value;
  if (opened.value.note !== note) return refused('a signature line of a key that was not asked for');
  const { size, root } = checkpoint;
  if (!verifyInclusion({ index, size, leaf: leafHash(leafBytes), proof: hashes, root })) {
    return refused('the record is not in the log at this place');
  }
  return { ok: true, value: { index, checkpoint, cosigned } };
}
