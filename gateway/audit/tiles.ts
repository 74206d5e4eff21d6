// Path and tile arithmetic of C2SP tlog-tiles (https://c2sp.org/tlog-tiles): pure, knows no disk.

/** Hashes in a full tile, entries in a full bundle: tiles are subtrees of height 8. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
export const HASH_BYTES = 32;
/** A bundle frames each entry by its length in two bytes. */
export const MAX_ENTRY_BYTES = 65_535;

/** The n-th tile of a hash level, or the n-th entry bundle, as wide as it stands in the tree. */
export interface Tile {
  readonly level: number | 'entries';
  readonly n: number;
  /** 1 to 256. */
  readonly width: number;
}

/** Path of a tile below the log's folder, parts joined by `/`. */
export const tilePath = (tile: Tile): string =>
  tile.width === TILE_WIDTH ? fullTilePath(tile) : `${partialFolder(tile)}/${tile.width}`;

/** Folder of the partial forms of a tile. */
export const partialFolder = (tile: Tile): string => `${fullTilePath(tile)}.p`;

const fullTilePath = (tile: Tile): string => `tile/${tile.level}/${indexPath(tile.n)}`;

// "index 1234067 will be encoded as x001/x234/067"
function indexPath(n: number): string {
  const digits = (n % 1000).toString().padStart(3, '0');
  let path = digits;
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${(rest % 1000).toString().padStart(3, '0')}/${path}`;
  }
  return path;
}

/** Hashes that level L has in a tree of this size: floor(size / 256^L). */
export const levelLength = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** Width of a tile in a tree of this size; 0 when it does not exist. */
export const widthOf = (level: number | 'entries', n: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, levelLength(level === 'entries' ? 0 : level, size) - n * TILE_WIDTH));

/** Every tile and bundle of a tree of this size, and none else. */
export function* tilesOf(size: number): Generator<Tile> {
  const levels: (number | 'entries')[] = ['entries'];
  for (let level = 0; levelLength(level, size) > 0; level++) levels.push(level);
  for (const level of levels) {
    for (let n = 0; widthOf(level, n, size) > 0; n++) yield { level, n, width: widthOf(level, n, size) };
  }
}

/** Where the root of a complete subtree is found: `count` hashes of a tile from `offset`, whose tree root it is. */
export function tileOfSubtree(
  subtree: { readonly level: number; readonly index: number },
  size: number,
): { readonly tile: Tile; readonly offset: number; readonly count: number } {
  const level = Math.floor(subtree.level / TILE_HEIGHT);
  const count = 2 ** (subtree.level % TILE_HEIGHT);
  const n = Math.floor((subtree.index * count) / TILE_WIDTH);
  const offset = subtree.index * count - n * TILE_WIDTH;
  return { tile: { level, n, width: widthOf(level, n, size) }, offset, count };
}

/** One entry as a bundle holds it. */
export function frameEntry(entry: Uint8Array): Buffer {
  if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`tiles: an entry of ${entry.length} bytes`);
  const framed = Buffer.alloc(2 + entry.length);
  framed.writeUInt16BE(entry.length);
  framed.set(entry, 2);
  return framed;
}

/** The entries of a bundle; undefined when its lengths do not add up. */
export function parseBundle(bundle: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = [];
  let at = 0;
  while (at < bundle.length) {
    if (at + 2 > bundle.length) return undefined;
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return undefined;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** The hashes of a hash tile; undefined when it does not hold whole ones. */
export function parseHashes(tile: Buffer): Buffer[] | undefined {
  if (tile.length % HASH_BYTES !== 0) return undefined;
  const hashes: Buffer[] = [];
  for (let at = 0; at < tile.length; at += HASH_BYTES) hashes.push(tile.subarray(at, at + HASH_BYTES));
  return hashes;
}
