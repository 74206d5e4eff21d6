import type { Track } from '../../gateway/analysis/types.ts';
import { CLASSES, type ClassName } from '../../gateway/vocabulary.ts';
import { type Interval, intersection, parisWindows, union, weekdayWindows } from './matcher-time.ts';
import {
  comesNear,
  crossingTimes,
  followsPath,
  longestStand,
  piecesWithin,
  timesInside,
  type Way,
  wayOf,
} from './matcher-way.ts';
import type { AcrossAsked, Condition, Question, Range, Step, ZoneAsked } from './question.ts';

// The matcher that the gateway is held against: it reads whole tracks one after another and knows nothing of columns, grids or pages.
// Written from what the question's types say each condition means. Slow on purpose.

export interface Seen {
  readonly exhibitId: string;
  readonly cameraId: string;
  /** True time of the first frame. */
  readonly startMs: number;
  readonly uncertaintyMs: number;
  readonly tracks: readonly Track[];
}

/** Hits that a condition may be relative to: where they are, by their id. */
export type KnownHits = ReadonlyMap<string, { readonly seen: Seen; readonly track: number }>;

interface Scope {
  readonly seen: Seen;
  readonly all: readonly Seen[];
  readonly hits: KnownHits;
  /** Media milliseconds in which everything has to hold; undefined for any. */
  readonly times: readonly Interval[] | undefined;
}

const CHILDREN: Partial<Record<ClassName, readonly ClassName[]>> = {
  vehicle: ['car', 'bus', 'truck', 'van'],
  'two-wheeler': ['bicycle', 'motorcycle'],
};
const among = (track: Track, classes: readonly ClassName[] | undefined): boolean =>
  (classes ?? CLASSES).some((name) => name === track.class || CHILDREN[name]?.includes(track.class) === true);

/** `exhibit track` of every answer, in the order asked for. */
export function answersOf(question: Question, town: readonly Seen[], hits: KnownHits): string[] {
  const all = town.filter(({ exhibitId }) => question.exhibits?.includes(exhibitId) ?? true);
  const found = all.flatMap((seen) =>
    seen.tracks.flatMap((track, n) => (answers(question, track, seen, all, hits) ? [{ seen, track, n }] : [])),
  );
  const begins = ({ seen, track }: (typeof found)[number]): number => seen.startMs + track.firstSeconds * 1000;
  found.sort(
    (a, b) =>
      (question.order === 'confidence' ? b.track.confidence - a.track.confidence : 0) ||
      begins(a) - begins(b) ||
      (a.seen.exhibitId < b.seen.exhibitId ? -1 : a.seen.exhibitId > b.seen.exhibitId ? 1 : a.n - b.n),
  );
  return found.map(({ seen, n }) => `${seen.exhibitId} ${n}`);
}

function answers(question: Question, track: Track, seen: Seen, all: readonly Seen[], hits: KnownHits): boolean {
  const { classes, colours, time, zone, minConfidence = 0, where } = question;
  const times = time === undefined ? undefined : [widened(Date.parse(time.from), Date.parse(time.to), seen)];
  const scope: Scope = { seen, all, hits, times };
  if (classes !== undefined && !among(track, classes)) return false;
  if (track.confidence < minConfidence) return false;
  if (times !== undefined && !lives(track, times)) return false;
  if (colours !== undefined && !holds({ colour: colours }, track, scope)) return false;
  if (zone !== undefined && !holds({ zone: { polygon: zone } }, track, scope)) return false;
  return where === undefined || holds(where, track, scope);
}

