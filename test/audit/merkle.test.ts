import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  completeSubtrees,
  EMPTY_ROOT,
  inclusionRanges,
  leafHash,
  treeRoot,
  verifyInclusion,
} from '../../gateway/audit/merkle.ts';
import { EMPTY_EDGE, extendEdge, rootOfEdge } from '../../gateway/audit/right-edge.ts';

// The leaves and roots that the certificate-transparency code was published with.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));
const known = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));

const many = Array.from({ length: 600 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));

/** RFC 6962 section 2.1 word for word, and slow. */
function mth(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const joined = Buffer.concat([Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k))]);
  return createHash('sha256').update(joined).digest();
}

const inclusionProof = (index: number, leaves: readonly Buffer[]): Buffer[] =>
  inclusionRanges(index, leaves.length).map(({ from, to }) => treeRoot(leaves.slice(from, to)));

describe('the Merkle tree', () => {
  it('has the roots of the RFC 6962 test vectors', () => {
    expect(ROOTS.map((_, n) => treeRoot(known.slice(0, n + 1)).toString('hex'))).toEqual(ROOTS);
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(treeRoot([])).toEqual(EMPTY_ROOT);
  });

  it('has the inclusion proof of the published vectors', () => {
    expect(hex(inclusionProof(0, known))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  it('has the root of the definition at every size from 0 to 600', () => {
    for (let size = 0; size <= 600; size++) {
      if (!treeRoot(many.slice(0, size)).equals(mth(many.slice(0, size)))) expect.fail(`size ${size}`);
    }
  });

  it('has the root of the definition at the edge of a log that grows, and of another that grows from the same place', () => {
    const entries = Array.from({ length: 600 }, (_, n) => Buffer.from(`leaf ${n}`));
    let edge = EMPTY_EDGE;
    for (const [n, entry] of entries.entries()) {
      const other = extendEdge(edge, [Buffer.from('other')]);
      const otherRoot = mth([...many.slice(0, n), leafHash(Buffer.from('other'))]);
      if (!rootOfEdge(other).equals(otherRoot)) expect.fail(`another at size ${n + 1}`);
      edge = extendEdge(edge, [entry]);
      if (!rootOfEdge(edge).equals(mth(many.slice(0, n + 1)))) expect.fail(`size ${n + 1}`);
    }
  });

  it('proves every leaf at every size up to 70 and around the edges of a tile, and no other leaf or place', () => {
    const sizes = [...Array.from({ length: 70 }, (_, n) => n + 1), 255, 256, 257, 511, 512, 513, 600];
    for (const size of sizes) {
      const leaves = many.slice(0, size);
      const root = mth(leaves);
      for (let index = 0; index < size; index += size > 70 ? 13 : 1) {
        const leaf = many[index] ?? EMPTY_ROOT;
        const proof = inclusionProof(index, leaves);
        const claim = { index, size, leaf, proof, root };
        expect(verifyInclusion(claim), `${index} of ${size}`).toBe(true);
        expect(verifyInclusion({ ...claim, leaf: leafHash(Buffer.from('other')) })).toBe(false);
        expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false);
        expect(verifyInclusion({ ...claim, root: EMPTY_ROOT })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false);
        if (proof.length > 0) expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
      }
    }
  });

  it('names subtrees beyond 32 bits exactly', () => {
    const size = 2 ** 40 + 3;
    const ranges = inclusionRanges(2 ** 40 + 1, size);
    expect(ranges).toEqual([
      { from: 2 ** 40, to: 2 ** 40 + 1 },
      { from: 2 ** 40 + 2, to: 2 ** 40 + 3 },
      { from: 0, to: 2 ** 40 },
    ]);
    expect(completeSubtrees({ from: 0, to: 2 ** 40 })).toEqual([{ level: 40, index: 0 }]);
    expect(() => inclusionRanges(5, 5)).toThrow(RangeError);
  });
});
