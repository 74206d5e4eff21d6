import { completeRoot, joinRoots, leafHash, nodeHash, subtreeRoots, treeRoot } from './merkle.ts';
import { frameEntry, partialFolder, TILE_WIDTH, type Tile, tilePath } from './tiles.ts';

// The right edge of the tree is all that an append needs to know: the entries of the bundle that is not full yet and, for each
// level, the hashes of the tile that is not full yet. Everything left of it never changes again.

export interface RightEdge {
  readonly size: number;
  /** Entries of the partial bundle, 0 to 255. */
  readonly entries: readonly Buffer[];
  /** Hashes of the partial tile of each level, 0 to 255 each, level 0 first. */
  readonly levels: readonly (readonly Buffer[])[];
}

export const EMPTY_EDGE: RightEdge = { size: 0, entries: [], levels: [] };

/** What turns the stored tree of one edge into that of a later one. */
export interface Growth {
  readonly edge: RightEdge;
  readonly root: Buffer;
  /** Paths below the log's folder. */
  readonly written: readonly { readonly path: string; readonly bytes: Buffer }[];
  /** Partial tiles that the new tree does not have, and the folders that are empty without them. */
  readonly removed: readonly string[];
  readonly removedFolders: readonly string[];
}

/** Roots of complete subtrees by their first hash, one a width, as long as that is in an edge. */
const roots = new WeakMap<Buffer, Map<number, { readonly last: Buffer; readonly root: Buffer }>>();

/** A root is asked for after every batch, and of the subtrees of an edge one or two are new. The last hash tells edges apart that part ways. */
function rootOnce(hashes: readonly Buffer[]): Buffer {
  const [[first], last] = [hashes, hashes.at(-1)];
  if (first === undefined || last === undefined || first === last) return completeRoot(hashes);
  const known = roots.get(first) ?? new Map();
  roots.set(first, known);
  const before = known.get(hashes.length);
  if (before?.last === last) return before.root;
  const half = hashes.length / 2;
  const root = nodeHash(rootOnce(hashes.slice(0, half)), rootOnce(hashes.slice(half)));
  known.set(hashes.length, { last, root });
  return root;
}

/** The root of the whole tree. */
export const rootOfEdge = (edge: RightEdge): Buffer =>
  joinRoots(edge.levels.toReversed().flatMap((hashes) => subtreeRoots(hashes, rootOnce)));

/** The edge with entries added to its right, and nothing of the tiles that they fill; pure. */
export const extendEdge = (edge: RightEdge, added: readonly Buffer[]): RightEdge =>
  extend(edge, added, () => undefined);

/** `fill` hears of each tile that becomes full. */
function extend(
  edge: RightEdge,
  added: readonly Buffer[],
  fill: (tile: Tile, parts: () => readonly Buffer[]) => void,
): RightEdge {
  let entries = [...edge.entries];
  const levels = edge.levels.map((hashes) => [...hashes]);
  let size = edge.size;

  // Hashes of a level that has filled a tile become one hash of the level above.
  const push = (level: number, hash: Buffer): void => {
    const hashes = levels[level] ?? [];
    levels[level] = hashes;
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    fill({ level, n: size / TILE_WIDTH ** (level + 1) - 1, width: TILE_WIDTH }, () => hashes);
    levels[level] = [];
    push(level + 1, treeRoot(hashes));
  };
  for (const entry of added) {
    entries.push(entry);
    size++;
    push(0, leafHash(entry));
    if (entries.length < TILE_WIDTH) continue;
    const full = entries;
    fill({ level: 'entries', n: size / TILE_WIDTH - 1, width: TILE_WIDTH }, () => full.map(frameEntry));
    entries = [];
  }
  return { size, entries, levels };
}

/** Adds entries to the right; pure. */
export function growEdge(edge: RightEdge, added: readonly Buffer[]): Growth {
  const written = new Map<string, Buffer>();
  const write = (tile: Tile, parts: readonly Buffer[]): void => {
    written.set(tilePath(tile), Buffer.concat(parts));
  };
  const after = extend(edge, added, (tile, parts) => write(tile, parts()));
  const before = new Map(partialTiles(edge).map((tile) => [tilePath(tile), tile]));
  for (const tile of partialTiles(after)) {
    // A higher level whose tile did not change keeps its file.
    if (before.delete(tilePath(tile))) continue;
    write(tile, tile.level === 'entries' ? after.entries.map(frameEntry) : (after.levels[tile.level] ?? []));
  }
  const kept = new Set(partialTiles(after).map(partialFolder));
  return {
    edge: after,
    root: rootOfEdge(after),
    written: [...written].map(([path, bytes]) => ({ path, bytes })),
    removed: [...before.keys()],
    removedFolders: [...before.values()].map(partialFolder).filter((folder) => !kept.has(folder)),
  };
}

/** The partial tiles of an edge, one a level that has one. */
export function partialTiles(edge: RightEdge): Tile[] {
  const tiles: Tile[] = [];
  if (edge.entries.length > 0) {
    tiles.push({ level: 'entries', n: Math.floor(edge.size / TILE_WIDTH), width: edge.entries.length });
  }
  for (const [level, hashes] of edge.levels.entries()) {
    if (hashes.length === 0) continue;
    tiles.push({ level, n: Math.floor(edge.size / TILE_WIDTH ** (level + 1)), width: hashes.length });
  }
  return tiles;
}
