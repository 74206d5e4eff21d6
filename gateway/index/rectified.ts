import type { Box, TrackPoint } from '../analysis/types.ts';
import { classId, classNameOf } from '../vocabulary.ts';
import { GRID, type Rectification, type Rectified, type TrackColumns } from './types.ts';

// RGT-03: what an order made of a track lies over the columns when they are opened. The sealed block and the result stay as they are.

/** Least intersection over union at the anchor's moment by which another analysis of the exhibit knows the track again. */
const SAME_PLACE = 0.5;
/** No class has this id: what bears it answers no question. */
const NO_CLASS = 0;

/**
 * The columns as orders left them: a label replaced, a track that is found no more without class, time, colour and place. A rectification
 * of another analysis of the same exhibit is carried over to the track that was at that moment in that place. Of several about one track
 * the later speaks, and what is erased stays erased.
 */
export function rectifiedColumns(
  columns: TrackColumns,
  path: (track: number) => readonly TrackPoint[],
  rectifications: readonly Rectification[],
): TrackColumns {
  const own = rectifications
    .filter(({ exhibitId }) => exhibitId === columns.exhibitId)
    .toSorted((a, b) => a.appliedAtMs - b.appliedAtMs);
  if (own.length === 0) return columns;
  const rectified = new Map<number, Rectified>();
  const changed = { ...columns, rectified, classId: columns.classId.slice() };
  for (const rectification of own) {
    const track = trackOf(rectification, columns, path);
    const analysedAs = track === undefined ? undefined : classNameOf(columns.classId[track] ?? NO_CLASS);
    if (track === undefined || analysedAs === undefined) continue;
    const { orderId, appliedAtMs } = rectification;
    const before = rectified.get(track);
    const erased = rectification.erased || before?.erased === true;
    const personCategory = rectification.personCategory ?? before?.personCategory;
    rectified.set(track, { orderId, appliedAtMs, analysedAs, erased, personCategory });
    if (rectification.class !== undefined) changed.classId[track] = classId(rectification.class);
  }
  return withoutErased(changed);
}

/** Which track of these columns a rectification is about; undefined when this analysis has none at that place. */
function trackOf(
  { jobId, track, anchor }: Rectification,
  columns: TrackColumns,
  path: (track: number) => readonly TrackPoint[],
): number | undefined {
  if (jobId === columns.jobId) return track < columns.count ? track : undefined;
  const atMs = anchor.timeSeconds * 1000;
  let best: { readonly track: number; readonly share: number } | undefined;
  for (let each = 0; each < columns.count; each++) {
    if ((columns.firstMs[each] ?? 0) > atMs || (columns.lastMs[each] ?? 0) < atMs) continue;
    const share = overlapOf(nearest(path(each), anchor.timeSeconds), anchor);
    if (share >= SAME_PLACE && share > (best?.share ?? 0)) best = { track: each, share };
  }
  return best?.track;
}

const nearest = (points: readonly TrackPoint[], seconds: number): TrackPoint | undefined =>
  points.reduce<TrackPoint | undefined>(
    (best, point) =>
      best === undefined || Math.abs(point.timeSeconds - seconds) < Math.abs(best.timeSeconds - seconds) ? point : best,
    undefined,
  );

function overlapOf(a: Box | undefined, b: Box): number {
  if (a === undefined) return 0;
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

// Whatever a scan looks at first (class, time, place, colour), it is not there: no reader of columns has to know of orders.
function withoutErased(columns: TrackColumns & { readonly rectified: ReadonlyMap<number, Rectified> }): TrackColumns {
  const erased = [...columns.rectified].filter(([, { erased: isErased }]) => isErased).map(([track]) => track);
  if (erased.length === 0) return columns;
  const { confidence, firstMs, lastMs, colourShare, grid } = columns;
  const copy = {
    ...columns,
    confidence: confidence.slice(),
    firstMs: firstMs.slice(),
    lastMs: lastMs.slice(),
    colourShare: colourShare.slice(),
    grid: grid.slice(),
  };
  const shares = columns.count === 0 ? 0 : colourShare.length / columns.count;
  for (const track of erased) {
    copy.classId[track] = NO_CLASS;
    copy.confidence[track] = 0;
    copy.firstMs[track] = Number.NaN;
    copy.lastMs[track] = Number.NaN;
    copy.colourShare.fill(0, track * shares, (track + 1) * shares);
    copy.grid.fill(0, track * GRID.bytes, (track + 1) * GRID.bytes);
  }
  return copy;
}
