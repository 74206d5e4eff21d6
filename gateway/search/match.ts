import type { TrackPoint } from '../analysis/types.ts';
import type { OpenExhibit, TrackColumns } from '../index/types.ts';
import { type ClassName, COLOURS, type ColourName, classNameOf, PARTS } from '../vocabulary.ts';
import type { Elsewhere } from './conditions/leaf-matcher.ts';
import { compile } from './conditions/match.ts';
import { sieveOf } from './conditions/sieve.ts';
import { zoneSieve } from './conditions/sieve-zone.ts';
import { rooms, type WindowsOf } from './conditions/sifting.ts';
import { type Contact, contains, footOf, pathContact, type Window, type Zone } from './conditions/zone.ts';
import { colourAt, leastStep, shareAt, shareOf } from './match-columns.ts';
import { inMediaTime, plainOf, siftPlain } from './plain-facets.ts';
import { rectifiedHit } from './rectified-hit.ts';
import { stackOf, type TrackStack } from './stack.ts';
import {
  addRow,
  copyRow,
  drop,
  dropRow,
  eachTrack,
  isEmpty,
  keepRow,
  type Stretch,
  sizeOf,
  type TrackSet,
  wholeOf,
} from './track-set.ts';
import type { ExecutedQuestion, Hit, Reason } from './types.ts';
import { localInstant } from './words.ts';

/** Where nothing was asked about another camera. */
const NOWHERE: Elsewhere = { find: () => undefined };

/** What answers, and of how many tracks of which exhibits. */
export interface Matches {
  readonly stack: TrackStack;
  readonly tracks: TrackSet;
  /** By place of the exhibit in the stack. */
  readonly counts: Uint32Array;
  readonly total: number;
}

/** The tracks of a part of a stack that answer, leaving out those in `without`. The set is written over by the next call. */
export type Finder = (part: Stretch, without?: TrackSet) => TrackSet;

/**
 * Makes a question ready for one stack. Pure. Rows of bits are looked at first, then the fine grids of the tracks that are left, and only
 * where those leave a doubt has a track its path opened. With both a time and a zone, the path must touch the zone within the time: a car that was in
 * the zone an hour before is no answer. The exhibit's clock uncertainty widens the time on both sides.
 */
export function finderOf(question: ExecutedQuestion, elsewhere: Elsewhere = NOWHERE): Finder {
  const plain = plainOf(question);
  const { zone, where } = question;
  const inZone = zone === null ? undefined : zoneSieve({ polygon: zone, relation: 'passes' });
  const inTree = where === null ? undefined : sieveOf(where);
  const sieves = [inTree, inZone].filter((sieve) => sieve !== undefined).sort((a, b) => a.cost - b.cost);
  const room = rooms(3);
  return (part, without) => {
    const { stack } = part;
    const [left, doubtful, held] = room(part) as [TrackSet, TrackSet, TrackSet];
    const ownWindow = (n: number): Window | undefined => {
      const exhibit = stack.exhibits[n];
      return exhibit === undefined ? undefined : windowOf(question, exhibit);
    };
    const windowsOf: WindowsOf = (n) => {
      const window = ownWindow(n);
      return window === undefined ? undefined : [window];
    };
    const hasTime = plain.time !== undefined;
    siftPlain(plain, part, left);
    if (without !== undefined) dropRow(left, without, part);
    for (const sieve of sieves) {
      if (isEmpty(left, part)) break;
      const { yes, maybe } = sieve.sift(part, hasTime ? windowsOf : undefined, left);
      addRow(doubtful, maybe, part);
      copyRow(held, yes, part);
      addRow(held, maybe, part);
      keepRow(left, held, part);
    }
    keepRow(doubtful, left, part);
    eachTrack(doubtful, part, (exhibit, n) => {
      const tree = where === null ? undefined : compile(where, exhibit, windowsOf(n), elsewhere);
      const window = ownWindow(n);
      return (track, bit) => {
        const holds =
          (zone === null || pathContact(zone, exhibit.path(track), exhibit, window) !== undefined) &&
          (tree === undefined || tree.holds(track));
        if (!holds) drop(left, bit);
      };
    });
    return left;
  };
}

/** What answers in a list of exhibits. */
export function matchesIn(
  question: ExecutedQuestion,
  exhibits: readonly OpenExhibit[],
  elsewhere?: Elsewhere,
): Matches {
  const stack = stackOf(exhibits);
  const tracks = finderOf(question, elsewhere)(wholeOf(stack));
  const counts = Uint32Array.from(exhibits, (_, n) => sizeOf(tracks, stack.start[n] ?? 0, stack.start[n + 1] ?? 0));
  return { stack, tracks, counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

/** Tracks of one exhibit that answer the question, in their order in the result. */
export function matchTracks(question: ExecutedQuestion, exhibit: OpenExhibit, elsewhere?: Elsewhere): number[] {
  const { stack, tracks } = matchesIn(question, [exhibit], elsewhere);
  const found: number[] = [];
  eachTrack(tracks, wholeOf(stack), () => (track) => void found.push(track));
  return found;
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
  if (question.where === null) return [];
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

function windowOf(question: ExecutedQuestion, exhibit: OpenExhibit): Window | undefined {
  const { time } = plainOf(question);
  return time === undefined ? undefined : inMediaTime(time, exhibit);
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
