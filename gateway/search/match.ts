import type { TrackPoint } from '../analysis/types.ts';
import type { OpenExhibit, TrackColumns } from '../index/types.ts';
import { type ClassName, COLOURS, type ColourName, classNameOf, PARTS } from '../vocabulary.ts';
import type { Elsewhere } from './conditions/leaf-matcher.ts';
import { compile, NEVER } from './conditions/match.ts';
import { certainOfZone } from './conditions/raster.ts';
import {
  type Contact,
  cellsWithin,
  contains,
  footOf,
  pathContact,
  type Window,
  type Zone,
  zoneCells,
} from './conditions/zone.ts';
import { colourAt, leastStep, livesWithin, shareAt, shareOf, sharesCell } from './match-columns.ts';
import { keepColoured, keepLiving, mayHold, ofClasses, plainOf } from './plain-facets.ts';
import { rectifiedHit } from './rectified-hit.ts';
import type { ExecutedQuestion, Hit, Reason } from './types.ts';
import { localInstant } from './words.ts';

/** Where nothing was asked about another camera. */
const NOWHERE: Elsewhere = { find: () => undefined };

/**
 * Tracks of one exhibit that answer the question, in their order in the result. Pure. Columns are looked at from the cheapest to
 * the dearest, each over all that is left; only what is left after the coarse grid has its path opened. With both a time and a zone, the
 * path must touch the zone within the time: a car that was in the zone an hour before is no answer. The exhibit's clock uncertainty
 * widens the time on both sides.
 */
export function matchTracks(
  question: ExecutedQuestion,
  exhibit: OpenExhibit,
  elsewhere: Elsewhere = NOWHERE,
): number[] {
  const { exhibits, wanted, minConfidence, colours } = plainOf(question);
  if (exhibits !== undefined && !exhibits.has(exhibit.exhibitId)) return [];
  const { columns } = exhibit;
  const window = windowOf(question, exhibit);
  if (!mayHold(columns, question, window)) return [];
  const windows = window === undefined ? undefined : [window];
  const where = compile(question.where, exhibit, windows, elsewhere);
  if (where === NEVER) return [];
  const left = ofClasses(columns, wanted, minConfidence);
  if (window !== undefined) keepLiving(left, columns, window);
  if (colours.length > 0) keepColoured(left, columns, colours);
  const passes = question.zone === null ? undefined : passesZone(question.zone, exhibit, window);
  const matches: number[] = [];
  for (let n = 0; n < left.count; n++) {
    const track = left.tracks[n] ?? 0;
    if (passes !== undefined && !passes(track)) continue;
    const guess = where.guess(track);
    if (guess === 'no' || (guess === 'maybe' && !where.holds(track))) continue;
    matches.push(track);
  }
  return matches;
}

/** Whether a path touches the zone within the window: by the grids where they tell, else by the path. */
function passesZone(zone: Zone, exhibit: OpenExhibit, window: Window | undefined): (track: number) => boolean {
  const { grid } = exhibit.columns;
  const [cells, covered] = [zoneCells(zone), cellsWithin(zone)];
  const windows = window === undefined ? undefined : [window];
  return (track) => {
    if (!sharesCell(grid, track, cells)) return false;
    const { isIn, isOut, isWhole } = certainOfZone(zone, exhibit.feet, track);
    if (isWhole && isOut) return false;
    if ((isIn || sharesCell(grid, track, covered)) && livesWithin(exhibit.columns, track, windows)) return true;
    return pathContact(zone, exhibit.path(track), exhibit, window) !== undefined;
  };
}

/** What a matched track looks like as a hit, without its row's id and what was decided. `colours` lists the named colours only. */
export function describeMatch(
  question: ExecutedQuestion,
  exhibit: OpenExhibit,
  track: number,
  permittedColours: readonly ColourName[],
  elsewhere: Elsewhere = NOWHERE,
): Omit<Hit, 'id' | 'verdict' | 'disputed' | 'readings'> {
  const { columns } = exhibit;
  const path = exhibit.path(track);
  const window = windowOf(question, exhibit);
  const contact = question.zone === null ? undefined : pathContact(question.zone, path, exhibit, window);
  const best = bestPoint(path, exhibit, question.zone, window, contact);
  const first = columns.firstMs[track] ?? 0;
  const last = columns.lastMs[track] ?? 0;
  return {
    exhibitId: exhibit.exhibitId,
    track,
    class: classOf(columns, track),
    confidence: shareOf(columns.confidence[track] ?? 0),
    fileName: exhibit.fileName,
    cameraId: exhibit.cameraId,
    from: localInstant(exhibit.startMs + first),
    to: localInstant(exhibit.startMs + last),
    uncertaintySeconds: exhibit.uncertaintyMs / 1000,
    mediaFromSeconds: first / 1000,
    mediaToSeconds: last / 1000,
    colours: coloursOf(columns, track).filter(({ colour }) => permittedColours.includes(colour)),
    best: {
      frame: best.frame,
      pts: best.pts,
      timeSeconds: best.timeSeconds,
      box: { left: best.left, top: best.top, width: best.width, height: best.height },
    },
    reasons: [...reasonsOf(question, exhibit, track, contact), ...conditionsOf(question, exhibit, track, elsewhere)],
    ...rectifiedHit(columns, track),
  };
}

