import { createHash, hash } from 'node:crypto';

// The Merkle tree of RFC 6962 section 2.1 over SHA-256; names follow the RFC (and RFC 9162, whose verification steps are used).
// Sizes stay below 2^53, beyond what bit operators can hold: arithmetic is used instead.

/** Root of the empty tree: the hash of nothing. */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

// RFC 6962 section 2.1: "The domain separation is required to give second preimage resistance."
const LEAF = Uint8Array.of(0);
const NODE = 1;

export const leafHash = (entry: Uint8Array): Buffer => createHash('sha256').update(LEAF).update(entry).digest();

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  // One call instead of five: what is verified is hashed node by node.
  const bytes = Buffer.allocUnsafe(1 + left.length + right.length);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return hash('sha256', bytes, 'buffer');
}

/** Leaves [from, to) of a log. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** A subtree whose 2^level leaves all exist: the index-th of its level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Roots of the complete subtrees that hashes of one level fall into, largest (left) first; `rootOf` is `completeRoot`, or remembers what it gave. */
export function subtreeRoots(hashes: readonly Buffer[], rootOf = completeRoot): Buffer[] {
  const roots: Buffer[] = [];
  for (let at = 0; at < hashes.length; ) {
    const width = largestPower(hashes.length - at);
    roots.push(rootOf(hashes.slice(at, at + width)));
    at += width;
  }
  return roots;
}

/** The root over complete subtrees of falling size, left to right. */
export function joinRoots(roots: readonly Buffer[]): Buffer {
  let root: Buffer | undefined;
  for (const left of roots.toReversed()) root = root === undefined ? left : nodeHash(left, root);
  return root ?? EMPTY_ROOT;
}

/** MTH(D[n]) from the hashes of the leaves (or of equal complete subtrees). */
export const treeRoot = (hashes: readonly Buffer[]): Buffer => joinRoots(subtreeRoots(hashes));

/** The subtrees that make up a range which a proof names, left to right. */
export function completeSubtrees(range: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = range.from; at < range.to; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= range.to) level++;
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** PATH(index, D[size]): whose hashes prove a leaf, from its sibling up. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  assertSize(index, 0, size - 1);
  const ranges: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitPoint(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Buffer;
  readonly proof: readonly Buffer[];
  readonly root: Buffer;
}): boolean {
  if (!isSize(claim.index) || !isSize(claim.size) || claim.index >= claim.size) return false;
  let fn = claim.index;
  let sn = claim.size - 1;
  let hash = claim.leaf;
  for (const sibling of claim.proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && hash.equals(claim.root);
}

/** The root of a complete subtree: of a power of two of hashes. */
export function completeRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) {
      const [left, right] = [row[at], row[at + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    row = above;
  }
  const root = row[0];
  if (root === undefined) throw new RangeError('merkle: no hashes');
  return root;
}

/** Largest power of two up to n, for n >= 1. */
export function largestPower(n: number): number {
  let power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}

/** RFC 6962: k, the largest power of two smaller than n, for n >= 2. */
export const splitPoint = (n: number): number => largestPower(n - 1);

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

function assertSize(n: number, least: number, most: number): void {
  if (!isSize(n) || !isSize(most) || n < least || n > most)
    throw new RangeError(`merkle: ${n} is not in ${least}..${most}`);
}
