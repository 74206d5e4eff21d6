import type { Coverage, LedgerInterval, TrackPoint } from '../analysis/types.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { CLASSES, type ClassName } from '../vocabulary.ts';
import type { AnalysedExhibit } from './types.ts';

// What the analysis knows of an exhibit over time, for a player's overlays and its timeline. What an order erased is not among it (RGT-03).

export interface TracksAsked {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a track was on an analysed frame, and how sure the sighting is, 0 to 1. */
export interface ShownPoint extends Omit<TrackPoint, 'score'> {
  readonly confidence: number;
}

export interface ShownTrack {
  /** Order of the track in its result. */
  readonly track: number;
  readonly class: ClassName;
  readonly confidence: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Those of the span. */
  readonly points: readonly ShownPoint[];
}

export interface TracksPage {
  readonly tracks: readonly ShownTrack[];
  readonly nextCursor?: string;
}

/** Longest span of one page: a track of a day is not one answer. */
export const MOST_TRACKS_SECONDS = 3_600;
/** A page ends with the track that goes over it: a crowded hour is not one answer. */
const MOST_POINTS = 20_000;

/** Tracks that are in the picture within the span, in the order of the result. E_CURSOR for a cursor of another span or result. */
export function tracksPage(analysed: AnalysedExhibit, version: string, asked: TracksAsked): TracksPage {
  const { fromSeconds, toSeconds, limit } = asked;
  const mark = sha256Hex(`${version}:${fromSeconds}:${toSeconds}`).slice(0, 24);
  const { tracks } = analysed.result;
  const found: ShownTrack[] = [];
  let points = 0;
  for (let track = placeOf(asked.cursor, mark, tracks.length); track < tracks.length; track++) {
    if (found.length >= limit || points >= MOST_POINTS) return { tracks: found, nextCursor: `${mark}.${track}` };
    const each = tracks[track];
    if (each === undefined || each.lastSeconds < fromSeconds || each.firstSeconds > toSeconds) continue;
    if (analysed.rectified.get(track)?.erased === true) continue;
    const { class: name, confidence, firstSeconds, lastSeconds } = each;
    const inside = each.points.filter(({ timeSeconds }) => timeSeconds >= fromSeconds && timeSeconds <= toSeconds);
    points += inside.length;
    const shown = inside.map(({ score, ...place }) => ({ ...place, confidence: score }));
    found.push({ track, class: name, confidence, firstSeconds, lastSeconds, points: shown });
  }
  return { tracks: found };
}

function placeOf(cursor: string | undefined, mark: string, count: number): number {
  if (cursor === undefined) return 0;
  const [, named, place = ''] = /^([0-9a-f]{24})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (named !== mark || Number(place) > count) throw new AppError('E_CURSOR');
  return Number(place);
}

export interface Activity {
  readonly durationSeconds: number;
  readonly bucketSeconds: number;
  readonly buckets: readonly ActivityBucket[];
  readonly intervals: readonly LedgerInterval[];
}

export interface ActivityBucket {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Tracks that are in the picture at some moment of it. */
  readonly tracks: number;
  readonly byClass: readonly { readonly class: ClassName; readonly tracks: number }[];
  /** How much of it was looked at in which way. */
  readonly coverage: Coverage;
}

export const MOST_BUCKETS = 2_000;

/** How much there was, stretch by stretch, and how it was looked at. E_MEDIA_SPAN for stretches so short that there are too many. */
export function activityOf({ result, rectified }: AnalysedExhibit, bucketSeconds: number): Activity {
  const { durationSeconds, intervals } = result.ledger;
  const count = Math.max(1, Math.ceil(durationSeconds / bucketSeconds));
  if (count > MOST_BUCKETS) throw new AppError('E_MEDIA_SPAN', { detail: `${count} stretches of ${bucketSeconds} s` });
  const counts = Array.from({ length: count }, () => new Map<ClassName, number>());
  for (const [track, { class: name, firstSeconds, lastSeconds }] of result.tracks.entries()) {
    if (rectified.get(track)?.erased === true) continue;
    const last = Math.min(count - 1, Math.floor(lastSeconds / bucketSeconds));
    for (let bucket = Math.floor(firstSeconds / bucketSeconds); bucket <= last; bucket++) {
      const held = counts[bucket];
      held?.set(name, (held.get(name) ?? 0) + 1);
    }
  }
  return {
    durationSeconds,
    bucketSeconds,
    intervals,
    buckets: counts.map((classes, index): ActivityBucket => {
      const fromSeconds = index * bucketSeconds;
      const toSeconds = Math.min(durationSeconds, fromSeconds + bucketSeconds);
      const byClass = CLASSES.flatMap((name) => {
        const tracks = classes.get(name);
        return tracks === undefined ? [] : [{ class: name, tracks }];
      });
      const tracks = byClass.reduce((sum, each) => sum + each.tracks, 0);
      return { fromSeconds, toSeconds, tracks, byClass, coverage: coverageOf(intervals, fromSeconds, toSeconds) };
    }),
  };
}

function coverageOf(intervals: readonly LedgerInterval[], fromSeconds: number, toSeconds: number): Coverage {
  const micros = { analysed: 0, sampled: 0, quiet: 0, undecodable: 0, outside: 0 };
  for (const each of intervals) {
    const shared = Math.min(toSeconds, each.toSeconds) - Math.max(fromSeconds, each.fromSeconds);
    micros[each.state] += Math.max(0, Math.round(shared * 1e6));
  }
  return {
    analysedSeconds: micros.analysed / 1e6,
    sampledSeconds: micros.sampled / 1e6,
    quietSeconds: micros.quiet / 1e6,
    undecodableSeconds: micros.undecodable / 1e6,
    outsideSeconds: micros.outside / 1e6,
  };
}
