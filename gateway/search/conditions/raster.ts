import { type Feet, FOOT_GRID } from '../../index/types.ts';
import { onceFor } from '../../once.ts';
import type { PicturePoint } from '../types.ts';
import type { ExecutedLine } from './normal.ts';
import { contains, edgesOf, type Zone } from './zone.ts';

// What the feet of a track, each known to a cell of a fine grid, tell for certain of its exact way. Most of a way lies in the open: a raster
// of blocks of cells shows that. Near an edge the cells themselves are held against it, and where one of them meets it they tell nothing: then
// the way is opened.

const { cells: CELLS, block: BLOCK, margin, perPicture } = FOOT_GRID;
const SIDE = CELLS / BLOCK;
const SUMS = SIDE + 1;
/** In blocks: far more than any rounding of the exact test, so that what is told here is told there. */
const SLACK = 1e-4;
/** From the middle of a cell to its sides. */
const HALF = 0.5 / BLOCK + SLACK;

const EDGE = 1;
const INSIDE = 2;

/** The edges of a zone or a line on the grid. */
export interface Raster {
  /** A block each, row by row: 0 outside, `EDGE` where an edge may touch it, `INSIDE`. */
  readonly blocks: Uint8Array;
  /** How many blocks left of and above a corner an edge may touch: four of them tell it of any box. */
  readonly sums: Int32Array;
  /** Four numbers each: x and y of both ends, in blocks. */
  readonly edges: Float64Array;
}

/** What is certain of a way and a zone. */
export interface Certain {
  /** Somewhere on it. */
  readonly isIn: boolean;
  readonly isOut: boolean;
  /** It is out at one moment and in at a later one, and the other way round. */
  readonly goesIn: boolean;
  readonly goesOut: boolean;
  /** The other four are all there is to say: what they do not say does not happen. */
  readonly isWhole: boolean;
}

const IN = 1;
const OUT = 2;
const GOES_IN = 4;
const GOES_OUT = 8;
const OPEN = 16;
const certain: readonly Certain[] = Array.from({ length: 32 }, (_, bits) => ({
  isIn: (bits & IN) !== 0,
  isOut: (bits & OUT) !== 0,
  goesIn: (bits & GOES_IN) !== 0,
  goesOut: (bits & GOES_OUT) !== 0,
  isWhole: (bits & OPEN) === 0,
}));
const NOTHING = certain[OPEN] as Certain;

// Made once: a question asks for them for its answer, and again for what just misses it.
export const zoneRaster = onceFor((zone: Zone): Raster => rasterOf(zone, true));
export const lineRaster = onceFor(({ a, b }: ExecutedLine): Raster => rasterOf([a, b], false));

/** The bits of what is asked: who has all of one of them needs no more of a way. */
export const ENOUGH = { in: IN, out: OUT, goesIn: GOES_IN, goesOut: GOES_OUT } as const;

/**
 * What the feet of a track tell of it and a zone. A way of which `enough` is known is not followed to its end: then it is not known whole.
 */
export function certainOfZone(raster: Raster, { start, x, y }: Feet, track: number, enough: number): Certain {
  const first = start[track] ?? 0;
  const end = start[track + 1] ?? 0;
  if (first >= end) return NOTHING;
  let px = x[first] ?? 0;
  let py = y[first] ?? 0;
  let before = sideOfZone(raster, px, py);
  let bits = before === 0 ? OPEN : before;
  for (let n = first + 1; n < end && (bits & enough) === 0; n++) {
    const cx = x[n] ?? 0;
    const cy = y[n] ?? 0;
    let now = before;
    if (!isClear(raster, px, py, cx, cy)) {
      now = sideOfZone(raster, cx, cy);
      if (now === IN) bits |= (bits & OUT) === 0 ? IN : IN | GOES_IN;
      else if (now === OUT) bits |= (bits & IN) === 0 ? OUT : OUT | GOES_OUT;
      if ((bits & enough) !== 0) break;
      const crossed = before === 0 || now === 0 ? UNKNOWN : crossedOn(raster.edges, px, py, cx, cy);
      // Once from one side to the other, or through: in between it was in.
      if (crossed === 2 && before === OUT && now === OUT) bits |= IN | GOES_IN | GOES_OUT;
      else if (crossed !== (before === now ? 0 : 1)) bits |= OPEN;
    }
    px = cx;
    py = cy;
    before = now;
  }
  return certain[(bits & enough) === 0 ? bits : bits | OPEN] ?? NOTHING;
}

