import type { ClassName } from '../vocabulary.ts';
import { assign } from './assignment.ts';
import {
  coveredCost,
  DEAREST,
  expectedBox,
  expectedCost,
  extendTrack,
  lastSeenCost,
  lastSighting,
  type OpenTrack,
  openTrack,
} from './association.ts';
import { between, iou } from './boxes.ts';
import { withoutDuplicates } from './duplicates.ts';
import { canBeOne, groupOf } from './groups.ts';
import { splitJoined } from './joined.ts';
import type { Detection, FrameDetections, RawTrack, TrackPoint } from './types.ts';

/** Settings of the tracker; the defaults fit detectors whose certain boxes score above 0.35. */
export interface TrackOptions {
  /** At least this score goes into the first round and may open a track; less only continues one. */
  readonly certainScore?: number;
  /** Less is not looked at. */
  readonly leastScore?: number;
  /** A track ends when nothing was seen for longer. */
  readonly maxGapSeconds?: number;
}

const DEFAULTS = { certainScore: 0.35, leastScore: 0.1, maxGapSeconds: 3 };
const TENTATIVE_GAP_SECONDS = 0.7;
/** Where frames are rare, nobody is given up for one that does not show him. */
const PATIENT_STEPS = 2.2;
/** Beyond, whoever stands in the same place may be somebody else. */
const MOST_PATIENCE_SECONDS = 6;
const FURNITURE_SCORE = 0.42;
const FURNITURE_REACH = 0.35;
const FURNITURE_SECONDS = 1.2;

/**
 * Joins detections into tracks by motion alone (FACE-06): OC-SORT with a second round for low scores, deterministic, for 2 to 10
 * irregular frames a second. Points run from the first to the last sighting; what lies between two sightings on analysed frames is
 * interpolated and marked `observed: false` with score 0. Tracks stand in order of their first sighting.
 */
export function track(frames: readonly FrameDetections[], options: TrackOptions = {}): readonly RawTrack[] {
  const settings = { ...DEFAULTS, ...options };
  const frameSeconds = frames.map(({ timeSeconds }) => timeSeconds);
  const finished: OpenTrack[] = [];
  let open: OpenTrack[] = [];

  for (const [at, frame] of frames.entries()) {
    const still: OpenTrack[] = [];
    const patience = Math.min(MOST_PATIENCE_SECONDS, PATIENT_STEPS * stepAt(frameSeconds, at));
    for (const candidate of open) {
      const silent = frame.timeSeconds - lastSighting(candidate).timeSeconds;
      const most = isConfirmed(candidate) ? settings.maxGapSeconds : TENTATIVE_GAP_SECONDS;
      if (silent <= Math.max(most, patience)) still.push(candidate);
      else finished.push(candidate);
    }
    open = still;
    const expected = open.filter(isConfirmed).map((candidate) => expectedBox(candidate, frame.timeSeconds));
    const seen = splitJoined(frame.detections, expected).filter(
      ({ score, width, height }) => score >= settings.leastScore && width > 0 && height > 0,
    );
    const certain = seen.filter(({ score }) => score >= settings.certainScore);
    const faint = seen.filter(({ score }) => score < settings.certainScore);

    const matched: Detection[] = [];
    const round = (
      tracks: readonly OpenTrack[],
      detections: readonly Detection[],
      costOf: (candidate: OpenTrack, timeSeconds: number) => (detection: Detection) => number,
    ): { tracks: OpenTrack[]; detections: Detection[] } => {
      const columns = pairs(tracks, detections, frame.timeSeconds, costOf);
      const taken = new Set<number>();
      const alone: OpenTrack[] = [];
      for (const [row, candidate] of tracks.entries()) {
        const column = columns[row] ?? -1;
        const detection = detections[column];
        if (detection === undefined) {
          alone.push(candidate);
          continue;
        }
        taken.add(column);
        matched.push(detection);
        extendTrack(candidate, { at, ref: frame.ref, timeSeconds: frame.timeSeconds, detection }, frameSeconds);
      }
      return { tracks: alone, detections: detections.filter((_, column) => !taken.has(column)) };
    };

    const first = round(open, certain, expectedCost);
    const second = round(first.tracks, faint, coveredCost);
    const third = round(second.tracks, first.detections, lastSeenCost);
    for (const detection of third.detections) {
      if (
        matched.some((other) => canBeOne(groupOf(other.class), groupOf(detection.class)) && iou(other, detection) > 0.6)
      )
        continue;
      matched.push(detection);
      open.push(openTrack({ at, ref: frame.ref, timeSeconds: frame.timeSeconds, detection }));
    }
  }
  finished.push(...open);
  const raw = finished
    .filter((one) => isConfirmed(one) && !isFurniture(one))
    .map((candidate) => toRaw(candidate, frames));
  return withoutDuplicates(raw).toSorted(byFirstSighting);
}

