import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { openSight } from '../gateway/analysis/sight.ts';
import type { RecallAudit, Track } from '../gateway/analysis/types.ts';
import { openDetector } from './accuracy/eyes.ts';
import { requisitionFor, runClip } from './accuracy/run-clip.ts';
import { decodeToNull } from './ffmpeg.ts';
import { type Goal, type Measurement, median, rounded } from './report.ts';
import { foundShare, type Quality, qualityOf, trackRecall } from './throughput/quality.ts';
import { measureVariants } from './throughput/variants.ts';
import { type Workload, writeReal, writeWorkloads } from './throughput/workloads.ts';

const WEIGHTS = path.join(import.meta.dirname, '..', '..', 'shared', 'models', 'yolox_nano.onnx');
/** By activity, of rendered and of real recordings. */
const GOALS = {
  sparse: { overDecode: 0.25, naive: 15 },
  medium: { overDecode: 0.8, naive: 5 },
  dense: { overDecode: 2.5, naive: 2.5 },
} as const;
const REAL = 'real_';

interface Round {
  readonly workload: string;
  readonly round: number;
  /** D: ffmpeg decodes every frame to null with two threads. */
  readonly decodeSeconds: number;
  /** N: five frames a second by OpenCV and its DNN module; absent in rounds without it. */
  readonly naiveSeconds?: number;
  /** The same with onnxruntime, for information: of the first recording alone. */
  readonly naiveOnnxSeconds?: number;
  readonly oursSeconds: number;
  readonly decodedFrames: number;
  readonly detectorCalls: number;
}

/**
 * D, N and ours by turns on rendered recordings of 2, 20 and 70 % activity; X, the exhaustive pass (every frame to the same detector and
 * tracker), once on shorter ones of the same kind, for quality. Needs YOLOX-nano; N needs python3-opencv.
 */
export async function measureThroughput({
  full,
  brief,
}: {
  readonly full: boolean;
  /** D, ours and X alone. */
  readonly brief: boolean;
}): Promise<Measurement> {
  const [rounds, seconds, qualitySeconds, hardPieces] = full ? [5, 1_200, 300, 24] : [3, 600, 120, 12];
  const detector = await openDetector();
  if (detector === undefined) throw new Error('throughput needs yolox_nano.onnx in DIFFERE_MODELS');
  const sight = await openSight(detector);
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-throughput-'));
  try {
    // What is not timed goes first.
    const quality: QualityRow[] = [];
    for (const workload of await recordings(folder, qualitySeconds)) {
      quality.push(await compare(workload, await requisitionFor([workload.file]), sight.deps, !brief));
      console.error(JSON.stringify(quality.at(-1)));
    }
    const hard = brief ? undefined : await measureVariants(folder, sight.deps, hardPieces);
    const workloads = await recordings(folder, seconds);
    const raw = await measureRounds(workloads, sight.deps, { rounds, naiveRounds: brief ? 0 : full ? rounds : 1 });
    const measured = workloads.flatMap(({ name }) => goalsOf(name, raw, quality));
    const goals: Goal[] = [...measured, ...overall(measured), boundsOf(quality)];
    if (hard === undefined) return { rounds, goals, raw: { rounds: raw, quality } };
    return {
      rounds,
      goals: [...goals, ...hard.goals],
      raw: {
        rounds: raw,
        quality,
        hard: hard.raw,
        recordings: workloads.map(({ name, durationSeconds, activity }) => ({ name, durationSeconds, activity })),
      },
    };
  } finally {
    await sight.close();
    await detector.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureRounds(
  workloads: readonly Workload[],
  eyes: Parameters<typeof runClip>[2],
  { rounds, naiveRounds }: { readonly rounds: number; readonly naiveRounds: number },
): Promise<readonly Round[]> {
  const requisition = await requisitionFor(workloads.map(({ file }) => file));
  const raw: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, { name, file }] of workloads.entries()) {
      const decodeSeconds = await decodeToNull(file);
      const ours = await runClip(requisition, file, eyes);
      const hasNaive = round < naiveRounds;
      const naiveSeconds = hasNaive ? (await naive(file))?.seconds : undefined;
      // For information; it shows all frames to the network as well, so that one recording tells of the others.
      const naiveOnnxSeconds = hasNaive && place === 0 ? (await naive(file, 'onnx'))?.seconds : undefined;
      raw.push({
        ...{ workload: name, round, decodeSeconds: rounded(decodeSeconds), oursSeconds: rounded(ours.seconds) },
        ...(naiveSeconds === undefined ? {} : { naiveSeconds: rounded(naiveSeconds) }),
        ...(naiveOnnxSeconds === undefined ? {} : { naiveOnnxSeconds: rounded(naiveOnnxSeconds) }),
        ...ours.work,
      });
      console.error(raw.at(-1));
    }
  }
  return raw;
}

async function recordings(folder: string, seconds: number): Promise<readonly Workload[]> {
  return [...(await writeWorkloads(folder, seconds)), ...(await writeReal(folder, seconds))];
}

interface QualityRow {
  readonly workload: string;
  readonly recall: number;
  /** Absent where nobody drew the truth. */
  readonly exhaustive?: Quality;
  readonly ours?: Quality;
  readonly naive?: Quality;
  readonly exhaustiveSeconds: number;
  readonly audit: RecallAudit;
  /** Share of the object-bearing seconds of the truth that lie in the life of a track. */
  readonly found?: number;
}

