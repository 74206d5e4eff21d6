import { area, between, iou, widened } from './boxes.ts';
import { canBeOne, type Group, groupOf } from './groups.ts';
import { type KalmanState, observe, predict, startFilter } from './kalman.ts';
import type { Box, Detection, FrameRef } from './types.ts';

/** One sighting that belongs to a track. */
export interface Sighting {
  /** Index among the analysed frames. */
  readonly at: number;
  readonly ref: FrameRef;
  readonly timeSeconds: number;
  readonly detection: Detection;
}

/** A track under way: its sightings and the filter, which stands at the last of them. */
export interface OpenTrack {
  /** `object` until something names it. */
  group: Group;
  readonly sightings: Sighting[];
  readonly filter: KalmanState;
}

/** Dearer pairs are not made. */
export const DEAREST = 1.6;

// What hardly anything on foot or on the road does in the first moment after it was seen once, sizes a second.
const FIRST_SPEED: Readonly<Record<Group, number>> = {
  person: 1.2,
  'two-wheeler': 2,
  vehicle: 2,
  suitcase: 1,
  object: 1.5,
};

const IMPOSSIBLE = DEAREST + 1;
const GATE = 9.2;
const LOST_GATE = 6;
const LOST_AFTER_SECONDS = 0.8;
const MOST_GROWTH = Math.log(4);
const MOMENTUM_SECONDS = 0.6;
const MOMENTUM_WEIGHT = 0.4;
/** A box that something named fits a named track better than one that merely moved. */
const OTHER_SOURCE_COST = 0.15;

export function openTrack(sighting: Sighting): OpenTrack {
  const group = groupOf(sighting.detection.class);
  return { group, sightings: [sighting], filter: startFilter(sighting.detection, FIRST_SPEED[group]) };
}

export function lastSighting(track: OpenTrack): Sighting {
  const last = track.sightings.at(-1);
  if (last === undefined) throw new RangeError('a track has at least one sighting');
  return last;
}

/**
 * Adds a sighting. After missed frames the filter is led along the straight way between the two sightings (observation-centric
 * re-update), so that an error which grew while nothing was seen does not stay in the velocity.
 */
export function extendTrack(track: OpenTrack, sighting: Sighting, frameSeconds: readonly number[]): void {
  const last = lastSighting(track);
  const gap = sighting.timeSeconds - last.timeSeconds;
  let reached = last.timeSeconds;
  for (let at = last.at + 1; at < sighting.at; at += 1) {
    const seconds = frameSeconds[at] ?? reached;
    observe(
      track.filter,
      seconds - reached,
      between(last.detection, sighting.detection, (seconds - last.timeSeconds) / gap),
    );
    reached = seconds;
  }
  observe(track.filter, sighting.timeSeconds - reached, sighting.detection);
  track.sightings.push(sighting);
  if (track.group === 'object') track.group = groupOf(sighting.detection.class);
}

/** Where the filter expects a track at a time. */
export const expectedBox = (track: OpenTrack, timeSeconds: number): Box =>
  predict(track.filter, timeSeconds - lastSighting(track).timeSeconds).box;

/**
 * First round: where the filter expects the object. At two frames a second boxes of a fast object do not overlap, so the expected
 * box is widened with the time that passed and the distance counts in deviations of the filter's own uncertainty.
 */
