import { joinRoots, type LeafRange, largestPower, nodeHash, splitPoint } from './merkle.ts';
import { hashOfRange, type ReadHashes } from './proof.ts';

// RFC 6962 section 2.1.2: that a log of some size is a beginning of the log that it became, shown by O(log n) hashes.

/** PROOF(old, D[size]): whose hashes prove that the first `old` leaves are still the first ones. */
export function consistencyRanges(old: number, size: number): LeafRange[] {
  if (!Number.isSafeInteger(old) || !Number.isSafeInteger(size) || old < 0 || old > size)
    throw new RangeError(`merkle: no proof from ${old} to ${size}`);
  if (old === 0 || old === size) return [];
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to !== old) {
    const middle = from + splitPoint(to - from);
    if (old <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The old tree's last subtree: its root is known to the verifier only when it is the whole old tree.
  if (from > 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The consistency proof between two sizes of a log, read from the hash tiles of the log as it is stored. */
export async function proveConsistency(
  old: number,
  size: number,
  storedSize: number,
  readHashes: ReadHashes,
): Promise<Buffer[]> {
  const proof: Buffer[] = [];
  for (const range of consistencyRanges(old, size)) proof.push(await hashOfRange(range, storedSize, readHashes));
  return proof;
}

/** RFC 9162 section 2.1.4.2. From the empty log, and from a log to itself, only the empty proof holds. */
export function verifyConsistency(claim: {
  readonly old: { readonly size: number; readonly root: Buffer };
  readonly now: { readonly size: number; readonly root: Buffer };
  readonly proof: readonly Buffer[];
}): boolean {
  const { old, now, proof } = claim;
  if (!Number.isSafeInteger(now.size) || !Number.isSafeInteger(old.size) || old.size < 0) return false;
  if (old.size > now.size) return false;
  if (old.size === now.size) return proof.length === 0 && old.root.equals(now.root);
  if (old.size === 0) return proof.length === 0 && old.root.equals(joinRoots([]));
  const [first, ...rest] = largestPower(old.size) === old.size ? [old.root, ...proof] : proof;
  if (proof.length === 0 || first === undefined) return false;
  let [fn, sn] = [old.size - 1, now.size - 1];
  const up = (): void => {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  };
  while (fn % 2 === 1) up();
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (fn % 2 === 0 && fn !== 0) up();
    } else {
      after = nodeHash(after, sibling);
    }
    up();
  }
  return sn === 0 && before.equals(old.root) && after.equals(now.root);
}
