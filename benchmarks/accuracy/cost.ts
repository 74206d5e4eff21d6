import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { findMovers } from '../../gateway/analysis/motion/movers.ts';
import { planesOf } from '../../gateway/analysis/motion/planes.ts';
import { openSight } from '../../gateway/analysis/sight.ts';
import type { DecodedFrame, RawTrack } from '../../gateway/analysis/types.ts';
import { requisitionFor, runClip } from './run-clip.ts';

/** A real clip of 139 s: six persons, one after the other. */
export const ONE_BY_ONE = path.join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'shared',
  'footage',
  'free',
  'one-by-one-person-detection.mp4',
);
const MOST_FRAMES = 300;

/** Seconds a round for the same frames of a real clip, as the pipeline holds them. */
export interface Cost {
  readonly frames: number;
  readonly background: number;
  readonly crops: number;
  readonly detector: number;
}

/** Background model and crops beside a detector with one thread, by turns. Undefined without the clip. */
export async function measureCost(detector: DetectorPool, rounds: number): Promise<readonly Cost[] | undefined> {
  if (!existsSync(ONE_BY_ONE)) return undefined;
  const frames: DecodedFrame[] = [];
  let tracks: readonly RawTrack[] = [];
  const sight = await openSight(detector);
  try {
    const eyes = {
      decodeSize: sight.deps.decodeSize,
      findMovers,
      detect: (frame: DecodedFrame) => {
        if (frames.length < MOST_FRAMES) frames.push(frame);
        return Promise.resolve([]);
      },
      name: (found: readonly RawTrack[]) => {
        if (tracks.length === 0) tracks = found;
        return Promise.resolve(found);
      },
    };
    await runClip(await requisitionFor([ONE_BY_ONE]), ONE_BY_ONE, eyes);
    const name = sight.deps.name;
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const background = await timed(async () => void (await findMovers(frames.map((frame) => planesOf(frame)))));
      const crops = await timed(async () => void (await name?.(tracks, frames)));
      const whole = await timed(async () => {
        for (const frame of frames) await detector.detect(frame);
      });
      costs.push({ frames: frames.length, background, crops, detector: whole });
    }
    return costs;
  } finally {
    await sight.close();
  }
}

async function timed(act: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
}
