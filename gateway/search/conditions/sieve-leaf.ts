import { NO_ROW, type OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import { isBetween, leastStep, livesWithin, mayLive, overlaps } from '../match-columns.ts';
import { keepColoured, keepConfident, leastShares } from '../plain-facets.ts';
import { addRow, keepRow, type TrackSet } from '../track-set.ts';
import { mostOfCrowd } from './crowd.ts';
import type { ExecutedLeaf } from './normal.ts';
import { certainOfLine } from './raster.ts';
import { mayTouch, zoneSieve } from './sieve-zone.ts';
import { byTracks, byWords, COST, cellsOf, type Guess, rooms, type Sieve } from './sifting.ts';
import { intersect, isTimeLeaf, type TimeLeaf, windowsOf } from './windows.ts';
import { cellsAround, lineCells, zoneCells } from './zone.ts';

const yesIf = (holds: boolean): Guess => (holds ? 'yes' : 'no');
const maybeIf = (mayHold: boolean): Guess => (mayHold ? 'maybe' : 'no');
const maybe = (): Guess => 'maybe';
const isIn = (value: number, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): boolean =>
  value >= min && value <= max;

/** What the columns tell of one condition. */
export function leafSieve(leaf: ExecutedLeaf): Sieve {
  if ('class' in leaf) {
    const ids = leaf.class.map(classId);
    const room = rooms(1);
    return byWords((part, from) => {
      const [named] = room(part) as [TrackSet];
      for (const id of ids) addRow(named, part.stack.classRow(id), part);
      keepRow(from, named, part);
    });
  }
  if ('colour' in leaf) {
    const colours = leastShares(leaf.colour);
    return byWords((part, from) => keepColoured(from, part, colours));
  }
  if ('confidence' in leaf) {
    const least = leastStep(leaf.confidence.min);
    return byWords((part, from) => keepConfident(from, part, least));
  }
  if ('size' in leaf) {
    const { widthPx = {}, heightPx = {} } = leaf.size;
    return byTracks(COST.tracks, ({ columns }) => {
      const { widthPx: widths, heightPx: heights } = columns;
      return (track) => yesIf(isIn(widths[track] ?? 0, widthPx) && isIn(heights[track] ?? 0, heightPx));
    });
  }
  if ('speed' in leaf) {
    return byTracks(
      COST.tracks,
      ({ columns: { speed } }) =>
        (track) =>
          yesIf(isIn(speed[track] ?? 0, leaf.speed)),
    );
  }
  if ('direction' in leaf) {
    const { fromDegrees, toDegrees } = leaf.direction;
    return byTracks(
      COST.tracks,
      ({ columns: { direction } }) =>
        (track) =>
          yesIf(isBetween(direction[track] ?? Number.NaN, fromDegrees, toDegrees)),
    );
  }
  if (isTimeLeaf(leaf)) return timeSieve(leaf);
  if ('zone' in leaf) return zoneSieve(leaf.zone);
  if ('line' in leaf) {
    const { line } = leaf;
    const cells = [cellsOf(lineCells(line))];
    return byTracks(
      COST.points,
      ({ feet, columns }, windows) =>
        (track) => {
          const crosses = certainOfLine(line, feet, track);
          if (crosses === false) return 'no';
          return crosses === true && livesWithin(columns, track, windows) ? 'yes' : 'maybe';
        },
      () => cells,
    );
  }
  if ('sequence' in leaf) {
    const { steps } = leaf.sequence;
    const cells = steps.map((step) => cellsOf('zone' in step ? zoneCells(step.zone.polygon) : lineCells(step.line)));
    return byTracks(
      COST.points,
      ({ feet }) =>
        (track) =>
          maybeIf(
            steps.every((step) =>
              'zone' in step
                ? mayTouch(step.zone.polygon, feet, track)
                : certainOfLine(step.line, feet, track) !== false,
            ),
          ),
      () => cells,
    );
  }
  if ('path' in leaf) {
    const { points, tolerance } = leaf.path;
    return byTracks(
      COST.others,
      () => maybe,
      ({ stack }) => {
        const widest = Math.max(0, ...stack.exhibits.map(({ widthPx, heightPx }) => widthPx / heightPx));
        return points.flatMap((point) => {
          const cells = cellsAround(point, tolerance, tolerance * widest);
          return cells === undefined ? [] : [cells];
        });
      },
    );
  }
  if ('dwell' in leaf) {
    const { polygon, minSeconds } = leaf.dwell;
    const cells = [cellsOf(zoneCells(polygon))];
    return byTracks(
      COST.points,
      ({ columns, feet }) =>
        (track) =>
          maybeIf(lasts(columns, track, minSeconds) && mayTouch(polygon, feet, track)),
      () => cells,
    );
  }
  if ('stationary' in leaf) {
    const { minSeconds } = leaf.stationary;
    return byTracks(
      COST.points,
      ({ columns }) =>
        (track) =>
          maybeIf(lasts(columns, track, minSeconds)),
    );
  }
  if ('near' in leaf) {
    const ids = leaf.near.class.map(classId);
    return byTracks(COST.others, ({ bits }) => (ids.some((id) => bits.classAt[id] !== NO_ROW) ? maybe : undefined));
  }
  if ('crowd' in leaf) {
    const { atLeast: least } = leaf.crowd;
    return byTracks(COST.others, (exhibit, windows) => {
      const most = mostOfCrowd(leaf.crowd, exhibit, windows);
      return (track) => yesIf(most(track) >= least);
    });
  }
  return byTracks(COST.others, () => maybe);
}

function timeSieve(leaf: TimeLeaf): Sieve {
  return byTracks(COST.tracks, (exhibit, windows) => {
    const { columns } = exhibit;
    const own = windowsOf(leaf, exhibit);
    const allowed = (windows === undefined ? own : intersect(windows, own)).filter((window) =>
      mayLive(exhibit, window),
    );
    if (allowed.length === 0) return undefined;
    const { fromMs, toMs } = exhibit.bits;
    if (allowed.some((window) => window.fromMs <= fromMs && window.toMs >= toMs)) return () => 'yes';
    return (track) => {
      for (const window of allowed) if (overlaps(columns, track, window)) return 'yes';
      return 'no';
    };
  });
}

const lasts = ({ firstMs, lastMs }: OpenExhibit['columns'], track: number, seconds: number): boolean =>
  ((lastMs[track] ?? 0) - (firstMs[track] ?? 0)) / 1000 >= seconds;
