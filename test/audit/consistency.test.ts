import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../gateway/audit/append.ts';
import { consistencyRanges, verifyConsistency } from '../../gateway/audit/consistency.ts';
import { EMPTY_ROOT, leafHash, treeRoot } from '../../gateway/audit/merkle.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { appendMany, optionsFor, storedLog } from './support.ts';

const many = Array.from({ length: 700 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));
const root = (size: number): Buffer => treeRoot(many.slice(0, size));

/** PROOF(m, D[n]) of RFC 6962 section 2.1.2, word for word. */
function proofByDefinition(m: number, leaves: readonly Buffer[], whole = true): Buffer[] {
  const n = leaves.length;
  if (m === n) return whole ? [] : [treeRoot(leaves)];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return m <= k
    ? [...proofByDefinition(m, leaves.slice(0, k), whole), treeRoot(leaves.slice(k))]
    : [...proofByDefinition(m - k, leaves.slice(k), false), treeRoot(leaves.slice(0, k))];
}

const proofOf = (old: number, size: number): Buffer[] =>
  consistencyRanges(old, size).map(({ from, to }) => treeRoot(many.slice(from, to)));

const claimOf = (old: number, size: number) => ({
  old: { size: old, root: root(old) },
  now: { size, root: root(size) },
  proof: proofOf(old, size),
});

describe('consistency proofs', () => {
  it('LOG-04: consistency proofs are those of the definition, hold, and are no longer than two paths, at every pair of sizes up to 64 and beside the edges of tiles', () => {
    const sizes = [...Array.from({ length: 64 }, (_, n) => n + 1), 255, 256, 257, 511, 512, 513, 700];
    for (const size of sizes) {
      for (const old of sizes.filter((each) => each <= size)) {
        const proof = proofOf(old, size);
        const same = proofByDefinition(old, many.slice(0, size));
        if (Buffer.compare(Buffer.concat(proof), Buffer.concat(same)) !== 0) expect.fail(`${old} of ${size}`);
        if (!verifyConsistency(claimOf(old, size))) expect.fail(`${old} of ${size} does not verify`);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)) + 1);
      }
    }
    expect(verifyConsistency({ ...claimOf(0, 7), old: { size: 0, root: EMPTY_ROOT } })).toBe(true);
    expect(() => consistencyRanges(8, 7)).toThrow(RangeError);
  });

  it('LOG-04: consistency proofs hold for no other root, size or hash', () => {
    const sizes = fc.integer({ min: 1, max: 700 });
    const pair = fc.tuple(sizes, sizes).map(([a, b]) => ({ old: Math.min(a, b), size: Math.max(a, b) }));
    const property = fc.property(pair, fc.nat(), fc.nat({ max: 255 }), ({ old, size }, at, bit) => {
      const claim = claimOf(old, size);
      const flipped = (hash: Buffer): Buffer => {
        const other = Buffer.from(hash);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return other;
      };
      expect(verifyConsistency(claim)).toBe(true);
      const wrong = [
        { ...claim, old: { size: old, root: flipped(claim.old.root) } },
        { ...claim, now: { size, root: flipped(claim.now.root) } },
        { ...claim, proof: [...claim.proof, claim.now.root] },
        { ...claim, old: { size: old + 1, root: claim.old.root } },
      ];
      if (claim.proof.length > 0) {
        wrong.push({ ...claim, proof: claim.proof.slice(1) });
        wrong.push({ ...claim, proof: claim.proof.with(at % claim.proof.length, EMPTY_ROOT) });
      }
      for (const [n, each] of wrong.entries()) expect(verifyConsistency(each), `${old} of ${size}: ${n}`).toBe(false);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('LOG-04: consistency proofs are read from the tiles of a log that has grown since, for every pair of sizes that it had', async () => {
    const { dir, ...options } = await storedLog(0);
    const log = await openLog(optionsFor(dir, options));
    const roots = new Map<number, Buffer>();
    const reader = await openReader(dir);
    for (const grow of [1, 4, 250, 1, 1, 300]) {
      await appendMany(log, grow);
      const { value } = await reader.checkpoint();
      roots.set(value.size, value.root);
    }
    await log.close();
    for (const [old, oldRoot] of roots) {
      expect((await reader.rootAt(old)).equals(oldRoot)).toBe(true);
      for (const [size, nowRoot] of roots) {
        if (size < old) continue;
        const proof = await reader.proveConsistency(old, size);
        const claim = { old: { size: old, root: oldRoot }, now: { size, root: nowRoot }, proof };
        expect(verifyConsistency(claim), `${old} of ${size}`).toBe(true);
      }
    }
  });
});
