import type { Track } from '../../gateway/analysis/types.ts';
import type { Interval } from './matcher-time.ts';
import type { LineAsked, Place } from './question.ts';
import { PICTURE } from './town.ts';

// Where the bottom centre of a box goes, in pixels of the picture: straight and even between two points.

interface Moment {
  /** Media seconds. */
  readonly t: number;
  readonly x: number;
  readonly y: number;
}
export type Way = readonly Moment[];

const { widthPx: W, heightPx: H } = PICTURE;

export const wayOf = (track: Track): Way =>
  track.points.map((point) => ({
    t: point.timeSeconds,
    x: point.left + point.width / 2,
    y: point.top + point.height,
  }));

const at = (a: Moment, b: Moment, t: number): Moment => {
  const share = b.t === a.t ? 0 : (t - a.t) / (b.t - a.t);
  return { t, x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
};

/** The pieces of a way within times (milliseconds); all of it where there are none. */
export function piecesWithin(way: Way, times: readonly Interval[] | undefined): Way[] {
  if (times === undefined) return [way];
  return times.flatMap(({ from, to }) => {
    const piece = legs(way).flatMap(([a, b]) => {
      const [start, end] = [Math.max(a.t, from / 1000), Math.min(b.t, to / 1000)];
      return start > end ? [] : [at(a, b, start), at(a, b, end)];
    });
    const distinct = piece.filter((moment, n) => n === 0 || moment.t !== piece[n - 1]?.t);
    return distinct.length === 0 ? [] : [distinct];
  });
}

const legs = (way: Way): (readonly [Moment, Moment])[] =>
  way.slice(1).map((moment, n) => [way[n] as Moment, moment] as const);

const edges = (polygon: readonly Place[]): (readonly [Place, Place])[] =>
  polygon.map((place, n) => [place, polygon[(n + 1) % polygon.length] as Place] as const);

/** By the angle that the polygon takes seen from a place: whole turns inside, none outside. For polygons whose edges do not cross. */
function isInside(polygon: readonly Place[], { x, y }: Moment): boolean {
  let turn = 0;
  for (const [p, q] of edges(polygon)) {
    const [px, py, qx, qy] = [p.x * W - x, p.y * H - y, q.x * W - x, q.y * H - y];
    turn += Math.atan2(px * qy - py * qx, px * qx + py * qy);
  }
  return Math.abs(turn) > Math.PI;
}

/** Share of the leg at which it meets the segment, if it does. */
function meets(a: Moment, b: Moment, p: Place, q: Place): number | undefined {
  const side = (m: Moment): number => (q.x - p.x) * W * (m.y - p.y * H) - (q.y - p.y) * H * (m.x - p.x * W);
  const [before, after] = [side(a), side(b)];
  if (before > 0 === after > 0) return undefined;
  const share = before / (before - after);
  const [x, y] = [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)];
  const along =
    ((x - p.x * W) * (q.x - p.x) * W + (y - p.y * H) * (q.y - p.y) * H) /
    (((q.x - p.x) * W) ** 2 + ((q.y - p.y) * H) ** 2);
  return along >= 0 && along <= 1 ? share : undefined;
}

/** Seconds in which a way is inside a polygon. */
export function timesInside(polygon: readonly Place[], way: Way): Interval[] {
  const times: { from: number; to: number }[] = [];
  const [only] = way;
  if (way.length === 1 && only !== undefined && isInside(polygon, only)) times.push({ from: only.t, to: only.t });
  for (const [a, b] of legs(way)) {
    const cuts = edges(polygon).flatMap(([p, q]) => meets(a, b, p, q) ?? []);
    const shares = [0, ...cuts.sort((one, other) => one - other), 1];
    for (let n = 1; n < shares.length; n++) {
      const [from, to] = [shares[n - 1] ?? 0, shares[n] ?? 1].map((share) => a.t + share * (b.t - a.t));
      if (from === undefined || to === undefined) continue;
      if (!isInside(polygon, at(a, b, (from + to) / 2))) continue;
      const last = times.at(-1);
      if (last !== undefined && Math.abs(last.to - from) < 1e-9) last.to = to;
      else times.push({ from, to });
    }
  }
  return times;
}

