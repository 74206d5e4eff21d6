import type { OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import type { Evidence } from '../types.ts';
import { mostOfCrowd } from './crowd.ts';
import { byColumns, byWay, type Matcher, otherOf, type WaysOf } from './leaf-matcher.ts';
import type { ExecutedLeaf } from './normal.ts';
import { firstWithin, placeAt, type Way, waysOf } from './way.ts';
import type { Window } from './zone.ts';

// What a track does among others of its exhibit.

export function nearMatcher(
  leaf: Extract<ExecutedLeaf, { near: unknown }>,
  { exhibit, path }: { readonly exhibit: OpenExhibit; readonly path: OpenExhibit['path'] },
  aspect: number,
  ways: WaysOf,
): Matcher {
  const { columns } = exhibit;
  const wanted = new Set(leaf.near.class.map(classId));
  const others = (track: number): number[] => {
    const found: number[] = [];
    for (let other = 0; other < columns.count; other++) {
      if (other === track || !wanted.has(columns.classId[other] ?? 0)) continue;
      if ((columns.firstMs[other] ?? 0) > (columns.lastMs[track] ?? 0)) continue;
      if ((columns.lastMs[other] ?? 0) >= (columns.firstMs[track] ?? 0)) found.push(other);
    }
    return found;
  };
  return byWay(leaf, (track) => {
    const own = ways(track);
    let best: Evidence | undefined;
    for (const other of others(track)) {
      const [way = []] = waysOf(path(other), exhibit, undefined);
      const met = firstMeeting(own, way, leaf.near.distance, aspect);
      if (met === undefined || met.seconds >= (best?.atSeconds ?? Infinity)) continue;
      best = { atSeconds: met.seconds, at: met.at, other: otherOf(exhibit, other) };
    }
    return best;
  });
}

/** The first moment at which two ways are within a distance of each other. Between the moments of either both go straight and evenly. */
function firstMeeting(own: readonly Way[], other: Way, reach: number, aspect: number): Way[number] | undefined {
  for (const way of own) {
    const seconds = [...new Set([...way, ...other].map((moment) => moment.seconds))].sort((a, b) => a - b);
    const apart = (at: number) => {
      const [here, there] = [placeAt(way, at), placeAt(other, at)];
      return here === undefined || there === undefined ? undefined : { x: here.x - there.x, y: here.y - there.y };
    };
    for (const [index, from] of seconds.entries()) {
      const to = seconds[index + 1] ?? from;
      const [a, b] = [apart(from), apart(to)];
      if (a === undefined) continue;
      const share = firstWithin({ x: 0, y: 0 }, a, b ?? a, reach, aspect, 0);
      if (share === undefined) continue;
      const at = from + share * (to - from);
      const place = placeAt(way, at);
      if (place !== undefined) return { seconds: at, at: place };
    }
  }
  return undefined;
}

export function crowdMatcher(
  leaf: Extract<ExecutedLeaf, { crowd: unknown }>,
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
): Matcher {
  const most = mostOfCrowd(leaf.crowd, exhibit, windows);
  return byColumns(
    leaf,
    (track) => most(track) >= leaf.crowd.atLeast,
    (track) => ({ value: most(track) }),
  );
}