export function expectedCost(track: OpenTrack, timeSeconds: number): (detection: Detection) => number {
  const last = lastSighting(track);
  const seconds = timeSeconds - last.timeSeconds;
  const { box, varianceX, varianceY } = predict(track.filter, seconds);
  const margin = 0.1 + 0.2 * Math.min(1, seconds);
  const wide = widened(box, margin);
  const size = Math.sqrt(area(box));
  const lost = seconds > LOST_AFTER_SECONDS;
  // Seen once, an object may be anywhere that its kind can reach; the filter's deviations alone decide.
  const reach =
    track.sightings.length === 1 ? Number.POSITIVE_INFINITY : 0.8 + (lost ? 0.7 : 1.5) * Math.min(2, seconds);
  const furthest = reach * size;
  const direction = momentum(track);
  return (detection) => {
    if (!canBeOne(track.group, groupOf(detection.class))) return IMPOSSIBLE;
    const growth = Math.abs(Math.log(area(detection) / area(box)));
    if (growth > MOST_GROWTH) return IMPOSSIBLE;
    const dx = detection.left + detection.width / 2 - box.left - box.width / 2;
    const dy = detection.top + detection.height / 2 - box.top - box.height / 2;
    const distance2 = dx ** 2 / varianceX + dy ** 2 / varianceY;
    const near = distance2 < (lost ? LOST_GATE : GATE) && Math.hypot(dx, dy) < furthest;
    const overlap = iou(wide, widened(detection, margin));
    if (!near && overlap < 0.3) return IMPOSSIBLE;
    return (
      1 -
      overlap +
      0.3 * Math.min(1, distance2 / GATE) +
      0.2 * growth +
      0.08 * Math.min(3, seconds) +
      (groupOf(detection.class) === track.group ? 0 : OTHER_SOURCE_COST) +
      MOMENTUM_WEIGHT * turn(direction, last.detection, detection) * detection.score
    );
  };
}

/** Second round, for detections of low score: only where the expected box is plainly covered. */
export function coveredCost(track: OpenTrack, timeSeconds: number): (detection: Detection) => number {
  const { box } = predict(track.filter, timeSeconds - lastSighting(track).timeSeconds);
  const wide = widened(box, 0.1);
  return (detection) => {
    if (!canBeOne(track.group, groupOf(detection.class))) return IMPOSSIBLE;
    const overlap = iou(wide, widened(detection, 0.1));
    return overlap < 0.35 ? IMPOSSIBLE : 1 - overlap;
  };
}

/** Third round: where the object was last seen (observation-centric recovery), for what stopped while it was hidden. */
export function lastSeenCost(track: OpenTrack, timeSeconds: number): (detection: Detection) => number {
  const last = lastSighting(track);
  const wide = widened(last.detection, 0.1 + 0.1 * Math.min(1, timeSeconds - last.timeSeconds));
  return (detection) => {
    if (!canBeOne(track.group, groupOf(detection.class))) return IMPOSSIBLE;
    const overlap = iou(wide, widened(detection, 0.1));
    return overlap < 0.35 ? IMPOSSIBLE : 1 - overlap;
  };
}

interface Direction {
  readonly x: number;
  readonly y: number;
}

/** Where the track was heading by its own sightings; undefined while it hardly moves and a direction would be jitter. */
function momentum(track: OpenTrack): Direction | undefined {
  const last = lastSighting(track);
  let index = track.sightings.length - 1;
  while (index > 0 && last.timeSeconds - (track.sightings[index]?.timeSeconds ?? 0) < MOMENTUM_SECONDS) index -= 1;
  const earlier = track.sightings[index];
  if (earlier === undefined || earlier === last) return undefined;
  const way = centreWay(earlier.detection, last.detection);
  return Math.hypot(way.x, way.y) < 0.25 * Math.sqrt(area(last.detection)) ? undefined : way;
}

function centreWay(from: Box, to: Box): Direction {
  return {
    x: to.left + to.width / 2 - from.left - from.width / 2,
    y: to.top + to.height / 2 - from.top - from.height / 2,
  };
}

/** Angle between the heading and the way to the detection, 0 (straight on) to 1 (back). */
function turn(direction: Direction | undefined, from: Box, to: Box): number {
  if (direction === undefined) return 0;
  const way = centreWay(from, to);
  const length = Math.hypot(way.x, way.y);
  if (length < 0.1 * Math.sqrt(area(from))) return 0;
  const cosine = (way.x * direction.x + way.y * direction.y) / (length * Math.hypot(direction.x, direction.y));
  return Math.acos(Math.min(1, Math.max(-1, cosine))) / Math.PI;
}
