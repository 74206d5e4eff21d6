import { type Feet, FOOT_GRID } from '../../index/types.ts';
import type { PicturePoint } from '../types.ts';
import type { ExecutedLine } from './normal.ts';
import { contains, edgesOf, type Zone } from './zone.ts';

// What the feet of a track, each known to a cell of a fine grid, tell for certain of its exact way. Where a cell or the box of two
// neighbouring ones meets an edge they tell nothing, and the way is opened.

const { cells: SIDE, margin, perPicture } = FOOT_GRID;
const SUMS = SIDE + 1;
/** In cells: far more than any rounding of the exact test, so that what is told here is told there. */
const SLACK = 1e-4;

const EDGE = 1;
const INSIDE = 2;

/** The edges of a zone or a line on the fine grid. */
interface Raster {
  /** A cell each, row by row: 0 outside, `EDGE` where an edge may touch it, `INSIDE`. */
  readonly cells: Uint8Array;
  /** How many cells left of and above a corner an edge may touch: four of them tell it of any box. */
  readonly sums: Int32Array;
}

/** What is certain of a way and a zone. */
export interface Certain {
  /** At one of its points. */
  readonly isIn: boolean;
  readonly isOut: boolean;
  /** It is out at a point and in at a later one, and the other way round. */
  readonly goesIn: boolean;
  readonly goesOut: boolean;
  /** All of it is in, or all of it is out. */
  readonly isWhole: boolean;
}

const IN = 1;
const OUT = 2;
const GOES_IN = 4;
const GOES_OUT = 8;
const CUT = 16;
const certain: readonly Certain[] = Array.from({ length: 32 }, (_, bits) => ({
  isIn: (bits & IN) !== 0,
  isOut: (bits & OUT) !== 0,
  goesIn: (bits & GOES_IN) !== 0,
  goesOut: (bits & GOES_OUT) !== 0,
  isWhole: (bits & CUT) === 0,
}));
const NOTHING = certain[CUT] as Certain;

const zones = new WeakMap<Zone, Raster>();

/** What the feet of a track tell of it and a zone. */
export function certainOfZone(zone: Zone, { start, x, y }: Feet, track: number): Certain {
  let raster = zones.get(zone);
  if (raster === undefined) {
    raster = rasterOf(zone, true);
    zones.set(zone, raster);
  }
  const { cells, sums } = raster;
  const [first, end] = [start[track] ?? 0, start[track + 1] ?? 0];
  if (first >= end) return NOTHING;
  let bits = 0;
  let [px, py] = [x[first] ?? 0, y[first] ?? 0];
  for (let n = first; n < end; n++) {
    const [cx, cy] = [x[n] ?? 0, y[n] ?? 0];
    if (edgesIn(sums, px, py, cx, cy) > 0) bits |= CUT;
    const cell = cells[cy * SIDE + cx] ?? 0;
    if (cell === INSIDE) bits |= (bits & OUT) === 0 ? IN : IN | GOES_IN;
    else if (cell !== EDGE) bits |= (bits & IN) === 0 ? OUT : OUT | GOES_OUT;
    px = cx;
    py = cy;
  }
  return certain[bits] ?? NOTHING;
}

const lines = new WeakMap<ExecutedLine, Raster & { readonly crossing: Crossing }>();

/** Whether a way crosses a line in one of the directions asked for: undefined where the feet do not tell. */
export function certainOfLine(line: ExecutedLine, { start, x, y }: Feet, track: number): boolean | undefined {
  let raster = lines.get(line);
  if (raster === undefined) {
    raster = { ...rasterOf([line.a, line.b], false), crossing: crossingOf(line) };
    lines.set(line, raster);
  }
  const { sums, crossing } = raster;
  const [first, end] = [start[track] ?? 0, start[track + 1] ?? 0];
  if (first >= end) return undefined;
  let meets = false;
  let [px, py] = [x[first] ?? 0, y[first] ?? 0];
  for (let n = first; n < end; n++) {
    const [cx, cy] = [x[n] ?? 0, y[n] ?? 0];
    if (edgesIn(sums, px, py, cx, cy) > 0) {
      const crosses = crossing(px, py, cx, cy);
      if (crosses === true) return true;
      if (crosses === undefined) meets = true;
    }
    px = cx;
    py = cy;
  }
  return meets ? undefined : false;
}

type Crossing = (fromX: number, fromY: number, toX: number, toY: number) => boolean | undefined;

/**
 * Whether a straight way between two cells crosses the line in a direction that counts: `true` where both lie apart on its two sides and the
 * line goes on beyond the box of both at either end, `false` where both lie apart on one side, or on its two sides in the other direction.
 */