/** Whether a way crosses a line in one of the directions asked for: undefined where the feet do not tell. */
export function certainOfLine(
  raster: Raster,
  direction: ExecutedLine['direction'],
  { start, x, y }: Feet,
  track: number,
): boolean | undefined {
  const { edges } = raster;
  const first = start[track] ?? 0;
  const end = start[track + 1] ?? 0;
  if (first >= end) return undefined;
  let isOpen = false;
  let px = x[first] ?? 0;
  let py = y[first] ?? 0;
  for (let n = first + 1; n < end; n++) {
    const cx = x[n] ?? 0;
    const cy = y[n] ?? 0;
    if (!isClear(raster, px, py, cx, cy)) {
      const crossed = hasNoEnd(px, py) || hasNoEnd(cx, cy) ? UNKNOWN : meetingWith(edges, 0, px, py, cx, cy);
      if (crossed === UNKNOWN) isOpen = true;
      // Down is up in a picture: what has a positive cross product lies to the right of who looks from a to b.
      else if (crossed !== 0 && (direction === 'both' || direction === (crossed > 0 ? 'to_right' : 'to_left')))
        return true;
    }
    px = cx;
    py = cy;
  }
  return isOpen ? undefined : false;
}

const UNKNOWN = 9;
const SHIFT = Math.log2(BLOCK);
const middleOf = (cell: number): number => (cell + 0.5) / BLOCK;

/** A block of the rim holds all that lies further out. */
const hasNoEnd = (x: number, y: number): boolean => x < BLOCK || y < BLOCK || x >= CELLS - BLOCK || y >= CELLS - BLOCK;

/** Whether a point of feet lies outside a zone for certain. */
export const isOutside = (raster: Raster, { x, y }: Feet, at: number): boolean =>
  sideOfZone(raster, x[at] ?? 0, y[at] ?? 0) === OUT;

/** On which side of a zone's edges a cell lies: 0 where it may touch one. */
function sideOfZone({ blocks, edges }: Raster, cellX: number, cellY: number): number {
  const block = blocks[(cellY >>> SHIFT) * SIDE + (cellX >>> SHIFT)] ?? 0;
  if (block !== EDGE) return block === INSIDE ? IN : OUT;
  if (hasNoEnd(cellX, cellY)) return 0;
  const [x, y] = [middleOf(cellX), middleOf(cellY)];
  let isInside = false;
  for (let n = 0; n < edges.length; n += 4) {
    const [ax, ay, bx, by] = [edges[n] ?? 0, edges[n + 1] ?? 0, edges[n + 2] ?? 0, edges[n + 3] ?? 0];
    const [dx, dy] = [bx - ax, by - ay];
    if (
      Math.abs(dx * (y - ay) - dy * (x - ax)) <= HALF * (Math.abs(dx) + Math.abs(dy)) &&
      x + HALF >= Math.min(ax, bx) &&
      x - HALF <= Math.max(ax, bx) &&
      y + HALF >= Math.min(ay, by) &&
      y - HALF <= Math.max(ay, by)
    )
      return 0;
    if (ay > y !== by > y && x < ax + ((y - ay) / dy) * dx) isInside = !isInside;
  }
  return isInside ? IN : OUT;
}

/** How many edges the straight way between two cells crosses; `UNKNOWN` where the cells do not tell. */
function crossedOn(edges: Float64Array, fromX: number, fromY: number, toX: number, toY: number): number {
  if (hasNoEnd(fromX, fromY) || hasNoEnd(toX, toY)) return UNKNOWN;
  let crossed = 0;
  for (let n = 0; n < edges.length; n += 4) {
    const one = meetingWith(edges, n, fromX, fromY, toX, toY);
    if (one === UNKNOWN) return UNKNOWN;
    if (one !== 0) crossed++;
  }
  return crossed;
}

/** The straight way between two cells and the edge at `n`: 1 or -1 where it crosses it for certain, 0 where it stays clear, or `UNKNOWN`. */
function meetingWith(edges: Float64Array, n: number, fromX: number, fromY: number, toX: number, toY: number): number {
  const ax = edges[n] ?? 0;
  const bx = edges[n + 2] ?? 0;
  const px = middleOf(fromX);
  const qx = middleOf(toX);
  if (px < ax - HALF && qx < ax - HALF && px < bx - HALF && qx < bx - HALF) return 0;
  if (px > ax + HALF && qx > ax + HALF && px > bx + HALF && qx > bx + HALF) return 0;
  const ay = edges[n + 1] ?? 0;
  const by = edges[n + 3] ?? 0;
  const py = middleOf(fromY);
  const qy = middleOf(toY);
  if (py < ay - HALF && qy < ay - HALF && py < by - HALF && qy < by - HALF) return 0;
  if (py > ay + HALF && qy > ay + HALF && py > by + HALF && qy > by + HALF) return 0;
  const dx = bx - ax;
  const dy = by - ay;
  const reach = HALF * (Math.abs(dx) + Math.abs(dy));
  const p = sideOf(dx * (py - ay) - dy * (px - ax), reach);
  const q = sideOf(dx * (qy - ay) - dy * (qx - ax), reach);
  if (p !== 0 && p === q) return 0;
  const wx = qx - px;
  const wy = qy - py;
  const a = endSide(wx, wy, ax - px, ay - py);
  const b = endSide(wx, wy, bx - px, by - py);
  if (a !== 0 && a === b) return 0;
  return p === 0 || q === 0 || a === 0 || b === 0 ? UNKNOWN : q;
}

