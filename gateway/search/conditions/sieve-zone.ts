import { type Feet, GRID, type OpenExhibit } from '../../index/types.ts';
import { livesWithin } from '../match-columns.ts';
import {
  addRow,
  clear,
  copyRow,
  drop,
  dropRow,
  eachTrack,
  keepRow,
  type Stretch,
  type TrackSet,
} from '../track-set.ts';
import type { ExecutedZone } from './normal.ts';
import { certainOfZone, ENOUGH, isOutside, type Raster, zoneRaster } from './raster.ts';
import { addCells, COST, type Guess, rooms, type Sieve, sortTracks } from './sifting.ts';
import { type Cells, cellsWithin, type Window, zoneCells } from './zone.ts';

/** What the grids tell of a zone: the coarse one of many tracks at a time, the fine one of those on which it leaves a doubt. */
export function zoneSieve({ polygon, relation }: ExecutedZone): Sieve {
  const touched = zoneCells(polygon);
  // Who visited one of these was in the zone, or out of it, whatever the rest of the way.
  const telling = relation === 'inside' ? othersThan(touched) : cellsWithin(polygon);
  const raster = zoneRaster(polygon);
  const room = rooms(4);
  return {
    cost: COST.points,
    sift(part, windows, among) {
      const [yes, maybe, left, visits] = room(part) as [TrackSet, TrackSet, TrackSet, TrackSet];
      copyRow(left, among, part);
      addCells(visits, part, touched);
      if (relation === 'avoids') {
        copyRow(yes, among, part);
        dropRow(yes, visits, part);
      }
      keepRow(left, visits, part);
      // Of a whole way only: where a window cuts it, the visit may lie outside.
      if (windows === undefined) {
        clear(visits, part);
        addCells(visits, part, telling);
        keepRow(visits, left, part);
        if (relation === 'enters' || relation === 'leaves') keepOutside(visits, part, raster, relation);
        if (relation !== 'avoids' && relation !== 'inside') addRow(yes, visits, part);
        dropRow(left, visits, part);
      }
      sortTracks(left, part, { yes, maybe }, (exhibit, n) => {
        const own = windows?.(n);
        return (track) => guessOf(raster, relation, exhibit, own, track);
      });
      return { yes, maybe };
    },
  };
}

/** Keeps what begins out of the zone, or ends there: having been in it, that has entered it, or left it. */
function keepOutside(set: TrackSet, part: Stretch, raster: Raster, relation: 'enters' | 'leaves'): void {
  eachTrack(set, part, ({ feet }) => (track, bit) => {
    const [first, end] = [feet.start[track] ?? 0, feet.start[track + 1] ?? 0];
    if (first === end || !isOutside(raster, feet, relation === 'enters' ? first : end - 1)) drop(set, bit);
  });
}

const othersThan = (cells: Cells): Cells => {
  const named = new Set(cells);
  return Array.from({ length: 8 * GRID.bytes }, (_, cell) => cell).filter((cell) => !named.has(cell));
};

/** What decides of a whole way, whatever the rest of it. */
const ENOUGH_FOR = {
  passes: ENOUGH.in,
  avoids: ENOUGH.in,
  inside: ENOUGH.out,
  enters: ENOUGH.goesIn,
  leaves: ENOUGH.goesOut,
} as const satisfies Record<ExecutedZone['relation'], number>;

function guessOf(
  raster: Raster,
  relation: ExecutedZone['relation'],
  { feet, columns }: OpenExhibit,
  windows: readonly Window[] | undefined,
  track: number,
): Guess {
  const { isIn, isOut, goesIn, goesOut, isWhole } = certainOfZone(raster, feet, track, ENOUGH_FOR[relation]);
  if (isWhole && !isIn) return relation === 'avoids' ? 'yes' : 'no';
  if (!livesWithin(columns, track, windows)) return 'maybe';
  if (relation === 'passes') return isIn ? 'yes' : 'maybe';
  if (relation === 'avoids') return isIn ? 'no' : 'maybe';
  if (relation === 'enters' && goesIn) return 'yes';
  if (relation === 'leaves' && goesOut) return 'yes';
  if (relation === 'inside') return isOut ? 'no' : isWhole ? 'yes' : 'maybe';
  return isWhole ? 'no' : 'maybe';
}

/** Whether a way may be in the zone at all. */
export function mayTouch(raster: Raster, feet: Feet, track: number): boolean {
  const { isIn, isWhole } = certainOfZone(raster, feet, track, ENOUGH.in);
  return isIn || !isWhole;
}
