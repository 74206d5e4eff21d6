import type { PicturePoint } from '../../api/types.ts';

// A figure that is being drawn on a picture: points in fractions of it, with what was before for undoing. Pure, so that the mouse, the
// keyboard and the tests do the same.

export interface Drawing {
  readonly points: readonly PicturePoint[];
  /** A closed figure is a zone; an open one is not finished. */
  readonly isClosed: boolean;
  readonly before: Drawing | undefined;
}

export const NOTHING: Drawing = { points: [], isClosed: false, before: undefined };

/** `boxes`: two opposite corners of the smallest box, then two of the largest. */
export type Tool = 'zone' | 'line' | 'path' | 'boxes';
/** As the gateway allows (search/conditions/schema.ts). */
const MOST: Readonly<Record<Tool, number>> = { zone: 64, line: 2, path: 32, boxes: 4 };
const LEAST: Readonly<Record<Tool, number>> = { zone: 3, line: 2, path: 2, boxes: 2 };

/** Whether the figure can be used as it stands; a zone is closed then. */
export const isWhole = ({ points }: Drawing, tool: Tool): boolean =>
  points.length >= LEAST[tool] && (tool !== 'boxes' || points.length % 2 === 0) && faultOf(points, tool) === undefined;

/** A ten-thousandth of the picture. */
const LEAST_AREA = 0.0001;

/** Why a zone of enough corners bounds no part of the picture that anybody could point at; undefined where it does. */
export function faultOf(points: readonly PicturePoint[], tool: Tool): 'flat' | 'crossing' | undefined {
  if (tool !== 'zone' || points.length < LEAST.zone) return undefined;
  if (hasCrossing(points)) return 'crossing';
  return Math.abs(areaOf(points)) < LEAST_AREA ? 'flat' : undefined;
}

/** Shoelace formula, in parts of the picture. */
const areaOf = (points: readonly PicturePoint[]): number =>
  edgesOf(points).reduce((sum, [a, b]) => sum + (a.x * b.y - b.x * a.y) / 2, 0);

type Edge = readonly [PicturePoint, PicturePoint];

const edgesOf = (points: readonly PicturePoint[]): readonly Edge[] =>
  points.map((point, index) => [point, points[(index + 1) % points.length] ?? point]);

function hasCrossing(points: readonly PicturePoint[]): boolean {
  const edges = edgesOf(points);
  return edges.some((edge, n) =>
    edges.some((other, m) => m > n + 1 && !(n === 0 && m === edges.length - 1) && crosses(edge, other)),
  );
}

const crosses = ([a, b]: Edge, [c, d]: Edge): boolean =>
  sideOf(a, b, c) * sideOf(a, b, d) < 0 && sideOf(c, d, a) * sideOf(c, d, b) < 0;

/** Above 0 where `c` lies to one side of the line from `a` to `b`, below where it lies to the other. */
const sideOf = (a: PicturePoint, b: PicturePoint, c: PicturePoint): number =>
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/** Where a corner without a place of its own comes to stand, so that no two lie on each other and the figure can be used at once. */
export function nextPlace({ points }: Drawing, tool: Tool): PicturePoint {
  const n = points.length;
  if (tool === 'boxes') {
    const reach = n < 2 ? 0.05 : 0.2;
    const sign = n % 2 === 0 ? -1 : 1;
    return { x: 0.5 + sign * reach, y: 0.5 + sign * reach };
  }
  if (tool !== 'zone') return { x: 0.3 + 0.4 * (n / (MOST[tool] - 1)), y: 0.5 };
  const turn = (Math.PI / 4) * n;
  const reach = 0.2 + 0.05 * Math.floor(n / 8);
  return { x: 0.5 + reach * Math.cos(turn), y: 0.5 + reach * Math.sin(turn) };
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
/** Four decimals: finer than a pixel of any camera, and short in a question. */
const round = (value: number): number => Math.round(clamp(value) * 10_000) / 10_000;
const pointAt = ({ x, y }: PicturePoint): PicturePoint => ({ x: round(x), y: round(y) });

/** Adds a corner; a closed or full figure stays as it is. */
export function added(drawing: Drawing, point: PicturePoint, tool: Tool = 'zone'): Drawing {
  if (drawing.isClosed || drawing.points.length >= MOST[tool]) return drawing;
  return { points: [...drawing.points, pointAt(point)], isClosed: false, before: drawing };
}

/** Closes the figure; fewer than three corners are none. */
export const closed = (drawing: Drawing): Drawing =>
  drawing.isClosed || drawing.points.length < LEAST.zone ? drawing : { ...drawing, isClosed: true, before: drawing };

/** Moves a corner. `isStep` keeps what was before: true for a key, false within one drag. */
export function moved(drawing: Drawing, index: number, point: PicturePoint, isStep: boolean): Drawing {
  if (drawing.points[index] === undefined) return drawing;
  const points = drawing.points.with(index, pointAt(point));
  return { ...drawing, points, before: isStep ? drawing : drawing.before };
}

/** Takes a corner away; what has fewer than three afterwards is open again. */
export function removed(drawing: Drawing, index: number): Drawing {
  if (drawing.points[index] === undefined) return drawing;
  const points = drawing.points.toSpliced(index, 1);
  return { points, isClosed: drawing.isClosed && points.length >= LEAST.zone, before: drawing };
}

/** Puts a corner between two: on the edge that begins at `index`. */
export function inserted(drawing: Drawing, index: number, point: PicturePoint): Drawing {
  if (drawing.points.length >= MOST.zone) return drawing;
  return { ...drawing, points: drawing.points.toSpliced(index + 1, 0, pointAt(point)), before: drawing };
}

export const undone = (drawing: Drawing): Drawing => drawing.before ?? NOTHING;

/** Whether a place is so near the first corner that a click there closes the figure; `ratio` is height over width of the picture. */
export function closes(drawing: Drawing, { x, y }: PicturePoint, ratio: number): boolean {
  const [first] = drawing.points;
  if (first === undefined || drawing.isClosed || drawing.points.length < LEAST.zone) return false;
  return Math.hypot(first.x - x, (first.y - y) * ratio) < 0.018;
}

/** Ways over a line from A to B that are asked about. */
export type Direction = 'both' | 'to_left' | 'to_right';

/** The ways after the arrow to one side was pressed: dropped, or there again. One is always asked, so that the last one gives way to the other. */
export const pressed = (direction: Direction, side: 'to_left' | 'to_right'): Direction =>
  direction === 'both' || direction === side ? (side === 'to_left' ? 'to_right' : 'to_left') : 'both';
