import { CLASSES, COLOURS, PARTS } from '../vocabulary.ts';
import { classOf, detectorVotes, total } from './class-of.ts';
import { type Group, groupOf } from './groups.ts';
import { type ColourShare, type RawTrack, SOURCES, type Source, type Track, type TrackPoint } from './types.ts';

const LEAST_SHARE = 0.08;
const SPEED_WINDOW_SECONDS = 0.4;
/** A box that wanders less than this part of its size in a window stands still: networks are no steadier. */
const JITTER = 0.05;

/** Turns evidence into closed terms: leaf class, colours, size, speed, direction; never a vector (FACE-11). */
export function describe(raw: RawTrack): Track {
  const seen = raw.points.filter(({ observed }) => observed);
  const [first, last] = [raw.points[0], raw.points.at(-1)];
  if (first === undefined || last === undefined || seen.length === 0)
    throw new RangeError('a track has observed points');
  const size = {
    widthPx: rounded(median(seen.map(({ width }) => width)), 1),
    heightPx: rounded(median(seen.map(({ height }) => height)), 1),
  };
  const length = Math.sqrt(size.widthPx * size.heightPx);
  const places = steadyPlaces(seen);
  const speeds = windowSpeeds(places, length);
  const heading = directionOf(places, length);
  return {
    class: classOf(raw),
    confidence: rounded(confidenceOf(raw, seen), 3),
    firstSeconds: first.timeSeconds,
    lastSeconds: last.timeSeconds,
    colours: colourShares(raw.colourCounts),
    size,
    speed: {
      medianPxPerSecond: rounded(median(speeds), 1),
      maxPxPerSecond: rounded(
        speeds.reduce((most, speed) => Math.max(most, speed), 0),
        1,
      ),
    },
    sources: sourcesOf(raw),
    ...(isPersonRuledOut(raw) ? {} : { mayBePerson: true }),
    ...(heading === undefined ? {} : { directionDegrees: heading }),
    points: raw.points,
  };
}

/**
 * How sure the name is, 0 to 1: a detector's mean score, or the crops' mean probability of the class and its kin. Of what has no name, how
 * much of its box moved.
 */
function confidenceOf(raw: RawTrack, seen: readonly TrackPoint[]): number {
  const name = classOf(raw);
  const crops = total(raw.names);
  if (name === 'object' || crops === 0 || detectorVotes(raw.votes) > 0) {
    return seen.reduce((sum, { score }) => sum + score, 0) / seen.length;
  }
  return groupShare(raw.names ?? {}, groupOf(name)) / crops;
}

const groupShare = (weights: RawTrack['votes'], group: Group): number =>
  CLASSES.reduce((sum, name) => (groupOf(name) === group ? sum + (weights[name] ?? 0) : sum), 0);

/** A detector's name is one when it was given in a good part of the sightings (a vote is a score of 0.3 to 0.9). */
const LEAST_NAMED = 0.15;
const MOST_OTHER = 0.2;

/** Whether a detector has plainly named the track as what it is called now, and not as something else besides. */
function isDetected(raw: RawTrack): boolean {
  const group = groupOf(classOf(raw));
  if (group === 'object') return false;
  const own = groupShare(raw.votes, group);
  const observed = raw.points.filter((point) => point.observed).length;
  return own >= LEAST_NAMED * observed && detectorVotes(raw.votes) - own <= MOST_OTHER * own;
}

/** Mean probability of a person over the crops under which they rule one out. */
const LEAST_PERSON = 0.05;

/** Whether a detector plainly named a track (then its box is as good as the name), or its crops are sure that it is no person. */
function isPersonRuledOut(raw: RawTrack): boolean {
  if (isDetected(raw)) return true;
  const crops = total(raw.names);
  return crops > 0 && (raw.votes.person ?? 0) === 0 && (raw.names?.person ?? 0) < LEAST_PERSON * crops;
}

/** In the order of SOURCES: what named or saw the track. */
function sourcesOf(raw: RawTrack): readonly Source[] {
  const { votes, names, moved = 0 } = raw;
  const seenBy: { readonly [S in Source]: boolean } = {
    detector: isDetected(raw),
    motion: moved > 0 || (votes.object ?? 0) > 0,
    crops: names !== undefined,
  };
  return SOURCES.filter((source) => seenBy[source]);
}

/** By part, each part's colours from the largest share down. */
function colourShares(counts: RawTrack['colourCounts']): readonly ColourShare[] {
  return PARTS.flatMap((part) => {
    const named = counts[part] ?? {};
    const total = COLOURS.reduce((sum, colour) => sum + (named[colour] ?? 0), 0);
    if (total === 0) return [];
    return COLOURS.map((colour) => ({ part, colour, share: rounded((named[colour] ?? 0) / total, 3) }))
      .filter(({ share }) => share >= LEAST_SHARE)
      .toSorted((a, b) => b.share - a.share);
  });
}

/** A moment of the bottom centre, where an object touches the ground. */
interface Place {
  readonly seconds: number;
  readonly x: number;
  readonly y: number;
}

/** Bottom centres, each the median of itself and its neighbours: one wrong box makes no top speed. */
function steadyPlaces(seen: readonly TrackPoint[]): readonly Place[] {
  const x = seen.map(({ left, width }) => left + width / 2);
  const y = seen.map(({ top, height }) => top + height);
  const steady = (values: readonly number[], index: number): number =>
    index === 0 || index === values.length - 1 ? (values[index] ?? 0) : median(values.slice(index - 1, index + 2));
  return seen.map(({ timeSeconds }, index) => ({ seconds: timeSeconds, x: steady(x, index), y: steady(y, index) }));
}

/** Speeds over the shortest windows of at least 0.4 s, pixels a second. */
function windowSpeeds(places: readonly Place[], length: number): readonly number[] {
  const speeds: number[] = [];
  let from = 0;
  for (const place of places) {
    while (place.seconds - (places[from + 1]?.seconds ?? place.seconds) >= SPEED_WINDOW_SECONDS) from += 1;
    const start = places[from] ?? place;
    const seconds = place.seconds - start.seconds;
    if (seconds < SPEED_WINDOW_SECONDS) continue;
    const way = Math.hypot(place.x - start.x, place.y - start.y);
    speeds.push(way < JITTER * length ? 0 : way / seconds);
  }
  return speeds;
}

function directionOf(places: readonly Place[], length: number): number | undefined {
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  if (Math.hypot(dx, dy) <= length / 2) return undefined;
  return rounded((Math.atan2(dx, -dy) * (180 / Math.PI) + 360) % 360, 0) % 360;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function rounded(value: number, digits: number): number {
  // Adding 0 turns -0, which canonical JSON refuses, into 0.
  return Math.round(value * 10 ** digits) / 10 ** digits + 0;
}