function holds(condition: Condition, track: Track, scope: Scope): boolean {
  const { seen, times } = scope;
  const ways = (): Way[] => piecesWithin(wayOf(track), times);
  if ('all' in condition) {
    const bounds = condition.all.map((each) => timesOf(each, scope)).filter((one) => one !== undefined);
    const inner = { ...scope, times: bounds.reduce<Scope['times']>(both, times) };
    return condition.all.every((each) =>
      'acrossCameras' in each
        ? goesOn(each.acrossCameras, leftAt(condition.all, track, inner), inner)
        : holds(each, track, inner),
    );
  }
  if ('any' in condition) return condition.any.some((each) => holds(each, track, scope));
  if ('not' in condition) return !holds(condition.not, track, scope);
  if ('class' in condition) return among(track, condition.class);
  if ('colour' in condition) {
    return condition.colour.some(({ colour, part = 'whole', minShare = 0.2 }) =>
      track.colours.some((has) => has.colour === colour && has.part === part && has.share > 0 && has.share >= minShare),
    );
  }
  if ('confidence' in condition) return track.confidence >= condition.confidence.min;
  if ('size' in condition) {
    return within(track.size.widthPx, condition.size.widthPx) && within(track.size.heightPx, condition.size.heightPx);
  }
  if ('speed' in condition) return within(track.speed.medianPxPerSecond, condition.speed);
  if ('direction' in condition) {
    const { fromDegrees, toDegrees } = condition.direction;
    const at = track.directionDegrees;
    if (at === undefined) return false;
    if (Math.abs(toDegrees - fromDegrees) >= 360) return true;
    const [from, to] = [fromDegrees % 360, toDegrees % 360];
    return from <= to ? at >= from && at <= to : at >= from || at <= to;
  }
  if ('zone' in condition) return placed(condition.zone, track, scope) !== undefined;
  if ('line' in condition) return ways().some((way) => crossingTimes(condition.line, way).length > 0);
  if ('sequence' in condition) {
    const { steps, withinSeconds } = condition.sequence;
    return chained(
      steps.map((step) => ways().flatMap((way) => stepTimes(step, way))),
      withinSeconds,
    );
  }
  if ('path' in condition) return ways().some((way) => followsPath(condition.path, way));
  if ('dwell' in condition) {
    const { polygon, minSeconds } = condition.dwell;
    return ways().some((way) => timesInside(polygon, way).some(({ from, to }) => to - from >= minSeconds));
  }
  if ('stationary' in condition) {
    const { minSeconds, radius = 0.02 } = condition.stationary;
    return ways().some((way) => longestStand(way, radius) >= minSeconds);
  }
  if ('near' in condition) {
    const { class: classes, distance } = condition.near;
    const own = ways();
    return seen.tracks.some(
      (other) =>
        other !== track &&
        among(other, classes) &&
        other.firstSeconds <= track.lastSeconds &&
        other.lastSeconds >= track.firstSeconds &&
        own.some((way) => comesNear(way, wayOf(other), distance)),
    );
  }
  if ('crowd' in condition) return crowded(condition.crowd, track, scope);
  if ('acrossCameras' in condition) return goesOn(condition.acrossCameras, track.lastSeconds, scope);
  const own = timesOf(condition, scope) ?? [];
  return lives(track, both(times, own));
}

const within = (value: number, range: Range | undefined): boolean =>
  value >= (range?.min ?? -Infinity) && value <= (range?.max ?? Infinity);

const lives = ({ firstSeconds, lastSeconds }: Track, times: readonly Interval[]): boolean =>
  times.some(({ from, to }) => firstSeconds * 1000 <= to && lastSeconds * 1000 >= from);

/** True time as media time, wider by what the clock may be wrong. */
const widened = (fromMs: number, toMs: number, { startMs, uncertaintyMs }: Seen): Interval => ({
  from: fromMs - uncertaintyMs - startMs,
  to: toMs + uncertaintyMs - startMs,
});

const both = (sum: Scope['times'], one: readonly Interval[]): readonly Interval[] =>
  sum === undefined ? one : intersection(sum, one);

/** Times that a condition of time names; undefined for any other condition. */
function timesOf(condition: Condition, { seen, hits }: Scope): readonly Interval[] | undefined {
  const media = (spans: readonly Interval[]): readonly Interval[] =>
    union(spans.map(({ from, to }) => widened(from, to, seen)));
  if ('span' in condition) return media([{ from: Date.parse(condition.span.from), to: Date.parse(condition.span.to) }]);
  if ('timeOfDay' in condition) return media(parisWindows(seen.startMs, condition.timeOfDay));
  if ('weekday' in condition) return media(weekdayWindows(seen.startMs, condition.weekday));
  if (!('relativeTo' in condition)) return undefined;
  const { hit, relation, withinSeconds } = condition.relativeTo;
  const known = hits.get(hit);
  const track = known?.seen.tracks[known.track];
  if (known === undefined || track === undefined) throw new Error('relative to a hit that was never seen');
  const first = Math.round(known.seen.startMs + track.firstSeconds * 1000) - known.seen.uncertaintyMs;
  const last = Math.round(known.seen.startMs + track.lastSeconds * 1000) + known.seen.uncertaintyMs;
  return media([
    {
      from: relation === 'after' ? first : first - withinSeconds * 1000,
      to: relation === 'before' ? last : last + withinSeconds * 1000,
    },
  ]);
}

