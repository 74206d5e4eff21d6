import type { TrackPoint } from '../../analysis/types.ts';
import type { PicturePoint } from '../types.ts';
import type { ExecutedLine, ExecutedStep } from './normal.ts';
import { clipped, contains, edgesOf, footOf, isFarFrom, type Window, type Zone } from './zone.ts';

// What a track's way does: where its feet (the bottom centre of its box) are in a zone, when they cross a line, whether they follow a path.
// Between two points the way is straight and even.

/** A moment of a way, media seconds. */
export interface Moment {
  readonly seconds: number;
  readonly at: PicturePoint;
}

/** A way without a gap: at least one moment, in order. */
export type Way = readonly Moment[];

export interface Stay {
  readonly from: Moment;
  readonly to: Moment;
}

interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The parts of a path that lie within the windows, cut at their ends; all of it where there are none. */
export function waysOf(path: readonly TrackPoint[], picture: Picture, windows: readonly Window[] | undefined): Way[] {
  if (windows === undefined) return [wholeWay(path, picture)];
  const ways: Moment[][] = [];
  for (const window of windows) {
    const way: Moment[] = [];
    for (const [index, to] of path.entries()) {
      const from = index === 0 ? to : (path[index - 1] ?? to);
      const part = clipped(from, to, window);
      if (part === undefined) continue;
      const [a, b] = [momentOf(from, picture), momentOf(to, picture)];
      for (const share of part.enter === part.leave ? [part.enter] : [part.enter, part.leave]) {
        const moment = betweenMoments(a, b, share);
        if (way.at(-1)?.seconds !== moment.seconds) way.push(moment);
      }
    }
    if (way.length > 0) ways.push(way);
  }
  return ways;
}

function wholeWay(path: readonly TrackPoint[], picture: Picture): Way {
  const way: Moment[] = [];
  for (const point of path) if (way.at(-1)?.seconds !== point.timeSeconds) way.push(momentOf(point, picture));
  return way;
}

/** When a way is inside the zone, in order; a moment on its edge counts. */
export function staysIn(zone: Zone, way: Way): Stay[] {
  const stays: { from: Moment; to: Moment }[] = [];
  const add = (from: Moment, to: Moment): void => {
    const last = stays.at(-1);
    if (last !== undefined && from.seconds <= last.to.seconds) last.to = to;
    else stays.push({ from, to });
  };
  const [first] = way;
  if (first !== undefined && way.length === 1 && contains(zone, first.at)) add(first, first);
  for (let n = 1; n < way.length; n++) {
    const [a, b] = [way[n - 1], way[n]];
    if (a === undefined || b === undefined || isFarFrom(zone, a.at, b.at)) continue;
    const cuts = [0, ...crossings(zone, a.at, b.at), 1].sort((one, other) => one - other);
    for (const [index, cut] of cuts.entries()) {
      const moment = betweenMoments(a, b, cut);
      // A corner or an edge that is only touched is a stay of no length.
      if (contains(zone, moment.at)) add(moment, moment);
      const next = cuts[index + 1];
      if (next === undefined || next === cut) continue;
      if (contains(zone, betweenMoments(a, b, (cut + next) / 2).at)) add(moment, betweenMoments(a, b, next));
    }
  }
  return stays;
}

/** Moments at which a way crosses the line in one of the directions asked for. */
export function crossingsOf(line: ExecutedLine, way: Way): Moment[] {
  const moments: Moment[] = [];
  const side = ({ x, y }: PicturePoint): number =>
    (line.b.x - line.a.x) * (y - line.a.y) - (line.b.y - line.a.y) * (x - line.a.x);
  // The side on which the way was last, so that one that stops on the line and goes on crosses once.
  let before: { readonly moment: Moment; readonly side: number } | undefined;
  for (const moment of way) {
    const now = side(moment.at);
    if (now === 0) continue;
    if (before !== undefined && Math.sign(now) !== Math.sign(before.side)) {
      const crossing = crossingBetween(line, way, before.moment, moment);
      // Down is up in a picture: what has a positive cross product lies to the right of who looks from a to b.
      const direction = now > 0 ? 'to_right' : 'to_left';
      if (crossing !== undefined && (line.direction === 'both' || line.direction === direction)) moments.push(crossing);
    }
    before = { moment, side: now };
  }
  return moments;
}

function crossingBetween(line: ExecutedLine, way: Way, from: Moment, to: Moment): Moment | undefined {
  const start = way.indexOf(from);
  const end = way.indexOf(to);
  for (let n = start + 1; n <= end; n++) {
    const [a, b] = [way[n - 1], way[n]];
    if (a === undefined || b === undefined) continue;
    const at = meeting(line.a, line.b, a.at, b.at);
    if (at !== undefined) return betweenMoments(a, b, at);
  }
  return undefined;
}

/** First chain of the steps in their order, the last within `withinSeconds` of the end of the first. */
export function sequenceOn(
  steps: readonly ExecutedStep[],
  withinSeconds: number,
  ways: readonly Way[],
): { readonly from: Moment; readonly to: Moment } | undefined {
  const stays = steps.map((step) =>
    ways.flatMap((way) =>
      'zone' in step
        ? staysIn(step.zone.polygon, way)
        : crossingsOf(step.line, way).map((moment) => ({ from: moment, to: moment })),
    ),
  );
  for (const first of stays[0] ?? []) {
    let at = first;
    const rest = stays.slice(1);
    const whole = rest.every((candidates) => {
      const next = candidates.find(({ from }) => from.seconds >= at.from.seconds && from !== at.from);
      if (next === undefined) return false;
      at = next;
      return true;
    });
    if (whole && at.from.seconds - first.to.seconds <= withinSeconds) return { from: first.from, to: at.from };
  }
  return undefined;
}

