import type { Evidence } from '../types.ts';
import { byWay, firstOf, type Matcher, momentEvidence, type WaysOf } from './leaf-matcher.ts';
import type { ExecutedLeaf, ExecutedZone } from './normal.ts';
import { staysIn, type Way } from './way.ts';

export const zoneMatcher = (leaf: ExecutedLeaf, { polygon, relation }: ExecutedZone, ways: WaysOf): Matcher =>
  byWay(leaf, (track) =>
    relation === 'avoids'
      ? ways(track).some((way) => staysIn(polygon, way).length > 0)
        ? undefined
        : {}
      : firstOf(ways(track), (way) => relationOn(polygon, relation, way)),
  );

/** The first moment that fulfils the relation of a way to a zone. */
function relationOn(
  polygon: ExecutedZone['polygon'],
  relation: ExecutedZone['relation'],
  way: Way,
): Evidence | undefined {
  const stays = staysIn(polygon, way);
  const [start, end] = [way[0]?.seconds ?? 0, way.at(-1)?.seconds ?? 0];
  const [first] = stays;
  if (relation === 'passes') return momentEvidence(first?.from);
  if (relation === 'inside') {
    return first !== undefined && first.from.seconds <= start && first.to.seconds >= end
      ? momentEvidence(first.from)
      : undefined;
  }
  if (relation === 'enters') return momentEvidence(stays.find(({ from }) => from.seconds > start)?.from);
  return momentEvidence(stays.find(({ to }) => to.seconds < end)?.to);
}