/** The first second at which a track fulfils a relation to a zone; Infinity for what it does by never being there. */
function placed({ polygon, relation = 'passes' }: ZoneAsked, track: Track, { times }: Scope): number | undefined {
  const ways = piecesWithin(wayOf(track), times);
  if (relation === 'avoids') {
    return ways.every((way) => timesInside(polygon, way).length === 0) ? Infinity : undefined;
  }
  for (const way of ways) {
    const [begin, end] = [way[0]?.t ?? 0, way.at(-1)?.t ?? 0];
    for (const { from, to } of timesInside(polygon, way)) {
      if (relation === 'passes') return from;
      if (relation === 'inside' && from <= begin && to >= end) return from;
      if (relation === 'enters' && from > begin) return from;
      if (relation === 'leaves' && to < end) return to;
    }
  }
  return undefined;
}

const stepTimes = (step: Step, way: Way): Interval[] =>
  'zone' in step
    ? timesInside(step.zone.polygon, way)
    : crossingTimes(step.line, way).map((at) => ({ from: at, to: at }));

/** Each step begins after the one before began; the last within so long of the end of the first. Every chain is tried. */
function chained(steps: readonly (readonly Interval[])[], withinSeconds: number): boolean {
  const [firsts = [], ...rest] = steps;
  return firsts.some((first) => {
    let starts = [first.from];
    for (const step of rest) {
      const earliest = Math.min(...starts);
      starts = step.filter(({ from }) => from > earliest).map(({ from }) => from);
    }
    return starts.some((start) => start - first.to <= withinSeconds);
  });
}

function crowded(
  { atLeast, class: classes }: { readonly atLeast: number; readonly class?: readonly ClassName[] },
  track: Track,
  { seen, times }: Scope,
): boolean {
  if (!among(track, classes)) return false;
  const others = seen.tracks.filter((other) => among(other, classes));
  const own = { from: track.firstSeconds * 1000, to: track.lastSeconds * 1000 };
  return (times === undefined ? [own] : intersection(times, [own])).some(({ from, to }) =>
    [from, ...others.map((other) => other.firstSeconds * 1000).filter((ms) => ms >= from && ms <= to)].some(
      (ms) =>
        others.filter((other) => other.firstSeconds * 1000 <= ms && other.lastSeconds * 1000 >= ms).length >= atLeast,
    ),
  );
}

/** Seconds at which a track did the last of what it was asked to do at places beside this. */
function leftAt(siblings: readonly Condition[], track: Track, scope: Scope): number {
  const moments = siblings.flatMap((each) => momentsOf(each, track, scope));
  return moments.length === 0 ? track.lastSeconds : Math.max(...moments);
}

function momentsOf(condition: Condition, track: Track, scope: Scope): number[] {
  if ('line' in condition) {
    return piecesWithin(wayOf(track), scope.times)
      .flatMap((way) => crossingTimes(condition.line, way))
      .slice(0, 1);
  }
  const moment = 'zone' in condition ? placed(condition.zone, track, scope) : undefined;
  return moment === undefined || moment === Infinity ? [] : [moment];
}

/** Something that fits comes to another camera after so long; clocks may be as wrong as both say. */
function goesOn({ arrival, exhibits, minSeconds, maxSeconds }: AcrossAsked, left: number, scope: Scope): boolean {
  const endMs = scope.seen.startMs + left * 1000;
  return scope.all.some((seen) => {
    if (seen.cameraId === scope.seen.cameraId || exhibits?.includes(seen.exhibitId) === false) return false;
    const slack = seen.uncertaintyMs + scope.seen.uncertaintyMs;
    const there = { ...scope, seen, times: undefined };
    return seen.tracks.some((track) => {
      // Nobody is looked at twice who comes at another time altogether.
      const last = seen.startMs + track.lastSeconds * 1000 - endMs;
      const first = seen.startMs + track.firstSeconds * 1000 - endMs;
      if (last < minSeconds * 1000 - slack || first > maxSeconds * 1000 + slack) return false;
      if (!holds(arrival, track, there)) return false;
      const places = 'all' in arrival ? arrival.all.flatMap((each) => momentsOf(each, track, there)) : [];
      const own = momentsOf(arrival, track, there);
      const at = Math.min(...own, ...places);
      const gap = seen.startMs + (at === Infinity ? track.firstSeconds : at) * 1000 - endMs;
      return gap >= minSeconds * 1000 - slack && gap <= maxSeconds * 1000 + slack;
    });
  });
}
