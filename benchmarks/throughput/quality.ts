import { iou } from '../../gateway/analysis/boxes.ts';
import type { Box, Track } from '../../gateway/analysis/types.ts';
import { trackAt } from '../accuracy/match.ts';
import { scoreClear } from '../scoring/clear.ts';
import { scoreHota } from '../scoring/hota.ts';
import { scoreIdentity } from '../scoring/identity.ts';
import type { LabelledBox } from '../scoring/types.ts';

/** What a run gave, in the terms of the field; shares from 0 to 1. */
export interface Quality {
  readonly tracks: number;
  readonly hota: number;
  readonly idf1: number;
  readonly mota: number;
}

/** Truth is compared at five frames a second: between them nothing new is to be seen. */
const EVERY = 5;
const FPS = 25;

/** Scores tracks against the truth of a rendered recording. Tracks are read at the times of the truth, between their points too. */
export function qualityOf(
  tracks: readonly Pick<Track, 'points'>[],
  truth: readonly LabelledBox[],
  seconds: number,
): Quality {
  const wanted = truth.filter(({ frame }) => (frame - 1) % EVERY === 0);
  const answer: LabelledBox[] = [];
  for (const [id, track] of tracks.entries()) {
    const [first, last] = [track.points[0], track.points.at(-1)];
    if (first === undefined || last === undefined) continue;
    const from = Math.ceil((first.timeSeconds * FPS) / EVERY) * EVERY;
    for (let frame = from; frame <= Math.min(seconds, last.timeSeconds) * FPS; frame += EVERY) {
      const box = trackAt(track, frame / FPS);
      if (box !== undefined) {
        const { left, top, width, height } = box;
        answer.push({ frame: frame + 1, id, left, top, width, height });
      }
    }
  }
  return {
    tracks: tracks.length,
    hota: scoreHota(wanted, answer).hota,
    idf1: scoreIdentity(wanted, answer).idf1,
    mota: scoreClear(wanted, answer).mota,
  };
}

const LEAST_OVERLAP = 0.4;

/** Share of the reference's tracks that lie under a track of the answer for half of their life or more. */
export function trackRecall(
  reference: readonly { readonly points: readonly (Box & { readonly timeSeconds: number })[] }[],
  answer: readonly Pick<Track, 'points'>[],
): number {
  const found = reference.filter(({ points }) => {
    const shares = answer.map((other) => {
      const together = points.filter((point) => {
        const box = trackAt(other, point.timeSeconds);
        return box !== undefined && iou(box, point) >= LEAST_OVERLAP;
      });
      return together.length / points.length;
    });
    return shares.some((share) => share >= 0.5);
  });
  return reference.length === 0 ? Number.NaN : found.length / reference.length;
}

/** Share of the seconds in which the truth has an object that lie in the life of a track. */
export function foundShare(
  tracks: readonly Pick<Track, 'points'>[],
  truth: readonly LabelledBox[],
  framesPerSecond = FPS,
): number {
  const seconds = new Set(truth.map(({ frame }) => Math.floor((frame - 1) / framesPerSecond)));
  const found = [...seconds].filter((second) =>
    tracks.some(({ points }) => {
      const [first, last] = [points[0], points.at(-1)];
      return first !== undefined && last !== undefined && first.timeSeconds < second + 1 && last.timeSeconds >= second;
    }),
  );
  return found.length / seconds.size;
}