const SAMPLES = 24;

/** Whether a way passes every place of the drawn path in its order, none further away than the tolerance (in widths of the picture). */
export function follows(
  points: readonly PicturePoint[],
  tolerance: number,
  way: Way,
  aspect: number,
): { readonly from: Moment; readonly to: Moment } | undefined {
  let [segment, share] = [1, 0];
  let first: Moment | undefined;
  let last: Moment | undefined;
  for (const place of sampled(points, aspect)) {
    let found: Moment | undefined;
    for (; segment < Math.max(2, way.length); segment++, share = 0) {
      const a = way[segment - 1];
      const b = way[segment] ?? a;
      if (a === undefined || b === undefined) return undefined;
      const near = firstWithin(place, a.at, b.at, tolerance, aspect, share);
      if (near === undefined) continue;
      share = near;
      found = betweenMoments(a, b, near);
      break;
    }
    if (found === undefined) return undefined;
    first ??= found;
    last = found;
  }
  return first === undefined || last === undefined ? undefined : { from: first, to: last };
}

/** The longest time for which a way stays within the radius (in widths of the picture) of where it was when that began. */
export function longestStop(way: Way, radius: number, aspect: number): Stay | undefined {
  let best: Stay | undefined;
  for (const [index, from] of way.entries()) {
    let to = from;
    for (let n = index + 1; n < way.length; n++) {
      const moment = way[n];
      if (moment === undefined || distance(from.at, moment.at, aspect) > radius) break;
      to = moment;
    }
    if (best === undefined || to.seconds - from.seconds > best.to.seconds - best.from.seconds) best = { from, to };
  }
  return best;
}

/** Distance of two places in widths of the picture; `aspect` is its height over its width. */
export const distance = (a: PicturePoint, b: PicturePoint, aspect: number): number =>
  Math.hypot(a.x - b.x, (a.y - b.y) * aspect);

/** Where a way is at a moment; undefined before its start and after its end. */
export function placeAt(way: Way, seconds: number): PicturePoint | undefined {
  const [first, last] = [way[0], way.at(-1)];
  if (first === undefined || last === undefined || seconds < first.seconds || seconds > last.seconds) return undefined;
  let [low, high] = [0, way.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((way[middle]?.seconds ?? 0) <= seconds) low = middle;
    else high = middle;
  }
  const [a, b] = [way[low], way[high]];
  if (a === undefined || b === undefined) return undefined;
  const length = b.seconds - a.seconds;
  return betweenMoments(a, b, length <= 0 ? 0 : (seconds - a.seconds) / length).at;
}

const momentOf = (point: TrackPoint, { widthPx, heightPx }: Picture): Moment => ({
  seconds: point.timeSeconds,
  at: footOf(point, widthPx, heightPx),
});

function betweenMoments(a: Moment, b: Moment, share: number): Moment {
  if (share === 0) return a;
  if (share === 1) return b;
  return {
    seconds: a.seconds + share * (b.seconds - a.seconds),
    at: { x: a.at.x + share * (b.at.x - a.at.x), y: a.at.y + share * (b.at.y - a.at.y) },
  };
}

/** Fractions of the way from a to b at which it meets an edge of the zone. */
const crossings = (zone: Zone, a: PicturePoint, b: PicturePoint): number[] =>
  edgesOf(zone).flatMap(([p, q]) => meeting(p, q, a, b) ?? []);

/** Fraction of the way from a to b at which it meets the segment from p to q; undefined when it does not, or runs along it. */
function meeting(p: PicturePoint, q: PicturePoint, a: PicturePoint, b: PicturePoint): number | undefined {
  const cross = (b.x - a.x) * (q.y - p.y) - (b.y - a.y) * (q.x - p.x);
  if (cross === 0) return undefined;
  const t = ((p.x - a.x) * (q.y - p.y) - (p.y - a.y) * (q.x - p.x)) / cross;
  const s = ((p.x - a.x) * (b.y - a.y) - (p.y - a.y) * (b.x - a.x)) / cross;
  return t < 0 || t > 1 || s < 0 || s > 1 ? undefined : t;
}

function sampled(points: readonly PicturePoint[], aspect: number): PicturePoint[] {
  const lengths = points.slice(1).map((point, n) => distance(points[n] ?? point, point, aspect));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const places: PicturePoint[] = [];
  for (const [n, length] of lengths.entries()) {
    const [a, b] = [points[n], points[n + 1]];
    if (a === undefined || b === undefined) continue;
    const count = total === 0 ? 1 : Math.max(1, Math.round((SAMPLES * length) / total));
    for (let step = 0; step < count; step++) {
      places.push({ x: a.x + ((b.x - a.x) * step) / count, y: a.y + ((b.y - a.y) * step) / count });
    }
  }
  const end = points.at(-1);
  return end === undefined ? places : [...places, end];
}

/** Smallest fraction, from `share` on, of the way from a to b that is within the reach of a place. */
export function firstWithin(
  place: PicturePoint,
  a: PicturePoint,
  b: PicturePoint,
  reach: number,
  aspect: number,
  share: number,
): number | undefined {
  const [dx, dy] = [b.x - a.x, (b.y - a.y) * aspect];
  const [px, py] = [a.x - place.x, (a.y - place.y) * aspect];
  const [square, half, rest] = [dx * dx + dy * dy, px * dx + py * dy, px * px + py * py - reach * reach];
  if (square === 0) return rest <= 0 ? share : undefined;
  const root = half * half - square * rest;
  if (root < 0) return undefined;
  const from = Math.max(share, (-half - Math.sqrt(root)) / square);
  return from <= Math.min(1, (-half + Math.sqrt(root)) / square) ? from : undefined;
}