/** Right is where the cross product is positive: `y` grows downwards. */
export function crossingTimes({ a, b, direction = 'both' }: LineAsked, way: Way): number[] {
  return legs(way).flatMap(([from, to]) => {
    const share = meets(from, to, a, b);
    if (share === undefined) return [];
    const toRight = (b.x - a.x) * W * (to.y - from.y) - (b.y - a.y) * H * (to.x - from.x) > 0;
    const wanted = direction === 'both' || (direction === 'to_right') === toRight;
    return wanted ? [from.t + share * (to.t - from.t)] : [];
  });
}

const PLACES_OF_A_PATH = 24;

/** Places spread evenly over the drawn path, each passed no further away than the tolerance, in their order. */
export function followsPath(
  { points, tolerance }: { readonly points: readonly Place[]; readonly tolerance: number },
  way: Way,
): boolean {
  const lengths = points.slice(1).map((q, n) => {
    const p = points[n] as Place;
    return Math.hypot((q.x - p.x) * W, (q.y - p.y) * H);
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const places = lengths.flatMap((length, n) => {
    const count = Math.max(1, Math.round((PLACES_OF_A_PATH * length) / total));
    const [p, q] = [points[n] as Place, points[n + 1] as Place];
    return Array.from({ length: count }, (_, step) => ({
      x: (p.x + ((q.x - p.x) * step) / count) * W,
      y: (p.y + ((q.y - p.y) * step) / count) * H,
    }));
  });
  const end = points.at(-1) as Place;
  let t = -Infinity;
  for (const { x, y } of [...places, { x: end.x * W, y: end.y * H }]) {
    const next = firstNear(
      way,
      way.map((moment) => ({ ...moment, x, y })),
      tolerance * W,
      t,
    );
    if (next === undefined) return false;
    t = next;
  }
  return true;
}

/** The longest time from one of a way's points on in which its points stay within a radius (widths) of that one. */
export function longestStand(way: Way, radius: number): number {
  return Math.max(
    0,
    ...way.map((from, n) => {
      const rest = way.slice(n);
      const gone = rest.findIndex(({ x, y }) => Math.hypot(x - from.x, y - from.y) > radius * W);
      return (rest[(gone === -1 ? rest.length : gone) - 1]?.t ?? from.t) - from.t;
    }),
  );
}

export const comesNear = (a: Way, b: Way, distance: number): boolean =>
  firstNear(a, b, distance * W, -Infinity) !== undefined;

/** The first second, from one on, at which two ways are within a distance (pixels); they differ by a straight line between their points. */
function firstNear(a: Way, b: Way, distance: number, from: number): number | undefined {
  const [begin, end] = [Math.max(a[0]?.t ?? 0, b[0]?.t ?? 0, from), Math.min(a.at(-1)?.t ?? 0, b.at(-1)?.t ?? 0)];
  if (begin > end) return undefined;
  const inner = [...a, ...b].map(({ t }) => t).filter((t) => t > begin && t < end);
  const times = [begin, ...inner.sort((one, other) => one - other), end];
  for (let n = 1; n < times.length; n++) {
    const [t0, t1] = [times[n - 1] as number, times[n] as number];
    const [p, q] = [gapAt(a, b, t0), gapAt(a, b, t1)];
    const [dx, dy] = [q.x - p.x, q.y - p.y];
    if (Math.hypot(p.x, p.y) <= distance) return t0;
    // |p + s d|² = distance², the smaller root.
    const [square, half] = [dx * dx + dy * dy, p.x * dx + p.y * dy];
    const root = half * half - square * (p.x * p.x + p.y * p.y - distance * distance);
    if (square === 0 || root < 0) continue;
    const share = (-half - Math.sqrt(root)) / square;
    if (share >= 0 && share <= 1) return t0 + share * (t1 - t0);
  }
  return undefined;
}

function gapAt(a: Way, b: Way, t: number): { x: number; y: number } {
  const [one, other] = [placeAt(a, t), placeAt(b, t)];
  return { x: one.x - other.x, y: one.y - other.y };
}

function placeAt(way: Way, t: number): Moment {
  const leg = legs(way).find(([, b]) => b.t >= t);
  return leg === undefined ? (way.at(-1) as Moment) : at(leg[0], leg[1], t);
}