function pairs(
  tracks: readonly OpenTrack[],
  detections: readonly Detection[],
  timeSeconds: number,
  costOf: (candidate: OpenTrack, timeSeconds: number) => (detection: Detection) => number,
): Int32Array {
  if (tracks.length === 0 || detections.length === 0) return new Int32Array(tracks.length).fill(-1);
  const costs = new Float64Array(tracks.length * detections.length);
  for (const [row, candidate] of tracks.entries()) {
    const cost = costOf(candidate, timeSeconds);
    for (const [column, detection] of detections.entries()) costs[row * detections.length + column] = cost(detection);
  }
  return assign(costs, tracks.length, detections.length, DEAREST);
}

/** Three sightings, or two certain ones where frames are rare: one alone is as likely a flaw of the network. */
function isConfirmed({ sightings }: OpenTrack): boolean {
  if (sightings.length >= 3) return true;
  const [first, second] = sightings;
  if (first === undefined || second === undefined) return false;
  return (
    second.timeSeconds - first.timeSeconds >= 0.35 && Math.min(first.detection.score, second.detection.score) >= 0.5
  );
}

/**
 * A bin, a coat stand or a post that the network half takes for a person: never sure of it, and it never moves. Somebody who stands
 * still is seen with more certainty, and somebody far away and unsure moves.
 */
function isFurniture({ group, sightings }: OpenTrack): boolean {
  const [first, last] = [sightings[0], sightings.at(-1)];
  if (group !== 'person' || first === undefined || last === undefined) return false;
  // Too short a life tells nothing about moving.
  if (last.timeSeconds - first.timeSeconds < FURNITURE_SECONDS) return false;
  const meanScore = sightings.reduce((sum, { detection }) => sum + detection.score, 0) / sightings.length;
  if (meanScore >= FURNITURE_SCORE) return false;
  const from = first.detection;
  const reach = FURNITURE_REACH * Math.sqrt(from.width * from.height);
  return sightings.every(({ detection }) => {
    const dx = detection.left + detection.width / 2 - from.left - from.width / 2;
    const dy = detection.top + detection.height / 2 - from.top - from.height / 2;
    return Math.hypot(dx, dy) < reach;
  });
}

function toRaw({ sightings }: OpenTrack, frames: readonly FrameDetections[]): RawTrack {
  const votes: { [C in ClassName]?: number } = {};
  let moved = 0;
  const points: TrackPoint[] = [];
  for (const [index, { at, ref, timeSeconds, detection }] of sightings.entries()) {
    votes[detection.class] = (votes[detection.class] ?? 0) + detection.score;
    if (detection.moving === true || detection.class === 'object') moved += 1;
    const before = sightings[index - 1];
    for (let missed = (before?.at ?? at) + 1; missed < at; missed += 1) {
      const frame = frames[missed];
      if (before === undefined || frame === undefined) continue;
      const part = (frame.timeSeconds - before.timeSeconds) / (timeSeconds - before.timeSeconds);
      const box = between(before.detection, detection, part);
      points.push({
        ...box,
        frame: frame.ref.number,
        pts: frame.ref.pts,
        timeSeconds: frame.timeSeconds,
        score: 0,
        observed: false,
      });
    }
    const { left, top, width, height, score } = detection;
    points.push({ left, top, width, height, frame: ref.number, pts: ref.pts, timeSeconds, score, observed: true });
  }
  return { votes, ...(moved === 0 ? {} : { moved }), colourCounts: {}, points };
}

/** Seconds between frames just before one; the longer of two steps, because rare frames follow frequent ones. */
function stepAt(seconds: readonly number[], at: number): number {
  const [now = 0, before = now, earlier = before] = [seconds[at], seconds[at - 1], seconds[at - 2]];
  return Math.max(now - before, before - earlier);
}

function byFirstSighting(a: RawTrack, b: RawTrack): number {
  const [first, second] = [a.points[0], b.points[0]];
  if (first === undefined || second === undefined) return 0;
  return (
    first.timeSeconds - second.timeSeconds ||
    first.left - second.left ||
    first.top - second.top ||
    first.width - second.width
  );
}
