import type { AnalysisResult, Box, Track, TrackPoint } from '../analysis/types.ts';
import type { ExhibitId, JobId } from '../ids.ts';
import { type ClassName, classId, classNameOf } from '../vocabulary.ts';
import { GRID, type Rectification, type Rectified, type TrackColumns } from './types.ts';

// RGT-03: what an order made of a track lies over the columns when they are opened. The sealed block and the result stay as they are.

/** Least intersection over union at the anchor's moment by which another analysis of the exhibit knows the track again. */
const SAME_PLACE = 0.5;
/** No class has this id: what bears it answers no question. */
const NO_CLASS = 0;

/** The tracks of one analysis, whatever holds them. */
interface Tracks {
  readonly exhibitId: ExhibitId;
  readonly jobId: JobId;
  readonly count: number;
  classOf(track: number): ClassName | undefined;
  span(track: number): { readonly firstMs: number; readonly lastMs: number };
  path(track: number): readonly TrackPoint[];
}

/**
 * What orders made of the tracks of an analysis. A rectification of another analysis of the same exhibit is carried over to the track that
 * was at that moment in that place. Of several about one track the later speaks, and what is erased stays erased.
 */
function rectifiedTracks(tracks: Tracks, rectifications: readonly Rectification[]): ReadonlyMap<number, Rectified> {
  const found = new Map<number, Rectified>();
  const own = rectifications.filter(({ exhibitId }) => exhibitId === tracks.exhibitId);
  for (const rectification of own.toSorted((a, b) => a.appliedAtMs - b.appliedAtMs)) {
    const track = trackOf(rectification, tracks);
    const analysedAs = track === undefined ? undefined : tracks.classOf(track);
    if (track === undefined || analysedAs === undefined) continue;
    const { orderId, appliedAtMs } = rectification;
    const before = found.get(track);
    found.set(track, {
      orderId,
      appliedAtMs,
      analysedAs,
      class: rectification.class ?? before?.class ?? analysedAs,
      erased: rectification.erased || before?.erased === true,
      personCategory: rectification.personCategory ?? before?.personCategory,
    });
  }
  return found;
}

/** The columns as orders left them: a label replaced, a track that is found no more without class, time, colour and place. */
export function rectifiedColumns(
  columns: TrackColumns,
  path: (track: number) => readonly TrackPoint[],
  rectifications: readonly Rectification[],
): TrackColumns {
  const { exhibitId, jobId, count, firstMs, lastMs } = columns;
  const classOf = (track: number) => classNameOf(columns.classId[track] ?? NO_CLASS);
  const span = (track: number) => ({ firstMs: firstMs[track] ?? Number.NaN, lastMs: lastMs[track] ?? Number.NaN });
  const rectified = rectifiedTracks({ exhibitId, jobId, count, classOf, span, path }, rectifications);
  if (rectified.size === 0) return columns;
  const changed = { ...columns, rectified, classId: columns.classId.slice() };
  for (const [track, { class: name }] of rectified) changed.classId[track] = classId(name);
  return withoutErased(changed);
}

/** The same of a result, by its tracks. */
export const rectifiedOfResult = (
  { tracks }: Pick<AnalysisResult, 'tracks'>,
  ids: { readonly exhibitId: ExhibitId; readonly jobId: JobId },
  rectifications: readonly Rectification[],
): ReadonlyMap<number, Rectified> =>
  rectifiedTracks(
    {
      ...ids,
      count: tracks.length,
      classOf: (track) => tracks[track]?.class,
      span(track) {
        const { firstSeconds = Number.NaN, lastSeconds = Number.NaN } = tracks[track] ?? {};
        return { firstMs: firstSeconds * 1000, lastMs: lastSeconds * 1000 };
      },
      path: (track) => tracks[track]?.points ?? [],
    },
    rectifications,
  );

/** A result as it may leave: labels as they count, and of erased tracks a place in the list and nothing else. Masks need the whole one. */
export const leavingResult = (result: AnalysisResult, rectified: ReadonlyMap<number, Rectified>): AnalysisResult => ({
  ...result,
  tracks: result.tracks.map((track, at) => {
    const { erased = false, class: name = track.class } = rectified.get(at) ?? {};
    return erased ? BLANK : { ...track, class: name };
  }),
});

const BLANK: Track = {
  class: 'object',
  confidence: 0,
  firstSeconds: 0,
  lastSeconds: 0,
  colours: [],
  size: { widthPx: 0, heightPx: 0 },
  speed: { medianPxPerSecond: 0, maxPxPerSecond: 0 },
  points: [],
};

/** Which track of an analysis a rectification is about; undefined when it has none at that place. */
function trackOf({ jobId, track, anchor }: Rectification, tracks: Tracks): number | undefined {
  if (jobId === tracks.jobId) return track < tracks.count ? track : undefined;
  const atMs = anchor.timeSeconds * 1000;
  let best: { readonly track: number; readonly share: number } | undefined;
  for (let each = 0; each < tracks.count; each++) {
    const { firstMs, lastMs } = tracks.span(each);
    if (firstMs > atMs || lastMs < atMs) continue;
    const share = overlapOf(nearest(tracks.path(each), anchor.timeSeconds), anchor);
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
