import type { OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import { bearings, colourAt, isWithin, leastStep, mayLive, overlaps, shareAt, shareOf } from '../match-columns.ts';
import type { Reason } from '../types.ts';
import {
  byColumns,
  byWay,
  type Elsewhere,
  firstOf,
  longEnough,
  type Matcher,
  momentEvidence,
  spanEvidence,
  type WaysOf,
} from './leaf-matcher.ts';
import { crowdMatcher, nearMatcher } from './match-company.ts';
import { zoneMatcher } from './match-zone.ts';
import type { ExecutedCondition, ExecutedLeaf } from './normal.ts';
import { crossingsOf, follows, longestStop, sequenceOn, staysIn, waysOf } from './way.ts';
import { intersect, isTimeLeaf, windowsBeside, windowsOf } from './windows.ts';
import type { Window } from './zone.ts';

// Whether one track fulfils a tree of conditions, by its exact way, and what shows that. Which tracks need to be asked sieve.ts tells.

/** Makes a tree ready for one exhibit. `windows` are the times in which all of it has to hold; undefined for any time. Pure. */
export function compile(
  condition: ExecutedCondition,
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
  elsewhere: Elsewhere,
): Matcher {
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
    const windows = windowsBeside(condition.all.filter(isTimeLeaf), scope.exhibit, scope.windows);
    const inner = { ...scope, windows };
    const parts = condition.all.map((each) => build(each, { ...inner, departure: departureOf(condition.all, inner) }));
    return { holds: (track, reasons) => parts.every((part) => part.holds(track, reasons)) };
  }
  if ('any' in condition) {
    const parts = condition.any.map((each) => build(each, scope));
    // With reasons, every alternative that holds is told.
    return {
      holds: (track, reasons) =>
        reasons === undefined
          ? parts.some((part) => part.holds(track))
          : parts.filter((part) => part.holds(track, reasons)).length > 0,
    };
  }
  if ('not' in condition) {
    const part = build(condition.not, scope);
    return { holds: (track) => !part.holds(track) };
  }
  return leafOf(condition, scope);
}

function leafOf(leaf: ExecutedLeaf, scope: Scope): Matcher {
  const { exhibit, windows } = scope;
  const { columns } = exhibit;
  const aspect = exhibit.heightPx / exhibit.widthPx;
  const ways: WaysOf = (track) => waysOf(scope.path(track), exhibit, windows);

  if ('class' in leaf) {
    const wanted = new Set(leaf.class.map(classId));
    return byColumns(leaf, (track) => wanted.has(columns.classId[track] ?? 0));
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
      (track) => isWithin(columns.widthPx[track] ?? 0, [widthPx]) && isWithin(columns.heightPx[track] ?? 0, [heightPx]),
      (track) => ({ value: columns.heightPx[track] ?? 0 }),
    );
  }
  if ('speed' in leaf) {
    return byColumns(
      leaf,
      (track) => isWithin(columns.speed[track] ?? 0, [leaf.speed]),
      (track) => ({ value: Math.round((columns.speed[track] ?? 0) * 10) / 10 }),
    );
  }
  if ('direction' in leaf) {
    const ranges = bearings(leaf.direction.fromDegrees, leaf.direction.toDegrees);
    return byColumns(
      leaf,
      (track) => isWithin(columns.direction[track] ?? Number.NaN, ranges),
      (track) => ({ value: Math.round(columns.direction[track] ?? 0) }),
    );
  }
  if (isTimeLeaf(leaf)) {
    const own = windowsOf(leaf, exhibit);
    const allowed = (windows === undefined ? own : intersect(windows, own)).filter((window) =>
      mayLive(exhibit, window),
    );
    return byColumns(
      leaf,
      (track) => allowed.some((window) => overlaps(columns, track, window)),
      (track) => ({ atSeconds: (columns.firstMs[track] ?? 0) / 1000, toSeconds: (columns.lastMs[track] ?? 0) / 1000 }),
    );
  }
  if ('zone' in leaf) return zoneMatcher(leaf, leaf.zone, ways);
  if ('line' in leaf)
    return byWay(leaf, (track) => momentEvidence(ways(track).flatMap((way) => crossingsOf(leaf.line, way))[0]));
  if ('sequence' in leaf) {
    const { steps, withinSeconds } = leaf.sequence;
    return byWay(leaf, (track) => spanEvidence(sequenceOn(steps, withinSeconds, ways(track))));
  }
  if ('path' in leaf) {
    const { points, tolerance } = leaf.path;
    return byWay(leaf, (track) => firstOf(ways(track), (way) => spanEvidence(follows(points, tolerance, way, aspect))));
  }
  if ('dwell' in leaf) {
    const { polygon, minSeconds } = leaf.dwell;
    return byWay(leaf, (track) =>
      longEnough(
        ways(track).flatMap((way) => staysIn(polygon, way)),
        minSeconds,
      ),
    );
  }
  if ('stationary' in leaf) {
    const { minSeconds, radius } = leaf.stationary;
    return byWay(leaf, (track) =>
      longEnough(
        ways(track).flatMap((way) => longestStop(way, radius, aspect) ?? []),
        minSeconds,
      ),
    );
  }
  if ('near' in leaf) return nearMatcher(leaf, scope, aspect, ways);
  if ('crowd' in leaf) return crowdMatcher(leaf, exhibit, windows);
  return byWay(leaf, (track) =>
    scope.elsewhere.find(leaf, exhibit, exhibit.startMs + (scope.departure?.(track) ?? columns.lastMs[track] ?? 0)),
  );
}

/** The paths of an exhibit, each decoded once for a tree that asks several things of it. */
function remembered(exhibit: OpenExhibit): OpenExhibit['path'] {
  let [last, path]: [number, ReturnType<OpenExhibit['path']>] = [-1, []];
  return (track) => {
    if (track !== last) [last, path] = [track, exhibit.path(track)];
    return path;
  };
}