function crossingOf({ a, b, direction }: ExecutedLine): Crossing {
  const [from, to] = [inCells(a), inCells(b)];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const reach = (0.5 + SLACK) * (Math.abs(dx) + Math.abs(dy)) + SLACK;
  // 0 where the cell does not tell; one of the rim has no end.
  const sideOf = (x: number, y: number): number => {
    if (x === 0 || y === 0 || x === SIDE - 1 || y === SIDE - 1) return 0;
    const middle = dx * (y + 0.5 - from.y) - dy * (x + 0.5 - from.x);
    return Math.abs(middle) <= reach ? 0 : Math.sign(middle);
  };
  return (fromX, fromY, toX, toY) => {
    const [before, now] = [sideOf(fromX, fromY), sideOf(toX, toY)];
    if (before === 0 || now === 0) return undefined;
    if (before === now) return false;
    if (direction !== 'both' && direction !== (now > 0 ? 'to_right' : 'to_left')) return false;
    const [left, top] = [Math.min(fromX, toX), Math.min(fromY, toY)];
    const [right, bottom] = [Math.max(fromX, toX) + 1, Math.max(fromY, toY) + 1];
    const least = dx * ((dx > 0 ? left : right) - from.x) + dy * ((dy > 0 ? top : bottom) - from.y);
    const most = dx * ((dx > 0 ? right : left) - from.x) + dy * ((dy > 0 ? bottom : top) - from.y);
    return least > reach && most < square - reach ? true : undefined;
  };
}

/** Cells of the box of two cells that an edge may touch. */
function edgesIn(sums: Int32Array, ax: number, ay: number, bx: number, by: number): number {
  const left = Math.min(ax, bx);
  const right = ax < bx ? bx + 1 : ax + 1;
  const top = Math.min(ay, by) * SUMS;
  const bottom = (Math.max(ay, by) + 1) * SUMS;
  return (sums[bottom + right] ?? 0) - (sums[bottom + left] ?? 0) - (sums[top + right] ?? 0) + (sums[top + left] ?? 0);
}

const inCells = ({ x, y }: PicturePoint): PicturePoint => ({
  x: 1 + (x + margin) * perPicture,
  y: 1 + (y + margin) * perPicture,
});

function rasterOf(shape: Zone, isArea: boolean): Raster {
  const scaled = shape.map(inCells);
  const cells = new Uint8Array(SIDE * SIDE);
  for (const [a, b] of edgesOf(scaled)) markEdge(cells, a, b);
  if (isArea) fillInside(cells, scaled);
  const sums = new Int32Array(SUMS * SUMS);
  for (let row = 0; row < SIDE; row++) {
    let inRow = 0;
    for (let column = 0; column < SIDE; column++) {
      if (cells[row * SIDE + column] === EDGE) inRow++;
      sums[(row + 1) * SUMS + column + 1] = (sums[row * SUMS + column + 1] ?? 0) + inRow;
    }
  }
  return { cells, sums };
}

/** Every cell that the edge touches or nearly touches, column by column. */
function markEdge(cells: Uint8Array, a: PicturePoint, b: PicturePoint): void {
  const [from, to] = a.x <= b.x ? [a, b] : [b, a];
  const width = to.x - from.x;
  // Nearly upright: where in a column it is would be rounding.
  const isUpright = width < 1e-2;
  const last = cellAt(to.x + SLACK);
  for (let column = cellAt(from.x - SLACK); column <= last; column++) {
    const yAt = (x: number): number => from.y + (to.y - from.y) * Math.min(1, Math.max(0, (x - from.x) / width));
    const [one, other] = isUpright ? [from.y, to.y] : [yAt(column - SLACK), yAt(column + 1 + SLACK)];
    const bottom = cellAt(Math.max(one, other) + SLACK);
    for (let row = cellAt(Math.min(one, other) - SLACK); row <= bottom; row++) cells[row * SIDE + column] = EDGE;
  }
}

const cellAt = (value: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor(value)));

/** Between two edge cells of a row all cells are inside, or none is. */
function fillInside(cells: Uint8Array, scaled: Zone): void {
  for (let row = 0; row < SIDE; row++) {
    let known: boolean | undefined;
    for (let column = 0; column < SIDE; column++) {
      if (cells[row * SIDE + column] === EDGE) {
        known = undefined;
        continue;
      }
      known ??= contains(scaled, { x: column + 0.5, y: row + 0.5 });
      if (known) cells[row * SIDE + column] = INSIDE;
    }
  }
}