async function compare(
  { name, file, truth, durationSeconds }: Workload,
  requisition: Awaited<ReturnType<typeof requisitionFor>>,
  eyes: Parameters<typeof runClip>[2],
  hasNaive: boolean,
): Promise<QualityRow> {
  const ours = await runClip(requisition, file, eyes);
  const all = await runClip(requisition, file, eyes, { framesPerSecond: 25, isExhaustive: true });
  const plain = hasNaive && truth.length > 0 ? await naive(file) : undefined;
  const of = (tracks: readonly Pick<Track, 'points'>[]): Quality => {
    const { tracks: count, ...shares } = qualityOf(tracks, truth, durationSeconds);
    return { tracks: count, hota: rounded(shares.hota), idf1: rounded(shares.idf1), mota: rounded(shares.mota) };
  };
  return {
    workload: name,
    recall: rounded(trackRecall(all.result.tracks, ours.result.tracks)),
    ...(truth.length === 0 ? {} : { exhaustive: of(all.result.tracks), ours: of(ours.result.tracks) }),
    ...(truth.length === 0 || plain === undefined ? {} : { naive: of(plain.tracks) }),
    exhaustiveSeconds: rounded(all.seconds),
    audit: ours.result.audit,
    ...(truth.length === 0 ? {} : { found: rounded(foundShare(ours.result.tracks, truth)) }),
  };
}

function goalsOf(name: string, raw: readonly Round[], quality: readonly QualityRow[]): readonly Goal[] {
  const rows = raw.filter(({ workload }) => workload === name);
  const overDecode = rows.map(({ oursSeconds, decodeSeconds }) => oursSeconds / decodeSeconds);
  const naives = rows.flatMap(({ naiveSeconds, oursSeconds }) =>
    naiveSeconds === undefined ? [] : [naiveSeconds / oursSeconds],
  );
  const { overDecode: most, naive: least } = GOALS[name.replace(REAL, '') as keyof typeof GOALS];
  const range = (values: readonly number[]): string =>
    `${rounded(Math.min(...values), 2)} to ${rounded(Math.max(...values), 2)}`;
  const row = quality.find(({ workload }) => workload === name);
  const loss =
    row?.ours === undefined || row.exhaustive === undefined ? undefined : 1 - row.ours.hota / row.exhaustive.hota;
  const goals: Goal[] = [
    {
      id: `${name}_over_decode`,
      goal: `our time / full decode <= ${most}; ${range(overDecode)}`,
      value: rounded(median(overDecode), 2),
      met: median(overDecode) <= most,
    },
  ];
  if (naives.length > 0)
    goals.push({
      id: `${name}_naive_over_ours`,
      goal: `naive / our time >= ${least}; ${range(naives)}`,
      value: rounded(median(naives), 2),
      met: median(naives) >= least,
    });
  if (row !== undefined)
    goals.push({
      id: `${name}_recall`,
      goal: 'tracks of the exhaustive pass found >= 0.95',
      value: row.recall,
      met: row.recall >= 0.95,
    });
  if (loss !== undefined)
    goals.push({
      id: `${name}_hota_loss`,
      goal: 'HOTA lost against the exhaustive pass <= 0.05',
      value: rounded(loss),
      met: loss <= 0.05,
    });
  return goals;
}

/** Whether the printed bounds are under what was found of a known truth. */
function boundsOf(quality: readonly QualityRow[]): Goal {
  const known = quality.flatMap(({ audit, found }) =>
    found === undefined || audit.recallBound === undefined ? [] : [audit.recallBound <= found],
  );
  const held = known.filter(Boolean).length;
  const goal = `recall bounds of ${known.length} rendered recordings that hold`;
  return { id: 'bounds_held', goal, value: held, met: known.length > 0 && held >= 0.9 * known.length };
}

/** The worst of the rendered recordings, under the names that others rely on. */
function overall(goals: readonly Goal[]): readonly Goal[] {
  const rendered = goals.filter(({ id }) => !id.startsWith(REAL));
  const valuesOf = (suffix: string): readonly number[] =>
    rendered.filter(({ id }) => id.endsWith(suffix)).map(({ value }) => value);
  const [naives, recalls, losses] = [valuesOf('_naive_over_ours'), valuesOf('_recall'), valuesOf('_hota_loss')];
  const all = (suffix: string): boolean => rendered.filter(({ id }) => id.endsWith(suffix)).every(({ met }) => met);
  return [
    ...(naives.length === 0
      ? []
      : [{ id: 'naive_over_ours', goal: 'least of all', value: Math.min(...naives), met: all('_naive_over_ours') }]),
    { id: 'recall', goal: 'least of all', value: Math.min(...recalls), met: all('_recall') },
    { id: 'hota_loss', goal: 'most of all', value: Math.max(...losses), met: all('_hota_loss') },
  ];
}

/** Undefined where python3-opencv or the weights are missing. */
async function naive(
  file: string,
  by: 'opencv' | 'onnx' = 'opencv',
): Promise<{ readonly seconds: number; readonly tracks: readonly Pick<Track, 'points'>[] } | undefined> {
  const [program, script] = by === 'onnx' ? [process.execPath, 'naive-onnx.ts'] : ['/usr/bin/python3', 'naive.py'];
  if (!existsSync(WEIGHTS) || !existsSync(program)) return undefined;
  const list = [path.join(import.meta.dirname, 'throughput', script), file, WEIGHTS];
  const child = spawn(program, list, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [answer, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) return undefined;
  const { seconds, tracks } = JSON.parse(answer) as {
    seconds: number;
    tracks: { points: [number, number, number, number, number][] }[];
  };
  return {
    seconds,
    tracks: tracks.map(({ points }) => ({
      points: points.map(([timeSeconds, left, top, width, height]) => {
        const frame = Math.round(timeSeconds * 25) + 1;
        return { timeSeconds, left, top, width, height, frame, pts: frame, score: 1, observed: true };
      }),
    })),
  };
}
