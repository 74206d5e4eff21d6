import { containment, iou } from './boxes.ts';
import { classOf } from './class-of.ts';
import { canBeOne, type Group, groupOf } from './groups.ts';
import type { RawTrack, TrackPoint } from './types.ts';

const SAME_IOU = 0.6;
const PART_CONTAINMENT = 0.9;
const PART_IOU = 0.3;
const MOST_OF_ITS_LIFE = 0.8;

/**
 * Drops the weaker of two tracks that follow one object: nearly the same box, or a part inside the whole, for most of the shorter
 * life. Only tracks of one group are compared, so a rider stays beside the bicycle. What has no name yet may be somebody else inside
 * a named box: it is a duplicate only where the two boxes are nearly the same.
 */
export function withoutDuplicates(tracks: readonly RawTrack[]): readonly RawTrack[] {
  const weighed = tracks
    .map((track) => ({
      track,
      group: groupOf(classOf(track)),
      weight: Object.values(track.votes).reduce((sum, vote) => sum + vote, 0),
      observed: track.points.filter(({ observed }) => observed),
      byFrame: new Map(track.points.map((point) => [point.frame, point])),
    }))
    .toSorted((a, b) => b.weight - a.weight);
  const kept: typeof weighed = [];
  for (const candidate of weighed) {
    if (!kept.some((other) => follows(candidate, other))) kept.push(candidate);
  }
  return kept.map(({ track }) => track);
}

interface Weighed {
  readonly track: RawTrack;
  readonly group: Group;
  readonly observed: readonly TrackPoint[];
  readonly byFrame: ReadonlyMap<number, TrackPoint>;
}

function follows(candidate: Weighed, other: Weighed): boolean {
  if (!canBeOne(candidate.group, other.group)) return false;
  const mayBePart = candidate.group === other.group;
  const needed = MOST_OF_ITS_LIFE * candidate.observed.length;
  let same = candidate.observed.length;
  for (const point of candidate.observed) {
    const beside = other.byFrame.get(point.frame);
    const overlap = beside === undefined ? 0 : iou(point, beside);
    const isPart = mayBePart && overlap >= PART_IOU && containment(point, beside as TrackPoint) >= PART_CONTAINMENT;
    if (overlap >= SAME_IOU || isPart) continue;
    same -= 1;
    if (same < needed) return false;
  }
  return true;
}
