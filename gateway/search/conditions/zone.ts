import type { TrackPoint } from '../../analysis/types.ts';
import { GRID } from '../../index/types.ts';
import { onceFor } from '../../once.ts';
import type { PicturePoint } from '../types.ts';

// A zone is a polygon in fractions of the picture. Edges may cross; inside is by the even-odd rule and the edge itself is inside.
// Rounding errs towards inside: an investigator can reject a hit, and cannot see one that was lost.
const SLACK = 1e-12;
const CELL_SLACK = 1e-9;

export type Zone = readonly PicturePoint[];

/** Media milliseconds, both ends included. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where the box of a point stands on the ground: its bottom centre, in fractions of the picture. */
export const footOf = (point: TrackPoint, widthPx: number, heightPx: number): PicturePoint => ({
  x: (point.left + point.width / 2) / widthPx,
  y: (point.top + point.height) / heightPx,
});

export function contains(zone: Zone, place: PicturePoint): boolean {
  let inside = false;
  for (const [a, b] of edgesOf(zone)) {
    if (isOnEdge(a, b, place)) return true;
    if (a.y > place.y !== b.y > place.y && place.x < a.x + ((place.y - a.y) / (b.y - a.y)) * (b.x - a.x))
      inside = !inside;
  }
  return inside;
}

/** Fraction 0 to 1 of the straight way from `a` to `b` at which it first touches the zone; undefined when it never does. */
export function firstContact(zone: Zone, a: PicturePoint, b: PicturePoint): number | undefined {
  if (contains(zone, a)) return 0;
  let first: number | undefined;
  for (const [p, q] of edgesOf(zone)) {
    const cross = (b.x - a.x) * (q.y - p.y) - (b.y - a.y) * (q.x - p.x);
    // Parallel to this edge: a way that runs along it meets the neighbouring edges at its corners.
    if (cross === 0) continue;
    const t = ((p.x - a.x) * (q.y - p.y) - (p.y - a.y) * (q.x - p.x)) / cross;
    const s = ((p.x - a.x) * (b.y - a.y) - (p.y - a.y) * (b.x - a.x)) / cross;
    if (t < -SLACK || t > 1 + SLACK || s < -SLACK || s > 1 + SLACK) continue;
    first = Math.min(first ?? 1, Math.min(1, Math.max(0, t)));
  }
  return first;
}

export interface Contact {
  readonly seconds: number;
  readonly at: PicturePoint;
}

/**
 * When and where a path first touches the zone, at one of its points or on the straight way between two of them, within the
 * window. Undefined when it does not.
 */
export function pathContact(
  zone: Zone,
  path: readonly TrackPoint[],
  picture: { readonly widthPx: number; readonly heightPx: number },
  window: Window | undefined,
): Contact | undefined {
  for (const [index, to] of path.entries()) {
    // The first point is a way to itself, so that a path of one point is tested too.
    const from = index === 0 ? to : (path[index - 1] ?? to);
    const way = clipped(from, to, window);
    if (way === undefined) continue;
    const start = footOf(from, picture.widthPx, picture.heightPx);
    const end = footOf(to, picture.widthPx, picture.heightPx);
    const a = between(start, end, way.enter);
    const b = between(start, end, way.leave);
    const t = firstContact(zone, a, b);
    if (t === undefined) continue;
    const share = way.enter + t * (way.leave - way.enter);
    return { seconds: from.timeSeconds + share * (to.timeSeconds - from.timeSeconds), at: between(a, b, t) };
  }
  return undefined;
}

/** Cells of the coarse grid (index/types.ts), row by row. */
export type Cells = readonly number[];

/** Cells of the coarse grid that the zone touches: at least all of them. */
export const zoneCells = onceFor((zone: Zone) => cellsOf(zone, 'touched'));

/** Cells that a line touches. */
export const lineCells = onceFor((line: { readonly a: PicturePoint; readonly b: PicturePoint }) =>
  cellsOf([line.a, line.b], 'touched'),
);

/** Cells that lie inside the zone as a whole: at most all of them. What visited one was in the zone, whatever its exact way. */
export const cellsWithin = onceFor((zone: Zone) => cellsOf(zone, 'covered'));

