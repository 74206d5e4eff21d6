import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSight } from '../gateway/analysis/sight.ts';
import type { Track } from '../gateway/analysis/types.ts';
import { openDetector } from './accuracy/eyes.ts';
import { requisitionFor, runClip } from './accuracy/run-clip.ts';
import { type Measurement, rounded } from './report.ts';
import { drawScene } from './scenes/drawn.ts';
import { renderScene } from './scenes/scene.ts';
import { writeScene } from './scenes/write.ts';
import { foundShare } from './throughput/quality.ts';

const SEEDS = 100;
const FULL_SEEDS = 300;
/** Enough to see that it runs, too few to say anything. */
const SHORT_SEEDS = 3;
const LEAST_HELD = 0.9;

/** One recording: the bound that is printed with its answer, and what the plan found indeed. Shares from 0 to 1. */
export interface BoundRow {
  readonly seed: number;
  readonly stress: string;
  readonly codec: string;
  readonly gopSeconds: number;
  /** Absent where the answer states none: nothing was found, or no moment was drawn. */
  readonly bound?: number;
  /** Of the seconds in which the same eyes see somebody when all is looked at, those in which the plan saw somebody. */
  readonly found: number;
  /** Of the seconds in which somebody is there. */
  readonly foundOfTruth: number;
  readonly quietSeconds: number;
  readonly samples: number;
  readonly missed: number;
}

/**
 * Whether the bound on what the plan missed holds over decoded scenes: seeds 1 to 100 (300 with `--full`, 3 with `--short`), each another street, weather, codec and
 * distance of key frames. The reference is the same eyes without a plan. Sees by the background model alone without YOLOX-nano.
 */
export async function measureBounds({
  full,
  short = false,
}: {
  readonly full: boolean;
  readonly short?: boolean;
}): Promise<Measurement> {
  const detector = await openDetector();
  const sight = await openSight(detector);
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-bounds-'));
  try {
    const rows: BoundRow[] = [];
    for (let seed = 1; seed <= (short ? SHORT_SEEDS : full ? FULL_SEEDS : SEEDS); seed += 1) {
      rows.push(await boundOf(seed, folder, sight.deps));
      console.error(JSON.stringify(rows.at(-1)));
    }
    return { rounds: 1, goals: goalsOf(rows), raw: rows };
  } finally {
    await sight.close();
    await detector?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function boundOf(seed: number, folder: string, eyes: Parameters<typeof runClip>[2]): Promise<BoundRow> {
  const { spec, stress, written } = drawScene(seed);
  const file = path.join(folder, `${spec.name}.mp4`);
  await writeScene(spec, file, written);
  const requisition = await requisitionFor([file]);
  const { result } = await runClip(requisition, file, eyes);
  const all = await runClip(requisition, file, eyes, { isExhaustive: true });
  await rm(file);
  const { audit } = result;
  return {
    ...{ seed, stress, codec: written.codec ?? 'h264', gopSeconds: spec.gopSeconds },
    ...(audit.recallBound === undefined ? {} : { bound: audit.recallBound }),
    found: rounded(foundOf(all.result.tracks, result.tracks)),
    foundOfTruth: rounded(foundShare(result.tracks, renderScene(spec).truth, spec.framesPerSecond)),
    quietSeconds: rounded(audit.quietSeconds),
    samples: audit.samples,
    missed: audit.missed,
  };
}

/** Share of the reference's seconds in which the answer has a track too; 1 where there are none to be found. */
function foundOf(reference: readonly Track[], answer: readonly Track[]): number {
  const seconds = secondsOf(reference);
  const own = secondsOf(answer);
  return seconds.size === 0 ? 1 : [...seconds].filter((second) => own.has(second)).length / seconds.size;
}

const secondsOf = (tracks: readonly Track[]): ReadonlySet<number> =>
  new Set(tracks.flatMap(({ points }) => points.map(({ timeSeconds }) => Math.floor(timeSeconds))));

function goalsOf(rows: readonly BoundRow[]): Measurement['goals'] {
  const stated = rows.filter(({ bound }) => bound !== undefined);
  const held = (some: readonly BoundRow[]): number => some.filter(({ bound = 1, found }) => bound <= found).length;
  const partly = stated.filter(({ quietSeconds }) => quietSeconds > 0);
  return [
    {
      id: 'bounds_held_of_100',
      goal: `bounds that hold, of 100 drawn scenes >= 90; ${stated.length} of ${rows.length} state one`,
      value: rounded((100 * held(stated)) / rows.length, 1),
      met: held(stated) >= LEAST_HELD * rows.length,
    },
    {
      id: 'bounds_held_quiet',
      goal: `share that holds of the ${partly.length} scenes of which a part was left quiet >= 0.9`,
      value: partly.length === 0 ? 0 : rounded(held(partly) / partly.length),
      met: partly.length > 0 && held(partly) >= LEAST_HELD * partly.length,
    },
  ];
}