const sideOf = (cross: number, reach: number): number => (cross > reach ? 1 : cross < -reach ? -1 : 0);

/** On which side of a way an end of an edge lies: both ends of the way are known to half a cell. */
const endSide = (wx: number, wy: number, ex: number, ey: number): number =>
  sideOf(wx * ey - wy * ex, HALF * (2 * (Math.abs(ex) + Math.abs(ey)) + Math.abs(wx) + Math.abs(wy) + 4 * HALF));

/** Whether no edge may touch the box around two cells. */
function isClear({ sums }: Raster, fromX: number, fromY: number, toX: number, toY: number): boolean {
  const ax = fromX >>> SHIFT;
  const ay = fromY >>> SHIFT;
  const bx = toX >>> SHIFT;
  const by = toY >>> SHIFT;
  const left = Math.min(ax, bx);
  const right = ax < bx ? bx + 1 : ax + 1;
  const top = Math.min(ay, by) * SUMS;
  const bottom = (ay < by ? by + 1 : ay + 1) * SUMS;
  const inBox =
    (sums[bottom + right] ?? 0) - (sums[bottom + left] ?? 0) - (sums[top + right] ?? 0) + (sums[top + left] ?? 0);
  return inBox === 0;
}

const inBlocks = ({ x, y }: PicturePoint): PicturePoint => ({
  x: 1 + ((x + margin) * perPicture) / BLOCK,
  y: 1 + ((y + margin) * perPicture) / BLOCK,
});

function rasterOf(shape: Zone, isArea: boolean): Raster {
  const scaled = shape.map(inBlocks);
  const blocks = new Uint8Array(SIDE * SIDE);
  for (const [a, b] of edgesOf(scaled)) markEdge(blocks, a, b);
  if (isArea) fillInside(blocks, scaled);
  const edges = edgesOf(scaled).flatMap(([a, b]) => [a.x, a.y, b.x, b.y]);
  return { blocks, sums: sumsOf(blocks), edges: Float64Array.from(edges) };
}

function sumsOf(blocks: Uint8Array): Int32Array {
  const sums = new Int32Array(SUMS * SUMS);
  for (let row = 0; row < SIDE; row++) {
    let inRow = 0;
    for (let column = 0; column < SIDE; column++) {
      if (blocks[row * SIDE + column] === EDGE) inRow++;
      sums[(row + 1) * SUMS + column + 1] = (sums[row * SUMS + column + 1] ?? 0) + inRow;
    }
  }
  return sums;
}

/** Every block that the edge touches or nearly touches, column by column. */
function markEdge(blocks: Uint8Array, a: PicturePoint, b: PicturePoint): void {
  const [from, to] = a.x <= b.x ? [a, b] : [b, a];
  const width = to.x - from.x;
  // Nearly upright: where in a column it is would be rounding.
  const isUpright = width < 1e-2;
  const last = blockAt(to.x + SLACK);
  for (let column = blockAt(from.x - SLACK); column <= last; column++) {
    const yAt = (x: number): number => from.y + (to.y - from.y) * Math.min(1, Math.max(0, (x - from.x) / width));
    const [one, other] = isUpright ? [from.y, to.y] : [yAt(column - SLACK), yAt(column + 1 + SLACK)];
    const bottom = blockAt(Math.max(one, other) + SLACK);
    for (let row = blockAt(Math.min(one, other) - SLACK); row <= bottom; row++) blocks[row * SIDE + column] = EDGE;
  }
}

const blockAt = (value: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor(value)));

/** Between two edge blocks of a row all blocks are inside, or none is. */
function fillInside(blocks: Uint8Array, scaled: Zone): void {
  for (let row = 0; row < SIDE; row++) {
    let known: boolean | undefined;
    for (let column = 0; column < SIDE; column++) {
      if (blocks[row * SIDE + column] === EDGE) {
        known = undefined;
        continue;
      }
      known ??= contains(scaled, { x: column + 0.5, y: row + 0.5 });
      if (known) blocks[row * SIDE + column] = INSIDE;
    }
  }
}
