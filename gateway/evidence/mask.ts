import type { Box, Track, TrackPoint } from '../analysis/types.ts';
import type { ClassName } from '../vocabulary.ts';

// PRO-02: what could tell who a person is, or whose a vehicle is, is covered before a picture leaves. The place comes from the
// geometry of the analysed boxes alone (FACE-04: there is no face detector), so every rule errs towards covering more.

export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A region that is covered during a time, media seconds from the first frame, both ends included. */
export interface MaskSpan extends Box {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export type MaskedTrack = Pick<Track, 'class' | 'points' | 'mayBePerson'>;

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Gives the outline of a region common to all boxes. */
type Region = (boxes: readonly Box[]) => Rect;

/** A track is masked this long before its first and after its last point: objects enter and leave before they are detected. */
const HOLD_SECONDS = 1;
const HOLD_STEPS = 4;
/** Outlines are snapped outward to this grid, so that a thing that stands still gives one span and chroma pairs stay whole. */
const SNAP_PX = 4;
/** A chain of timed drawbox filters costs the square of its length: 1000 took 3 ms a picture, 3000 took 20 ms (2 cores, 1080p). */
const MOST_SPANS = 2000;

const minOf = (boxes: readonly Box[], edge: (box: Box) => number): number => Math.min(...boxes.map(edge));
const maxOf = (boxes: readonly Box[], edge: (box: Box) => number): number => Math.max(...boxes.map(edge));

// Every edge below is a linear or convex function of the box, so the region of any box between two others lies in the region of
// both together: that is what makes an unanalysed frame safe.

/** A standing person's head is in the top quarter; the broader the box (bending, sitting, seen from above, lying), the more counts. */
const headDepth = (box: Box): number =>
  Math.max(0.25 * box.height, 0.5 * box.width, 1.5 * box.width - 0.8 * box.height);

const headOfPerson = (boxes: readonly Box[]): Rect => ({
  left: minOf(boxes, (box) => box.left - 0.15 * box.width),
  top: minOf(boxes, (box) => box.top - 0.08 * box.height),
  right: maxOf(boxes, (box) => box.left + 1.15 * box.width),
  bottom: Math.min(
    maxOf(boxes, (box) => box.top + box.height),
    maxOf(boxes, (box) => box.top + headDepth(box)),
  ),
});

/** A box of motion may begin above the head, with a reflection or a door that moved as well: the head is somewhere in its upper half. */
const MOVING_HEAD = 0.45;

const headOfMoving = (boxes: readonly Box[]): Rect => ({
  ...headOfPerson(boxes),
  bottom: Math.min(
    maxOf(boxes, (box) => box.top + box.height),
    maxOf(boxes, (box) => box.top + Math.max(MOVING_HEAD * box.height, headDepth(box))),
  ),
});

// Seen obliquely, a plate is at one end of the box: the whole width counts. Long vehicles turn their front to one side while their
// body runs down the picture, so that the plate may be above the middle of the box.
const plateBand =
  (from: number): Region =>
  (boxes) => ({
    left: minOf(boxes, (box) => box.left),
    top: minOf(boxes, (box) => box.top + from * box.height),
    right: maxOf(boxes, (box) => box.left + box.width),
    bottom: maxOf(boxes, (box) => box.top + 1.03 * box.height),
  });

const plateOfCar = plateBand(0.5);
const plateOfLongVehicle = plateBand(0.3);

// The box of a two-wheeler may hold the machine alone: the rider's head is then above it.
const headOfRider = (boxes: readonly Box[]): Rect => ({
  left: minOf(boxes, (box) => box.left),
  top: minOf(boxes, (box) => box.top - 0.75 * box.height),
  right: maxOf(boxes, (box) => box.left + box.width),
  bottom: maxOf(boxes, (box) => box.top + 0.25 * box.height),
});

const plateOfTwoWheeler = (boxes: readonly Box[]): Rect => ({
  left: minOf(boxes, (box) => box.left),
  top: minOf(boxes, (box) => box.top + 0.4 * box.height),
  right: maxOf(boxes, (box) => box.left + box.width),
  bottom: maxOf(boxes, (box) => box.top + 0.95 * box.height),
});

const REGIONS: { readonly [C in ClassName]: readonly Region[] } = {
  person: [headOfPerson],
  vehicle: [plateOfLongVehicle],
  car: [plateOfCar],
  bus: [plateOfLongVehicle],
  truck: [plateOfLongVehicle],
  van: [plateOfCar],
  'two-wheeler': [headOfRider, plateOfTwoWheeler],
  bicycle: [headOfRider, plateOfTwoWheeler],
  motorcycle: [headOfRider, plateOfTwoWheeler],
  suitcase: [],
  // Whatever moved and has no name may be anybody.
  object: [headOfMoving, plateOfCar],
};

/** What may be a person, or is one whose box is the background model's, is covered as that, too. */
function regionsOf({ class: name, mayBePerson }: Pick<MaskedTrack, 'class' | 'mayBePerson'>): readonly Region[] {
  const own = REGIONS[name];
  return mayBePerson === undefined || own.includes(headOfMoving) ? own : [...own, headOfMoving];
}

/** What is covered of one object seen in `box`: exact regions without margin, in pixels, not clipped to the picture. */
export const maskRegions = (className: ClassName, box: Box, mayBePerson?: true): Box[] =>
  regionsOf({ class: className, ...(mayBePerson === undefined ? {} : { mayBePerson }) }).map((region) =>
    asBox(region([box])),
  );

/** What to cover on the frame at `timeSeconds`: of every track, the hit's own and everyone else's. Whole pixels inside the picture. */
export function maskAt(tracks: readonly MaskedTrack[], timeSeconds: number, picture: PictureSize): Box[] {
  return tracks.flatMap((track) => {
    const point = track.points.find((candidate) => Math.abs(candidate.timeSeconds - timeSeconds) < 0.0005);
    const steps =
      point?.observed === true
        ? [{ fromSeconds: timeSeconds, toSeconds: timeSeconds, boxes: [point], margin: margin(point, 0) }]
        : stepsOf(track).filter((step) => step.fromSeconds <= timeSeconds && timeSeconds <= step.toSeconds);
    return steps.flatMap((step) =>
      regionsOf(track).flatMap((region) => insidePicture(widen(region(step.boxes), step.margin), picture) ?? []),
    );
  });
}

/**
 * What to cover in a clip: between two analysed points the region that both boxes and every box between them have, widened by a
 * margin that grows with the gap. Long or crowded clips get fewer and larger spans, never less cover.
 */
export function maskSpans(
  tracks: readonly MaskedTrack[],
  fromSeconds: number,
  toSeconds: number,
  picture: PictureSize,
): MaskSpan[] {
  const chains = tracks.flatMap((track) => {
    const steps = stepsOf(track).filter((step) => step.toSeconds >= fromSeconds && step.fromSeconds <= toSeconds);
    return regionsOf(track).map((region) =>
      steps.flatMap((step): MaskSpan[] => {
        const box = insidePicture(widen(region(step.boxes), step.margin), picture);
        return box === undefined ? [] : [{ ...box, fromSeconds: step.fromSeconds, toSeconds: step.toSeconds }];
      }),
    );
  });
  for (let growth = 1.15; ; growth *= 1.1) {
    const spans = chains.flatMap((chain) => mergeChain(chain, growth));
    if (spans.length <= MOST_SPANS || growth > 1e9) return spans;
  }
}

/** The tracks that may have something to cover within the span: what is left out holds no mask there, however long it is held on. */
export const tracksDuring = <T extends MaskedTrack>(
  tracks: readonly T[],
  span: Pick<MaskSpan, 'fromSeconds' | 'toSeconds'>,
): readonly T[] =>
  tracks.filter(({ points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return (
      first !== undefined &&
      last !== undefined &&
      first.timeSeconds - HOLD_SECONDS <= span.toSeconds &&
      last.timeSeconds + HOLD_SECONDS >= span.fromSeconds
    );
  });

interface Step {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly boxes: readonly Box[];
  readonly margin: number;
}

function stepsOf(track: MaskedTrack): Step[] {
  const { points } = track;
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const between = points.slice(1).map((next, index): Step => {
    const point = points[index] ?? next;
    return {
      fromSeconds: point.timeSeconds,
      toSeconds: next.timeSeconds,
      boxes: [point, next],
      margin: Math.max(margin(point, blindSeconds(points, index)), margin(next, blindSeconds(points, index))),
    };
  });
  return [...heldSteps(points, first, -1).reverse(), ...between, ...heldSteps(points, last, 1)];
}

/** Time between the observed points around the step after `index`: a point that the tracker bridged says little about the place. */
function blindSeconds(points: readonly TrackPoint[], index: number): number {
  let before = index;
  while (before > 0 && points[before]?.observed === false) before -= 1;
  let after = index + 1;
  while (after < points.length - 1 && points[after]?.observed === false) after += 1;
  return (points[after]?.timeSeconds ?? 0) - (points[before]?.timeSeconds ?? 0);
}

/** Cover beyond an end of the track: where the object was or would be if it stood still, went on, or did anything between. */
function heldSteps(points: readonly TrackPoint[], end: TrackPoint, direction: 1 | -1): Step[] {
  const stepSeconds = HOLD_SECONDS / HOLD_STEPS;
  return Array.from({ length: HOLD_STEPS }, (_, index): Step => {
    const near = end.timeSeconds + direction * index * stepSeconds;
    const far = end.timeSeconds + direction * (index + 1) * stepSeconds;
    return {
      fromSeconds: Math.min(near, far),
      toSeconds: Math.max(near, far),
      boxes: [end, continued(points, end, far)],
      margin: margin(end, Math.abs(far - end.timeSeconds)),
    };
  });
}

/** Where the box would be if its edges went on as they did over the half second (or the one step) next to this end of the track. */
function continued(points: readonly TrackPoint[], end: TrackPoint, timeSeconds: number): Box {
  const inward = points[0] === end ? points : points.toReversed();
  const near = inward.filter((point) => Math.abs(point.timeSeconds - end.timeSeconds) <= 0.5);
  const other = near.length > 1 ? near.at(-1) : inward[1];
  if (other === undefined || other.timeSeconds === end.timeSeconds) return end;
  const share = (timeSeconds - end.timeSeconds) / (end.timeSeconds - other.timeSeconds);
  const on = (from: number, to: number): number => to + (to - from) * share;
  const left = on(other.left, end.left);
  const top = on(other.top, end.top);
  return {
    left,
    top,
    width: Math.max(0, on(other.left + other.width, end.left + end.width) - left),
    height: Math.max(0, on(other.top + other.height, end.top + end.height) - top),
  };
}

/** Boxes shake by a few hundredths of their size; what accelerates leaves the straight line by more, the longer nobody looked. */
const margin = (box: Box, gapSeconds: number): number =>
  Math.max(2, Math.max(box.width, box.height) * Math.min(0.5, 0.02 + 0.1 * gapSeconds));

const widen = (rect: Rect, by: number): Rect => ({
  left: rect.left - by,
  top: rect.top - by,
  right: rect.right + by,
  bottom: rect.bottom + by,
});

const asBox = (rect: Rect): Box => ({
  left: rect.left,
  top: rect.top,
  width: rect.right - rect.left,
  height: rect.bottom - rect.top,
});

function insidePicture(rect: Rect, picture: PictureSize): Box | undefined {
  const left = Math.max(0, Math.floor(rect.left / SNAP_PX) * SNAP_PX);
  const top = Math.max(0, Math.floor(rect.top / SNAP_PX) * SNAP_PX);
  const right = Math.min(picture.widthPx, Math.ceil(rect.right / SNAP_PX) * SNAP_PX);
  const bottom = Math.min(picture.heightPx, Math.ceil(rect.bottom / SNAP_PX) * SNAP_PX);
  return right > left && bottom > top ? asBox({ left, top, right, bottom }) : undefined;
}

/** Joins neighbours in time while together they cover at most `growth` times what they cover one by one (pixels by seconds). */
function mergeChain(chain: readonly MaskSpan[], growth: number): MaskSpan[] {
  const merged: MaskSpan[] = [];
  let needed = 0;
  for (const span of chain) {
    const before = merged.at(-1);
    const joined = before === undefined ? undefined : joinSpans(before, span);
    needed += cover(span);
    if (joined !== undefined && cover(joined) <= growth * needed) {
      merged[merged.length - 1] = joined;
    } else {
      merged.push(span);
      needed = cover(span);
    }
  }
  return merged;
}

const cover = (span: MaskSpan): number => span.width * span.height * (span.toSeconds - span.fromSeconds);

function joinSpans(a: MaskSpan, b: MaskSpan): MaskSpan {
  const left = Math.min(a.left, b.left);
  const top = Math.min(a.top, b.top);
  const right = Math.max(a.left + a.width, b.left + b.width);
  const bottom = Math.max(a.top + a.height, b.top + b.height);
  return { ...asBox({ left, top, right, bottom }), fromSeconds: a.fromSeconds, toSeconds: b.toSeconds };
}