/** Cells that a circle touches, at least all of them; undefined where some of it lies beyond the picture, where there are none. */
export function cellsAround({ x, y }: PicturePoint, reachX: number, reachY: number): Cells | undefined {
  if (x - reachX < 0 || y - reachY < 0 || x + reachX > 1 || y + reachY > 1) return undefined;
  const cells: number[] = [];
  const last = (at: number, count: number): number => Math.min(count - 1, Math.floor(at * count + CELL_SLACK));
  for (
    let row = Math.max(0, Math.floor((y - reachY) * GRID.rows - CELL_SLACK));
    row <= last(y + reachY, GRID.rows);
    row++
  )
    for (
      let column = Math.max(0, Math.floor((x - reachX) * GRID.columns - CELL_SLACK));
      column <= last(x + reachX, GRID.columns);
      column++
    )
      cells.push(row * GRID.columns + column);
  return cells;
}

function cellsOf(zone: Zone, which: 'touched' | 'covered'): Cells {
  const cells: number[] = [];
  const scaled = zone.map(({ x, y }) => ({ x: x * GRID.columns, y: y * GRID.rows }));
  for (let row = 0; row < GRID.rows; row++) {
    for (let column = 0; column < GRID.columns; column++) {
      const cut = edgesOf(scaled).some(([a, b]) => meetsCell(a, b, column, row));
      // A cell that no edge cuts is inside or outside as a whole.
      const counts = cut ? which === 'touched' : contains(scaled, { x: column + 0.5, y: row + 0.5 });
      if (counts) cells.push(row * GRID.columns + column);
    }
  }
  return cells;
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const boundsOf = onceFor((zone: Zone): Bounds => {
  const [xs, ys] = [zone.map(({ x }) => x), zone.map(({ y }) => y)];
  return {
    left: Math.min(...xs) - CELL_SLACK,
    top: Math.min(...ys) - CELL_SLACK,
    right: Math.max(...xs) + CELL_SLACK,
    bottom: Math.max(...ys) + CELL_SLACK,
  };
});

/** Whether the straight way from a to b stays clear of the zone by so much that no test of it could say otherwise. Cheap. */
export function isFarFrom(zone: Zone, a: PicturePoint, b: PicturePoint): boolean {
  const { left, top, right, bottom } = boundsOf(zone);
  return (
    (a.x < left && b.x < left) ||
    (a.x > right && b.x > right) ||
    (a.y < top && b.y < top) ||
    (a.y > bottom && b.y > bottom)
  );
}

type Edges = readonly (readonly [PicturePoint, PicturePoint])[];

/** Made once a zone: the exact test asks for them at every step of every way. */
export const edgesOf = onceFor(
  (zone: Zone): Edges => zone.map((point, index) => [point, zone[(index + 1) % zone.length] ?? point] as const),
);

function isOnEdge(a: PicturePoint, b: PicturePoint, place: PicturePoint): boolean {
  const cross = (b.x - a.x) * (place.y - a.y) - (b.y - a.y) * (place.x - a.x);
  if (Math.abs(cross) > SLACK) return false;
  return (
    place.x >= Math.min(a.x, b.x) - SLACK &&
    place.x <= Math.max(a.x, b.x) + SLACK &&
    place.y >= Math.min(a.y, b.y) - SLACK &&
    place.y <= Math.max(a.y, b.y) + SLACK
  );
}

const between = (a: PicturePoint, b: PicturePoint, t: number): PicturePoint =>
  t === 0 ? a : t === 1 ? b : { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };

// The part of the way that lies within the window, as fractions of it.
export function clipped(
  from: TrackPoint,
  to: TrackPoint,
  window: Window | undefined,
): { enter: number; leave: number } | undefined {
  if (window === undefined) return { enter: 0, leave: 1 };
  const fromMs = from.timeSeconds * 1000;
  const lengthMs = to.timeSeconds * 1000 - fromMs;
  if (lengthMs <= 0) return fromMs >= window.fromMs && fromMs <= window.toMs ? { enter: 0, leave: 1 } : undefined;
  const enter = Math.max(0, (window.fromMs - fromMs) / lengthMs);
  const leave = Math.min(1, (window.toMs - fromMs) / lengthMs);
  return enter <= leave ? { enter, leave } : undefined;
}

function meetsCell(a: PicturePoint, b: PicturePoint, column: number, row: number): boolean {
  let enter = 0;
  let leave = 1;
  const slabs = [
    { at: a.x, step: b.x - a.x, low: column - CELL_SLACK, high: column + 1 + CELL_SLACK },
    { at: a.y, step: b.y - a.y, low: row - CELL_SLACK, high: row + 1 + CELL_SLACK },
  ];
  for (const { at, step, low, high } of slabs) {
    if (step === 0) {
      if (at < low || at > high) return false;
      continue;
    }
    enter = Math.max(enter, Math.min((low - at) / step, (high - at) / step));
    leave = Math.min(leave, Math.max((low - at) / step, (high - at) / step));
  }
  return enter <= leave + CELL_SLACK;
}
