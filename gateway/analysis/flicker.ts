import { detectorVotes, isNamed, total } from './class-of.ts';
import type { RawTrack } from './types.ts';

/** A thing that moves goes at least this much of its own size. */
const LEAST_WAY = 0.5;
/** What is named and stays in its place must be named well: leaves and reflections have shapes too. */
const SURE = 0.75;
/** And it must be large enough to be seen well: its size in sizes of the picture. */
const LEAST_STANDING = 0.06;
/** A glint at the edge of the picture or a piece that comes off another blob is seen for a moment. */
const FEWEST_UNNAMED = 4;
const LIKELY = 0.85;
/** Longer sides of the shorter one: no body is so thin, but the edge of a door or a shelf that trembles is. */
const THINNEST = 5;

/**
 * Whether a whole track is flicker: only the background model saw it and it went nowhere. A reflection, a screen, a door's edge or a tree
 * changes in its place. What a detector has named is none, and neither is what its crops name with certainty: somebody can stand and move
 * an arm.
 */
export function isFlicker(
  track: RawTrack,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): boolean {
  return detectorVotes(track.votes) === 0 && !isThing(track, LEAST_STANDING * Math.sqrt(widthPx * heightPx));
}

/** Mean probability of a person over the crops from which on flicker is covered in pictures all the same (PRO-02). */
const LEAST_PERSON = 0.15;

/** Whether flicker may be somebody who stands there; what nobody looked at may be. */
export function mayBePerson({ names }: RawTrack): boolean {
  const all = total(names);
  return all === 0 || (names?.person ?? 0) >= LEAST_PERSON * all;
}

function isThing(track: RawTrack, leastStanding: number): boolean {
  const seen = track.points.filter(({ observed }) => observed);
  const thin = seen.filter(({ width, height }) => Math.max(width, height) > THINNEST * Math.min(width, height));
  if (2 * thin.length > seen.length) return false;
  const size = usualSize(track);
  const way = furthestWay(track) / size;
  if (isNamed(track)) return way >= LEAST_WAY || (certaintyOf(track) >= SURE && size >= leastStanding);
  // Crops that disagree on what it is agree that it is something.
  return way >= LEAST_WAY && (seen.length >= FEWEST_UNNAMED || certaintyOf(track) >= LIKELY);
}

/** Side of a square as large as the track's median box, pixels. */
function usualSize({ points }: RawTrack): number {
  const sizes = points
    .filter(({ observed }) => observed)
    .map(({ width, height }) => Math.sqrt(width * height))
    .toSorted((a, b) => a - b);
  return sizes[sizes.length >> 1] ?? 1;
}

/** Furthest way of the middle of the box from where it was first seen, pixels. */
function furthestWay({ points }: RawTrack): number {
  const seen = points.filter(({ observed }) => observed);
  const [first] = seen;
  if (first === undefined) return 0;
  const [x, y] = [first.left + first.width / 2, first.top + first.height / 2];
  return seen.reduce(
    (most, box) => Math.max(most, Math.hypot(box.left + box.width / 2 - x, box.top + box.height / 2 - y)),
    0,
  );
}

/** Mean probability, over its crops, of being any of the classes. */
function certaintyOf({ names = {} }: RawTrack): number {
  const all = total(names);
  return all === 0 ? 0 : 1 - (names.object ?? 0) / all;
}
