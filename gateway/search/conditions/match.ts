import type { OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import {
  CLASS_IDS,
  colourAt,
  leastStep,
  livesWithin,
  mayLive,
  overlaps,
  shareAt,
  shareOf,
  sharesCell,
} from '../match-columns.ts';
import type { Reason } from '../types.ts';
import {
  byColumns,
  byWay,
  type Elsewhere,
  firstOf,
  type Guess,
  longEnough,
  type Matcher,
  maybe,
  momentEvidence,
  spanEvidence,
  type WaysOf,
} from './leaf-matcher.ts';
import { crowdMatcher, nearMatcher } from './match-company.ts';
import { zoneMatcher } from './match-zone.ts';
import type { ExecutedCondition, ExecutedLeaf } from './normal.ts';
import { certainOfLine } from './raster.ts';
import { crossingsOf, follows, longestStop, sequenceOn, staysIn, waysOf } from './way.ts';
import { intersect, isTimeLeaf, windowsOf } from './windows.ts';
import { lineCells, type Window, zoneCells } from './zone.ts';

/** No track of the exhibit fulfils it: none needs to be looked at. */
export const NEVER: Matcher = { guess: () => 'no', holds: () => false };
const YES: Matcher = { guess: () => 'yes', holds: () => true };

/** Makes a tree ready. `windows` are the times in which all of it has to hold; undefined for any time. Pure. */
export function compile(
  condition: ExecutedCondition | null,
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
  elsewhere: Elsewhere,
): Matcher {
  if (condition === null) return YES;
  const path = remembered(exhibit);
  return build(condition, { exhibit, windows, elsewhere, path, departure: undefined });
}

interface Scope {
  readonly exhibit: OpenExhibit;
  readonly windows: readonly Window[] | undefined;
  readonly elsewhere: Elsewhere;
  readonly path: OpenExhibit['path'];
  /** Media milliseconds at which a track did what it was asked to do at places, beside a condition on another camera. */
  readonly departure: ((track: number) => number | undefined) | undefined;
}

/** The last moment at which a zone or a line beside the leaf was passed as asked. */
function departureOf(siblings: readonly ExecutedCondition[], scope: Scope): Scope['departure'] {
  if (!siblings.some((each) => 'acrossCameras' in each)) return undefined;
  const places = siblings.filter((each) => 'zone' in each || 'line' in each).map((each) => build(each, scope));
  return (track) => {
    const reasons: Reason[] = [];
    for (const place of places) place.holds(track, reasons);
    const seconds = reasons.flatMap((reason) => ('atSeconds' in reason ? (reason.atSeconds ?? []) : []));
    return seconds.length === 0 ? undefined : Math.max(...seconds) * 1000;
  };
}

function build(condition: ExecutedCondition, scope: Scope): Matcher {
  if ('all' in condition) {
    // Times that stand beside a place bound when the place has to be passed.
    const times = condition.all.filter(isTimeLeaf).map((leaf) => windowsOf(leaf, scope.exhibit));
    const windows = times.reduce<readonly Window[] | undefined>(
      (all, one) => (all === undefined ? one : intersect(all, one)),
      scope.windows,
    );
    const inner = { ...scope, windows };
    return all(condition.all.map((each) => build(each, { ...inner, departure: departureOf(condition.all, inner) })));
  }
  if ('any' in condition) return any(condition.any.map((each) => build(each, scope)));
  if ('not' in condition) return not(build(condition.not, scope));
  return leafOf(condition, scope);
}

function all(parts: readonly Matcher[]): Matcher {
  if (parts.includes(NEVER)) return NEVER;
  return {
    guess(track) {
      let sum: Guess = 'yes';
      for (const part of parts) {
        const one = part.guess(track);
        if (one === 'no') return 'no';
        if (one === 'maybe') sum = 'maybe';
      }
      return sum;
    },
    holds: (track, reasons) => parts.every((part) => part.holds(track, reasons)),
  };
}

function any(parts: readonly Matcher[]): Matcher {
  return {
    guess(track) {
      let sum: Guess = 'no';
      for (const part of parts) {
        const one = part.guess(track);
        if (one === 'yes') return 'yes';
        if (one === 'maybe') sum = 'maybe';
      }
      return sum;
    },
    // With reasons, every alternative that holds is told.
    holds: (track, reasons) =>
      reasons === undefined
        ? parts.some((part) => part.holds(track))
        : parts.filter((part) => part.holds(track, reasons)).length > 0,
  };
}

const not = (part: Matcher): Matcher => ({
  guess(track) {
    const one = part.guess(track);
    return one === 'yes' ? 'no' : one === 'no' ? 'yes' : 'maybe';
  },
  holds: (track) => !part.holds(track),
});

function leafOf(leaf: ExecutedLeaf, scope: Scope): Matcher {
  const { exhibit, windows } = scope;
  const { columns } = exhibit;
  const aspect = exhibit.heightPx / exhibit.widthPx;
  const ways: WaysOf = (track) => waysOf(scope.path(track), exhibit, windows);
  const inRange = (value: number, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): boolean =>
    value >= min && value <= max;
  const touching =
    (cells: Uint8Array) =>
    (track: number): Guess =>
      sharesCell(columns.grid, track, cells) ? 'maybe' : 'no';

  if ('class' in leaf) {
    const wanted = new Uint8Array(CLASS_IDS);
    for (const name of leaf.class) wanted[classId(name)] = 1;
    return byColumns(leaf, (track) => wanted[columns.classId[track] ?? 0] === 1);
  }
  if ('colour' in leaf) {
    const wanted = leaf.colour.map((entry) => ({ at: colourAt(entry), least: Math.max(1, leastStep(entry.minShare)) }));
    const best = (track: number): number => {
      let most = 0;
      for (const { at, least } of wanted) {
        const share = shareAt(columns, track, at);
        if (share >= least && share > most) most = share;
      }
      return most;
    };
    return byColumns(
      leaf,
      (track) => best(track) > 0,
      (track) => ({ value: shareOf(best(track)) }),
    );
  }
  if ('confidence' in leaf) {
    const least = leastStep(leaf.confidence.min);
    return byColumns(
      leaf,
      (track) => (columns.confidence[track] ?? 0) >= least,
      (track) => ({ value: shareOf(columns.confidence[track] ?? 0) }),
    );
  }
  if ('size' in leaf) {
    const { widthPx = {}, heightPx = {} } = leaf.size;
    return byColumns(
      leaf,
      (track) => inRange(columns.widthPx[track] ?? 0, widthPx) && inRange(columns.heightPx[track] ?? 0, heightPx),
      (track) => ({ value: columns.heightPx[track] ?? 0 }),
    );
  }
  if ('speed' in leaf) {
    return byColumns(
      leaf,
      (track) => inRange(columns.speed[track] ?? 0, leaf.speed),
      (track) => ({ value: Math.round((columns.speed[track] ?? 0) * 10) / 10 }),
    );
  }
  if ('direction' in leaf) {
    const { fromDegrees, toDegrees } = leaf.direction;
    return byColumns(
      leaf,
      (track) => isBetween(columns.direction[track] ?? Number.NaN, fromDegrees, toDegrees),
      (track) => ({ value: Math.round(columns.direction[track] ?? 0) }),
    );
  }
  if (isTimeLeaf(leaf)) {
    const own = windowsOf(leaf, exhibit);
    const allowed = (windows === undefined ? own : intersect(windows, own)).filter((window) =>
      mayLive(columns, window),
    );
    if (allowed.length === 0) return NEVER;
    return byColumns(
      leaf,
      (track) => {
        for (const window of allowed) if (overlaps(columns, track, window)) return true;
        return false;
      },
      (track) => ({ atSeconds: (columns.firstMs[track] ?? 0) / 1000, toSeconds: (columns.lastMs[track] ?? 0) / 1000 }),
    );
  }
  if ('zone' in leaf) return zoneMatcher(leaf, leaf.zone, exhibit, windows, ways);
  if ('line' in leaf) {
    const cells = lineCells(leaf.line);
    return byWay(
      leaf,
      (track) => {
        if (!sharesCell(columns.grid, track, cells)) return 'no';
        const crosses = certainOfLine(leaf.line, exhibit.feet, track);
        if (crosses === false) return 'no';
        return crosses === true && livesWithin(columns, track, windows) ? 'yes' : 'maybe';
      },
      (track) => momentEvidence(ways(track).flatMap((way) => crossingsOf(leaf.line, way))[0]),
    );
  }
  if ('sequence' in leaf) {
    const { steps, withinSeconds } = leaf.sequence;
    const cells = steps.map((step) => ('zone' in step ? zoneCells(step.zone.polygon) : lineCells(step.line)));
    return byWay(
      leaf,
      (track) => (cells.every((each) => sharesCell(columns.grid, track, each)) ? 'maybe' : 'no'),
      (track) => spanEvidence(sequenceOn(steps, withinSeconds, ways(track))),
    );
  }
  if ('path' in leaf) {
    const { points, tolerance } = leaf.path;
    return byWay(leaf, maybe, (track) =>
      firstOf(ways(track), (way) => spanEvidence(follows(points, tolerance, way, aspect))),
    );
  }
  if ('dwell' in leaf) {
    const { polygon, minSeconds } = leaf.dwell;
    const cells = zoneCells(polygon);
    return byWay(
      leaf,
      (track) => (lasts(exhibit, track, minSeconds) ? touching(cells)(track) : 'no'),
      (track) =>
        longEnough(
          ways(track).flatMap((way) => staysIn(polygon, way)),
          minSeconds,
        ),
    );
  }
  if ('stationary' in leaf) {
    const { minSeconds, radius } = leaf.stationary;
    return byWay(
      leaf,
      (track) => (lasts(exhibit, track, minSeconds) ? 'maybe' : 'no'),
      (track) =>
        longEnough(
          ways(track).flatMap((way) => longestStop(way, radius, aspect) ?? []),
          minSeconds,
        ),
    );
  }
  if ('near' in leaf) return nearMatcher(leaf, scope, aspect, ways);
  if ('crowd' in leaf) return crowdMatcher(leaf, exhibit, windows);
  return byWay(leaf, maybe, (track) =>
    scope.elsewhere.find(leaf, exhibit, exhibit.startMs + (scope.departure?.(track) ?? columns.lastMs[track] ?? 0)),
  );
}

const lasts = ({ columns }: OpenExhibit, track: number, seconds: number): boolean =>
  ((columns.lastMs[track] ?? 0) - (columns.firstMs[track] ?? 0)) / 1000 >= seconds;

/** Clockwise from one bearing to another; a whole turn where they are 360 apart. */
function isBetween(degrees: number, from: number, to: number): boolean {
  if (Number.isNaN(degrees)) return false;
  const turn = (value: number): number => ((value % 360) + 360) % 360;
  return Math.abs(to - from) >= 360 || turn(degrees - from) <= turn(to - from);
}

/** The paths of an exhibit, each decoded once for a tree that asks several things of it. */
function remembered(exhibit: OpenExhibit): OpenExhibit['path'] {
  let [last, path]: [number, ReturnType<OpenExhibit['path']>] = [-1, []];
  return (track) => {
    if (track !== last) [last, path] = [track, exhibit.path(track)];
    return path;
  };
}
