import { type MaskSpace, MOVING, SHADE, STILL } from './mask.ts';

/** A box in pixels of the plane: inclusive of `left` and `top`, exclusive of `right` and `bottom`. */
export interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What moves as one: a connected piece of a mask, or several that belong together. */
export interface Blob extends Edges {
  /** Pixels that moved, shade not counted. */
  readonly pixels: number;
  /** Numbers of the pieces that make it, as in `Pieces.labels`. */
  readonly labels: readonly number[];
  /** Edges of these pieces. */
  readonly parts: readonly Edges[];
}

export interface Pieces {
  /** A piece's number a pixel, 0 where nothing moves. Of the space: until the next frame. */
  readonly labels: Int32Array;
  readonly blobs: readonly Blob[];
}

/** Pixels of a gap that a piece reaches across. */
const REACH = 2;
const LEAST_PIXELS = 10;
/** Thinner is an edge that trembled. */
const LEAST_SIDE = 3;
const LEAST_MOVING_SHARE = 0.3;
const ALIKE = 0.45;
const SMALL_PART = 0.2;

interface Piece {
  left: number;
  top: number;
  right: number;
  bottom: number;
  pixels: number;
  shade: number;
  labels: number[];
}

/** Pieces of the mask that touch or nearly do, joined where they are plainly one upright thing; shade alone is none. */
export function findBlobs(
  mask: Uint8Array,
  width: number,
  height: number,
  { labels }: Pick<MaskSpace, 'labels'>,
): Pieces {
  const busy = busyRows(mask, width, height);
  const parents = label(mask, busy, width, height, labels);
  const pieces = new Map<number, Piece>();
  for (let y = 0; y < height; y += 1) {
    if (busy[y] === 0) continue;
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      const raw = labels[at] as number;
      if (raw === 0) continue;
      const root = rootOf(parents, raw);
      labels[at] = root;
      let piece = pieces.get(root);
      if (piece === undefined) {
        piece = { left: width, top: height, right: 0, bottom: 0, pixels: 0, shade: 0, labels: [root] };
        pieces.set(root, piece);
      }
      if (mask[at] !== MOVING) {
        piece.shade += 1;
        continue;
      }
      piece.pixels += 1;
      if (x < piece.left) piece.left = x;
      if (x >= piece.right) piece.right = x + 1;
      if (y < piece.top) piece.top = y;
      if (y >= piece.bottom) piece.bottom = y + 1;
    }
  }
  const least = Math.max(LEAST_PIXELS, Math.round(width * height * 0.00025));
  const solid = [...pieces.values()].filter(
    ({ pixels, shade }) => pixels >= LEAST_PIXELS / 2 && pixels >= LEAST_MOVING_SHARE * (pixels + shade),
  );
  return { labels, blobs: joined(solid).filter((blob) => blob.pixels >= least && isThick(blob)) };
}

const isThick = ({ left, top, right, bottom }: Blob): boolean =>
  right - left >= LEAST_SIDE && bottom - top >= LEAST_SIDE;

/** Rows with anything but still pixels: most have none, and a search by the library is faster than a look at each. */
function busyRows(mask: Uint8Array, width: number, height: number): Uint8Array {
  const busy = new Uint8Array(height);
  for (let y = 0; y < height; y += 1) {
    const row = mask.subarray(y * width, (y + 1) * width);
    if (row.includes(SHADE) || row.includes(MOVING)) busy[y] = 1;
  }
  return busy;
}

function label(mask: Uint8Array, busy: Uint8Array, width: number, height: number, labels: Int32Array): number[] {
  labels.fill(0);
  const parents = [0];
  for (let y = 0; y < height; y += 1) {
    if (busy[y] === 0) continue;
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      if (mask[at] === STILL) continue;
      let mine = 0;
      for (let dy = 0; dy <= REACH && dy <= y; dy += 1) {
        const fromX = Math.max(0, x - REACH);
        const toX = dy === 0 ? x - 1 : Math.min(width - 1, x + REACH);
        for (let dx = fromX; dx <= toX; dx += 1) {
          const other = labels[(y - dy) * width + dx] as number;
          if (other === 0 || other === mine) continue;
          if (mine === 0) mine = rootOf(parents, other);
          else mine = unite(parents, mine, other);
        }
      }
      if (mine === 0) {
        mine = parents.length;
        parents.push(mine);
      }
      labels[at] = mine;
    }
  }
  return parents;
}

function rootOf(parents: number[], label: number): number {
  let root = label;
  while (parents[root] !== root) root = parents[root] as number;
  // Shortened, so that long chains of a comb-shaped piece are walked once.
  for (let at = label; parents[at] !== root; ) {
    const next = parents[at] as number;
    parents[at] = root;
    at = next;
  }
  return root;
}

function unite(parents: number[], a: number, b: number): number {
  const one = rootOf(parents, a);
  const other = rootOf(parents, b);
  if (one === other) return one;
  const low = Math.min(one, other);
  parents[Math.max(one, other)] = low;
  return low;
}

/** Head, coat and legs of one person can come apart where a belt has the colour of the wall: pieces above each other are joined. */
function joined(pieces: readonly Piece[]): readonly Blob[] {
  const open = pieces
    .map(({ left, top, right, bottom, ...piece }) => ({
      ...piece,
      left,
      top,
      right,
      bottom,
      parts: [{ left, top, right, bottom }],
    }))
    .toSorted((a, b) => b.pixels - a.pixels || a.left - b.left || a.top - b.top);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < open.length && !changed; i += 1) {
      for (let j = i + 1; j < open.length && !changed; j += 1) {
        const [a, b] = [open[i], open[j]];
        if (a === undefined || b === undefined || !belong(a, b)) continue;
        a.left = Math.min(a.left, b.left);
        a.top = Math.min(a.top, b.top);
        a.right = Math.max(a.right, b.right);
        a.bottom = Math.max(a.bottom, b.bottom);
        a.pixels += b.pixels;
        a.shade += b.shade;
        a.labels.push(...b.labels);
        a.parts.push(...b.parts);
        open.splice(j, 1);
        changed = true;
      }
    }
  }
  return open;
}

function belong(a: Piece, b: Piece): boolean {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const [wide, narrow] = [a.right - a.left, b.right - b.left].toSorted((x, y) => y - x) as [number, number];
  const [tall, short] = [a.bottom - a.top, b.bottom - b.top].toSorted((x, y) => y - x) as [number, number];
  // One lies within the other's box.
  if (across >= 0.7 * narrow && down >= 0.7 * short) return true;
  // One stands on the other with a small gap: as wide, or a small part such as a head. Somebody behind a car is neither.
  const areAlike = narrow >= ALIKE * wide || Math.min(a.pixels, b.pixels) <= SMALL_PART * Math.max(a.pixels, b.pixels);
  const gap = Math.max(2, 0.22 * Math.max(wide, tall));
  return areAlike && across >= 0.6 * narrow && -down <= gap;
}
