import { describe, expect, it } from 'vitest';
import { frameEntry, parseBundle, parseHashes, tileOfSubtree, tilePath, tilesOf } from '../../gateway/audit/tiles.ts';

describe('tile paths', () => {
  it('write the index in groups of three digits, all but the last marked by an x', () => {
    expect(tilePath({ level: 0, n: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', n: 0, width: 7 })).toBe('tile/entries/000.p/7');
    expect(tilePath({ level: 2, n: 1000, width: 255 })).toBe('tile/2/x001/000.p/255');
    expect(tilePath({ level: 1, n: 999, width: 256 })).toBe('tile/1/999');
  });

  it('list the tiles of the tree of 70,000 leaves that the specification describes', () => {
    const tiles = [...tilesOf(70_000)];
    const count = (level: number | 'entries', full: boolean): number =>
      tiles.filter((tile) => tile.level === level && (tile.width === 256) === full).length;
    expect([count(0, true), count(0, false), count(1, true), count(1, false), count(2, false)]).toEqual([
      273, 1, 1, 1, 1,
    ]);
    expect([count('entries', true), count('entries', false)]).toEqual([273, 1]);
    const widths = tiles.filter((tile) => tile.width < 256).map((tile) => [tile.level, tile.width]);
    expect(widths).toEqual([
      ['entries', 112],
      [0, 112],
      [1, 17],
      [2, 1],
    ]);
  });

  it('have a partial tile of width 1 above a full one, and nothing for an empty tree', () => {
    expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
    expect([...tilesOf(0)]).toEqual([]);
  });

  it('find a subtree in the tile of its level', () => {
    const at = tileOfSubtree({ level: 9, index: 3 }, 70_000);
    expect(at).toEqual({ tile: { level: 1, n: 0, width: 256 }, offset: 6, count: 2 });
    expect(tileOfSubtree({ level: 3, index: 40 }, 400).tile).toEqual({ level: 0, n: 1, width: 144 });
  });
});

describe('bundles', () => {
  it('frame entries by two bytes of length and read back the same', () => {
    const entries = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(65_535, 7)];
    expect(parseBundle(Buffer.concat(entries.map(frameEntry)))).toEqual(entries);
    expect(frameEntry(Buffer.from('ab')).toString('hex')).toBe('00026162');
    expect(() => frameEntry(Buffer.alloc(65_536))).toThrow(RangeError);
  });

  it('refuse lengths that do not add up', () => {
    expect(parseBundle(Buffer.from('000261', 'hex'))).toBeUndefined();
    expect(parseBundle(Buffer.from('00', 'hex'))).toBeUndefined();
    expect(parseHashes(Buffer.alloc(33))).toBeUndefined();
  });
});