function reasonsOf(
  question: ExecutedQuestion,
  exhibit: OpenExhibit,
  track: number,
  contact: Contact | undefined,
): readonly Reason[] {
  const { columns } = exhibit;
  const confidence = shareOf(columns.confidence[track] ?? 0);
  const reasons: Reason[] = [{ facet: 'class', class: classOf(columns, track), confidence }];
  for (const { colour, part, minShare } of question.colours) {
    const share = shareAt(columns, track, colourAt({ colour, part }));
    if (share >= Math.max(1, leastStep(minShare)))
      reasons.push({ facet: 'colour', colour, part, share: shareOf(share) });
  }
  if (question.time !== null) {
    reasons.push({
      facet: 'time',
      from: localInstant(exhibit.startMs + (columns.firstMs[track] ?? 0)),
      to: localInstant(exhibit.startMs + (columns.lastMs[track] ?? 0)),
      uncertaintySeconds: exhibit.uncertaintyMs / 1000,
    });
  }
  if (contact !== undefined) reasons.push({ facet: 'zone', enteredSeconds: contact.seconds, at: contact.at });
  if (question.minConfidence > 0) reasons.push({ facet: 'confidence', confidence });
  if (question.exhibits !== null) reasons.push({ facet: 'exhibit' });
  return reasons;
}

function conditionsOf(question: ExecutedQuestion, exhibit: OpenExhibit, track: number, elsewhere: Elsewhere): Reason[] {
  const reasons: Reason[] = [];
  const window = windowOf(question, exhibit);
  compile(question.where, exhibit, window === undefined ? undefined : [window], elsewhere).holds(track, reasons);
  return reasons;
}

/**
 * The observed point that shows the object best within the time and the zone asked for (score times the root of the box's area, half as
 * much where the picture's side cuts the box), the earliest of equals; else the observed point nearest to them.
 */
function bestPoint(
  path: readonly TrackPoint[],
  exhibit: OpenExhibit,
  zone: Zone | null,
  window: Window | undefined,
  contact: Contact | undefined,
): TrackPoint {
  const observed = path.filter((point) => point.observed);
  const points = observed.length === 0 ? path : observed;
  const fits = (point: TrackPoint): boolean =>
    distanceMs(point, window) === 0 &&
    (zone === null || contains(zone, footOf(point, exhibit.widthPx, exhibit.heightPx)));
  const fitting = points.filter(fits);
  const best =
    fitting.length > 0
      ? leastBy(fitting, (point) => -worthOf(point, exhibit))
      : leastBy(points, (point) =>
          contact === undefined ? distanceMs(point, window) : Math.abs(point.timeSeconds - contact.seconds),
        );
  if (best === undefined) throw new RangeError('search: a track without points');
  return best;
}

const SIDE_PX = 2;

function worthOf(point: TrackPoint, { widthPx, heightPx }: OpenExhibit): number {
  const cut =
    point.left < SIDE_PX ||
    point.top < SIDE_PX ||
    point.left + point.width > widthPx - SIDE_PX ||
    point.top + point.height > heightPx - SIDE_PX;
  return (point.score * Math.sqrt(point.width * point.height)) / (cut ? 2 : 1);
}

function distanceMs(point: TrackPoint, window: Window | undefined): number {
  const ms = point.timeSeconds * 1000;
  return window === undefined ? 0 : Math.max(0, window.fromMs - ms, ms - window.toMs);
}

function leastBy<T>(items: readonly T[], weight: (item: T) => number): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || weight(item) < weight(best)) best = item;
  return best;
}

// The asked time in media milliseconds of this exhibit, widened by what its clock may be wrong.
function windowOf(question: ExecutedQuestion, exhibit: OpenExhibit): Window | undefined {
  const { time } = plainOf(question);
  if (time === undefined) return undefined;
  return {
    fromMs: time.fromMs - exhibit.uncertaintyMs - exhibit.startMs,
    toMs: time.toMs + exhibit.uncertaintyMs - exhibit.startMs,
  };
}

function classOf(columns: TrackColumns, track: number): ClassName {
  const name = classNameOf(columns.classId[track] ?? 0);
  if (name === undefined) throw new RangeError('search: a track without a class');
  return name;
}

function coloursOf(columns: TrackColumns, track: number): Hit['colours'] {
  return PARTS.flatMap((part) =>
    COLOURS.flatMap((colour) => {
      const share = shareAt(columns, track, colourAt({ colour, part }));
      return share === 0 ? [] : [{ part, colour, share: shareOf(share) }];
    }),
  ).sort((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part) || b.share - a.share);
}
