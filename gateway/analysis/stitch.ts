import { AppError } from '../errors.ts';
import type { ColourName, Part } from '../vocabulary.ts';
import { iou } from './boxes.ts';
import type { ColourCounts, RawTrack, Segment, SegmentResult, TrackPoint } from './types.ts';

/**
 * Mean overlap that makes two tracks one. A detector gives both segments the same boxes on the same frames; boxes of motion differ a
 * little, because each segment has a background of its own.
 */
export const SAME_TRACK_OVERLAP = 0.5;

/**
 * Joins the tracks of all segments. A track of segment n that lives in its run-up and a track of segment n-1 are one when they lie on
 * each other on the frames that both saw; the points before the cut are then those of n-1, and the rest those of n. What n saw before
 * the cut and n-1 did not confirm (the first sightings of what came in just then) is left out: each frame counts once, in the segment
 * that it belongs to. Deterministic: pairs are taken best first, ties by first time, then box. E_INTERNAL when a segment's result is missing.
 */
export function stitch(
  segments: readonly Segment[],
  results: readonly Pick<SegmentResult, 'index' | 'tracks'>[],
): RawTrack[] {
  const byIndex = new Map(results.map((result) => [result.index, result]));
  const closed: RawTrack[] = [];
  let open: readonly RawTrack[] | undefined;
  for (const segment of segments) {
    const result = byIndex.get(segment.index);
    if (result === undefined)
      throw new AppError('E_INTERNAL', { detail: `segment ${segment.index} has no result to stitch` });
    if (open === undefined) {
      // What lies in the run-up of the first is for whoever stitches it to what stands before.
      open = result.tracks;
      continue;
    }
    const alive = open.filter((track) => (track.points.at(-1)?.pts ?? 0) >= segment.runUpFromPts);
    closed.push(...open.filter((track) => !alive.includes(track)));
    open = join(alive, result.tracks, segment);
  }
  return [...closed, ...(open ?? [])];
}

function join(before: readonly RawTrack[], after: readonly RawTrack[], segment: Segment): RawTrack[] {
  const partner = new Map<RawTrack, RawTrack>();
  const taken = new Set<RawTrack>();
  for (const pair of rankedPairs(before, after, segment)) {
    if (partner.has(pair.before) || taken.has(pair.after)) continue;
    partner.set(pair.before, pair.after);
    taken.add(pair.after);
  }
  const joined = before.map((track) => {
    const next = partner.get(track);
    return next === undefined ? track : merge(track, next, segment.fromPts);
  });
  const born = after.flatMap((track) => {
    if (taken.has(track)) return [];
    const points = from(track, segment.fromPts);
    return points.some((point) => point.observed) ? [{ ...track, points }] : [];
  });
  return [...joined, ...born];
}

interface Pair {
  readonly before: RawTrack;
  readonly after: RawTrack;
  readonly meanOverlap: number;
}

function rankedPairs(before: readonly RawTrack[], after: readonly RawTrack[], segment: Segment): Pair[] {
  const pairs: Pair[] = [];
  for (const earlier of before) {
    const seen = new Map<number, TrackPoint>();
    for (const point of earlier.points) if (point.pts >= segment.runUpFromPts) seen.set(point.frame, point);
    for (const later of after) {
      const meanOverlap = meanOverlapOf(seen, later, segment.fromPts);
      if (meanOverlap >= SAME_TRACK_OVERLAP) pairs.push({ before: earlier, after: later, meanOverlap });
    }
  }
  return pairs.sort(
    (a, b) => b.meanOverlap - a.meanOverlap || compareTracks(a.before, b.before) || compareTracks(a.after, b.after),
  );
}

function meanOverlapOf(seen: ReadonlyMap<number, TrackPoint>, later: RawTrack, cutPts: number): number {
  let sum = 0;
  let common = 0;
  for (const point of later.points) {
    if (point.pts >= cutPts) break;
    const other = seen.get(point.frame);
    if (other === undefined) continue;
    sum += iou(point, other);
    common++;
  }
  return common === 0 ? 0 : sum / common;
}

function merge(before: RawTrack, after: RawTrack, cutPts: number): RawTrack {
  const lastPts = before.points.at(-1)?.pts ?? Number.NEGATIVE_INFINITY;
  // A gap across the cut is seen from its far side alone: the places between the two sightings are n's.
  const bridge = after.points.filter(({ pts, observed }) => !observed && pts > lastPts && pts < cutPts);
  return {
    votes: addVotes(before.votes, after.votes),
    ...(before.names === undefined && after.names === undefined
      ? {}
      : { names: addVotes(before.names ?? {}, after.names ?? {}) }),
    ...(before.moved === undefined && after.moved === undefined
      ? {}
      : { moved: (before.moved ?? 0) + (after.moved ?? 0) }),
    colourCounts: addColours(before.colourCounts, after.colourCounts),
    points: [...before.points, ...bridge, ...from(after, cutPts)],
  };
}

const from = (track: RawTrack, pts: number): TrackPoint[] => track.points.filter((point) => point.pts >= pts);

type Votes = RawTrack['votes'];

function addVotes(a: Votes, b: Votes): Votes {
  const sum: { -readonly [C in keyof Votes]: Votes[C] } = { ...a };
  for (const [name, votes] of Object.entries(b) as [keyof Votes, number][]) sum[name] = (sum[name] ?? 0) + votes;
  return sum;
}

function addColours(a: ColourCounts, b: ColourCounts): ColourCounts {
  const sum: { [P in Part]?: { [C in ColourName]?: number } } = {};
  for (const counts of [a, b]) {
    for (const [part, colours] of Object.entries(counts) as [Part, { [C in ColourName]?: number }][]) {
      const target = sum[part] ?? {};
      sum[part] = target;
      for (const [colour, pixels] of Object.entries(colours) as [ColourName, number][]) {
        target[colour] = (target[colour] ?? 0) + pixels;
      }
    }
  }
  return sum;
}

/** Total order of tracks by first time, then first box, then length. */
export function compareTracks(a: RawTrack, b: RawTrack): number {
  const first = a.points[0];
  const other = b.points[0];
  if (first === undefined || other === undefined) return a.points.length - b.points.length;
  return (
    first.pts - other.pts ||
    first.left - other.left ||
    first.top - other.top ||
    first.width - other.width ||
    first.height - other.height ||
    a.points.length - b.points.length
  );
}
