import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { completeSubtrees, inclusionRanges, joinRoots, leafHash, treeRoot, verifyInclusion } from './merkle.ts';
import { type Checked, decodeUtf8, decodeVkey, refused } from './note.ts';
import { type Tile, tileOfSubtree } from './tiles.ts';

// C2SP tlog-proof (https://c2sp.org/tlog-proof): one record's place in the log, checked offline with the log's key alone.

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 leaves is 63 hashes high. */
const MAX_HASHES = 63;

/** The inclusion proof of a leaf in the tree of a size, read from hash tiles. */
export async function proveInclusion(
  index: number,
  size: number,
  readHashes: (tile: Tile) => Promise<readonly Buffer[]>,
): Promise<Buffer[]> {
  const proof: Buffer[] = [];
  for (const range of inclusionRanges(index, size)) {
    const roots: Buffer[] = [];
    for (const subtree of completeSubtrees(range)) {
      const { tile, offset, count } = tileOfSubtree(subtree, size);
      roots.push(treeRoot((await readHashes(tile)).slice(offset, offset + count)));
    }
    proof.push(joinRoots(roots));
  }
  return proof;
}

export const encodeProofText = (index: number, hashes: readonly Buffer[], checkpoint: string): string =>
  `${[HEADER, `index ${index}`, ...hashes.map((hash) => hash.toString('base64'))].join('\n')}\n\n${checkpoint}`;

/** A proof that holds: the leaf is the index-th of the log whose checkpoint is given. */
export interface ProvenLeaf {
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

/**
 * Checks a proof against the bytes of the record (canonicalJson of what `AuditLog.record` gives) and the verifier key of the log. The
 * `extra` line of the format is refused: nothing signs it, so it could be changed unseen.
 */
export function verifyProofText(text: string | Uint8Array, leafBytes: Uint8Array, vkey: string): Checked<ProvenLeaf> {
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
  const checkpoint = openCheckpoint(Buffer.from(note, 'utf8'), verifier.value);
  if (!checkpoint.ok) return checkpoint;
  const { size, root } = checkpoint.value;
  if (!verifyInclusion({ index, size, leaf: leafHash(leafBytes), proof: hashes, root })) {
    return refused('the record is not in the log at this place');
  }
  return { ok: true, value: { index, checkpoint: checkpoint.value } };
}
