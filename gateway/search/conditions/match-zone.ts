import type { OpenExhibit } from '../../index/types.ts';
import { livesWithin, sharesCell } from '../match-columns.ts';
import type { Evidence } from '../types.ts';
import { byWay, firstOf, type Guess, type Matcher, momentEvidence, type WaysOf } from './leaf-matcher.ts';
import type { ExecutedLeaf, ExecutedZone } from './normal.ts';
import { certainOfZone } from './raster.ts';
import { staysIn, type Way } from './way.ts';
import { cellsWithin, type Window, zoneCells } from './zone.ts';

export function zoneMatcher(
  leaf: ExecutedLeaf,
  { polygon, relation }: ExecutedZone,
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
  ways: WaysOf,
): Matcher {
  const { columns } = exhibit;
  const cells = zoneCells(polygon);
  const covered = cellsWithin(polygon);
  const untouched = cells.map((byte) => ~byte);
  // What the grid proves holds of a whole way: only where no window cuts it.
  const proves = (track: number, proof: Uint8Array): boolean =>
    sharesCell(columns.grid, track, proof) && livesWithin(columns, track, windows);
  const touches = (track: number): boolean => sharesCell(columns.grid, track, cells);
  // What a whole way does says what is asked of the part that lies in a window only where that is all of it.
  const isOneWay = windows === undefined || windows.length === 1;
  const byFeet = (track: number): Guess => {
    const { isIn, isOut, goesIn, goesOut, isWhole } = certainOfZone(polygon, exhibit.feet, track);
    if (isWhole && isOut) return relation === 'avoids' ? 'yes' : 'no';
    if (!livesWithin(columns, track, windows)) return 'maybe';
    if (relation === 'passes') return isIn ? 'yes' : 'maybe';
    if (relation === 'avoids') return isIn ? 'no' : 'maybe';
    if (relation === 'enters' && goesIn) return 'yes';
    if (relation === 'leaves' && goesOut) return 'yes';
    if (!isOneWay) return 'maybe';
    if (relation === 'inside') return isOut ? 'no' : isWhole ? 'yes' : 'maybe';
    return isWhole ? 'no' : 'maybe';
  };
  if (relation === 'avoids') {
    return byWay(
      leaf,
      (track) => (!touches(track) ? 'yes' : proves(track, covered) ? 'no' : byFeet(track)),
      (track) => (touches(track) && ways(track).some((way) => staysIn(polygon, way).length > 0) ? undefined : {}),
    );
  }
  return byWay(
    leaf,
    (track) => {
      if (!touches(track)) return 'no';
      if (relation === 'passes' && proves(track, covered)) return 'yes';
      if (relation === 'inside' && proves(track, untouched)) return 'no';
      return byFeet(track);
    },
    (track) => firstOf(ways(track), (way) => relationOn(polygon, relation, way)),
  );
}

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
