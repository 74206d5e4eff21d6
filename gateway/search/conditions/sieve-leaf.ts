import { type Feet, NO_ROW, type OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import { bearings, floatRange, leastStep, livesWithin, wholeRange } from '../match-columns.ts';
import { keepColoured, keepConfident, leastShares } from '../plain-facets.ts';
import { addRow, keepRow, type TrackSet } from '../track-set.ts';
import { mostOfCrowd } from './crowd.ts';
import type { ExecutedLeaf } from './normal.ts';
import { certainOfLine, lineRaster, zoneRaster } from './raster.ts';
import { timeSieve } from './sieve-time.ts';
import { mayTouch, zoneSieve } from './sieve-zone.ts';
import { byNumbers, byTracks, byWords, COST, type Guess, rooms, type Sieve } from './sifting.ts';
import { isTimeLeaf } from './windows.ts';
import { cellsAround, lineCells, zoneCells } from './zone.ts';

const widthsOf = ({ columns }: OpenExhibit) => columns.widthPx;
const heightsOf = ({ columns }: OpenExhibit) => columns.heightPx;
const yesIf = (holds: boolean): Guess => (holds ? 'yes' : 'no');
const maybeIf = (mayHold: boolean): Guess => (mayHold ? 'maybe' : 'no');
const maybe = (): Guess => 'maybe';

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
    const { widthPx, heightPx } = leaf.size;
    return byNumbers([
      ...(widthPx === undefined ? [] : [{ of: widthsOf, ranges: [wholeRange(widthPx)] }]),
      ...(heightPx === undefined ? [] : [{ of: heightsOf, ranges: [wholeRange(heightPx)] }]),
    ]);
  }
  if ('speed' in leaf) return byNumbers([{ of: ({ bits }) => bits.speed, ranges: [floatRange(leaf.speed)] }]);
  if ('direction' in leaf) {
    const ranges = bearings(leaf.direction.fromDegrees, leaf.direction.toDegrees).map(floatRange);
    return byNumbers([{ of: ({ bits }) => bits.direction, ranges }]);
  }
  if (isTimeLeaf(leaf)) return timeSieve(leaf);
  if ('zone' in leaf) return zoneSieve(leaf.zone);
  if ('line' in leaf) {
    const { line } = leaf;
    const raster = lineRaster(line);
    const cells = [lineCells(line)];
    return byTracks(
      COST.points,
      ({ feet, columns }, windows) =>
        (track) => {
          const crosses = certainOfLine(raster, line.direction, feet, track);
          if (crosses === false) return 'no';
          return crosses === true && livesWithin(columns, track, windows) ? 'yes' : 'maybe';
        },
      () => cells,
    );
  }
  if ('sequence' in leaf) {
    const { steps } = leaf.sequence;
    const cells = steps.map((step) => ('zone' in step ? zoneCells(step.zone.polygon) : lineCells(step.line)));
    const mayDo = steps.map((step): ((feet: Feet, track: number) => boolean) => {
      if ('zone' in step) {
        const raster = zoneRaster(step.zone.polygon);
        return (feet, track) => mayTouch(raster, feet, track);
      }
      const raster = lineRaster(step.line);
      return (feet, track) => certainOfLine(raster, step.line.direction, feet, track) !== false;
    });
    return byTracks(
      COST.points,
      ({ feet }) =>
        (track) =>
          maybeIf(mayDo.every((may) => may(feet, track))),
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
    const raster = zoneRaster(polygon);
    const cells = [zoneCells(polygon)];
    return byTracks(
      COST.points,
      ({ columns, feet }) =>
        (track) =>
          maybeIf(lasts(columns, track, minSeconds) && mayTouch(raster, feet, track)),
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

/** What seconds lose when they are kept as milliseconds: the way tells whether a life is just as long as was asked. */
const ROUNDING_SECONDS = 1e-6;

const lasts = ({ firstMs, lastMs }: OpenExhibit['columns'], track: number, seconds: number): boolean =>
  ((lastMs[track] ?? 0) - (firstMs[track] ?? 0)) / 1000 >= seconds - ROUNDING_SECONDS;
